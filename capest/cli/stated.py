"""How far off a key of a scenario may be, for ``capest explain``: in lines and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capest.scenario.figure import Figure

_MOST_NAMES = 3


def stated_in_words(key: str) -> Iterator[tuple[str, str]]:
    """Yield labels and texts of what the defaults state of a key, and of what presets do.

    A line without a label goes on with the list of the one before.

    Parameters
    ----------
    key : str
        Dotted; a key of a table of shells has the statements of presets on the same key of
        ``[satellite]``.
    """
    from capest.scenario.figure_words import range_text, value_text
    from capest.scenario.reference_page import same_meaning
    from capest.scenario.stated_of_key import default_of, followers_of, statements_of
    from capest.scenario.units import unit_of

    unit, same = unit_of(key), same_meaning(key)
    default = default_of(key)
    if key.startswith("run."):
        yield "kind", "no assumption: how much is computed, and how"
    elif default is not None:
        yield from _of_default(default, unit)
    yield "followed by", ", ".join(followers_of(same))
    grouped: dict[str, tuple[str, ...]] = {}
    for one, names in statements_of(same).items():
        if range_text(one.figure):
            rules = ' by rules = "0.3"' if one.by_rules else ""
            text = f"{value_text(one.figure.value, unit)}{rules} ({_in_short(one.figure, unit)})"
            grouped[text] = (*grouped.get(text, ()), *names)
    labels = ("presets state", *[""] * len(grouped))
    for label, (text, names) in zip(labels, grouped.items(), strict=False):
        yield label, f"{text}: {_some(names)}"


def _of_default(figure: Figure, unit: str) -> Iterator[tuple[str, str]]:
    from capest.scenario.figure import KINDS_OF_FIGURES, SHAPES
    from capest.scenario.figure_words import range_text
    from capest.scenario.presets import CONFIDENCES

    if figure.kind:
        yield "kind", f"{figure.kind}; {KINDS_OF_FIGURES[figure.kind]}"
    if figure.confidence:
        yield "confidence", f"{figure.confidence}: {CONFIDENCES[figure.confidence]}"
    yield ("options" if figure.options else "range"), range_text(figure, unit)
    if figure.range is not None and figure.kind != "decision" and not figure.follows:
        yield "shape", f"{figure.shape}: {SHAPES[figure.shape]}"
    yield "reason", figure.reason
    yield "follows", figure.follows


def _in_short(figure: Figure, unit: str) -> str:
    """Range with its shape, or options, and the confidence."""
    from capest.scenario.figure_words import range_text, shape_text

    spread = ", ".join(filter(None, (range_text(figure, unit), shape_text(figure))))
    return f"{spread}; {', '.join(filter(None, (figure.kind, figure.confidence)))}"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"


def stated_as_dict(key: str) -> dict[str, Any]:
    """Return the same as plain values, with the reasons and sources of presets too.

    Parameters
    ----------
    key : str
        As of `stated_in_words`.
    """
    from capest.scenario.reference_page import same_meaning
    from capest.scenario.stated_of_key import default_of, followers_of, statements_of

    default, same = default_of(key), same_meaning(key)
    return {
        "stated": None if default is None else {"value": default.value, **figure_as_dict(default)},
        "stated_by_presets": [
            {
                "names": list(names),
                "value": one.figure.value,
                "source": one.figure.source,
                "by_rules": one.by_rules,
                **figure_as_dict(one.figure),
            }
            for one, names in statements_of(same).items()
        ],
        "followed_by": list(followers_of(same)),
    }


def figure_as_dict(figure: Figure) -> dict[str, Any]:
    """Return how well a figure is known as plain values, without value and source.

    Parameters
    ----------
    figure : Figure
    """
    return {
        "kind": figure.kind,
        "confidence": figure.confidence,
        "range": None if figure.range is None else list(figure.range),
        "shape": None if figure.range is None else figure.shape,
        "options": [{"value": value, "weight": weight} for value, weight in figure.options],
        "reason": figure.reason,
        "follows": figure.follows or None,
    }
