"""A table to be written: columns with units, and rows in parts, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Part = Sequence[np.ndarray]
"""Some rows: an array for every column, text as objects."""


@dataclass(frozen=True)
class TableColumn:
    """A column.

    Attributes
    ----------
    name : str
    units : str
        As the result file writes them; "1" of counts and shares, empty of text and of what has
        its unit in another column.
    about : str
        What it is.
    """

    name: str
    units: str = ""
    about: str = ""

    @property
    def heading(self) -> str:
        """Name, and the unit in brackets where there is one."""
        return f"{self.name} [{self.units}]" if self.units not in ("", "1") else self.name


@dataclass(frozen=True)
class ExportTable:
    """A table.

    Attributes
    ----------
    name, about : str
    columns : tuple of TableColumn
    parts : callable
        Returns an iterator over `Part`; read when it is written.
    of_cells : bool
        A row is a cell, in the order of the file.
    """

    name: str
    about: str
    columns: tuple[TableColumn, ...]
    parts: Callable[[], Iterator[Part]]
    of_cells: bool = False

    def whole(self) -> list[np.ndarray]:
        """All rows, an array for every column."""
        parts = list(self.parts())
        return [np.concatenate([part[k] for part in parts]) for k in range(len(self.columns))]


def of_rows(
    name: str, about: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[Any]]
) -> ExportTable:
    """A short table from its rows.

    Parameters
    ----------
    name, about : str
    columns : sequence of TableColumn
    rows : sequence of sequence
        Plain values, as many as columns; ``None`` where there is none.
    """

    def parts() -> Iterator[Part]:
        turned = zip(*rows, strict=True) if rows else [()] * len(columns)
        yield [column_array(list(values)) for values in turned]

    return ExportTable(name, about, tuple(columns), parts)


def of_mappings(
    name: str, about: str, columns: Sequence[TableColumn], rows: Sequence[Mapping[str, Any]]
) -> ExportTable:
    """A short table from rows by name; columns that no row has are left out."""
    kept = [column for column in columns if any(column.name in row for row in rows)]
    return of_rows(
        name, about, kept or columns, [[row.get(each.name) for each in kept] for row in rows]
    )


def column_array(values: list[Any]) -> np.ndarray:
    """Values of a column: numbers where all are (``None`` as NaN), else text and numbers mixed."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool | np.bool_) for value in known):
        if len(known) == len(values):
            return np.array(values, dtype=bool)
    elif known and all(isinstance(value, int | float | np.number) for value in known):
        if len(known) == len(values) and all(isinstance(v, int | np.integer) for v in known):
            return np.array(values, dtype=np.int64)
        return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
    found = np.empty(len(values), dtype=object)
    found[:] = ["" if value is None else value for value in values]
    return found
