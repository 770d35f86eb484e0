"""A figure of a preset or a default, with what is stated of how well it is known."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

NOT_KNOWN = "not known"
CHOICE = "choice of model"
DECISION = "decision"

KINDS_OF_FIGURES = {
    NOT_KNOWN: "somebody knows it, we do not: a study of uncertainty draws it from its range",
    CHOICE: "models differ: a study draws one by its weight, and shows each singly",
    DECISION: "whoever builds, runs or asks decides it: never drawn, the answer depends on it",
}
"""What a figure is that is not simply given."""

UNIFORM = "uniform"
TRIANGULAR = "triangular"
LOG_UNIFORM = "log-uniform"

SHAPES = {
    UNIFORM: "each value of the range is as likely",
    TRIANGULAR: "the value itself is the likeliest, an end other than the value is not reached",
    LOG_UNIFORM: "each ratio is as likely",
}
"""How likely the values of a range are."""


@dataclass(frozen=True)
class Figure:
    """One figure, where it comes from and how well it is known.

    Attributes
    ----------
    value : float, str, bool or None
        ``None`` where it follows from others.
    confidence : str
        One of ``presets.CONFIDENCES``; empty where there is nothing to trust, as of a name.
    source : str
        Where the figure can be looked up.
    kind : str
        One of `KINDS_OF_FIGURES`; empty where nobody doubts it.
    range : (float, float) or None
        Its lowest and highest value; of a figure that follows another, its own values at the lowest
        and the highest of that one.
    shape : str
        One of `SHAPES`; of a figure that follows another, "log-uniform" interpolates geometrically.
    options : tuple of (value, weight)
        In place of a range.
    reason : str
        Why this range.
    follows : str
        Dotted key of the figure that it follows; empty where it stands by itself.
    """

    value: Any
    confidence: str
    source: str
    kind: str = ""
    range: tuple[float, float] | None = None
    shape: str = UNIFORM
    options: tuple[tuple[Any, float], ...] = ()
    reason: str = ""
    follows: str = ""


def figure_of(row: Mapping[str, Any], section: str) -> Figure:
    """Read a row of a table.

    Parameters
    ----------
    row : mapping
        Fields of `Figure`, with the options by their values as text: ``{ bessel = 3, "5" = 1 }``.
    section : str
        Of the keys of ``follows`` that name none.
    """
    fields = dict(row)
    if "range" in fields:
        low, high = fields["range"]
        fields["range"] = (low, high)
    if "options" in fields:
        options = fields["options"].items()
        fields["options"] = tuple((value_of_text(text), weight) for text, weight in options)
    figure = Figure(**{"value": None, "confidence": "", "source": "", **fields})
    if figure.follows and "." not in figure.follows:
        return replace(figure, follows=f"{section}.{figure.follows}")
    return figure


def value_of_text(text: str) -> Any:
    """Read a value as an override has it: a TOML value, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
