"""Totals of the whole satellite, beside those of the beams that count."""

import numpy as np
import pytest

from capest.statistics.quantities import ALL_BEAMS

from .small import compute, small_scenario

MODES = {
    "downlink only": ({}, {"throughput"}),
    "both links": ({"uplink__interference": "full-buffer"}, {"throughput", "uplink_throughput"}),
    "uniform users": ({"users__placement": "uniform", "users__count": 93}, {"throughput"}),
    "hopping": (
        {"beams__allocation": "random", "satellite__beams_at_once": 6,
         "service__preset": "voice", "users__per_beam": 20},
        {"throughput", "calls", "calls_offered"},
    ),
    "a mix that fills the beams": (
        {"service__mix": "video-call-480p 60%, best-effort 40%", "users__per_beam": 60,
         "uplink__interference": "full-buffer"},
        set(ALL_BEAMS.values()) - {"offered_traffic"},
    ),
    "a frame": (
        {"beams__allocation": "max-min", "satellite__beams_at_once": 6, "beams__slots": 8},
        {"throughput", "offered_traffic"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_the_total_is_that_of_a_run_whose_beams_all_count(mode):
    changes, metrics = MODES[mode]
    inner = compute(small_scenario(beams__statistics_count=7, **changes)).trial
    whole = compute(small_scenario(beams__statistics_count=19, **changes)).trial
    assert {name for name in inner if name in ALL_BEAMS} == {f"{m}_all_beams" for m in metrics}
    for metric in metrics:
        total = inner[f"{metric}_all_beams"]
        # To the last bit: the same trials with the same draws.
        assert total.dtype == whole[metric].dtype
        assert total.tobytes() == whole[metric].tobytes()
        assert total.tobytes() == whole[f"{metric}_all_beams"].tobytes()
        assert (total >= inner[metric]).all()
        assert (total > inner[metric]).any()


def test_one_beam_is_its_own_total():
    trial = compute(small_scenario(beams__count=1, beams__statistics_count=1)).trial
    np.testing.assert_array_equal(trial["throughput_all_beams"], trial["throughput"])


def test_slices_change_no_total():
    scenario = small_scenario()
    one, other = compute(scenario), compute(scenario, slice_trials=7)
    name = "throughput_all_beams"
    assert one.trial[name].tobytes() == other.trial[name].tobytes()
