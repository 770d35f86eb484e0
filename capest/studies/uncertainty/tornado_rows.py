"""What every assumption is worth alone, the largest first: rows of a tornado."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

from capest.statistics.intervals import Interval
from capest.studies.uncertainty.study_model import PairedAnswer, StudiedFigure, Study


@dataclass(frozen=True)
class TornadoRow:
    """One assumption with the answers at its ends, those of a choice by their size."""

    key: str
    kind: str
    centre: str
    ends: tuple[tuple[str, PairedAnswer], ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether the answer is the same at all ends, in every trial or on the whole."""
        return all(answer.difference.value == 0.0 for _, answer in self.ends)

    @property
    def size(self) -> float:
        """Largest change that it makes alone."""
        changes = [abs(answer.difference.value) for _, answer in self.ends]
        return max((each for each in changes if not math.isnan(each)), default=0.0)


def rows_of(study: Study, found: StudiedFigure) -> list[TornadoRow]:
    """Assumptions by what they are worth, the largest first."""
    rows = []
    for place, assumption in enumerate(study.assumptions):
        ends = tuple(
            (end.value, answer)
            for end, answer in zip(study.ends, found.ends, strict=True)
            if end.assumption == place
        )
        if ends:
            rows.append(TornadoRow(assumption.key, assumption.kind, assumption.centre, ends))
    return sorted(rows, key=lambda row: -row.size)


def cut_value(text: str, longest: int) -> str:
    """A value without its quotes, its end left out where it is long."""
    plain = text.strip('"')
    with contextlib.suppress(ValueError):
        plain = f"{float(plain):.6g}"
    return plain if len(plain) <= longest else f"{plain[: longest - 3]}..."


def places_of(base: Interval) -> int:
    """Decimals that four significant digits of an answer have, two at most."""
    size = abs(base.value)
    if not (0 < size < math.inf):
        return 2
    return min(2, max(0, 3 - math.floor(math.log10(size))))


def change_of(answer: PairedAnswer, is_amount: bool) -> str:
    """A change in percent, or in dB."""
    if is_amount and not math.isnan(answer.percent.value):
        return f"{answer.percent.value:+,.1f} %"
    if math.isnan(answer.difference.value):
        return "n/a"
    return f"{answer.difference.value:+.2f}{'' if is_amount else ' dB'}"
