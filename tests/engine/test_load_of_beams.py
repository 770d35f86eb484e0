"""Load of beams, cells and satellites: the time that carried calls take, from the steps."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.services.admission import WHOLE
from capest.scenario.load import load_scenario
from tests.engine.small_network import network_scenario

TRIALS = 3
CALLS = {"service": {"preset": "video-call-480p"}}


@pytest.fixture(scope="module")
def region():
    return compute_block(
        build(network_scenario(users__count=150, service__preset="video-call-480p")),
        NumpyKernels(),
        0,
        TRIALS,
    )


def test_what_satellites_and_cells_take_is_what_trials_take(region) -> None:
    sums, trial = region.cell, region.trial
    of_trials = float((trial["downlink_load"] * trial["lit_beams"]).sum()) * WHOLE
    assert of_trials > 0
    assert sums["cell_downlink_load"].sum() == pytest.approx(of_trials, rel=1e-12)
    assert sums["satellite_downlink_load"].sum() == pytest.approx(of_trials, rel=1e-12)
    assert sums["cell_lit_trials"].sum() == trial["lit_beams"].sum()
    assert (sums["cell_downlink_load"] <= sums["cell_lit_trials"] * WHOLE).all()
    # A cell that carries no call takes nothing, and one that carries some takes something.
    assert ((sums["cell_downlink_load"] > 0) == (sums["cell_calls"] > 0)).all()
    assert ((sums["cell_uplink_load"] > 0) == (sums["cell_calls"] > 0)).all()


def test_one_cell_takes_what_its_calls_need() -> None:
    """One user of one beam: the rate over what the link carries in all the time."""
    raw = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 1, "statistics_count": 1},
        "users": {"per_beam": 1},
        "channel": {"line_of_sight": "always", "shadow_fading": False},
        **CALLS,
    }
    world = build(load_scenario(raw))
    block = compute_block(world, NumpyKernels(), 0, 20)
    efficiency = block.trial_cell["cell_spectral_efficiency"][:, 0].astype(float)
    (call,) = world.services.calls
    wanted = 1e-3 * call.downlink_kbps / (efficiency * world.services.bandwidth_mhz)
    carried = block.trial["calls"] == 1
    assert carried.any()
    assert block.trial["downlink_load"][carried] == pytest.approx(wanted[carried], rel=1e-5)
    assert block.trial_cell["cell_downlink_load"][:, 0] == pytest.approx(
        np.where(carried, wanted, 0.0), rel=1e-5
    )
