"""compose.yaml: what it opens, what it keeps secret, and that a real server takes its settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from neo4j import GraphDatabase
from servers import Server, thrown_away

FILE = Path(__file__).resolve().parent.parent / "compose.yaml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as compose reads it with no variable set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", FILE.read_text(encoding="utf-8"))
    assert "$" not in re.sub(r"(?m)#.*$", "", text), "every variable has a default"
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def settings(service: dict[str, Any]) -> dict[str, str]:
    """The environment of a service as lines of neo4j.conf, by the image's rule: one underscore is a dot, two are one."""
    names = {name: value for name, value in service["environment"].items() if re.match(r"NEO4J_[a-z]", name)}
    return {
        name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): str(value) for name, value in names.items()
    }


def test_only_this_machine_reaches_it(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["ports"] == ["127.0.0.1:7687:7687", "127.0.0.1:7474:7474"]


def test_the_password_comes_from_a_file_that_git_does_not_keep(compose: dict[str, Any]) -> None:
    assert compose["secrets"] == {"neo4j_auth": {"file": "./neo4j.auth"}}
    assert "/neo4j.auth" in (FILE.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    for service in compose["services"].values():
        assert service["environment"]["NEO4J_AUTH_FILE"] == "/run/secrets/neo4j_auth"
        assert "NEO4J_AUTH" not in service["environment"]


def test_data_outlive_the_container(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        mounted = dict(volume.split(":") for volume in service["volumes"])
        assert mounted["data"] == "/data"
        assert mounted.keys() <= compose["volumes"].keys()


def test_plugins_are_a_choice(compose: dict[str, Any]) -> None:
    plain, chosen = compose["services"]["neo4j"], compose["services"]["neo4j-plugins"]
    assert "profiles" not in plain
    assert chosen["profiles"] == ["plugins"]
    more = chosen["environment"].items() - plain["environment"].items()
    assert {name for name, _ in more} == {"NEO4J_PLUGINS", "NEO4J_dbms_security_procedures_unrestricted"}
    assert plain["image"] == chosen["image"] == "neo4j:5.26"


def test_a_real_server_takes_its_settings(compose: dict[str, Any], tmp_path: Path) -> None:
    """Neo4j refuses to start with a setting that it does not know."""
    known = settings(compose["services"]["neo4j-plugins"])
    assert known["db.transaction.timeout"] == "10m"
    ours = {name: value for name, value in known.items() if "address" not in name and "memory" not in name}
    config = {**ours, "server.memory.heap.max_size": known["server.memory.heap.max_size"]}
    with thrown_away(Server("5", tmp_path, config=config, plugins=True)) as server:
        driver = GraphDatabase.driver(server.uri, auth=(server.username, server.password))
        with driver:
            versions = driver.execute_query("RETURN gds.version() AS gds, apoc.version() AS apoc").records[0].data()
            timeout = driver.execute_query("SHOW SETTINGS 'db.transaction.timeout' YIELD value").records[0]["value"]
    assert versions["gds"].startswith("2.")
    assert versions["apoc"].startswith("5.26")
    assert timeout == "10m"
