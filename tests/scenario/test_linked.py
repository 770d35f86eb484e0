"""Figures of one antenna: the handset's gains move together, misfits of a beam are named."""

import tomllib

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from capest.cli import cli
from capest.errors import ScenarioError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.load import load_scenario
from capest.scenario.presets import load_preset

SATELLITE = {"preset": "tr38821-set1-leo600-s"}
FILE = {"satellite": SATELLITE, "uplink": {"interference": "full-buffer", "bandwidth_mhz": 0.3}}
GAINS = ("handset.antenna_gain_dbi", "handset.transmit_gain_dbi")


def gains(scenario):
    return scenario.handset.antenna_gain_dbi, scenario.handset.transmit_gain_dbi


@pytest.mark.parametrize(
    ("preset", "gain", "expected"),
    [("3gpp-handheld", -6.0, -6.0), ("3gpp-vsat", 36.7, 40.2), ("smartphone-worst", 0.0, 0.0)],
)
@pytest.mark.parametrize("by", ["file", "set", "replace", "sweep"])
def test_the_gain_to_transmit_follows(preset, gain, expected, by):
    """By the same decibels from the preset's: a VSAT has 39.7 and 43.2 dBi."""
    file = {**FILE, "handset": {"preset": preset}}
    if by == "file":
        found = load_scenario({**FILE, "handset": {"preset": preset, "antenna_gain_dbi": gain}})
    elif by == "set":
        found = load_scenario(FILE, [f"handset.preset={preset}", f"{GAINS[0]}={gain}"])
    elif by == "replace":
        found = load_scenario(file).replace(handset__antenna_gain_dbi=gain)
    else:
        axis = parse_axis(f"{GAINS[0]}=3,{gain}")
        found = points_of(file, [], [axis])[1].scenario
    assert gains(found) == pytest.approx((gain, expected))
    own = load_preset(preset).figures
    (note,) = (note for note in found.notes if note.startswith(GAINS[1]))
    assert note.startswith(f"{GAINS[1]} = {expected:g}, not {own['transmit_gain_dbi'].value:g}: ")
    assert GAINS[0] in note


def test_where_nothing_reads_it_nothing_is_said_but_by_the_budget(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    assert load_scenario(path, [f"{GAINS[0]}=-3"]).notes == ()
    result = CliRunner().invoke(cli, ["budget", str(path), "--set", f"{GAINS[0]}=-3"])
    assert f"{GAINS[1]} = -3, not 0: it moves with {GAINS[0]}, by -3 dB" in result.stderr


def test_the_other_way_round():
    found = load_scenario(FILE, ["handset.preset=3gpp-vsat", f"{GAINS[1]}=40.2"])
    assert gains(found) == pytest.approx((36.7, 40.2))
    assert any(note.startswith(f"{GAINS[0]} = 36.7, not 39.7: ") for note in found.notes)


@pytest.mark.parametrize(
    ("file", "overrides"),
    [
        ({GAINS[0].split(".")[1]: -3.0, GAINS[1].split(".")[1]: -1.0}, []),
        ({GAINS[1].split(".")[1]: -1.0}, [f"{GAINS[0]}=-3"]),
        ({}, [f"{GAINS[0]}=-3", f"{GAINS[1]}=-1"]),
    ],
)
def test_both_written_stay(file, overrides):
    found = load_scenario({**FILE, "handset": file}, overrides)
    assert gains(found) == (-3.0, -1.0)
    assert not any("moves with" in note for note in found.notes)
    assert gains(found.replace(handset__antenna_gain_dbi=-5.0)) == (-5.0, -1.0)
    both = load_scenario(FILE).replace(
        handset__antenna_gain_dbi=-3.0, handset__transmit_gain_dbi=-1.0
    )
    assert gains(both) == (-3.0, -1.0)


def test_the_same_value_moves_nothing():
    found = load_scenario(FILE, [f"{GAINS[0]}=0"])
    assert gains(found) == (0.0, 0.0)
    assert found.notes == ()


def test_without_a_gain_to_transmit_there_is_nothing_to_move():
    handset = {"antenna_gain_dbi": -3.0, "transmit_gain_dbi": None}
    downlink = {"satellite": SATELLITE}
    assert gains(load_scenario({**downlink, "handset": handset})) == (-3.0, None)
    lost = load_scenario(downlink).replace(handset__transmit_gain_dbi=None)
    assert gains(lost) == (0.0, None)
    assert gains(lost.replace(handset__antenna_gain_dbi=-3.0)) == (-3.0, None)


def test_replaced_twice_it_is_told_once():
    first = load_scenario(FILE, [f"{GAINS[0]}=-3"])
    second = first.replace(handset__antenna_gain_dbi=-5.0)
    assert gains(second) == (-5.0, -5.0)
    (note,) = second.notes
    assert note.startswith(f"{GAINS[1]} = -5, not 0: ")
    assert second.replace(run__trials=3).notes == second.notes
    renewed = second.replace(handset__preset="3gpp-vsat")
    assert gains(renewed) == (39.7, 43.2)
    assert renewed.notes == ()


@given(gain=st.floats(-90, 90), which=st.sampled_from(GAINS))
def test_stored_gains_are_kept(gain, which):
    scenario = load_scenario(FILE, [f"{which}={gain!r}"])
    assert load_scenario(tomllib.loads(scenario.to_toml())) == scenario


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"antenna_diameter_m": 4.0}, ["hpbw_deg = 4.41", "2.21 degree", "36.0 dBi"]),
        ({"hpbw_deg": 8.8254}, ["antenna_diameter_m = 2", "1 m", "24.0 dBi"]),
        ({"antenna_diameter_m": 4.0, "hpbw_deg": 2.2}, ["antenna_gain_dbi = 30", "36.0 dBi"]),
    ],
)
def test_a_beam_that_does_not_fit_is_named(changes, expected):
    """Twice the aperture: half the width, and 6.0 dB more gain."""
    (note,) = load_scenario({"satellite": SATELLITE | changes}).notes
    assert all(part in note for part in expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"antenna_diameter_m": 2.05},
        {"antenna_diameter_m": 4.0, "hpbw_deg": 2.2, "antenna_gain_dbi": 36.0},
        {"eirp_density_dbw_per_mhz": 40.0},
    ],
)
def test_a_beam_that_fits_is_not(changes):
    assert load_scenario({"satellite": SATELLITE | changes}).notes == ()


def test_a_receive_aperture_stays_too():
    (note,) = load_scenario(FILE, ["satellite.antenna_diameter_m=4"]).notes
    assert "uplink_antenna_diameter_m = 2" in note


BRANCH_DBI = -3.010299957
"""Of each of two branches that have 0 dBi combined."""


@pytest.mark.parametrize("by", ["file", "set", "replace", "sweep"])
def test_two_branches_share_the_gain_of_a_preset_that_is_of_both(by):
    key = "handset.branches"
    if by == "file":
        found = load_scenario({**FILE, "handset": {"branches": 2}})
    elif by == "set":
        found = load_scenario(FILE, [f"{key}=2"])
    elif by == "replace":
        found = load_scenario(FILE).replace(handset__branches=2)
    else:
        found = points_of(FILE, [], [parse_axis(f"{key}=1,2")])[1].scenario
    assert gains(found) == (BRANCH_DBI, 0.0)
    (note,) = (note for note in found.notes if key in note)
    assert note.startswith(f"{GAINS[0]} = -3.01, not 0: ")
    assert "two crossed branches combined" in note


def test_one_branch_again_has_all_of_it():
    before = load_scenario(FILE)
    again = before.replace(handset__branches=2).replace(handset__branches=1)
    assert again == before
    assert again.moves == ()


def test_a_gain_that_is_written_is_of_each_branch_and_named():
    found = load_scenario(FILE, ["handset.branches=2", f"{GAINS[0]}=0", f"{GAINS[1]}=0"])
    assert gains(found) == (0.0, 0.0)
    assert any("counts for each of two branches, 3.01 dB more together" in n for n in found.notes)
    fitting = load_scenario(FILE, ["handset.branches=2", f"{GAINS[0]}=-3.01", f"{GAINS[1]}=0"])
    assert not any("branches" in note for note in fitting.notes)
    worse = load_scenario(FILE, ["handset.branches=2", f"{GAINS[0]}=-6"])
    assert gains(worse) == pytest.approx((-6.0, -6.0 - BRANCH_DBI))


@pytest.mark.parametrize("by", ["set", "replace"])
@pytest.mark.parametrize(
    ("gain", "transmit"), [(0.0, 0.0), (-3.01, 0.0), (-1.5, 0.0), (2.0, 2.0), (-6.0, -2.98970004)]
)
def test_only_what_goes_beyond_the_split_moves_the_gain_to_transmit(gain, transmit, by):
    """One antenna transmits, however its two branches are counted."""
    if by == "set":
        found = load_scenario(FILE, ["handset.branches=2", f"{GAINS[0]}={gain}"])
    else:
        found = load_scenario(FILE, ["handset.branches=2"]).replace(handset__antenna_gain_dbi=gain)
    assert gains(found) == pytest.approx((gain, transmit))
    assert any("moves with" in note for note in found.notes) == (transmit != 0.0)


def test_gains_of_two_branches_that_are_replaced_twice_end_where_one_step_ends():
    found = load_scenario(FILE, ["handset.branches=2"])
    for gain in (-6.0, 4.0, -1.0, -5.0):
        found = found.replace(handset__antenna_gain_dbi=gain)
    assert gains(found) == pytest.approx((-5.0, -5.0 - BRANCH_DBI))


def test_a_preset_of_one_linear_antenna_stays():
    found = load_scenario(FILE, ["handset.preset=smartphone-typical", "handset.branches=2"])
    assert gains(found) == (-3.0, -3.0)
    assert not any("branches" in note for note in found.notes)


def test_three_branches_are_refused_with_the_reason():
    with pytest.raises(ScenarioError, match=r"must be one of 1, 2; phones have two receive"):
        load_scenario(FILE, ["handset.branches=3"])
