"""The summary of a sweep: headline figures of every point, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capest.results.changed import changed_line
from capest.results.columns import in_columns, printable, wrapped
from capest.results.counted_beams import RIM_NOTE, which_beams
from capest.results.differences import Difference
from capest.results.figures import (
    change_text,
    interval_text,
    plain,
    scaled,
    sentence,
    value_text,
)
from capest.results.left_out import left_out, rules_words
from capest.results.sweep_figures import (
    SweepPoint,
    axes_of_dataset,
    plain_value,
    points_of_dataset,
)
from capest.results.sweep_file import DIFFERENCE_TO, KEY, key_of
from capest.statistics.quantities import QUANTITIES
from capest.statistics.quantity import Quantity, When
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr

WIDTH = 80


def _place(row: Quantity) -> tuple[bool, bool, bool]:
    """Calls first, then what is averaged over trials, users, and shares."""
    of_calls = any(each.when is When.CALLS for each in row.when)
    return not of_calls, bool(row.share), not row.mean


HEADLINE_COLUMNS = tuple(
    (row.name, "mean", row.column, 100.0)
    if row.is_share
    else (row.name, "mean" if row.mean else "p50", row.column, 1.0)
    for row in sorted(QUANTITIES, key=_place)
    if row.column
)
"""Metric, statistic, heading and factor of the table's columns."""


class SweepSummary:
    """Headline figures of a sweep; prints as a table of 80 columns and as HTML.

    Parameters
    ----------
    dataset : xarray.Dataset
        A sweep of capest, or what is selected of one.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        # Everything is read now: the file may be closed when the summary is printed.
        self._attributes = dict(dataset.attrs)
        names = axes_of_dataset(dataset)
        self.axes: tuple[str, ...] = tuple(key_of(dataset[name]) for name in names)
        self.points = points_of_dataset(dataset)
        selected = (coordinate for coordinate in dataset.coords.values() if not coordinate.ndim)
        self._selected = [
            f"{key_of(one)} = {_shown(plain_value(one.values[()]))}"
            for one in selected
            if KEY in one.attrs
        ]

    @property
    def heading(self) -> str:
        """One line: title, points and trials."""
        trials = {point.sizes["trials"] for point in self.points}
        each = f"{min(trials):,} to {max(trials):,}" if len(trials) > 1 else f"{max(trials):,}"
        count = len(self.points)
        title = printable(str(self._attributes.get("title", "sweep")))
        parts = [title, " × ".join(map(printable, self.axes))] if self.axes else [title]
        parts += map(printable, self._selected)
        if words := rules_words(self._attributes):
            parts.append(words)
        return " · ".join([*parts, f"{count:,} point{'s' * (count > 1)} × {each} trials"])

    @property
    def changed(self) -> str:
        """What differs from presets and defaults at all points; empty if nothing, or not known."""
        return changed_line(self._attributes)

    @property
    def counted_beams(self) -> str:
        """Which beams the figures are of, if it is the same at all points."""
        found = {_beams(point) for point in self.points}
        return which_beams(*found.pop()) if len(found) == 1 else ""

    @property
    def notes(self) -> list[str]:
        """What the user should know of all points, and of some."""
        lines = []
        if any(counted != beams for counted, beams in map(_beams, self.points)):
            lines.append(RIM_NOTE)
        lines.append("After each figure its 95 % confidence interval.")
        if any(column[0] == "calls_on_fading" for column in self._telling_columns()):
            lines.append("By fading: calls that rest on shadow fading above free space.")
        lines += self._of_differences()
        effects = left_out(self._attributes)
        lines += [f"{effects[0].upper()}{effects[1:]}."] if effects else []
        notes = str(self._attributes.get("notes", "")).splitlines()
        some = str(self._attributes.get("notes_of_some_points", "")).splitlines()
        lines += [f"Note: {sentence(printable(note))}" for note in notes]
        return lines + [f"At some points: {sentence(printable(note))}" for note in some]

    def _of_differences(self) -> list[str]:
        """What Δ is, of the columns that are shown."""
        columns = [(metric, statistic) for metric, statistic, *_ in self._telling_columns()]
        shown = [
            found
            for point in self.points
            for column in columns
            if (found := point.differences.get(column))
        ]
        if not shown:
            return []
        first = printable(str(self._attributes.get(DIFFERENCE_TO, "the first point")))
        lines = []
        if any(found.paired for found in shown):
            lines.append(f"Δ: difference to {first}, with its interval from pairs of trials.")
        both = sorted({found.common_trials for found in shown if found.common_trials})
        trials = {point.sizes["trials"] for point in self.points}
        if both and not trials <= {both[0]}:
            count = f"{both[0]:,}" if len(both) == 1 else f"{both[0]:,} to {both[-1]:,}"
            lines.append(
                f"Δ is of the {count} trials that a point and the first have in common, not of all "
                "that the figures are of."
            )
        if not all(found.paired for found in shown):
            which = "of other seeds, or of blocks that do not fit" if lines else f"to {first}"
            lines.append(f"Δ {which}: difference of independent runs; trials make no pairs.")
        if any(found.note.startswith("same") for found in shown):
            lines.append("Same: equal in all trials.")
        return lines

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headings, those of the axes first, and the cells of every point."""
        sizes = self._telling_sizes()
        columns = self._telling_columns()
        headers = [printable(key) for key in self.axes] + [heading for heading, _ in sizes]
        compared = {name for point in self.points for name in point.differences}
        for metric, statistic, heading, _ in columns:
            headers += [heading, *([f"Δ {heading}"] if (metric, statistic) in compared else [])]
        rows = []
        for point in self.points:
            cells = [_shown(value) for value in point.place.values()]
            cells += [texts(point) for _, texts in sizes]
            for metric, statistic, _, factor in columns:
                found = point.estimates.get((metric, statistic))
                cells.append("n/a" if found is None else _cell(scaled(found, factor)))
                if (metric, statistic) in compared:
                    difference = point.differences.get((metric, statistic))
                    cells.append(_change(difference, factor) if point.differences else "first")
            rows.append(cells)
        return headers, rows

    def _telling_sizes(self) -> list[tuple[str, Any]]:
        """Columns of sizes that say something: not what is the same everywhere."""
        found: list[tuple[str, Any]] = []
        if any(point.sizes.get("satellites", 1) > 1 for point in self.points):
            found.append(("satellites", lambda point: f"{point.sizes['satellites']:,}"))
        trials = {point.sizes["trials"] for point in self.points}
        if len(trials) > 1 and "run.trials" not in self.axes:
            found.append(("trials", lambda point: f"{point.sizes['trials']:,}"))
        if len({_beams(point) for point in self.points}) > 1:
            found.append(("beams counted", _counted_of))
        return found

    def _telling_columns(self) -> list[tuple[str, str, str, float]]:
        there = {name for point in self.points for name in point.estimates}
        found = [column for column in HEADLINE_COLUMNS if column[:2] in there]
        if ("calls", "mean") in there:
            # Of users who all take as much as they are given: beside calls it would be misread.
            found = [column for column in found if column[0] != "served_share"]
        lifted = (point.estimates.get(("calls_on_fading", "mean")) for point in self.points)
        if not any(one is not None and one.value > 0.0 for one in lifted):
            found = [column for column in found if column[0] != "calls_on_fading"]
        if all(counted == beams for counted, beams in map(_beams, self.points)):
            found = [column for column in found if not column[0].endswith("_all_beams")]
        return found

    def lines(self, width: int = WIDTH) -> list[str]:
        """Lines of the summary, for a terminal of so many columns."""
        headers, rows = self.table()
        found = wrapped(self.heading, width)
        for line in (self.changed, self.counted_beams):
            found += wrapped(line, width) if line else []
        found += ["", *in_columns(headers, rows, width, keys=len(self.axes)), ""]
        return found + [line for note in self.notes for line in wrapped(note, width)]

    def to_list(self) -> list[dict[str, Any]]:
        """Every figure of every point, as plain values that JSON can hold.

        Returns
        -------
        list of dict
            Values of the axes by their dotted keys, sizes, and ``estimates`` with ``metric``,
            ``statistic``, ``value``, ``low``, ``high``, ``unit`` and, but for the first point,
            ``difference`` to it, see ``Difference.to_dict``.
        """
        return [
            {
                **{key: plain(value) for key, value in point.place.items()},
                **point.sizes,
                "estimates": [
                    {
                        "metric": found.metric,
                        "statistic": found.statistic,
                        "value": plain(found.value),
                        "low": plain(found.low),
                        "high": plain(found.high),
                        "unit": found.units,
                        **({"note": found.note} if found.note else {}),
                        **_difference_of(point, found),
                    }
                    for found in point.estimates.values()
                ],
            }
            for point in self.points
        ]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from html import escape

        headers, rows = self.table()
        head = "".join(f"<th>{escape(name)}</th>" for name in headers)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        said = (self.heading, self.changed, self.counted_beams)
        first = "<br>".join(escape(line) for line in said if line)
        notes = "<br>".join(map(escape, self.notes))
        return (
            f"<div><strong>{first}</strong><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><small>{notes}</small></div>"
        )


def _beams(point: SweepPoint) -> tuple[int, int]:
    return point.sizes.get("statistics_beams", 0), point.sizes.get("beams", 0)


def _counted_of(point: SweepPoint) -> str:
    counted, beams = _beams(point)
    return f"{counted:,} of {beams:,}" if beams else "all"


def _difference_of(point: SweepPoint, found: Estimate) -> dict[str, Any]:
    difference = point.differences.get((found.metric, found.statistic))
    return {"difference": difference.to_dict()} if difference else {}


def _change(found: Difference | None, factor: float) -> str:
    return "n/a" if found is None else change_text(found.estimate(), factor)


def _cell(found: Estimate) -> str:
    interval = interval_text(found)
    return f"{value_text(found)} {f'({interval})' if found.note else interval}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e4 and value.is_integer() else f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return printable(str(value).lower() if isinstance(value, bool) else str(value))
