"""When the objective of a network's beams is read, and the share that nobody is left without."""

from __future__ import annotations

from capest.scenario.reading import CALLS, ReadCondition, Values, chosen, has_calls
from capest.scenario.write import toml_value

_SEARCH = "local-search"


def maximises(values: Values) -> bool:
    """Tell whether a search looks for the best assignment: beams of cells do not take turns."""
    searched = values.get("cells.refinement", "none") == _SEARCH
    return bool(searched and values["beams.allocation"] == "all-on")


def _no_demand(values: Values) -> str | None:
    if values["cells.objective"] != "calls" or has_calls(values):
        return None
    return '"calls" counts calls, and no service has a guaranteed rate'


def _nothing_maximises(values: Values) -> str | None:
    objective = values["cells.objective"]
    if objective == "coverage" or maximises(values):
        return None
    return (
        f"{toml_value(objective)} is what a search maximises, and there is none (only "
        f'cells.refinement = "{_SEARCH}" is one); "coverage" acts on the assignment itself'
    )


def _no_first_room(values: Values) -> str | None:
    if values["cells.objective"] != "coverage":
        return None
    return (
        'with cells.objective = "coverage" a satellite holds as many cells as beams.slots let it '
        "light"
    )


def _no_search(values: Values) -> str | None:
    if values["cells.objective"] != "coverage":
        return None
    return (
        "a search darkens cells where that carries more, and cells.objective = "
        '"coverage" lights all that can be lit'
    )


MAY_DARKEN = ReadCondition('with `cells.objective` other than "coverage"', _no_search)
DEMANDED = ReadCondition(
    'with a service of guaranteed rate, or `cells.objective` other than "calls"',
    _no_demand,
    even_default=True,
    instead='write "throughput", which needs none, or a service such as service.preset = "voice"',
)
MAXIMISED = ReadCondition(
    f'with `cells.refinement` = "{_SEARCH}", or `cells.objective` = "coverage"', _nothing_maximises
)
NOT_COVERAGE = ReadCondition('with `cells.objective` other than "coverage"', _no_first_room)
COVERAGE = chosen("cells.objective", "coverage")


def _all_alike(values: Values) -> str | None:
    if CALLS.lacks(values) is None:
        return None
    return (
        "only with a service of guaranteed rate: users without one want no certain rate, and "
        "share the time of their beam by scheduler.policy without anybody coming first"
    )


WANTED = ReadCondition("with a service of guaranteed rate", _all_alike)
