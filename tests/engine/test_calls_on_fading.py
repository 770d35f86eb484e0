"""Calls that rest on shadow fading above free space: against runs without such gains."""

import numpy as np
import pytest

from capest.sampling.draws import Draws

from .small import compute, small_scenario

# One beam, no interference, few calls: whose link carries a call is carried.
ALONE = {
    "beams__count": 1, "beams__statistics_count": 1, "users__per_beam": 20,
    "channel__environment": "urban", "channel__line_of_sight": "always",
    "service__downlink_kbps": 50.0, "service__uplink_kbps": 60.0, "service__guaranteed": True,
    "service__delay_budget_ms": 1000.0, "handset__transmit_power_dbm": 6.0,
}  # fmt: skip
MODES = {
    "noise alone in the uplink": {},
    "the downlink decides": {"service__uplink_kbps": 0.0, "handset__noise_figure_db": 30.0},
    "the uplink on another carrier": {
        "satellite__uplink_frequency_ghz": 1.7, "handset__transmit_power_dbm": 4.5,
    },
    "the uplink is computed": {"uplink__interference": "full-buffer"},
    "power control makes up for half": {
        "uplink__power_control": "fractional", "uplink__alpha": 0.5, "uplink__p0_dbm": -56.5,
        "handset__transmit_power_dbm": 30.0,
    },
}  # fmt: skip


@pytest.fixture
def without_gains(monkeypatch):
    """Cut all gains: with line of sight for everybody they are the negative draws."""
    drawn = Draws.normals

    def cut(self, *arguments):
        return np.maximum(drawn(self, *arguments), 0.0)

    def run(scenario):
        with monkeypatch.context() as patch:
            patch.setattr(Draws, "normals", cut)
            return compute(scenario, trials=20)

    return run


@pytest.mark.parametrize("mode", MODES)
def test_calls_are_lost_with_the_gains_they_rest_on(mode, without_gains):
    scenario = small_scenario(**ALONE | MODES[mode])
    trial = compute(scenario, trials=20).trial
    assert (trial["calls_refused_bandwidth"] == 0).all()
    lost = trial["calls"] - without_gains(scenario).trial["calls"]
    np.testing.assert_array_equal(trial["calls_on_fading"], lost)
    assert 20 < lost.sum() < trial["calls"].sum() - 20


@pytest.mark.parametrize("mode", MODES)
def test_links_without_gain_by_fading_are_those_of_cut_draws(mode, without_gains):
    scenario = small_scenario(**ALONE | MODES[mode])
    cut = without_gains(scenario).trial
    none = compute(scenario.replace(channel__fading_gain="none"), trials=20).trial
    assert set(none) == set(cut)
    for name, values in none.items():
        np.testing.assert_array_equal(values, cut[name], err_msg=name)
    assert (none["calls_on_fading"] == 0).all()


def test_towns_without_deviation_have_no_fading():
    scenario = small_scenario(**ALONE)
    none = compute(scenario.replace(channel__urban_sigma_db=0.0), trials=20).trial
    still = compute(scenario.replace(channel__shadow_fading=False), trials=20).trial
    assert still["calls"].sum() > 0
    np.testing.assert_array_equal(none["calls"], still["calls"])
    assert (none["calls_on_fading"] == 0).all()


def test_a_link_with_margin_rests_on_nothing():
    trial = compute(small_scenario(**ALONE | {"handset__transmit_power_dbm": 40.0})).trial
    assert trial["calls"].sum() > 700
    assert (trial["calls_on_fading"] == 0).all()


def test_all_calls_of_a_link_too_weak_in_free_space_rest_on_gains():
    scenario = small_scenario(**ALONE | {"handset__transmit_power_dbm": 3.0})
    trial = compute(scenario).trial
    assert trial["calls"].sum() > 5
    np.testing.assert_array_equal(trial["calls_on_fading"], trial["calls"])
    still = compute(scenario.replace(channel__shadow_fading=False)).trial
    assert still["calls"].sum() == still["calls_on_fading"].sum() == 0


def test_clutter_is_set_against_gains():
    """Without line of sight clutter takes 26 to 34 dB (TR 38.811 table 6.6.2-2)."""
    changes = {"channel__line_of_sight": "never", "handset__transmit_power_dbm": 45.0}
    trial = compute(small_scenario(**ALONE | changes)).trial
    assert trial["calls"].sum() > 20
    assert (trial["calls_on_fading"] == 0).all()
