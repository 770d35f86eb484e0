"""Tables of a sweep, a study of uncertainty and a search of capacities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.export.source import ExportSource
from capest.export.table import ExportTable, Part, TableColumn, of_mappings, of_rows
from capest.export.tables_of_run import (
    FIGURE,
    LIMITS,
    NOTE,
    UNITS_COLUMN,
    about_metric,
    assumptions,
    distributions,
)
from capest.export.variables import variable_names
from capest.results.ours import CAPACITY_MARK
from capest.results.sweep_file import AXES, axis_name

if TYPE_CHECKING:
    from capest.statistics.intervals import Interval
    from capest.studies.uncertainty.study_model import PairedAnswer, StudiedFigure, Study

_FIGURE_OF_STUDY = TableColumn("figure", about="such as calls.mean")
_DIFFERENCE = (
    TableColumn("difference", about="from the first point, or the stated values, in the same unit"),
    TableColumn("difference_low", about="lower 95 % limit of the difference"),
    TableColumn("difference_high", about="upper 95 % limit of the difference"),
)
_PERCENT = (
    TableColumn("difference_percent", "percent", "the difference in percent"),
    TableColumn("difference_percent_low", "percent", "lower 95 % limit"),
    TableColumn("difference_percent_high", "percent", "upper 95 % limit"),
)


def tables_of_sweep(source: ExportSource) -> dict[str, Callable[[], ExportTable]]:
    """Tables of a sweep by name."""
    axes = tuple(
        each
        for each in str(source.stored.attributes[AXES]).split(", ")
        if each in source.stored.sizes
    )
    found: dict[str, Callable[[], ExportTable]] = {"figures": lambda: sweep_table(source)}
    if "trial" in source.stored.sizes:
        found["trials"] = lambda: _trials_of_sweep(source, axes)
    if any(name.endswith("_count") for name in source.stored.names):
        found["distributions"] = lambda: distributions(source, axes)
    found["assumptions"] = lambda: assumptions(source)
    return found


def sweep_table(source: ExportSource) -> ExportTable:
    """One row a point and figure."""
    from capest.results.open import open_result
    from capest.results.sweep_figures import points_of_dataset

    with open_result(source.path) as dataset:
        points = points_of_dataset(dataset)
    keys = list(points[0].place)
    rows: list[list[Any]] = []
    for point in points:
        size = point.sizes.get("trials")
        for (metric, statistic), each in point.estimates.items():
            row = [*point.place.values(), size, metric, statistic, each.value, each.low, each.high]
            row += [each.units, each.note]
            if found := point.differences.get((metric, statistic)):
                row += [found.value, found.low, found.high]
                row += [found.percent, found.percent_low, found.percent_high]
            else:
                row += [None] * 6
            rows.append([*row, about_metric(metric)])
    axes = [TableColumn(key, _units_of_key(source, key), "varied key") for key in keys]
    columns = [
        *axes,
        TableColumn("trials", "1", "of the point"),
        *(*FIGURE, *LIMITS, UNITS_COLUMN, NOTE, *_DIFFERENCE, *_PERCENT),
        TableColumn("about", about="in words"),
    ]
    about = "every figure of every point with its interval, and its difference from the first"
    return of_rows("figures", about, columns, rows)


def _units_of_key(source: ExportSource, key: str) -> str:
    name = axis_name(key)
    return source.units(name) if name in source.stored.names else ""


def _trials_of_sweep(source: ExportSource, axes: tuple[str, ...]) -> ExportTable:
    """Every trial of every point; trials that a point lacks are left out."""
    names = [name for name in variable_names(source) if source.dimensions(name) == (*axes, "trial")]
    columns = [
        TableColumn(each, source.units(each), source.about(each)) for each in (*axes, "trial")
    ]
    columns += [TableColumn(name, source.units(name), source.about(name)) for name in names]
    stored = source.stored

    def parts() -> Iterator[Part]:
        keys = [source.values(each) for each in axes]
        number = source.values("trial")
        for at in np.ndindex(*(stored.sizes[each] for each in axes)):
            size = len(number)
            if "trials" in stored.names and stored.dimensions("trials") == axes:
                size = int(stored.values("trials", at))
            point = [
                np.full(size, key[k], dtype=_dtype(key)) for key, k in zip(keys, at, strict=True)
            ]
            yield [*point, number[:size], *(stored.values(name, at)[:size] for name in names)]

    return ExportTable("trials", "every trial of every point: its values", tuple(columns), parts)


def _dtype(values: np.ndarray) -> Any:
    return values.dtype if values.dtype.kind in "biuf" else object


def tables_of_uncertainty(source: ExportSource) -> dict[str, Callable[[], ExportTable]]:
    """Tables of a study of uncertainty by name."""
    from capest.studies.uncertainty.study_reading import read_study

    study = read_study(source.path)
    found: dict[str, Callable[[], ExportTable]] = {"figures": lambda: _study_figures(study)}
    if study.ends:
        found["ends"] = lambda: _ends(study)
    if study.margins_db:
        found["margins"] = lambda: _margins(study)
    if study.samples:
        found["samples"] = lambda: _samples(study)
    if study.failures:
        found["failures"] = lambda: of_mappings(
            "failures",
            "samples without an answer",
            [TableColumn(name) for name in ("sample", "trial", "values", "message")],
            [vars(each) for each in study.failures],
        )
    found["assumptions"] = lambda: assumptions(source)
    return found


def _interval(found: Interval) -> list[Any]:
    return [found.value, found.low, found.high]


def _study_figures(study: Study) -> ExportTable:
    """Answers at stated values, and over everything that is assumed."""
    from capest.studies.uncertainty.analysis import joint_of

    rows = []
    for each in study.figures:
        name, units = each.figure.name, each.figure.units
        said: list[tuple[str, Interval, str]] = [("at stated values", each.base, units)]
        joint = joint_of(study, each)
        if joint is not None:
            ends = {"5 %": joint.range.low, "median": joint.range.median, "95 %": joint.range.high}
            said += [(f"over the samples, {end}", value, units) for end, value in ends.items()]
            said.append(("share of samples with nearly none", joint.none, "1"))
        rows += [[name, what, *_interval(found), unit, found.note] for what, found, unit in said]
    columns = [_FIGURE_OF_STUDY, TableColumn("answer"), *LIMITS, UNITS_COLUMN, NOTE]
    about = "answers at stated values, and their range over everything that is assumed"
    return of_rows("figures", about, columns, rows)


def _paired(figure: StudiedFigure, answer: PairedAnswer) -> list[Any]:
    """Columns of a figure at another value of one thing."""
    of_answer = [*_interval(answer.value), figure.figure.units, answer.difference.note]
    return [*of_answer, *_interval(answer.difference), *_interval(answer.percent)]


def _ends(study: Study) -> ExportTable:
    rows = [
        [
            *(each.figure.name, study.assumptions[end.assumption].key, end.value),
            *_paired(each, answer),
        ]
        for each in study.figures
        for end, answer in zip(study.ends, each.ends, strict=True)
    ]
    columns = [
        *(_FIGURE_OF_STUDY, TableColumn("assumption"), TableColumn("assumed", about="as TOML")),
        *(*LIMITS, UNITS_COLUMN, NOTE, *_DIFFERENCE, *_PERCENT),
    ]
    return of_rows("ends", "every assumption at its ends, one at a time", columns, rows)


def _margins(study: Study) -> ExportTable:
    rows = [
        [each.figure.name, margin, *_paired(each, answer)]
        for each in study.figures
        for margin, answer in zip(study.margins_db, each.margins, strict=True)
    ]
    columns = [
        *(_FIGURE_OF_STUDY, TableColumn("margin", "dB", "link margin added to both gains")),
        *(*LIMITS, UNITS_COLUMN, NOTE, *_DIFFERENCE, *_PERCENT),
    ]
    return of_rows("margins", "the answer against link margin", columns, rows)


def _samples(study: Study) -> ExportTable:
    """One row a sample: what is assumed, and every answer."""
    numbers = [[k] for k in range(study.samples)]
    columns = [TableColumn("sample", "1", "sample, and the number of its trial")]
    for k, assumed in enumerate(study.assumptions):
        columns.append(TableColumn(assumed.key, "", "value, or number of the option from 0"))
        for row, value, option in zip(
            numbers, study.values[:, k], study.options[:, k], strict=True
        ):
            row.append(float(value) if option < 0 else int(option))  # type: ignore[arg-type]
    for each in study.figures:
        columns.append(TableColumn(each.figure.name, each.figure.units, "answer of one trial"))
        for row, answer in zip(numbers, each.answers, strict=True):
            row.append(float(answer))  # type: ignore[arg-type]
    about = "the joint sample: what each sample assumes, and its answers"
    return of_rows("samples", about, columns, numbers)


def tables_of_capacity(source: ExportSource) -> dict[str, Callable[[], ExportTable]]:
    """Tables of a search of capacities by name."""
    return {
        "capacities": lambda: _capacities(source),
        "points": lambda: _points(source),
        "assumptions": lambda: assumptions(source),
    }


def _capacities(source: ExportSource) -> ExportTable:
    from capest.studies.capacity.capacity_file import read_capacities

    found = read_capacities(source.path)
    keys = _axes(found.capacities)
    rows: list[list[Any]] = []
    for each in found.capacities:
        place = [each.place[key] for key in keys]
        for one in each.crossings:
            met = "below" if one.rising else "above"
            rows.append([*place, each.verdict, one.key, one.low, one.high, one.safe_key, met])
            rows[-1] += [one.low_is_open, one.high_is_open, one.why_no_interval]
        if not each.crossings:
            rows.append([*place, each.verdict, *[None] * 7, ""])
    key = str(found.about[CAPACITY_MARK])
    columns = [
        *(TableColumn(each, about="varied key") for each in keys),
        TableColumn("verdict", about="found, several, everywhere or nowhere"),
        TableColumn("capacity", about=f"value of {key} by the estimate"),
        TableColumn("capacity_low", about="lower 95 % limit"),
        TableColumn("capacity_high", about="upper 95 % limit"),
        TableColumn("safe_capacity", about="where the limit of the figure meets the condition"),
        TableColumn("met", about="on which side the condition is met"),
        TableColumn("low_is_open", about="the interval may reach below the range"),
        TableColumn("high_is_open", about="the interval may reach above the range"),
        NOTE,
    ]
    about = f"{key} up to, or from, which {found.about['condition']}"
    return of_rows("capacities", about, columns, rows)


def _points(source: ExportSource) -> ExportTable:
    from capest.studies.capacity.capacity_file import read_capacities

    found = read_capacities(source.path)
    keys = _axes(found.capacities)
    figure = f"{found.about['condition_metric']}.{found.about['condition_statistic']}"
    rows: list[list[Any]] = []
    for each in found.capacities:
        place = [each.place[key] for key in keys]
        for point in each.points:
            # The figure may stand beside itself.
            shown = {figure: point.figure, **point.beside}
            for name, value in shown.items():
                rows.append(
                    [*place, point.value, point.is_met, name, *_interval(value), value.note]
                )
    columns = [
        *(TableColumn(each, about="varied key") for each in keys),
        TableColumn(str(found.about[CAPACITY_MARK]), about="value that was visited"),
        TableColumn("met", about="whether the estimate meets the condition"),
        *(TableColumn("figure"), *LIMITS, NOTE),
    ]
    return of_rows("points", "every value that was visited, with its figures", columns, rows)


def _axes(capacities: Sequence[Any]) -> list[str]:
    if not capacities:
        raise InputError("the file holds no capacity")
    return list(capacities[0].place)
