"""The differences of two results as a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from capest.results.changed import title_as_run
from capest.results.columns import in_columns, printable, wrapped
from capest.results.differences import Difference, differences, trials_of
from capest.results.figures import change_text, interval_text, people_unit, value_text
from capest.results.sweep_figures import one_point
from capest.results.sweep_file import AXES, KEY, key_of
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr

WIDTH = 80


class Differences(Sequence[Difference]):
    """Differences of all figures of two results; prints as a table of 80 columns.

    ``found["throughput", "mean"]`` is the difference of one figure; iterating gives all.

    Parameters
    ----------
    found : sequence of Difference
    values, reference : str
        What is compared.
    """

    def __init__(self, found: Sequence[Difference], values: str, reference: str) -> None:
        self._found = tuple(found)
        self.values, self.reference = values, reference

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self._found)

    def __getitem__(self, which: Any) -> Any:
        """By number, or by metric and statistic.

        Raises
        ------
        KeyError
            No such figure in both results.
        """
        if not isinstance(which, tuple):
            return self._found[which]
        for found in self._found:
            if (found.metric, found.statistic) == which:
                return found
        raise KeyError(which)

    def to_list(self) -> list[dict[str, Any]]:
        """Plain values that JSON can hold: metric, statistic, unit, and ``Difference.to_dict``."""
        return [
            {"metric": each.metric, "statistic": each.statistic, "unit": each.units}
            | each.to_dict()
            for each in self._found
        ]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings and cells."""
        rows = [
            [
                f"{each.metric}.{each.statistic}",
                change_text(each.estimate()),
                people_unit(each.units),
                _percent(each),
            ]
            for each in self._found
        ]
        return ["figure", "difference", "unit", "percent"], rows

    @property
    def pairs(self) -> str:
        """What the intervals come from."""
        apart = [f"{each.metric}.{each.statistic}" for each in self._found if not each.paired]
        if len(apart) == len(self._found):
            return (
                "After each difference its 95 % interval, of independent runs: nothing is paired."
            )
        but = f"; not paired, as of independent runs: {_some(apart)}" if apart else ""
        both = next((each.common_trials for each in self._found if each.common_trials), None)
        trials = "trials" if both is None else f"the {both:,} trials that both have"
        return f"After each difference its 95 % interval, from pairs of {trials}{but}."

    def lines(self, width: int = WIDTH) -> list[str]:
        """Lines of the table, for a terminal of so many columns."""
        headers, rows = self.table()
        found = wrapped(f"{self.values} less {self.reference}", width)
        found += ["", *in_columns(headers, rows, width), ""]
        found += wrapped(self.pairs, width)
        notes: dict[str, list[str]] = {}
        for each in self._found:
            if each.note:
                notes.setdefault(each.note, []).append(f"{each.metric}.{each.statistic}")
        for note, names in notes.items():
            found += wrapped(f"{note[:1].upper()}{note[1:]} ({_some(names)}).", width, "  ")
        return found

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from html import escape

        headers, rows = self.table()
        head = "".join(f"<th>{escape(name)}</th>" for name in headers)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        title = escape(f"{self.values} less {self.reference}")
        return (
            f"<div><strong>{title}</strong><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )


def differences_of(values: xr.Dataset, reference: xr.Dataset) -> Differences:
    """Compare two results, or two points of sweeps; see ``ds.capest.difference_to``."""
    ours, theirs = one_point(values), one_point(reference)
    found = differences(trials_of(ours), trials_of(theirs))
    return Differences(list(found), _title(ours), _title(theirs))


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= 4 else [*names[:3], f"and {len(names) - 3} figures more"]
    return ", ".join(shown)


def _title(dataset: xr.Dataset) -> str:
    """Values of a sweep's axes, or the title of a result."""
    if AXES in dataset.attrs:
        coordinates = (each for each in dataset.coords.values() if KEY in each.attrs)
        return printable(", ".join(f"{key_of(each)} = {each.values[()]}" for each in coordinates))
    return title_as_run(dataset.attrs) or "result"


def _percent(found: Difference) -> str:
    ends = (found.percent, found.percent_low, found.percent_high)
    if math.isnan(ends[0]):
        return ""
    shown = Estimate(found.metric, found.statistic, *ends, "percent", found.note)
    if found.note or math.isnan(ends[1]):
        return f"{'+' if ends[0] > 0 else ''}{value_text(shown)} %"
    sign = "+" if ends[0] > 0 else ""
    return f"{sign}{value_text(shown)} {interval_text(shown)} %"
