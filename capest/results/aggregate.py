"""Results of a constellation by country and by latitude, from the means of its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.results.ours import CAPACITY_MARK, STUDY_MARK
from capest.statistics.quantities import of_dims
from capest.statistics.quantities_of_cells import ADDS_UP

if TYPE_CHECKING:
    import xarray as xr

_OF_LAYOUT = {
    "area": ("km2", "area of the cells"),
    "people": ("1", "people living in the cells"),
}


def _sums() -> dict[str, tuple[str, str]]:
    """Units and long name of what adds up over cells, by its name without ``cell_``."""
    rows = (row for row in of_dims("cell").values() if (row.cell_methods or "").startswith(ADDS_UP))
    of_rows = {row.name: (row.units or "1", row.long_name) for row in rows}
    return {name.removeprefix("cell_"): found for name, found in of_rows.items()} | _OF_LAYOUT


def by_country(dataset: xr.Dataset) -> xr.Dataset:
    """Sum cells up by the country their centre lies in.

    Cells at the border of a region hold users of the region alone, also where their centre lies
    in another country: what stands there is no service of that country.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of a constellation.

    Returns
    -------
    xarray.Dataset
        Dimension ``country`` (ISO 3166 alpha-2, ``--`` for none): users, throughput, area, ...
        throughput per km² and, for users placed by population, per person; coverage and satellites
        in view weighted with area.

    Raises
    ------
    InputError
        If the result is of one satellite.
    """
    dataset = _counted(dataset)
    return _grouped(dataset, "country", dataset["cell_country"].values)


def by_latitude(dataset: xr.Dataset, step_deg: float = 5.0) -> xr.Dataset:
    """Sum cells up by zones of latitude.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of a constellation.
    step_deg : float
        Width of a zone.

    Returns
    -------
    xarray.Dataset
        Dimension ``latitude``: middles of the zones, in degrees; variables as of `by_country`.

    Raises
    ------
    InputError
        If the result is of one satellite, or the step is not from 0.1 to 90.
    """
    dataset = _counted(dataset)
    if not isinstance(step_deg, int | float) or not 0.1 <= step_deg <= 90.0:
        raise InputError(f"step_deg = {step_deg!r}: must be 0.1 to 90 degrees")
    south = np.floor(dataset["cell_latitude"].values / step_deg) * step_deg
    # The outermost zones end at the poles.
    middle = 0.5 * (np.maximum(south, -90.0) + np.minimum(south + step_deg, 90.0))
    return _grouped(dataset, "latitude", middle)


def _counted(dataset: xr.Dataset) -> xr.Dataset:
    """Cells that count, of a result that has a region's: guard cells are left out."""
    if "sweep_axes" in dataset.attrs:
        raise InputError(
            "a sweep has no cells to sum up: run one of its points, or keep the result of each "
            "with keep_points=True (--keep-points)"
        )
    for mark, study in ((STUDY_MARK, "study of uncertainty"), (CAPACITY_MARK, "search")):
        if mark in dataset.attrs:
            raise InputError(f"this {study} keeps no cells: run the scenario at one of its values")
    if "cell_country" not in dataset.variables:
        raise InputError("this result is of one satellite: its cells lie in no country")
    if "cell" not in dataset.sizes:
        raise InputError("one cell is selected: there is nothing to sum up")
    # Files up to 0.2 do not say: all cells count.
    if "cell_counted" not in dataset.variables:
        return dataset
    return dataset.isel(cell=np.flatnonzero(dataset["cell_counted"].values))


def _grouped(dataset: xr.Dataset, name: str, key: np.ndarray) -> xr.Dataset:
    import xarray as xr

    groups, of_cell = np.unique(key, return_inverse=True)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(of_cell, values.astype(np.float64), minlength=len(groups))

    def per_cell(name: str) -> np.ndarray:
        # Beams of one satellite have a value in every trial.
        values = dataset[name]
        values = values.mean("trial") if "trial" in values.dims else values
        found: np.ndarray = values.values
        return found

    area = total(dataset["cell_area"].values)
    found = {
        stem: ((name,), total(per_cell(f"cell_{stem}")), {"units": units, "long_name": text})
        for stem, (units, text) in _sums().items()
        if f"cell_{stem}" in dataset
    }
    throughput = found["throughput"][1]
    found["throughput_per_area"] = (
        (name,),
        throughput / area,
        {"units": "Mbit s-1 km-2", "long_name": "downlink throughput per area"},
    )
    if "people" in found:
        with np.errstate(invalid="ignore", divide="ignore"):
            per_person = throughput / found["people"][1]
        found["throughput_per_person"] = (
            (name,),
            per_person,
            {"units": "Mbit s-1", "long_name": "downlink throughput per person"},
        )
    for stem, text in (
        ("covered_share", "share of time and area with a satellite above the mask"),
        ("satellites_in_view", "satellites above the mask, mean over time and area"),
    ):
        if f"cell_{stem}" not in dataset:
            continue  # one satellite that stands still is always there
        weighted = total(dataset[f"cell_{stem}"].values * dataset["cell_area"].values)
        found[stem] = ((name,), weighted / area, {"units": "1", "long_name": text})
    return xr.Dataset(found, coords={name: groups})
