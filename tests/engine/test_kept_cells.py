"""Values of every trial and cell: those of trials computed one by one, and their means."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from capest.api import run
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.results.schema import cell_means
from tests.engine.small import assert_same_bits, small_scenario
from tests.engine.small_network import network_scenario

TRIALS = 4


def _compute(scenario, first=0, trials=TRIALS, slice_trials=None):
    return compute_block(build(scenario), NumpyKernels(), first, trials, slice_trials)


@pytest.fixture(scope="module")
def network():
    return network_scenario(users__count=150, service__preset="video-call-480p")


@pytest.fixture(scope="module")
def kept(network):
    return _compute(network.replace(run={"keep_cells": True}))


def test_a_row_is_what_its_trial_has_alone(network, kept) -> None:
    for trial in range(TRIALS):
        alone = cell_means(_compute(network, trial, 1).cell, 1)
        for name, values in kept.trial_cell.items():
            of_alone = alone[name.removesuffix("_by_trial")]
            np.testing.assert_array_equal(values[trial], of_alone, err_msg=name)
    assert {"cell_users_by_trial", "cell_calls_by_trial", "cell_uplink_load_by_trial"} <= {
        *kept.trial_cell
    }
    assert kept.trial_cell["cell_calls_by_trial"].sum() == kept.trial["calls"].sum() > 0
    refused = sum(v for k, v in kept.trial_cell.items() if k.startswith("cell_calls_refused"))
    np.testing.assert_array_equal(
        kept.trial_cell["cell_calls_offered_by_trial"] - kept.trial_cell["cell_calls_by_trial"],
        refused,
    )


def test_all_else_stays(network, kept) -> None:
    without = _compute(network)
    assert not without.trial_cell
    for group in ("trial", "cell", "histograms"):
        mine, other = getattr(kept, group), getattr(without, group)
        assert mine.keys() == other.keys()
        assert all((mine[name] == other[name]).all() for name in mine), group


def test_slices_do_not_matter(network, kept) -> None:
    assert_same_bits(_compute(network.replace(run={"keep_cells": True}), slice_trials=1), kept)


def test_one_satellite_keeps_why_calls_are_refused() -> None:
    scenario = small_scenario(service={"preset": "video-call-480p"}, run={"keep_cells": True})
    block = _compute(scenario)
    cells = block.trial_cell
    refused = sum(v for k, v in cells.items() if k.startswith("cell_calls_refused"))
    np.testing.assert_array_equal(cells["cell_calls_offered"] - cells["cell_calls"], refused)
    assert refused.sum() > 0
    without = _compute(scenario.replace(run={"keep_cells": False}))
    assert {k for k in cells if k.endswith("_by_trial")} == {*cells} - {*without.trial_cell}


def test_in_a_file(network, tmp_path) -> None:
    scenario = network.replace(run={"keep_cells": True, "trials": 9})
    whole = tmp_path / "whole.nc"
    run(scenario, output=whole)
    with xr.open_dataset(whole, engine="netcdf4") as found:
        assert found.cell_sinr_db_by_trial.dims == ("trial", "cell")
        assert found.cell_sinr_db_by_trial.attrs["cell_methods"] == "area: mean"
        for name in ("cell_users", "cell_calls", "cell_throughput"):
            of_trials = found[f"{name}_by_trial"].mean("trial")
            np.testing.assert_allclose(of_trials, found[name], rtol=1e-6)
    # A longer run goes on from a shorter one, and ends with the same bytes.
    longer = tmp_path / "longer.nc"
    run(scenario.replace(run={"trials": 3}), output=longer)
    run(scenario, output=longer)
    with (
        xr.open_dataset(whole, engine="netcdf4") as one,
        xr.open_dataset(longer, engine="netcdf4") as other,
    ):
        xr.testing.assert_equal(one, other)
