"""What goes wrong here, told to a person."""

from __future__ import annotations


class Trouble(Exception):
    """One sentence: what is missing or broken, and the mend."""
