"""Cells summed up by country and by zone of latitude."""

import numpy as np
import pytest
import xarray as xr

import capest.accessor.xarray_engine  # noqa: F401  registers ds.capest
from capest.errors import InputError
from tests.results import synthetic

CELLS = xr.Dataset(
    {
        "cell_users": ("cell", [10.0, 20.0, 30.0, 0.0]),
        "cell_throughput": ("cell", [4.0, 8.0, 3.0, 0.0]),
        "cell_covered_share": ("cell", [1.0, 0.5, 0.25, 0.0]),
        "cell_satellites_in_view": ("cell", [4.0, 2.0, 1.0, 0.0]),
    },
    coords={
        "cell_latitude": ("cell", [47.0, 49.0, 51.0, -89.0]),
        "cell_area": ("cell", [100.0, 100.0, 300.0, 100.0]),
        "cell_people": ("cell", [1000.0, 3000.0, 500.0, 0.0]),
        "cell_country": ("cell", ["CH", "DE", "DE", "--"]),
    },
)


def test_by_country() -> None:
    found = CELLS.capest.by_country()
    assert list(found["country"].values) == ["--", "CH", "DE"]
    germany = found.sel(country="DE")
    assert germany["users"] == 50.0
    assert germany["throughput"] == 11.0
    assert germany["throughput_per_area"] == 11.0 / 400.0
    assert germany["throughput_per_person"] == 11.0 / 3500.0
    assert germany["covered_share"] == (0.5 * 100.0 + 0.25 * 300.0) / 400.0
    assert germany["satellites_in_view"] == (2.0 * 100.0 + 1.0 * 300.0) / 400.0
    assert np.isnan(found["throughput_per_person"].sel(country="--"))


def test_by_latitude() -> None:
    found = CELLS.capest.by_latitude(10.0)
    np.testing.assert_array_equal(found["latitude"], [-85.0, 45.0, 55.0])
    np.testing.assert_array_equal(found["users"], [0.0, 30.0, 30.0])
    # The outermost zone ends at the pole: from -120 is from -90.
    np.testing.assert_array_equal(CELLS.capest.by_latitude(40.0)["latitude"], [-85.0, 60.0])


def test_guard_cells_are_left_out() -> None:
    marked = CELLS.assign_coords(cell_counted=("cell", np.array([1, 1, 0, 0], dtype=np.int8)))
    xr.testing.assert_identical(
        marked.capest.by_country(), CELLS.isel(cell=[0, 1]).capest.by_country()
    )
    assert list(marked.capest.by_latitude()["users"].values) == [30.0]


@pytest.mark.parametrize("step", [0.0, 91.0, float("nan"), "x", None])
def test_zones_that_are_none(step: object) -> None:
    with pytest.raises(InputError, match=r"must be 0\.1 to 90 degrees"):
        CELLS.capest.by_latitude(step)


def test_cells_of_one_satellite_lie_in_no_country() -> None:
    layout = synthetic.layout()
    cells = xr.Dataset(coords={name: ("cell", values) for name, values in layout.items()})
    with pytest.raises(InputError, match="of one satellite"):
        cells.capest.by_country()
    with pytest.raises(InputError, match="of one satellite"):
        cells.capest.by_latitude()


def test_of_one_cell_there_is_nothing_to_sum_up() -> None:
    with pytest.raises(InputError, match="one cell is selected"):
        CELLS.isel(cell=0).capest.by_country()
