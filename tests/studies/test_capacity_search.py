"""Scan, bisection and crossings on figures that are known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capest.statistics.intervals import Interval, mean_interval
from capest.studies.capacity import search as searching
from capest.studies.capacity.condition import FigureCondition, parse_blocked, parse_while
from capest.studies.capacity.crossing import Window
from capest.studies.capacity.key_range import KeyRange, parse_range
from capest.studies.capacity.scan import direction_of, judge
from capest.studies.capacity.search import Capacity, search
from capest.studies.capacity.visited import VisitedPoint

CONDITION = parse_while("calls.mean>=100")
TRIALS = 40
NOISE = np.random.default_rng(5).normal(size=TRIALS)
NOISE -= NOISE.mean()


def searched(
    monkeypatch: pytest.MonkeyPatch,
    key_range: KeyRange,
    figure: Callable[[float], float],
    noise: float = 1.0,
    condition: FigureCondition = CONDITION,
) -> Capacity:
    """Search a figure of trials that differ by the same noise at every value."""

    def read(path: Path, value: float, _: FigureCondition) -> VisitedPoint:
        values = figure(value) + noise * NOISE
        found = mean_interval(TRIALS, float(values.mean()), float(values.var() * TRIALS))
        sign = 1.0 if condition.at_most else -1.0
        units = sign * (values - condition.threshold)
        return VisitedPoint(value, found, condition.is_met(found.value), units, {}, TRIALS)

    def differ(
        one: VisitedPoint, reference: VisitedPoint, _: FigureCondition, confidence: float
    ) -> Interval:
        step = figure(one.value) - figure(reference.value)
        return Interval(step, step - 1e-9, step + 1e-9)

    monkeypatch.setattr(searching, "read_point", read)
    monkeypatch.setattr(searching, "difference_of_points", differ)
    return search(key_range, condition, 1, lambda value: Path("never-read.nc"))


def test_the_largest_key_of_a_falling_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    found = searched(monkeypatch, parse_range("users.count=1000..1000000"), lambda n: 4e5 / n)
    (crossing,) = found.crossings
    assert found.verdict == "found"
    assert crossing.rising
    assert crossing.key == 4000
    # The mean's standard error is 1.0 s / sqrt(40), the slope -100 / 4000 per user.
    half = 2.02 * NOISE.std(ddof=1) / math.sqrt(TRIALS) * 40
    assert 4000 - 2 * half < crossing.low < 4000 - 0.8 * half
    assert 4000 + 0.8 * half < crossing.high < 4000 + 2 * half
    assert crossing.low <= crossing.safe_key < 4000
    assert len(found.points) < 20


def test_the_smallest_key_of_a_rising_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    found = searched(monkeypatch, parse_range("carrier.bandwidth_mhz=1..30"), lambda mhz: 8.0 * mhz)
    (crossing,) = found.crossings
    assert not crossing.rising
    assert crossing.key == pytest.approx(12.5, rel=1e-3)
    assert crossing.low < 12.5 < crossing.safe_key <= crossing.high * 1.001


@pytest.mark.parametrize("whole", [17, 29])
def test_small_whole_numbers_are_exact(monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    """A figure of steps: the last whole number that meets it is the key, to the unit."""
    found = searched(
        monkeypatch,
        parse_range("users.per_beam=2..40"),
        lambda n: 130.0 - n if n <= whole else 50.0 - n,
        noise=0.01,
    )
    (crossing,) = found.crossings
    assert (crossing.key, crossing.low, crossing.high) == (whole, whole, whole)
    assert {whole, whole + 1} <= {each.value for each in found.points}


def test_everywhere_and_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    span = parse_range("users.count=10..20")
    assert searched(monkeypatch, span, lambda n: 300.0).verdict == "everywhere"
    assert searched(monkeypatch, span, lambda n: 30.0).verdict == "nowhere"
    assert len(searched(monkeypatch, span, lambda n: 30.0).points) == 5


def test_all_crossings_of_a_figure_that_goes_up_and_down(monkeypatch: pytest.MonkeyPatch) -> None:
    found = searched(
        monkeypatch,
        parse_range("satellite.elevation_deg=10..90"),
        lambda deg: 130.0 - 0.05 * (deg - 50.0) ** 2,
        noise=0.5,
    )
    away = math.sqrt(30.0 / 0.05)
    assert found.verdict == "several"
    assert not found.scan.is_monotone
    assert [each.key for each in found.crossings] == pytest.approx([50 - away, 50 + away], abs=0.1)
    assert [each.rising for each in found.crossings] == [False, True]
    for crossing in found.crossings:
        assert crossing.low < crossing.key < crossing.high


def test_the_same_search_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    span = parse_range("users.count=1000..1000000")
    first, again = (searched(monkeypatch, span, lambda n: 4e5 / n) for _ in range(2))
    assert first.crossings == again.crossings
    assert [each.value for each in first.points] == [each.value for each in again.points]


def point(value: float, met: bool) -> VisitedPoint:
    units = np.array([-1.0 if met else 1.0])
    return VisitedPoint(value, Interval(0.0, 0.0, 0.0), met, units, {})


def test_noise_is_not_taken_for_another_direction() -> None:
    """Figures near the threshold that trials cannot tell apart cross it once."""
    points = [point(k, met) for k, met in enumerate([True, False, True, True, False])]
    noise = [Interval(d, d - 2.0, d + 2.0) for d in (1.0, -1.0, -0.5)]
    scan = judge(points, [*noise, Interval(9.0, 7.0, 11.0)])
    assert scan.is_monotone
    assert scan.windows == (Window(0, 4, rising=True),)
    # Where trials can tell, there are three crossings.
    told = [Interval(d, d - 0.1, d + 0.1) for d in (1.0, -1.0, -0.5, 9.0)]
    scan = judge(points, told)
    assert not scan.is_monotone
    assert scan.windows == (
        Window(0, 1, rising=True),
        Window(1, 3, rising=False),
        Window(2, 4, rising=True),
    )


def test_directions() -> None:
    assert direction_of(None) == 0
    assert direction_of(Interval(1.0, math.nan, math.nan, "same")) == 0
    assert direction_of(Interval(1.0, 0.5, 2.0)) == 1
    assert direction_of(Interval(-1.0, -2.0, -0.5)) == -1


def test_steps_of_a_range() -> None:
    span = parse_range("users.count=1000..1000000")
    assert span.logarithmic
    assert span.coarse(5) == [1000, 5623, 31623, 177828, 1000000]
    near = parse_range("users.count=100..900")
    assert not near.logarithmic
    assert near.coarse(5) == [100, 300, 500, 700, 900]
    assert parse_range("users.count=3..5").coarse(5) == [3, 4, 5]
    decibels = parse_range("handset.antenna_gain_dbi=-6..6")
    assert decibels.coarse(5) == [-6.0, -3.0, 0.0, 3.0, 6.0]


def test_conditions() -> None:
    assert parse_blocked("2%") == parse_blocked("0.02")
    assert str(parse_blocked("2%")) == "blocked_share.mean<=2%"
    for text in ("throughput.p05>=1", "user_throughput.p05 ≥ 1", "throughput.p05 => 1"):
        assert str(parse_while(text)) == "user_throughput.p05>=1"
    assert str(parse_while("refused_share.mean ≤ 5%")) == "refused_share.mean<=5%"
    assert str(parse_while("calls.p05=<3")) == "calls.p05<=3"


def test_less_and_more_do_not_hold_at_the_threshold_itself() -> None:
    assert str(parse_while("calls.p05<3")) == "calls.p05<3"
    assert str(parse_while("throughput.p05 > 1")) == "user_throughput.p05>1"
    for text, at, beside in (("<3", False, 2.9), ("<=3", True, 2.9), (">3", False, 3.1)):
        condition = parse_while(f"calls.mean{text}")
        assert condition.is_met(3.0) is at
        assert condition.is_met(beside)
    assert not parse_while("calls.mean>=3").is_met(math.nan)
    # 57 of 100 are 57 %, and 0.1 three times is 0.3, whatever the last bit says.
    assert parse_while("refused_share.mean>=57%").is_met(57 / 100)
    assert parse_while("calls.mean<=0.3").is_met(0.1 + 0.1 + 0.1)
    assert not parse_while("calls.mean>0.3").is_met(0.1 + 0.1 + 0.1)
