"""Which beams or cells the figures are of, and a satellite's total over all beams beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from capest.results.figures import interval_text, value_text
from capest.statistics.quantities import ALL_BEAMS
from capest.statistics.reduction import Estimate

RIM_NOTE = "Totals of all beams include the rim, which lacks neighbours that interfere."

Row = tuple[str, Estimate, str]


def which_beams(counted: int, beams: int) -> str:
    """Say which beams the figures are of.

    Parameters
    ----------
    counted, beams : int
        Beams that count in the statistics, and all beams of the satellite.

    Returns
    -------
    str
        Empty without beams: those of a constellation all count.
    """
    if beams == 0:
        return ""
    if beams == 1:
        return "Figures are of the only beam."
    if counted == beams:
        return f"Figures are of all {beams:,} beams; those at the rim lack outer neighbours."
    inner = f"the inner {counted:,}" if counted > 1 else "the central one"
    others = beams - counted
    rest = f"the other {others:,} only interfere" if others > 1 else "the other one only interferes"
    return f"Figures are of {inner} of {beams:,} beams; {rest}."


def which_cells(cells: int, guard: int) -> str:
    """Say which cells of a region the figures are of, empty without guard cells.

    Parameters
    ----------
    cells, guard : int
        Cells of the region, and guard cells around it.
    """
    if guard == 0:
        return ""
    return f"Figures are of the region's {_counted(cells, 'cell')}{guard_words(guard)}."


def guard_words(guard: int) -> str:
    """Say what guard cells do, such as "; 53 guard cells around it are served and not counted"."""
    if guard == 0:
        return ""
    verb = "is" if guard == 1 else "are"
    return f"; {_counted(guard, 'guard cell')} around it {verb} served and not counted"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def calls_where(estimates: Mapping[tuple[str, str], Estimate], counted: int, beams: int) -> str:
    """Say where calls are carried, and how many the satellite carries; empty if all beams count."""
    if counted == beams:
        return ""
    found = f" in the inner {counted:,} of {beams:,} beams"
    total = estimates.get(("calls_all_beams", "mean"))
    if total is None:
        return found
    how_sure = "" if total.note else f" {interval_text(total)}"
    return f"{found}, {value_text(total)}{how_sure} in all {beams:,}"


def with_totals(
    rows: Sequence[Row], estimates: Mapping[tuple[str, str], Estimate], counted: int, beams: int
) -> list[Row]:
    """Put the satellite's total under each row that has one, unless all beams count.

    Parameters
    ----------
    rows : sequence of (label, Estimate, unit)
        Means over trials.
    estimates : mapping of (metric, statistic) to Estimate
    counted, beams : int
        As of `which_beams`.
    """
    if counted == beams:
        return list(rows)
    found: list[Row] = []
    waiting: list[Row] = []
    for label, estimate, unit in rows:
        # Parts of a figure stay under it, so that they are not taken for parts of the total.
        if not label.startswith("of these"):
            found += waiting
            waiting = []
        found.append((label, estimate, unit))
        total = estimates.get((f"{estimate.metric}_all_beams", "mean"))
        if total is None or estimate.metric not in ALL_BEAMS.values():
            continue
        if estimate.metric == "calls":
            unit = f"of {value_text(estimates['calls_offered_all_beams', 'mean'])}"
        waiting = [(f"  of all {beams:,} beams", total, unit)]
    return found + waiting
