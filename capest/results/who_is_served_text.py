"""Who is served and who is not, in sentences and in a table for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping

from capest.results.asked_in_vain import RARELY, WRONG
from capest.results.by_density import DensityGroup
from capest.results.columns import in_columns, wrapped
from capest.results.figures import percent_text, value_text
from capest.results.unserved import PartOfCells, Unserved
from capest.results.who_is_served import WhoIsServed
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import SHORT_REASONS

WIDTH = 80
_REASONS_NAMED = 3
_FEWEST_TENTHS = 3
"""With fewer the least dense and the densest say it all."""


def sentences(found: WhoIsServed) -> list[str]:
    """Say who is never served, and how evenly calls or users are; a few lines.

    Parameters
    ----------
    found : WhoIsServed
    """
    lines = unserved_sentences(found.unserved)
    rough = (
        "People are counted where the centres of places are: the file of an earlier version does "
        "not say where they live."
    )
    lines += [
        _evenly(found),
        _by_tenths(found),
        _with_minimum(found),
        rough if found.rough_people else "",
    ]
    return [line for line in lines if line]


def unserved_sentences(found: Unserved) -> list[str]:
    """Say which cells no trial served, which had the minimum alone, and where nobody asked."""
    lines = (_never(found), _minimum_only(found), _asked_never(found))
    return [line for line in lines if line]


def never_served_line(found: WhoIsServed) -> str:
    """Say how many people no trial served; empty where there are none, or nobody knows how many."""
    whole = found.unserved
    never, rarely, seldom = whole.never_served, whole.rarely_served, whole.asked_seldom
    if not never.cells or not never.people or never.people_share is None:
        return ""
    _, many = _cells(whole)
    of = f"{whole.asking.cells:,} {many} whose users asked"
    if rarely is None or not rarely.cells:
        return (
            f"served in none of {_counted(whole.trials)}: {_people(never)}, in {never.cells:,} of "
            f"{of}; {too_few(whole)}"
        )
    line = (
        f"never served in any of {whole.least_asking_trials} or more trials in which they asked: "
        f"{_people(rarely)}, in {rarely.cells:,} of {of}"
    )
    if seldom is not None and seldom.people:
        line += f"; {amount_text(seldom.people)} more where too few trials had users to tell"
    return line


def too_few(found: Unserved) -> str:
    """Say that no cell is told to be served rarely, and why."""
    if found.rarely_served is None:
        return "the file does not say in how many trials they asked, so chance is not ruled out"
    trials = f"{found.trials:,} trials are" if found.trials > 1 else "one trial is"
    return f"{trials} too few to rule out chance"


def density_table(found: WhoIsServed, width: int) -> list[str]:
    """Lines of the table by density of people, or why there is none.

    Parameters
    ----------
    found : WhoIsServed
    width : int
        Columns of the terminal.
    """
    if not found.by_density:
        return wrapped(f"no groups by density: {found.why_no_groups}", width)
    calls = found.unserved.what == "calls"
    of_people = found.by_density[0].people is not None
    with_minimum = found.by_density[0].at_minimum is not None

    def share_text(group: DensityGroup, name: str) -> str:
        return "" if group.asked == 0 else percent_text(group.shares[name])

    headers = (
        "tenth",
        f"{'people' if of_people else 'users'} per km²",
        *(("people",) if of_people else ()),
        *("cells", "km²", f"{found.unserved.what}, asked", "carried" if calls else "served"),
        "share",
        *(("minimum alone", "share with it") if with_minimum else ()),
    )
    rows = [
        (
            f"{number}",
            f"{amount_text(group.lowest_per_km2)} to {amount_text(group.highest_per_km2)}",
            *(() if group.people is None else (amount_text(group.people),)),
            *(amount_text(group.cells), amount_text(group.area_km2), amount_text(group.asked)),
            *(amount_text(group.served), share_text(group, "share")),
            *(
                ()
                if group.at_minimum is None
                else (amount_text(group.at_minimum), share_text(group, "share_with_minimum"))
            ),
        )
        for number, group in enumerate(found.by_density, 1)
    ]
    return in_columns(headers, rows, width)


def dark_rows(
    estimates: Mapping[tuple[str, str], Estimate], *, of_beams: bool
) -> list[tuple[str, Estimate, str]]:
    """Label, estimate and unit of cells whose users ask and have no beam; of beams if any is so.

    Parameters
    ----------
    estimates : mapping of (metric, statistic) to Estimate
    of_beams : bool
        Cells are beams of one satellite.
    """
    dark = estimates.get(("cells_dark", "mean"))
    # Files of earlier versions do not say.
    if dark is None:
        return []
    asking = f"of {value_text(estimates['cells_asking', 'mean'])}"
    if of_beams:
        return [("beams with users left dark", dark, asking)] if dark.value > 0.0 else []
    if not dark.value > 0.0:
        return [("cells with users left dark", dark, asking)]
    in_view = estimates["cells_dark_in_view", "mean"]
    return [
        ("cells with users left dark", dark, asking),
        ("  a satellite might serve", in_view, "of these"),
    ]


def _never(found: Unserved) -> str:
    """Who asked in vain in every trial."""
    trials = _counted(found.trials)
    if found.asking.cells == 0:
        return f"No user asked in {trials}."
    one, many = _cells(found)
    never, asking = found.never_served, found.asking.cells
    if never.cells == 0:
        got = "carried a call" if found.what == "calls" else "had a user served"
        if found.minimum_only is not None and found.minimum_only.cells:
            got = "carried a call, or had callers at the minimum,"
        which = f"All {asking:,} {many}" if asking > 1 else f"The {one}"
        return f"{which} whose users asked {got} in some of {trials}."
    text = (
        f"Never served in {trials}: {never.cells:,} of {asking:,} {many} whose users asked "
        f"({percent_text(never.cells / asking)}), with {_amounts(never, found.what)}"
    )
    if found.reasons:
        named = list(found.reasons.items())[:_REASONS_NAMED]
        why = ", ".join(f"{SHORT_REASONS[reason]} {percent_text(part)}" for reason, part in named)
        text += f"; {'refused there' if found.what == 'calls' else 'reasons, by cell'}: {why}"
    return f"{text}. {_how_surely(found)} Fewer trials find more by chance."


def _how_surely(found: Unserved) -> str:
    """Which of the cells never served are served rarely, and of which too little is known."""
    rarely, seldom, (one, many) = found.rarely_served, found.asked_seldom, _cells(found)
    if rarely is None or seldom is None or not rarely.cells:
        return f"How many of these are served rarely is not known: {too_few(found)}."
    is_served, asks = ("is served", "it asks") if rarely.cells == 1 else ("are served", "they ask")
    chance = f"at most {percent_text(WRONG)} of these {many} are named by chance"
    if rarely.cells == 1:
        chance = f"named by chance with a probability of {percent_text(WRONG)} at most"
    text = (
        f"Of these, {rarely.cells:,} {one if rarely.cells == 1 else many}, with "
        f"{_amounts(rarely, found.what)}, asked in {found.least_asking_trials} trials or more, and "
        f"{is_served} in less than {percent_text(RARELY)} of those in which {asks} ({chance})"
    )
    if not seldom.cells:
        return f"{text}."
    of_people = f", with {_people(seldom)}," if _people(seldom) else ""
    return f"{text}; {seldom.cells:,} more{of_people} asked in too few to tell."


def _counted(trials: int) -> str:
    return f"{trials:,} trial" + ("" if trials == 1 else "s")


def _minimum_only(found: Unserved) -> str:
    """Where callers hold the minimum and no call was carried."""
    part, (_, many) = found.minimum_only, _cells(found)
    if part is None or part.cells == 0:
        return ""
    callers = amount_text(found.minimum_callers)
    return (
        f"The minimum alone: in {part.cells:,} of {found.asking.cells:,} {many} whose users asked "
        f"({percent_text(part.cells / found.asking.cells)}), with {_amounts(part, found.what)}, no "
        f"call was carried, but callers hold the minimum or an equal part of their beam there, "
        f"{callers} a trial."
    )


def _with_minimum(found: WhoIsServed) -> str:
    """Shares of the thinnest and the densest tenth with those who hold the minimum."""
    groups = [group for group in found.by_density if group.asked > 0.0]
    if len(groups) < 2 or groups[0].at_minimum is None:
        return ""
    thin, dense = (percent_text(groups[k].shares["share_with_minimum"]) for k in (0, -1))
    return (
        f"With those who hold the minimum or an equal part: {thin} in the least dense tenth, "
        f"{dense} in the densest."
    )


def _asked_never(found: Unserved) -> str:
    """Where nobody asked."""
    never, (one, many) = found.never_asked, _cells(found)
    if never.cells == 0 or found.asking.cells == 0:
        return ""
    counted = f"{never.cells:,} {one if never.cells == 1 else many}"
    where = ", ".join(filter(None, [_people(never), _area(never)]))
    return f"No user ever asked in {counted} more{f', with {where}' if where else ''}."


def _evenly(found: WhoIsServed) -> str:
    """Shares of the thinnest and the densest tenth, and Jain's index."""
    groups = [group for group in found.by_density if group.asked > 0.0]
    parts = []
    if len(groups) > 1:
        thin, dense = groups[0], groups[-1]
        tenth = "densely settled tenth of the people"
        if thin.people is None:
            tenth = "dense tenth of users"
        parts.append(
            f"{percent_text(thin.share)} in the least {tenth} "
            f"(up to {amount_text(thin.highest_per_km2)} per km²), {percent_text(dense.share)} in "
            f"the densest (from {amount_text(dense.lowest_per_km2)})"
        )
    if not math.isnan(found.jain_over_cells):
        index = f"{found.jain_over_cells:.2f}"
        parts.append(f"Jain's index over {_cells(found.unserved)[1]} {index}")
    what = "Calls carried" if found.unserved.what == "calls" else "Users served"
    return f"{what}: {'; '.join(parts)}." if parts else ""


def _by_tenths(found: WhoIsServed) -> str:
    """Share of every tenth, from thinly to densely settled."""
    groups = [group for group in found.by_density if group.asked > 0.0]
    if len(groups) < _FEWEST_TENTHS:
        return ""
    of_people = groups[0].people is not None
    # The sign stands once, at the end.
    shares = [percent_text(group.share).removesuffix(" %") for group in groups]
    return (
        f"By tenths of the {'people' if of_people else 'users'}, from the least densely settled to "
        f"the densest: {', '.join(shares)} %."
    )


def _amounts(part: PartOfCells, what: str) -> str:
    """People, or who asked, and area, with their shares of all."""
    asked = f"{percent_text(part.asked_share)} of all {what}"
    return ", ".join(filter(None, [_people(part) or asked, _area(part)]))


def _people(part: PartOfCells) -> str:
    if part.people is None or part.people_share is None:
        return ""
    return f"{amount_text(part.people)} people ({percent_text(part.people_share)})"


def _area(part: PartOfCells) -> str:
    if part.area_km2 is None or part.area_share is None:
        return ""
    return f"{amount_text(part.area_km2)} km² ({percent_text(part.area_share)})"


def _cells(found: Unserved) -> tuple[str, str]:
    return ("beam", "beams") if found.of_beams else ("cell", "cells")


def amount_text(amount: float) -> str:
    """A number with three digits, such as "14.7 million", "262,000" or "37"."""
    if amount >= 999_500.0:
        millions = amount / 1e6
        return f"{millions:,.{1 if millions < 99.95 else 0}f} million"
    if amount < 1.0:
        return f"{amount:.2g}"
    step = 10.0 ** max(0, math.floor(math.log10(amount)) - 2)
    rounded = round(amount / step) * step
    return f"{rounded:,.0f}" if amount >= 10.0 else f"{amount:,.1f}"
