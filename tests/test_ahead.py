"""Slow modules are loaded beside other work; one that cannot be loaded is left to whoever needs it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

from fraudgraph import ahead


def test_modules_are_loaded_and_those_that_are_not_there_are_passed_over() -> None:
    code = (
        "import sys; from fraudgraph import ahead; assert 'colorsys' not in sys.modules; "
        "ahead.loaded(['no_such_module', 'colorsys']).join(); assert 'colorsys' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_named_is_there() -> None:
    for name in ahead.SLOW:
        assert importlib.util.find_spec(name) is not None, name
