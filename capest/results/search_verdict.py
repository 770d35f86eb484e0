"""What a local search of the assignment came to, in one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capest.results.figures import change_text, plain, value_text
from capest.results.stored import Stored
from capest.statistics.intervals import Interval
from capest.statistics.paired import mean_difference
from capest.statistics.reduction import Estimate

_CALLS, _START, _COUNTED = "calls", "calls_from_start", "calls_promised"


@dataclass(frozen=True)
class LocalSearch:
    """A local search of the assignment, over all trials.

    Attributes
    ----------
    objective : str
        What it maximised, of ``cells.objective``.
    gained_percent : Interval or None
        Calls of the end less those of the start, in percent of these, from pairs of trials;
        ``None`` where nobody calls, or the start carries none.
    """

    objective: str
    gained_percent: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        found: dict[str, Any] = {"objective": self.objective}
        if self.gained_percent is not None:
            gained = self.gained_percent
            found["calls_gained_percent"] = plain(gained.value)
            found["calls_gained_percent_ci95"] = [plain(gained.low), plain(gained.high)]
            found |= {"calls_gained_percent_note": gained.note} if gained.note else {}
        return found


def local_search(stored: Stored, scenario: Mapping[str, Any], trials: int) -> LocalSearch | None:
    """Find out what a search did; ``None`` where there was none.

    Parameters
    ----------
    stored : Stored
        A result.
    scenario : mapping
        Its scenario, tables by their names.
    trials : int
        Trials of the result.
    """
    cells = scenario.get("cells", {})
    objective = str(cells.get("objective", "calls"))
    if {_CALLS, _START} <= stored.names:
        end, start = (stored.values(name, slice(trials)) for name in (_CALLS, _START))
        gained = mean_difference(end, start).percent
        return LocalSearch(objective, None if math.isnan(gained.value) else gained)
    # Without calls the scenario alone tells.
    aimed = "constellation" in scenario and cells.get("layout") == "earth-fixed"
    steady = scenario.get("beams", {}).get("allocation") == "all-on"
    searched = aimed and steady and cells.get("refinement") == "local-search"
    return LocalSearch(objective, None) if searched and objective != "coverage" else None


def search_verdict(
    found: LocalSearch | None, estimates: Mapping[tuple[str, str], Estimate], guard_cells: int = 0
) -> str:
    """Say what a search came to; empty where there was none.

    Such as "local search: 422 calls at the start, 513 at the end (+21.6 % ±0.8 %), 519 as it
    counted".

    Parameters
    ----------
    found : LocalSearch or None
    estimates : mapping of (metric, statistic) to Estimate
    guard_cells : int
        Cells around the region, whose calls the search counts too.
    """
    if found is None:
        return ""
    maximised = f'it maximised cells.objective = "{found.objective}"'
    means = [estimates.get((name, "mean")) for name in (_START, _CALLS, _COUNTED)]
    if any(each is None for each in means):
        return f"local search: {maximised}"
    start, end, counted = (value_text(each) for each in means if each is not None)
    line = f"local search: {start} calls at the start, {end} at the end{_change(found)}"
    line += f", {counted} as it counted{', with guard cells' if guard_cells else ''}"
    return line if found.objective == "calls" else f"{line}; {maximised}, not calls"


def _change(found: LocalSearch) -> str:
    """The change in percent, in parentheses; empty where it is not known."""
    gained = found.gained_percent
    if gained is None:
        return ""
    shown = Estimate(_CALLS, "mean", gained.value, gained.low, gained.high, "percent", gained.note)
    value, _, interval = change_text(shown).partition(" ")
    return f" ({value} %)" if gained.note else f" ({value} %, {interval})"
