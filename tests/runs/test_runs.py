"""Every scenario that ships is ready to run."""

from pathlib import Path

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.notes import altitudes_km, assignment_note, cell_width_note
from capest.engine.build.space import space_of
from capest.engine.memory import compute_block
from capest.scenario.load import load_scenario
from capest.statistics.quantities import AXES

RUNS = Path(__file__).parents[2] / "runs"
SCENARIOS = sorted(RUNS.glob("*.toml"))


def test_every_system_of_the_story_is_there() -> None:
    names = {path.stem for path in SCENARIOS}
    assert names >= {
        *("guowang-gw-a59-china", "guowang-gw-2-china", "guowang-complete-china"),
        *("guowang-test-satellite-china", "starlink-dtc-usa", "starlink-dtc-2016-usa"),
        *("starlink-dtc-15000-usa", "ast-bluebird-usa", "lynk-usa", "geo-3gpp-china"),
        *("tiantong-china", "beidou-messages", "tr38821-case9", "tr38821-case10"),
    }


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_it_loads_and_computes(path: Path) -> None:
    assert f"capest run runs/{path.name}" in path.read_text(encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.title
    if scenario.has_constellation:
        scene = build(scenario.replace(users__count=200))
        block = compute_block(scene, NumpyKernels(), 0, 2)
        assert block.trial["users"].tolist() == [200] * 2
        assert np.isfinite(block.trial["throughput"]).all()
        if path.stem not in ("guowang-test-satellite-china", "lynk-usa"):
            assert block.trial["served_users"].sum() > 0
    else:
        block = compute_block(build(scenario), NumpyKernels(), 0, 3)
        assert (block.trial["throughput"] > 0.0).all()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_nothing_invites_the_wrong_decision(path: Path) -> None:
    """No run compares elevations across heights, or has narrow cells where others would fit."""
    scenario = load_scenario(path)
    if scenario.has_constellation:
        altitude_km = altitudes_km(space_of(scenario.constellation).positions_m(0.0))
        assert assignment_note(scenario.cells.assignment, altitude_km) == ()
        notes = cell_width_note(scenario.cell_diameter_km, scenario.beam_spacing_uv, altitude_km)
        assert not any("wider than its cell" in note and note.endswith(" fits") for note in notes)


def test_messages_of_beidou() -> None:
    """What the run and the page on validation say: 285,000 messages of 14,000 bits an hour."""
    scenario = load_scenario(RUNS / "beidou-messages.toml")
    assert scenario.beam_bandwidth_hz == 16.5e6
    block = compute_block(build(scenario), NumpyKernels(), 0, 20)
    assert (block.trial["served_users"] == 2000).all()
    throughput_bps = 1e6 * block.trial["throughput"].mean()
    assert throughput_bps * 3600.0 / 14_000.0 == pytest.approx(285e3, rel=0.02)
    # Nobody has less than the guaranteed -157.6 dBW, 0.2 dB less for gas at 10 degrees, nor more
    # than a boresight straight below the satellite: in closed form, 7 dB over the noise of 290 K.
    noise_dbw = 10.0 * np.log10(1.380649e-23 * 290.0 * 16.5e6) + 7.0
    straight_below_m = 1000.0 * scenario.satellite.altitude_km
    wavelength_m = 0.299792458 / scenario.satellite.frequency_ghz
    most_dbw = (
        scenario.satellite.eirp_density_dbw_per_mhz
        + 10.0 * np.log10(16.5)
        - 20.0 * np.log10(4.0 * np.pi * straight_below_m / wavelength_m)
    )
    axis = AXES["snr_db"]
    counts = np.asarray(block.histograms["snr_db"]).reshape(-1, axis.bins).sum(axis=0)
    seen = np.flatnonzero(counts)
    assert axis.edges()[seen[0] - 1] > -157.6 - 0.2 - noise_dbw
    assert axis.edges()[seen[-1]] < most_dbw - noise_dbw
