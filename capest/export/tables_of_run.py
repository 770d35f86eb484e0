"""Tables of the result of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.export.source import ExportSource
from capest.export.table import ExportTable, Part, TableColumn, of_mappings, of_rows
from capest.export.variables import ROWS_AT_ONCE
from capest.results.by_density import UNITS, DensityGroup
from capest.results.rests_on import read_figures
from capest.results.stored import stored_estimates
from capest.results.who_is_served import who_is_served
from capest.statistics.quantities import AXES, is_known, quantity
from capest.statistics.refusals import REFUSAL_REASONS, WHY_REFUSED

LIMITS = (
    TableColumn("value", about="in the unit of its row"),
    TableColumn("low", about="lower 95 % confidence limit; empty where it is not known"),
    TableColumn("high", about="upper 95 % confidence limit; empty where it is not known"),
)
FIGURE = (
    TableColumn("metric", about="what is counted"),
    TableColumn("statistic", about="mean over trials, or quantile"),
)
UNITS_COLUMN = TableColumn("units", about='units of the row; "1" of counts and shares')
NOTE = TableColumn("note", about="why there are no limits")


def tables_of_run(source: ExportSource) -> dict[str, Callable[[], ExportTable]]:
    """Tables by name; each is made when it is asked for."""
    names, sizes = source.stored.names, source.stored.sizes
    found: dict[str, Callable[[], ExportTable]] = {"figures": lambda: _figures(source)}
    if any(f"refused_{each}_share_mean" in names for each in REFUSAL_REASONS):
        found["refused"] = lambda: _refused(source)
    for dimension in ("cell", "satellite"):
        if dimension in sizes:
            found[f"{dimension}s"] = lambda along=dimension: _along(source, along)  # type: ignore[misc]
    if "cell" in sizes:
        found["density"] = lambda: _density(source)
    found["trials"] = lambda: _along(source, "trial")
    found["distributions"] = lambda: distributions(source, ())
    found["assumptions"] = lambda: assumptions(source)
    return found


def about_metric(metric: str) -> str:
    """What a metric is; empty where this version does not know it."""
    if metric in AXES:
        return AXES[metric].long_name
    return quantity(metric).long_name if is_known(metric) else ""


def _figures(source: ExportSource) -> ExportTable:
    rows = [
        [
            *(each.metric, each.statistic, each.value, each.low, each.high, each.units),
            *(each.note, about_metric(each.metric)),
        ]
        for each in stored_estimates(source.stored)
    ]
    columns = [*FIGURE, *LIMITS, UNITS_COLUMN, NOTE, TableColumn("about", about="in words")]
    return of_rows("figures", "every figure with its 95 % interval", columns, rows)


def _refused(source: ExportSource) -> ExportTable:
    estimates = {each.metric: each for each in stored_estimates(source.stored)}
    rows = [
        [reason, each.value, each.low, each.high, each.note, WHY_REFUSED[reason]]
        for reason in REFUSAL_REASONS
        if (each := estimates.get(f"refused_{reason}_share"))
    ]
    columns = [
        TableColumn("reason"),
        TableColumn("share", "1", "of all calls asked for"),
        *LIMITS[1:],
        NOTE,
        TableColumn("about", about="in words"),
    ]
    return of_rows("refused", "shares of calls refused, by reason", columns, rows)


def _along(source: ExportSource, dimension: str) -> ExportTable:
    """All values along a dimension; of cells also means of what has a value in every trial."""
    stored = source.stored
    own, by_trial = [], []
    for name in sorted(stored.names):
        dimensions = source.dimensions(name)
        if dimensions == (dimension,) and name != dimension and not name.endswith("_bin"):
            own.append(name)
        elif dimensions == ("trial", dimension):
            by_trial.append(name)
    places = ("latitude", "longitude", "u", "v", "area", "country", "people", "residents")
    first = [f"{dimension}_{each}" for each in places if f"{dimension}_{each}" in own]
    shown = [dimension, *first, *(name for name in own if name not in first)]
    shown = [name for name in shown if name in stored.names]
    columns = [TableColumn(name, source.units(name), source.about(name)) for name in shown]
    columns += [
        TableColumn(f"{name}_mean", source.units(name), f"mean over trials: {source.about(name)}")
        for name in by_trial
    ]

    def parts() -> Iterator[Part]:
        values = [source.values(name) for name in shown]
        texts = [each if each.dtype.kind in "biuf" else each.astype(object) for each in values]
        yield [*texts, *(_mean_over_trials(source, name) for name in by_trial)]

    words = {
        "cell": "every cell (of one satellite: beam): place, people, and means over trials",
        "satellite": "every satellite: means over trials",
        "trial": "every trial: its values",
    }[dimension]
    return ExportTable(f"{dimension}s", words, tuple(columns), parts, dimension == "cell")


def _mean_over_trials(source: ExportSource, name: str) -> np.ndarray:
    """Mean over the trials that have a value, some trials at a time."""
    trials, size = source.stored.sizes["trial"], source.stored.sizes[source.dimensions(name)[1]]
    total, number = np.zeros(size), np.zeros(size)
    step = max(1, ROWS_AT_ONCE // max(size, 1))
    for first in range(0, trials, step):
        values = source.values(name, slice(first, first + step)).astype(np.float64)
        total += np.nansum(values, axis=0)
        number += np.sum(~np.isnan(values), axis=0)
    found: np.ndarray = np.divide(total, number, out=np.full(size, np.nan), where=number > 0.0)
    return found


def _density(source: ExportSource) -> ExportTable:
    served = who_is_served(source.stored)
    if served is None or not served.by_density:
        reason = served.why_no_groups if served else "the file has no values of cells"
        raise InputError(f"{source.path}: density: no groups by density: {reason}")
    names = [each.name for each in fields(DensityGroup)]
    names += [name for name in served.by_density[0].shares if name not in names]
    columns = [TableColumn("tenth", "1", "from thinly to densely settled cells")]
    columns += [TableColumn(name, UNITS.get(name, "")) for name in names]
    rows = [{"tenth": number, **each.to_dict()} for number, each in enumerate(served.by_density, 1)]
    about = "what is served in tenths of the people (or users), by how densely they live"
    return of_mappings("density", about, columns, rows)


def distributions(source: ExportSource, axes: tuple[str, ...]) -> ExportTable:
    """Cumulative distributions, at the upper ends of the bins in which there is anything.

    Parameters
    ----------
    source : ExportSource
    axes : tuple of str
        Axes of a sweep, whose points are told apart by them.
    """
    columns = (
        *(TableColumn(each, source.units(each), source.about(each)) for each in axes),
        TableColumn("metric"),
        TableColumn("value", about="upper end of a bin, in the unit of its row"),
        TableColumn("cumulative", "1", "share of users, beams or trials up to this value"),
        UNITS_COLUMN,
    )

    def parts() -> Iterator[Part]:
        keys = [source.values(each) for each in axes]
        metrics = [each for each in AXES if f"{each}_count" in source.stored.names]
        for metric in metrics:
            edges = source.values(f"{metric}_bin_bounds")
            units = source.units(f"{metric}_bin")
            for at in np.ndindex(*(len(each) for each in keys)):
                curve = _curve(source, metric, edges, at)
                size = len(curve[0])
                point = [
                    np.full(size, key[k], dtype=_kind(key)) for key, k in zip(keys, at, strict=True)
                ]
                names = [np.full(size, text, dtype=object) for text in (metric, units)]
                yield [*point, names[0], *curve, names[1]]
        if not metrics:
            yield [np.empty(0, dtype=object) for _ in columns]

    return ExportTable("distributions", "cumulative distributions, by metric", columns, parts)


def _kind(values: np.ndarray) -> Any:
    return values.dtype if values.dtype.kind in "biuf" else object


def _curve(
    source: ExportSource, metric: str, edges: np.ndarray, at: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Values and cumulative shares of a metric, at one point of a sweep or of a run."""
    count, below, above = (
        np.asarray(source.stored.values(f"{metric}_{part}", at or ...), dtype=np.float64)
        for part in ("count", "below", "above")
    )
    count = np.nansum(np.maximum(count, 0.0), axis=0)
    low, high = (float(np.nansum(np.maximum(each, 0.0))) for each in (below, above))
    total = low + count.sum() + high
    if total <= 0.0:
        return np.empty(0), np.empty(0)
    shown = np.flatnonzero(count > 0.0)
    values = edges[shown, 1]
    cumulative = (low + np.cumsum(count)[shown]) / total
    start = shown[0] if len(shown) else 0
    # The curve begins where the first bin with anything does.
    return np.append(edges[start, 0], values), np.append(low / total, cumulative)


def assumptions(source: ExportSource) -> ExportTable:
    """What the result rests on."""
    names = {
        "key": "of the scenario",
        "value": "as TOML writes it; of a sweep all values",
        "unit": "",
        "origin": "file, option, preset, default",
        "changed": "whether somebody changed it",
        "instead_of": "what a preset or default has",
        "kind": "not known, choice of model, decision",
        "confidence": "how well it is known",
        "low": "lower end of its range",
        "high": "upper end of its range",
        "shape": "how likely values of the range are",
        "options": "of a choice or decision",
        "follows": "what it follows",
        "reason": "why this range",
        "source": "",
    }
    rows = [_assumption(row) for row in read_figures(source.stored.attributes, str(source.path))]
    columns = [TableColumn(name, about=about) for name, about in names.items()]
    about = "what the result rests on: every figure with source, confidence and range"
    return of_mappings("assumptions", about, columns, rows)


def _assumption(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.get("range") or (None, None)
    found = {
        "value": _plain_text(row["values"] if "values" in row else row.get("value")),
        "changed": bool(row.get("changed")),
        "low": _plain_text(low),
        "high": _plain_text(high),
        "instead_of": _plain_text(row.get("instead_of")),
        "options": _plain_text([value for value, _ in row.get("options") or []] or None),
    }
    kept = ("key", "unit", "origin", "kind", "confidence", "shape", "follows", "reason", "source")
    return {name: _plain_text(row[name]) for name in kept if name in row} | found


def _plain_text(value: Any) -> str:
    """A value as text in one column, whatever values of other keys are."""
    if isinstance(value, list):
        return "; ".join(map(_plain_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
