"""The word on delay, from estimates made up for it."""

import math
from types import SimpleNamespace

import pytest

from capest.reduce import Estimate
from capest.results.delay_verdict import delay_verdicts
from capest.scenario.service_classes import service_classes


def estimates(low_ms, middle_ms, high_ms):
    return {
        ("packet_delay", name): Estimate("packet_delay", name, value, value, value, "ms")
        for name, value in (("p05", low_ms), ("p50", middle_ms), ("p95", high_ms))
    }


def mix(text):
    return service_classes(SimpleNamespace(mix=text))


def own(budget_ms, five_qi=None, guaranteed=True):
    return service_classes(
        SimpleNamespace(
            preset=None, mix=None, downlink_kbps=1.0, uplink_kbps=1.0, delay_budget_ms=budget_ms,
            activity=None, guaranteed=guaranteed, five_qi=five_qi,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("budget_ms", "word"), [(61.0, "kept"), (60.5, "missed by some"), (56.9, "missed")]
)
def test_word(budget_ms, word):
    (found,) = delay_verdicts(own(budget_ms, five_qi=2), estimates(57.0, 58.0, 61.0))
    assert found == f"packets take 58.0 ms one way: 5QI 2 allows {budget_ms:g} ms, {word}"


def test_every_budget_of_a_mix_once_and_none_without_calls():
    found = delay_verdicts(
        mix("voice 40%, video-call-480p 30%, video-call-720p 10%, best-effort 20%"),
        estimates(120.0, 120.0, 120.0),
    )
    assert [line.split(": ")[1] for line in found] == [
        "5QI 1 allows 100 ms, missed",
        "5QI 2 allows 150 ms, kept",
    ]
    assert delay_verdicts(own(61.0, guaranteed=False), estimates(57.0, 58.0, 61.0)) == []


def test_a_service_without_a_class_is_named():
    (found,) = delay_verdicts(own(61.0), estimates(57.0, 58.0, 61.0))
    assert "the service allows 61 ms, kept" in found


def test_without_delays_there_is_no_word():
    assert delay_verdicts(own(61.0), {}) == []
    assert delay_verdicts(own(61.0), estimates(math.nan, math.nan, math.nan)) == []
