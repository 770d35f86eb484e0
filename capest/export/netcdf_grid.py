"""A grid as NetCDF: latitude and longitude by the CF conventions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from capest.export.grid import CellGrid, on_grid
from capest.export.table import TableColumn
from capest.results.ours import EXPORT_MARK, MADE_BY


def write_netcdf_grid(
    grid: CellGrid, columns: dict[TableColumn, np.ndarray], title: str, path: Path
) -> None:
    """Write values of cells.

    Parameters
    ----------
    grid : CellGrid
    columns : dict of TableColumn to float array (cells,)
        A variable each.
    title : str
    path : Path
    """
    import netCDF4

    with netCDF4.Dataset(path, "w", format="NETCDF4") as dataset:
        dataset.setncatts(
            {
                "Conventions": "CF-1.11",
                "title": title,
                EXPORT_MARK: ", ".join(column.name for column in columns),
                "made_by": MADE_BY,
            }
        )
        named = {"lat": ("latitude", "degrees_north"), "lon": ("longitude", "degrees_east")}
        for name, values in {"lat": grid.latitude_deg, "lon": grid.longitude_deg}.items():
            dataset.createDimension(name, len(values))
            axis = dataset.createVariable(name, "f8", (name,))
            axis.setncatts({"standard_name": named[name][0], "units": named[name][1]})
            axis[:] = values
        system = dataset.createVariable("crs", "i4")
        system.setncatts(
            {
                "grid_mapping_name": "latitude_longitude",
                "semi_major_axis": 6378137.0,
                "inverse_flattening": 298.257223563,
            }
        )
        made = []
        for column in columns:
            variable = dataset.createVariable(
                column.name, "f4", ("lat", "lon"), zlib=True, fill_value=np.float32(np.nan)
            )
            said = {"units": column.units or "1", "grid_mapping": "crs"}
            variable.setncatts(said | ({"long_name": column.about} if column.about else {}))
            made.append(variable)
        first = 0
        for cells in grid.cells():
            for variable, values in zip(made, columns.values(), strict=True):
                variable[first : first + len(cells)] = on_grid(values, cells)
            first += len(cells)
