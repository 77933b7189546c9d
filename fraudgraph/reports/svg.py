"""Drawing without a library: elements whose every attribute and text is escaped."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape


def el(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """Return one element; ``_`` in an attribute's name is a dash, a trailing one is dropped (``class_``), None leaves it out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items() if value is not None
    )
    inside = Markup("").join(child if isinstance(child, Markup) else escape(child) for child in children)
    return Markup(f"<{name}{given}>{inside}</{name}>")


def picture(*children: Markup, width: float, height: float, title: str, class_: str) -> Markup:
    """Return a whole drawing that a screen reader announces as ``title``."""
    return el(
        "svg", *children, viewBox=f"0 0 {_number(width)} {_number(height)}", role="img", aria_label=title, class_=class_,
        width=width, height=height,
    )  # fmt: skip


def text_width(text: str, size: float) -> float:
    """Return about how wide ``text`` is in a system font of ``size`` pixels."""
    wide = sum(unicodedata.east_asian_width(mark) in "WF" for mark in text)
    return size * (wide + 0.56 * (len(text) - wide))


def _number(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
