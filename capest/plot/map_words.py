"""What a map says in words: the answer, who is never served, and where values are missing."""

from __future__ import annotations

import numpy as np

from capest.plot.map_places import is_selection, scenario_of
from capest.plot.map_values import CellValues
from capest.results.counted_beams import calls_where
from capest.results.figures import interval_text, number, people_unit, percent_text, value_text
from capest.results.layouts import has_layout
from capest.results.stored import Stored, stored_estimates
from capest.results.unserved import Unserved
from capest.results.who_is_served_text import amount_text
from capest.statistics.reduction import Estimate


def answer(stored: Stored, shown: CellValues, found: Unserved | None) -> str:
    """Title of a map or layout.

    Parameters
    ----------
    stored : Stored
    shown : CellValues
    found : Unserved or None
        Who is never served.
    """
    estimates = {(one.metric, one.statistic): one for one in stored_estimates(stored)}
    title = ""
    if shown.name == "cell_calls":
        title = _calls(stored, estimates)
    elif shown.name == "cell_throughput":
        title = _throughput(stored, estimates)
    if not title or is_selection(stored):
        return _range(shown, "beams" if has_layout(stored.names) else "cells")
    return title + (_never(stored, found) if found is not None else "")


def never_text(stored: Stored, found: Unserved) -> str:
    """Label of cells that were never served, with the people who live there."""
    who = amount_text(found.never_served.people) if found.never_served.people else ""
    people = f": {who} {_people(stored)} there" if who else ""
    return f"{nobody_served(stored, found)}{people}"


def nobody_served(stored: Stored, found: Unserved) -> str:
    """What did not happen in cells that were never served."""
    carried = f"no {_what(stored).removesuffix('s')} is carried"
    return f"{carried if found.what == 'calls' else 'nobody is served'} in {_trials(found)}"


def nobody_asked(found: Unserved) -> str:
    """What did not happen in cells without users."""
    return f"nobody asked in {_trials(found)}"


def never_limit(found: Unserved) -> str:
    """How sure it is that a cell is never served, as a sentence's part."""
    return (
        f"a hatched cell is served in at most {percent_text(found.most_share)} of trials "
        "(95 % confidence)"
    )


def _calls(stored: Stored, estimates: dict[tuple[str, str], Estimate]) -> str:
    calls, offered = estimates.get(("calls", "mean")), estimates.get(("calls_offered", "mean"))
    if calls is None or offered is None:
        return ""
    return (
        f"{value_text(calls)} {_what(stored)} at once{_sure(calls)}, of {value_text(offered)} who "
        f"ask{calls_where(estimates, *_beams(stored))}"
    )


def _what(stored: Stored) -> str:
    """What users ask for: nobody calls by text message."""
    preset = scenario_of(stored).get("service", {}).get("preset")
    return "messages" if preset == "message" else "calls"


def _throughput(stored: Stored, estimates: dict[tuple[str, str], Estimate]) -> str:
    found = estimates.get(("throughput", "mean"))
    if found is None:
        return ""
    users = estimates.get(("users", "mean"))
    to = f", for {value_text(users)} users who ask" if users is not None else ""
    counted, beams = _beams(stored)
    where = f" in the inner {counted:,} of {beams:,} beams" if counted != beams else ""
    return f"{value_text(found)} {people_unit(found.units)} at once{_sure(found)}{to}{where}"


def _sure(found: Estimate) -> str:
    interval = interval_text(found)
    return f", {interval}" if not found.note else " (how sure is not known)"


def _beams(stored: Stored) -> tuple[int, int]:
    """Beams that count and all beams of one satellite; zeros of a constellation."""
    if not has_layout(stored.names):
        return 0, 0
    return int((stored.values("cell_counted") != 0).sum()), int(stored.sizes["cell"])


def _never(stored: Stored, found: Unserved) -> str:
    """Who gets nothing, after the answer."""
    part = found.never_served
    if not part.cells:
        return ""
    if part.people:
        return (
            f"; {amount_text(part.people)} {_people(stored)} where {nobody_served(stored, found)}"
        )
    one, many = ("beam", "beams") if found.of_beams else ("cell", "cells")
    of = f"{part.cells:,} of {found.asking.cells:,} {many if found.asking.cells > 1 else one}"
    return f"; in {of} whose users ask, {nobody_served(stored, found)}"


def _people(stored: Stored) -> str:
    uncovered = scenario_of(stored).get("users", {}).get("placement") == "uncovered"
    return "people without a network live" if uncovered else "people live"


def _trials(found: Unserved) -> str:
    return "the one trial" if found.trials == 1 else f"any of {found.trials:,} trials"


def _range(shown: CellValues, cells: str) -> str:
    """From the lowest to the highest value, and the middle one."""
    values = shown.values[np.isfinite(shown.values)]
    name = f"{shown.long_name[:1].upper()}{shown.long_name[1:]}"
    if not len(values):
        return f"{name}: none of the {cells} has a value"
    low, middle, high = (short(each) for each in np.percentile(values, [0.0, 50.0, 100.0]))
    unit = f" {shown.unit}" if shown.unit else ""
    if low == high:
        return f"{name}: {low}{unit} in all {cells} with a value"
    return f"{name}: {low} to {high}{unit} over {cells}, {middle} in the middle one"


def short(value: float) -> str:
    """A number with three digits at least, thousands separated and no needless zeros."""
    if not np.isfinite(value):
        return number(float(value), 0)
    if abs(value) >= 1000.0:
        text = f"{value:,.0f}"
    else:
        text = np.format_float_positional(value, precision=3, fractional=False, trim="-")
    return text.replace("-", "−")
