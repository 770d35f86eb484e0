"""The word on delay, from estimates made up for it, and the budgets that a result names."""

import math

import numpy as np
import pytest

import capest
from capest.engine.build import build
from capest.engine.build.services import call_attributes
from capest.plot import picture
from capest.plot.source import Source
from capest.results.delay_verdict import DelayShares, delay_verdicts
from capest.scenario.load import load_scenario
from capest.statistics.reduction import Estimate


def estimates(low_ms, middle_ms, high_ms):
    return {
        ("packet_delay", name): Estimate("packet_delay", name, value, value, value, "ms")
        for name, value in (("p05", low_ms), ("p50", middle_ms), ("p95", high_ms))
    }


def attributes(**service):
    satellite = {"preset": "tr38821-set1-leo600-s"}
    scenario = load_scenario({"satellite": satellite, "service": service})
    return call_attributes(build(scenario).services)


@pytest.mark.parametrize(
    ("budget_ms", "word"),
    [
        ("61", "kept by 95 % or more"),
        ("60.5", "kept by some"),
        ("56.9", "missed by 95 % or more"),
    ],
)
def test_word_where_quantiles_alone_are_known(budget_ms, word):
    (found,) = delay_verdicts(f"5QI 2: {budget_ms}", estimates(57.0, 58.0, 61.0))
    assert found == f"packets take 58.0 ms one way: 5QI 2 allows {budget_ms} ms, {word}"


@pytest.mark.parametrize(
    ("budget_ms", "word"),
    [
        *(("10", "kept by none"), ("20", "kept by none"), ("30", "kept by 10 %")),
        *(("40", "kept by 92 %"), ("45", "kept by 92 %"), ("50", "kept by 99.9 %")),
        *(("1000", "kept by 99.9 %"),),
    ],
)
def test_the_share_is_that_of_the_counts(budget_ms, word):
    """Of 1,000 users: 100 from 20 to 30 ms, 820 to 40, 79 to 50, and one above all bins."""
    shares = DelayShares(np.array([0, 100, 820, 79, 1]), np.array([20.0, 30.0, 40.0, 50.0]))
    (found,) = delay_verdicts(f"5QI 2: {budget_ms}", estimates(25.0, 35.0, 45.0), shares)
    assert found.endswith(f" allows {int(budget_ms):,} ms, {word}")


def test_a_budget_that_all_keep_is_kept_by_all():
    shares = DelayShares(np.array([0, 3, 4, 0]), np.array([20.0, 30.0, 40.0]))
    (found,) = delay_verdicts("5QI 2: 40", estimates(25.0, 35.0, 45.0), shares)
    assert found.endswith("kept by all")


def test_the_summary_and_the_picture_tell_one_share():
    """Both of a budget that some keep, by the delays of the trials themselves."""
    satellite = {"preset": "tr38821-set1-leo600-s", "elevation_deg": 40}
    small = {"beams": {"count": 19}, "run": {"trials": 4}}
    scenario = load_scenario({"satellite": satellite, **small})
    tight = scenario.replace(service__preset="voice", users__per_beam=40)
    budget = round(capest.run(tight).capest.quantile("packet_delay", 0.6).value, 2)
    result = capest.run(tight.replace(service__delay_budget_ms=budget))
    (verdict,) = result.capest.summary().delay_verdicts
    counts = [result[f"packet_delay_{part}"].values for part in ("below", "count", "above")]
    edges = result["packet_delay_bin_bounds"].values[:, 1]
    kept = counts[0].sum() + counts[1].sum(axis=0)[edges <= budget].sum()
    share = kept / sum(each.sum() for each in counts)
    assert 0.4 < share < 0.8
    assert verdict.endswith(f"kept by {100 * share:.0f} %")
    assert f"kept by {100 * share:.0f} %" in drawn_texts(result)


def drawn_texts(result):
    figure = picture.draw("delay", [Source(result, "a")]).figure
    return " ".join(text.get_text() for ax in figure.axes for text in ax.texts)


def test_every_budget_of_a_mix_once():
    mix = "voice 40%, video-call-480p 30%, video-call-720p 10%, message 10%, best-effort 10%"
    budgets = attributes(mix=mix)["delay_budgets"]
    assert budgets.splitlines() == ["5QI 1: 100", "5QI 2: 150", "message: 30000"]
    found = delay_verdicts(budgets, estimates(120.0, 120.0, 120.0))
    assert [line.rsplit(", ")[1].split()[0] for line in found] == ["missed", "kept", "kept"]


def test_who_does_not_call_has_no_budget():
    assert attributes(preset="best-effort") == attributes() == {}


def test_a_budget_of_ones_own_is_not_that_of_the_class():
    own = attributes(preset="video-call-480p", delay_budget_ms=400.0)
    assert own["delay_budgets"] == "video-call-480p: 400"
    unnamed = {"downlink_kbps": 9.0, "uplink_kbps": 9.0, "guaranteed": True}
    assert attributes(**unnamed, delay_budget_ms=70.0)["delay_budgets"] == "the service: 70"
    as_a_class = attributes(**unnamed, delay_budget_ms=100.0, five_qi=1)
    assert as_a_class["delay_budgets"] == "5QI 1: 100"


def test_a_long_way_is_no_infinite_one():
    """Text messages may take half a minute; over GEO with retransmissions they take over 1 s."""
    keys = {"service__preset": "message", "link__harq_round_trips": 3}
    scenario = load_scenario({"satellite": {"preset": "tr38821-set1-geo-s"}})
    found = capest.run(scenario.replace(**keys, run__trials=2)).capest.summary()
    (verdict,) = found.delay_verdicts
    assert verdict.startswith("packets take 1,")
    assert verdict.endswith("message allows 30,000 ms, kept by all")


def test_what_calls_lack_is_said():
    assert attributes(preset="voice")["calls_lack"] == ""
    for interference, lack in (("full-buffer", ""), ("off", "uplink without interference")):
        scenario = load_scenario(
            {
                "satellite": {"preset": "tr38821-set1-leo600-s"},
                "uplink": {"interference": interference},
                "service": {"preset": "voice"},
            }
        )
        assert call_attributes(build(scenario).services)["calls_lack"] == lack


def test_without_delays_there_is_no_word():
    assert delay_verdicts("5QI 2: 150", {}) == []
    assert delay_verdicts("5QI 2: 150", estimates(math.nan, math.nan, math.nan)) == []
    assert delay_verdicts("", estimates(57.0, 58.0, 61.0)) == []
