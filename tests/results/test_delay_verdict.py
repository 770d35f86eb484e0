"""The word on delay, from estimates made up for it, and the budgets that a result names."""

import math

import pytest

import capest
from capest.engine.build import build
from capest.engine.build.services import call_attributes
from capest.results.delay_verdict import delay_verdicts
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
    [("61", "kept by 95 %"), ("60.5", "kept by some"), ("56.9", "missed by 95 %")],
)
def test_word(budget_ms, word):
    (found,) = delay_verdicts(f"5QI 2: {budget_ms}", estimates(57.0, 58.0, 61.0))
    assert found == f"packets take 58.0 ms one way: 5QI 2 allows {budget_ms} ms, {word}"


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
    assert verdict.endswith("message allows 30000 ms, kept by 95 %")


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
