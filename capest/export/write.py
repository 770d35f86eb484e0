"""Write what a file holds to another one: whole, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.export.cell_ground import cell_ground
from capest.export.contents import ExportContent, find_content
from capest.export.csv_file import write_csv
from capest.export.formats import ALL_VARIABLES, check_format
from capest.export.geojson_file import write_geojson
from capest.export.geotiff_file import write_geotiff
from capest.export.grid import RESOLUTION_DEG, CellGrid, cell_grid
from capest.export.netcdf_grid import write_netcdf_grid
from capest.export.parquet_file import write_parquet
from capest.export.source import ExportSource
from capest.export.table import ExportTable, TableColumn
from capest.export.zarr_folder import check_zarr, write_zarr
from capest.extras import need
from capest.results import files
from capest.results.ours import Made, Target, look
from capest.shown import one_line


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    rows : int or None
        Of a table; ``None`` of a grid and of variables.
    grid : tuple of int or None
        Rows and columns of a grid.
    """

    rows: int | None = None
    grid: tuple[int, int] | None = None


def export(
    source: ExportSource, name: str, path: Path, resolution_deg: float | None = None
) -> Exported:
    """Write a table or a variable.

    Parameters
    ----------
    source : ExportSource
    name : str
        See ``contents.find_content``.
    path : Path
        Its ending says the format.
    resolution_deg : float, optional
        Of a grid; `grid.RESOLUTION_DEG` if not given.

    Raises
    ------
    InputError
        Nothing of that name, a format that does not suit, a name that is taken, or a package that
        lacks.
    OSError
    """
    content = find_content(source, name)
    ending = check_format(content, path)
    if resolution_deg is not None and ending not in (".tif", ".nc"):
        raise InputError(f"--resolution is for grids, .tif and .nc, not for {ending}")
    if ending == ".zarr":
        check_zarr(path)
        write_zarr(source.path, () if name == ALL_VARIABLES else (name,), path)
        return Exported()
    if ending == ".parquet":
        need("pyarrow", "a .parquet file")
    target = _target(path, ending)
    table = content.make()
    temporary = files.temporary_path(path)
    try:
        found = _write(source, content, table, ending, temporary, resolution_deg)
        target.publish(temporary)
    finally:
        files.discard(temporary)
    return found


def _target(path: Path, ending: str) -> Target:
    if ending == ".csv":
        # A CSV file has no place for a mark.
        if path.is_file() and not path.is_symlink():
            raise InputError(
                f"-o {one_line(str(path))}: is there, and a CSV file does not say who made it, so "
                "that it is left alone; choose another name, or remove it"
            )
        return look(path)
    return look(path, Made.EXPORT)


def _write(
    source: ExportSource,
    content: ExportContent,
    table: ExportTable,
    ending: str,
    path: Path,
    resolution_deg: float | None,
) -> Exported:
    if ending == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            return Exported(write_csv(table, stream))
    if ending == ".parquet":
        return Exported(write_parquet(table, path))
    ground = cell_ground(source)
    if ending == ".geojson":
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            return Exported(write_geojson(table, ground, stream))
    step = RESOLUTION_DEG if resolution_deg is None else resolution_deg
    grid = cell_grid(ground, _counted(source), step)
    if ending == ".tif":
        column, values = _numbers(source, table, content.name)[0]
        with path.open("w+b") as binary:
            write_geotiff(grid, values, f"{column.name}: {column.about}", column.units, binary)
    else:
        title = str(source.stored.attributes.get("title", ""))
        write_netcdf_grid(grid, dict(_numbers(source, table, content.name)), title, path)
    return Exported(grid=_size(grid))


def _size(grid: CellGrid) -> tuple[int, int]:
    return grid.rows, grid.columns


def _counted(source: ExportSource) -> np.ndarray:
    """Cells that count: users of guard cells are counted nowhere."""
    size = source.stored.sizes["cell"]
    if "cell_counted" not in source.stored.names:
        return np.ones(size, dtype=bool)
    return source.values("cell_counted") > 0


def _numbers(
    source: ExportSource, table: ExportTable, name: str
) -> list[tuple[TableColumn, np.ndarray]]:
    """Values of cells that are numbers: of a variable its own, of the table all."""
    columns = zip(table.columns, table.whole(), strict=True)
    return [
        (column, values.astype(np.float64))
        for column, values in columns
        if values.dtype.kind in "biuf" and (column.name == name or name == "cells")
    ]
