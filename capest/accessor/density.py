"""What is served by how densely people live, as a dataset."""

from __future__ import annotations

import xarray as xr

from capest.errors import InputError
from capest.results.by_density import UNITS, density_groups, why_no_groups
from capest.results.cell_totals import CellTotals


def by_density(totals: CellTotals, groups: int) -> xr.Dataset:
    """Groups of equally many people, by density, with what each is served.

    Raises
    ------
    InputError
        The cells have no area, or nobody asked.
    """
    found = density_groups(totals, groups)
    if not found:
        raise InputError(f"no groups by density: {why_no_groups(totals)}")
    names = [name for name, value in vars(found[0]).items() if value is not None]
    columns = {name: [getattr(one, name) for one in found] for name in names}
    columns |= {name: [one.shares[name] for one in found] for name in found[0].shares}
    return xr.Dataset(
        {
            name: ("density_group", values, {"units": UNITS[name]})
            for name, values in columns.items()
        },
        attrs={"of": totals.what},
    )
