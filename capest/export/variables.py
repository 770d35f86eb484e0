"""A variable of a file as a table: a row for every value, with its place along every dimension."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capest.export.source import ExportSource
from capest.export.table import ExportTable, Part, TableColumn

ROWS_AT_ONCE = 2**17
"""Of a variable of trials and cells: what is read and written at once."""

_OF_CELL = ("cell_latitude", "cell_longitude", "cell_country", "cell_u", "cell_v")
_LIMITS = ("_low", "_high")
_HIDDEN_DIMENSIONS = ("group", "quantile", "bnds", "cell_sum", "satellite_sum")
_HIDDEN_ENDINGS = (*_LIMITS, "_bounds", "_bin", "_note", "_kind")


def variable_names(source: ExportSource) -> list[str]:
    """Names of variables that say something by themselves, by dimensions and then by name."""
    found = []
    for name in source.stored.names:
        dimensions = source.dimensions(name)
        hidden = any(each in _HIDDEN_DIMENSIONS or each.endswith("_bin") for each in dimensions)
        hidden |= name.endswith(_HIDDEN_ENDINGS) or "_difference" in name
        if dimensions and not hidden and name not in dimensions:
            found.append(name)
    return sorted(found, key=lambda name: (source.dimensions(name), name))


def variable_table(source: ExportSource, name: str) -> ExportTable:
    """A variable with its coordinates, and the limits of its interval where there are some.

    Parameters
    ----------
    source : ExportSource
    name : str
        Of a variable with at least one dimension.
    """
    dimensions = source.dimensions(name)
    stored = source.stored
    shape = [stored.sizes[each] for each in dimensions]
    axes = [_axis(source, each, size) for each, size in zip(dimensions, shape, strict=True)]
    columns = [TableColumn(each, *_said(source, each)) for each in dimensions]
    beside: list[tuple[int, np.ndarray]] = []
    if "cell" in dimensions:
        for each in _OF_CELL:
            if each in stored.names and each != name and source.dimensions(each) == ("cell",):
                beside.append((dimensions.index("cell"), _text_or_number(source.values(each))))
                columns.append(TableColumn(each, *_said(source, each)))
    shown = [name]
    for ending in _LIMITS:
        limit = f"{name}{ending}"
        if limit in stored.names and source.dimensions(limit) == dimensions:
            shown.append(limit)
    shown = [each for each in shown if each not in dimensions]
    columns += [TableColumn(each, *_said(source, each)) for each in shown]
    inner = int(np.prod(shape[1:], dtype=np.int64))
    step = max(1, ROWS_AT_ONCE // max(inner, 1))

    def parts() -> Iterator[Part]:
        for first in range(0, shape[0], step):
            some = slice(first, min(first + step, shape[0]))
            size = (some.stop - some.start, *shape[1:])
            place = np.indices(size).reshape(len(size), -1)
            place[0] += first
            yield [
                *(axis[at] for axis, at in zip(axes, place, strict=True)),
                *(values[place[k]] for k, values in beside),
                *(_text_or_number(source.values(each, some)).ravel() for each in shown),
            ]
        if not shape[0]:
            yield [np.empty(0) for _ in columns]

    of_cells = dimensions == ("cell",)
    return ExportTable(name, source.about(name), tuple(columns), parts, of_cells)


def _axis(source: ExportSource, name: str, size: int) -> np.ndarray:
    """Values along a dimension; numbers from 0 where the file has none."""
    if name in source.stored.names and source.dimensions(name) == (name,):
        return _text_or_number(source.values(name))
    return np.arange(size)


def _said(source: ExportSource, name: str) -> tuple[str, str]:
    if name not in source.stored.names:
        return "1", f"place along {name}, from 0"
    return source.units(name), source.about(name)


def _text_or_number(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind in "biuf" else values.astype(object)
