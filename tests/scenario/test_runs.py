"""The scenarios that come with the project are the study cases they say they are."""

from pathlib import Path

import pytest

from capest.scenario.load import load_scenario

RUNS = Path(__file__).parents[2] / "runs"


@pytest.mark.parametrize("path", sorted(RUNS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_run_loads(path):
    assert load_scenario(path).title


@pytest.mark.parametrize(
    ("case", "reuse", "beams", "bandwidth_hz"), [(9, 1, 61, 30e6), (10, 3, 127, 10e6)]
)
def test_study_cases(case, reuse, beams, bandwidth_hz):
    """TR 38.821 V16.2.0 Tables 6.1.1.1-4 to -9: LEO-600, set 1, S band, handheld."""
    scenario = load_scenario(RUNS / f"tr38821-case{case}.toml")
    assert scenario.satellite.preset == "tr38821-set1-leo600-s"
    assert scenario.satellite.altitude_km == 600.0
    assert scenario.satellite.elevation_deg == 90.0
    assert scenario.satellite.frequency_ghz == 2.0
    assert scenario.colours == reuse
    assert scenario.beams.count == beams
    assert scenario.beams.statistics_count == 19
    assert scenario.beams.allocation == "all-on"
    assert scenario.beam_bandwidth_hz == bandwidth_hz
    assert scenario.users.placement == "beam"
    assert scenario.users_per_trial == 10 * beams
    assert scenario.handset.preset == "3gpp-handheld"
    assert scenario.channel.environment == "rural"
    assert scenario.channel.line_of_sight == "always"
    assert scenario.channel.shadow_fading
    assert scenario.channel.gas_loss
