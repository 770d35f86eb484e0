"""The tornado of a figure: what every assumption is worth alone, the largest first."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from capest.results.bars import two_sided
from capest.results.figures import number, people_unit
from capest.studies.uncertainty.study_model import StudiedFigure, Study
from capest.studies.uncertainty.tornado_rows import change_of, cut_value, places_of, rows_of

_WIDTH = 80
_SIDE = 16
_VALUE = 20


def tornado_lines(study: Study, found: StudiedFigure, *, ascii_only: bool = False) -> Iterator[str]:
    """Lines of at most 80 columns: key, value, answer, change and bar of every end."""
    figure = found.figure
    unit = people_unit(figure.units)
    places = places_of(found.base)
    rows = rows_of(study, found)
    most = max((row.size for row in rows), default=0.0)
    base = number(found.base.value, places)
    said = (
        f"{figure.label}, one assumption at a time, {study.about.get('paired_trials')} trials each"
    )
    yield from textwrap.wrap(f"{said}; at stated values {base} {unit}", _WIDTH)
    if found.base.note:
        yield from textwrap.wrap(f"  at stated values: {found.base.note}", _WIDTH)
    yield f"  {'value':>{_VALUE}} {'answer':>10} {'change':>9}"
    for row in rows:
        if row.changes_nothing:
            continue
        yield f"{row.key} = {cut_value(row.centre, 30)}"[:_WIDTH]
        for value, answer in row.ends:
            moved = answer.difference.value
            bar = two_sided(moved, math.nan, most, _SIDE, ascii_only=ascii_only)
            yield (
                f"  {cut_value(value, _VALUE):>{_VALUE}} "
                f"{number(answer.value.value, places):>10} "
                f"{change_of(answer, figure.is_amount):>9}  {bar}"
            ).rstrip()
    yield from textwrap.wrap(_how_sure(found), _WIDTH, subsequent_indent="  ")
    if idle := [row.key for row in rows if row.changes_nothing]:
        yield from textwrap.wrap(
            f"no change at any end: {', '.join(idle)}",
            _WIDTH,
            subsequent_indent="  ",
            break_on_hyphens=False,
        )


def _how_sure(found: StudiedFigure) -> str:
    """How well so few trials know the changes."""
    in_percent = found.figure.is_amount
    changes = [answer.percent if in_percent else answer.difference for answer in found.ends]
    halves = [max(each.high - each.value, each.value - each.low) for each in changes]
    known = [half for half in halves if math.isfinite(half)]
    if not known:
        return "how sure these changes are is not known: so few trials do not tell"
    unit = "percent of the answer at stated values" if in_percent else "dB"
    worst = number(max(known), 0 if max(known) >= 10.0 else 1)
    return f"by chance each change is uncertain by at most ±{worst} {unit} (95 %)"
