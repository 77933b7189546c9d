"""Under what the book was judged: its frozen calibration, and the settings with the rules that the store remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.errors import UsageError
from fraudgraph.identity_rules import under_rules
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

if TYPE_CHECKING:
    from fraudgraph.calibration import Calibration

REMEMBERED = ("records.time_zone", "records.default_region", "graph.seed")
"""Settings that the store keeps, wherever nobody says otherwise."""


def rules(reader: Reader, settings: Settings) -> Settings:
    """Return the settings under which the book of the reader's night was made and judged; raise ConfigurationError where others of what a
    store remembers of values and people were asked for."""
    remembered = reader.settings()
    settings = under_rules(remembered, settings)
    known = {key: remembered[key] for key in REMEMBERED if key in remembered and key not in settings.given}
    ruleset = reader.ruleset()
    document = ruleset.document if ruleset is not None else {}
    rules_in_force = {key: value for key, value in document.items() if key in settings}
    return settings.override({**known, **rules_in_force}, source="the store's rules")


def calibration(reader: Reader) -> Calibration:
    """Return the calibration that the book was judged by; raise UsageError where there is no book yet."""
    return versioned(reader)[1]


def versioned(reader: Reader) -> tuple[str, Calibration]:
    """Return the calibration with the name of its version, which it takes longer to compute than to read."""
    from fraudgraph.calibration import Calibration  # with all of the graph: not every question asks how intent passes on

    version = reader.calibration()
    if version is None:
        raise UsageError("there is no book yet: make one with `fraudgraph run`")
    return version.name, Calibration.of_store(version.document)
