"""What a scenario's result rests on: every figure that is read, as plain values for a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from capest.scenario.assumed.lookup import GIVEN, StatedFigure, stated_figures
from capest.scenario.origins import FOLLOWS, is_own
from capest.scenario.plain import plain
from capest.scenario.units import unit_of
from capest.scenario.write import automatic_values, dumped

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_FIELDS = ("confidence", "source", "kind", "range", "shape", "options", "reason", "follows")
_OF_A_RANGE = "shape"
_NO_FIGURES = ("title",)


def rests_on(scenario: Scenario) -> list[dict[str, Any]]:
    """Return every effective figure of a scenario with where it comes from.

    Returns
    -------
    list of dict
        ``key``, ``value``, ``unit`` and ``origin`` (see ``Scenario.origins``); ``confidence``,
        ``source``, ``kind``, ``range``, ``shape``, ``options``, ``reason`` and ``follows`` of
        ``figure.Figure`` as far as there are any; ``same``: further keys of the same figure;
        ``changed``: true where the value is neither a preset's nor the default; ``instead_of``: the
        value that it replaces then, if there is one. Keys without a value, which nobody gave, are
        left out.
    """
    usual = scenario.usual_values
    automatic = {
        **automatic_values(scenario),
        "uplink.interference": scenario.uplink_interference,
        "link.harq": scenario.harq,
    }
    return [
        _row(stated, scenario.origins, usual, automatic)
        for stated in stated_figures(scenario)
        if stated.key not in _NO_FIGURES
        and (stated.value is not None or automatic.get(stated.key) is not None)
    ]


def rests_on_json(scenario: Scenario) -> str:
    """Return `rests_on` as one line of JSON."""
    rows = rests_on(scenario)
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=str)


def _row(
    stated: StatedFigure, origins: Any, usual: dict[str, Any], automatic: dict[str, Any]
) -> dict[str, Any]:
    key, value = stated.key, stated.value
    origin = origins.get(key) or origins.get(key.rpartition(".")[0], GIVEN)
    if value is None:
        value, origin = automatic[key], "follows from other keys"
    row = {"key": key, "value": plain(dumped(value)), "unit": unit_of(key), "origin": origin}
    row |= dict(_of_figure(stated))
    by_hand = is_own(origin) or (origin.startswith(FOLLOWS) and stated.value is not None)
    if by_hand and stated.stated_by == GIVEN:
        row["changed"] = True
        if usual.get(key) is not None and usual[key] != value:
            row["instead_of"] = plain(dumped(usual[key]))
    if stated.same:
        row["same"] = list(stated.same)
    return {name: each for name, each in row.items() if each not in ("", None)}


def _of_figure(stated: StatedFigure) -> Iterator[tuple[str, Any]]:
    figure = stated.figure
    for name in _FIELDS:
        found = getattr(figure, name)
        if name == _OF_A_RANGE and figure.range is None:
            continue
        if found not in ("", None, ()):
            yield name, plain(found)
