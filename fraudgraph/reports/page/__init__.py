"""The report's page: a template, its style and its script, put together into one file that asks no network for anything.

Every value is escaped by the template engine. The page's own policy allows just the one style and the one script that are in it, by
their hashes, so that even a value that slipped through could neither run nor load.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def _environment() -> Environment:
    loader = PackageLoader("fraudgraph.reports", "page")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def fill(context: Mapping[str, Any], template: str = "report.html", styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> str:
    """Return the page that ``template`` makes of ``context`` (see who calls it).

    ``styles`` and ``scripts`` are files of this folder that the page has beside those that all pages have.
    """
    style, script = style_of(styles), script_of(scripts)
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    return _environment().get_template(template).render(
        **context,
        policy=policy,
        style=Markup(style),
        script=Markup(script),
        sprite=sprite(),
    )


def style_of(more: Sequence[str] = ()) -> str:
    """Return the style that all pages have, and that of some files of this folder."""
    return "".join([_part("style.css").replace("/* dark.css */", _part("dark.css").strip()), *map(_part, more)])


def script_of(more: Sequence[str] = ()) -> str:
    """Return the script that all pages have, and that of some files of this folder."""
    return "".join([_part("script.js"), *map(_part, more)])


def sprite() -> Markup:
    """Return the symbols that icons refer to."""
    return Markup(_part("icons.html"))


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
