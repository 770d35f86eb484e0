"""What a map says in words: the answer, who is never served, and where values are missing."""

from __future__ import annotations

import numpy as np

from capest.plot.map_image import Without
from capest.plot.map_places import is_selection, scenario_of
from capest.plot.map_served import people_in
from capest.plot.map_values import CellValues
from capest.plot.service_words import asked_for
from capest.results.asked_in_vain import RARELY, WRONG
from capest.results.counted_beams import calls_where
from capest.results.figures import interval_text, number, people_unit, percent_text, value_text
from capest.results.layouts import has_layout
from capest.results.stored import Stored, stored_estimates
from capest.results.unserved import Unserved
from capest.results.who_is_served_text import amount_text
from capest.statistics.reduction import Estimate


def answer(stored: Stored, shown: CellValues, found: Unserved | None, kinds: np.ndarray) -> str:
    """Title of a map or layout.

    Parameters
    ----------
    stored : Stored
    shown : CellValues
    found : Unserved or None
        Who is never served.
    kinds : int64 array (cells,)
        From `map_image.without`.
    """
    estimates = {(one.metric, one.statistic): one for one in stored_estimates(stored)}
    title = ""
    if shown.name == "cell_calls":
        title = _calls(stored, estimates)
    elif shown.name == "cell_throughput":
        title = _throughput(stored, estimates)
    if not title or is_selection(stored):
        return _range(shown, "beams" if has_layout(stored.names) else "cells")
    # The title speaks of the cells that are hatched, and of all that were never served.
    hatched = np.flatnonzero(kinds == Without.NEVER_SERVED)
    is_told = found is not None and set(found.rarely_number) == set(hatched)
    return title + (_never(stored, found) if found is not None and is_told else "")


def in_vain_text(stored: Stored, found: Unserved, some: np.ndarray, kind: Without) -> str:
    """Label of cells without service, with the people who live in them.

    Parameters
    ----------
    stored : Stored
    found : Unserved
    some : bool array (cells,)
        Those that look so on the map.
    kind : Without
        ``NEVER_SERVED`` or ``ASKED_SELDOM``.
    """
    people = people_in(stored, some)
    where = f": {amount_text(people)} {_people(stored)} there" if people else ""
    if kind == Without.NEVER_SERVED:
        return f"{nobody_served(stored, found)}{where}"
    not_served, who = _not_served(stored, found), _who(stored, found)
    if found.rarely_served is None:
        return f"{not_served} in {_trials(found)}, maybe by chance{where}"
    if found.trials == 1:
        return f"{not_served}, but one trial is too few to tell{where}"
    return f"{not_served}, but too few of {found.trials:,} trials had {who} there to tell{where}"


def nobody_served(stored: Stored, found: Unserved) -> str:
    """What did not happen in cells that were never served, though users asked often."""
    return (
        f"{_not_served(stored, found)} in any of {found.least_asking_trials} or more trials with "
        f"{_who(stored, found)}"
    )


def _who(stored: Stored, found: Unserved) -> str:
    return "callers" if found.what == "calls" and asked_for(stored) == "calls" else "users"


def _not_served(stored: Stored, found: Unserved) -> str:
    carried = f"no {asked_for(stored).removesuffix('s')} is carried"
    return carried if found.what == "calls" else "nobody is served"


def nobody_asked(found: Unserved) -> str:
    """What did not happen in cells without users."""
    return f"nobody asked in {_trials(found)}"


def never_limit(stored: Stored, found: Unserved) -> str:
    """How sure it is that a cell is rarely served, as a sentence's part."""
    many = "beams" if found.of_beams else "cells"
    got = f"carry {asked_for(stored)}" if found.what == "calls" else "serve somebody"
    return (
        f"hatched {many} {got} in less than {percent_text(RARELY)} of the trials in which they are "
        f"asked (at most {percent_text(WRONG)} of them are named by chance; compare runs of "
        "equally many trials only)"
    )


def _calls(stored: Stored, estimates: dict[tuple[str, str], Estimate]) -> str:
    calls, offered = estimates.get(("calls", "mean")), estimates.get(("calls_offered", "mean"))
    if calls is None or offered is None:
        return ""
    return (
        f"{value_text(calls)} {asked_for(stored)} at once{_sure(calls)}, of {value_text(offered)} "
        f"who ask{calls_where(estimates, *_beams(stored))}"
    )


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
    if not found.never_served.cells:
        return ""
    part = found.rarely_served
    if part is None:
        return "; the file does not say in how many trials users of a cell ask"
    if not part.cells:
        trials = f"{found.trials:,} trials are" if found.trials > 1 else "one trial is"
        return f"; {trials} too few to tell where {_not_served(stored, found)}"
    if part.people:
        return (
            f"; {amount_text(part.people)} {_people(stored)} where {nobody_served(stored, found)}"
        )
    one, many = ("beam", "beams") if found.of_beams else ("cell", "cells")
    of = f"{part.cells:,} of {found.asking.cells:,} {many if found.asking.cells > 1 else one}"
    return f"; in {of} {nobody_served(stored, found)}"


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
