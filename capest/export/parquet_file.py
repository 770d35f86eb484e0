"""A table as Parquet, with units in the metadata of its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from capest.export.table import ExportTable
from capest.extras import need
from capest.results.ours import MADE_BY


def write_parquet(table: ExportTable, path: Path) -> int:
    """Write a table.

    Parameters
    ----------
    table : ExportTable
    path : Path

    Returns
    -------
    int
        Rows.

    Raises
    ------
    InputError
        pyarrow is not installed.
    """
    arrow = need("pyarrow", "a .parquet file")
    from pyarrow import parquet

    rows, writer = 0, None
    try:
        for part in table.parts():
            columns = [_array(arrow, values) for values in part]
            if writer is None:
                schema = _schema(arrow, table, columns)
                writer = parquet.ParquetWriter(path, schema, compression="zstd")
            columns = [each.cast(field.type) for each, field in zip(columns, schema, strict=True)]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            rows += len(part[0])
    finally:
        if writer is not None:
            writer.close()
    return rows


def _schema(arrow: Any, table: ExportTable, columns: list[Any]) -> Any:
    fields = []
    for column, values in zip(table.columns, columns, strict=True):
        said = {"units": column.units, "long_name": column.about}
        kept = {name: text for name, text in said.items() if text}
        fields.append(arrow.field(column.name, values.type, metadata=kept))
    about = {"made_by": MADE_BY, "table": table.name, "long_name": table.about}
    return arrow.schema(fields, metadata=about)


def _array(arrow: Any, values: np.ndarray) -> Any:
    """An array of Arrow; numbers and texts in one column are texts."""
    if values.dtype.kind != "O":
        return arrow.array(values)
    listed = values.tolist()
    return arrow.array([value if isinstance(value, str) else str(value) for value in listed])
