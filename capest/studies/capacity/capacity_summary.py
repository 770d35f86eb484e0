"""What a search of capacities found: lines for a terminal, tables, and plain values for JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from capest.results.changed import changed_figures, changed_line
from capest.results.columns import in_columns, printable, wrapped
from capest.results.left_out import left_out
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_file import StoredCapacities, StoredCapacity
from capest.studies.capacity.capacity_words import (
    CALLS,
    SHARES,
    UNREACHABLE,
    beside_text,
    ends_text,
    figure_text,
    how_sure,
    interval_text,
    key_text,
    limits_text,
    lines_of,
    nearest,
    search_text,
    value_text,
)

WIDTH = 80

_HEADINGS = {UNREACHABLE: "out of reach", CALLS: "calls", "calls_in_reach_mean": "in reach"}
_NO_BREAK = "\u00a0"


class CapacitySummary:
    """What a search of capacities found; prints as text of 80 columns and as HTML.

    Parameters
    ----------
    stored : StoredCapacities
    """

    def __init__(self, stored: StoredCapacities) -> None:
        self._stored = stored

    @property
    def heading(self) -> list[str]:
        """Title, what was searched, and what is not modelled; a sentence each."""
        about = self._stored.about
        said = [printable(str(about["title"])), search_text(about)]
        said += [changed_line(about), left_out(about)]
        return list(filter(None, said))

    @property
    def _is_one(self) -> bool:
        found = self._stored.capacities
        return len(found) == 1 and not found[0].place

    @property
    def found(self) -> list[str]:
        """What was found, in sentences: of one capacity the answer, of several what to know."""
        if self._is_one:
            return lines_of(self._stored.about, self._stored.capacities[0])
        return list(dict.fromkeys(self._notes_of_many()))

    def table(self) -> tuple[list[str], list[list[str]], int]:
        """Headings, rows, and how many columns say what a row is."""
        return self._table_of_one() if self._is_one else self._table_of_many()

    def _table_of_one(self) -> tuple[list[str], list[list[str]], int]:
        about, found = self._stored.about, self._stored.capacities[0]
        beside = [name for name in _HEADINGS if name in found.points[0].beside]
        figure = f"{about['condition_metric']}.{about['condition_statistic']}"
        headings = [str(about[CAPACITY_MARK]), figure, "95 % CI", "met"]
        headings += [_HEADINGS[name] for name in beside]
        share = bool(about["condition_is_share"])
        rows = []
        for point in found.points:
            row = [key_text(about, point.value), figure_text(about, point)]
            row += [limits_text(point.figure, share), "yes" if point.is_met else "no"]
            row += [value_text(point.beside[name].value, name in SHARES) for name in beside]
            rows.append(row)
        return headings, rows, 1

    def _table_of_many(self) -> tuple[list[str], list[list[str]], int]:
        about = self._stored.about
        axes = list(self._stored.capacities[0].place)
        headings = [*axes, str(about[CAPACITY_MARK]), "95 % CI", "safe", "out of reach"]
        rows: list[list[str]] = []
        for found in self._stored.capacities:
            place = _place(found)
            if not found.crossings:
                rows.append([*place, found.verdict, "", "", ""])
            for crossing in found.crossings:
                key = key_text(about, crossing.key)
                safe = key_text(about, crossing.safe_key)
                reach = beside_text(found, crossing, UNREACHABLE)
                rows.append([*place, key, interval_text(about, crossing) or "none", safe, reach])
        return headings, rows, len(axes)

    def _notes_of_many(self) -> Iterator[str]:
        about = self._stored.about
        for found in self._stored.capacities:
            where = ", ".join(_place(found))
            if not found.crossings:
                yield f"{where}: {found.verdict} in the range: {ends_text(about, found)}"
            for crossing in found.crossings:
                if crossing.why_no_interval:
                    yield f"{where}: no interval: {crossing.why_no_interval}"
            yield from (f"{where}: {line}" for line in how_sure(about, found))

    def lines(self, width: int = WIDTH) -> list[str]:
        """Lines of the summary, for a terminal of so many columns."""
        headings, rows, keys = self.table()
        above = list(whole_lines(self.heading, width))
        said = list(whole_lines(self.found, width))
        table = in_columns(headings, rows, width, keys=keys)
        return above + (said + table if self._is_one else table + said)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        return _as_dict(self._stored)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        headings, rows, _ = self.table()
        first, *more = self.heading
        head = "".join(f"<th>{escape(printable(name))}</th>" for name in headings)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(printable(cell))}</td>' for cell in row)}</tr>"
            for row in rows
        )
        said = "<br>".join(escape(printable(line)) for line in (*more, *self.found))
        return (
            f"<div><strong>{escape(first)}</strong><br>{said}<table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )


def whole_lines(sentences: Iterable[str], width: int) -> Iterator[str]:
    """Sentences, broken at spaces that are not within an interval."""
    for line in sentences:
        whole = re.sub(r"\[[^\[\]]*\]", lambda found: found[0].replace(" ", _NO_BREAK), line)
        yield from wrapped(whole, width, "  ")


def _place(found: StoredCapacity) -> list[str]:
    return [
        f"{value:g}" if isinstance(value, float) else printable(str(value))
        for value in found.place.values()
    ]


def _as_dict(stored: StoredCapacities) -> dict[str, Any]:
    about = stored.about
    changed = changed_figures(about)
    found = [_one(about, each) for each in stored.capacities]
    head = {
        "made_by": f"capest {about['capest_version']}",
        "key": str(about[CAPACITY_MARK]),
        "condition": str(about["condition"]),
        "range": [_plain(about, each) for each in about["range"]],
        "trials": int(about["trials"]),
        **({"changed": changed} if changed else {}),
        "not_modelled": str(about["not_modelled"]).splitlines(),
        "seed": int(about["seed"]),
    }
    if len(found) == 1 and not stored.capacities[0].place:
        return head | found[0]
    return head | {"capacities": found}


def _one(about: dict[str, Any], found: StoredCapacity) -> dict[str, Any]:
    figure = f"{about['condition_metric']}_{about['condition_statistic']}"
    return {
        **({"at": found.place} if found.place else {}),
        "verdict": found.verdict,
        "goes_one_way": found.is_monotone,
        "crossings": [
            {
                "capacity": _plain(about, each.key),
                "capacity_ci95": [_plain(about, each.low), _plain(about, each.high)],
                "interval_reaches_end": [each.low_is_open, each.high_is_open],
                **({"capacity_note": each.why_no_interval} if each.why_no_interval else {}),
                "safe_capacity": _plain(about, each.safe_key),
                "met": "below" if each.rising else "above",
                **{
                    name: nearest(found, each).beside[name].value
                    for name in nearest(found, each).beside
                },
            }
            for each in found.crossings
        ],
        "points": [
            {
                "value": _plain(about, each.value),
                figure: each.figure.value,
                f"{figure}_ci95": [each.figure.low, each.figure.high],
                "met": each.is_met,
                **{name: beside.value for name, beside in each.beside.items()},
            }
            for each in found.points
        ],
    }


def _plain(about: dict[str, Any], value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if about["whole_numbers"] else float(f"{value:.6g}")
