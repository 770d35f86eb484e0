"""Whether a point meets a condition: by the figure that is printed, whatever kind it is."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from capest.results.differences import Trials
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.quantities import AXES, QUANTITIES
from capest.statistics.quantity import QUANTILES
from capest.studies.capacity.capacity_file import _OF_CROSSING
from capest.studies.capacity.condition import FigureCondition, parse_while
from capest.studies.capacity.crossing import LACKS, Solver, Window
from capest.studies.capacity.key_range import parse_range
from capest.studies.capacity.notices import gathered
from capest.studies.capacity.scan import judge
from capest.studies.capacity.visited import VisitedPoint, units_of

RELATIONS = ("<", "<=", ">", ">=")


def trials_of(**variables: np.ndarray) -> Trials:
    count = len(next(iter(variables.values())))
    return Trials(count, 1, "1", frozenset(variables), variables.__getitem__, lambda _: {})


@dataclass(frozen=True)
class Counted(Trials):
    """Trials with counts of one metric."""

    of_groups: np.ndarray = field(kw_only=True)
    its_axis: HistogramAxis = field(kw_only=True)

    def counts(self, metric: str) -> np.ndarray:
        return self.of_groups

    def axis(self, metric: str) -> HistogramAxis:
        return self.its_axis


def agrees(condition: FigureCondition, trials: Trials, figure: float) -> None:
    """The mean of the units is on the figure's side; at zero the nudge decides."""
    units = units_of(trials, condition)
    assert units is not None
    is_met = condition.is_met(figure)
    mean = units.mean()
    assert mean <= 1e-12 if is_met else mean >= -1e-12
    point = VisitedPoint(1.0, Interval(figure, math.nan, math.nan), is_met, units, {})
    assert (point.excess <= 0.0) is is_met


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("statistic", list(QUANTILES))
def test_quantiles_over_trials(relation: str, statistic: str) -> None:
    """Half of 6 trials below 38: the median is the third smallest, 37, and does not meet >= 38."""
    values = np.array([35, 36, 37, 38, 39, 40])
    for count, threshold in itertools.product((1, 2, 5, 6), range(34, 42)):
        some = values[:count]
        figure = order_statistic(some, QUANTILES[statistic]).value
        condition = parse_while(f"calls.{statistic}{relation}{threshold}")
        agrees(condition, trials_of(calls=some), figure)


def test_half_below_is_not_at_least() -> None:
    condition = parse_while("calls.p50>=38")
    figure = order_statistic(np.array([35, 36, 37, 38, 39, 40]), 0.5).value
    assert figure == 37
    assert not condition.is_met(figure)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("logarithmic", [True, False], ids=["logarithmic", "linear"])
def test_quantiles_over_users(relation: str, logarithmic: bool) -> None:
    """Pooled counts with a bin that towers, and with users below and above all bins."""
    axis = HistogramAxis(
        "any", "1", "any", "users", low=-1.0, step=0.5, regular_bins=4, logarithmic=logarithmic
    )
    draw = np.random.default_rng(3)
    edges = [-1.0, -0.75, -0.6, 0.0, 0.25, 0.5, 1.0, -1.5, 1.5]
    thresholds = [10.0**each for each in edges] + [0.0] if logarithmic else edges
    metric = "user_throughput" if logarithmic else "sinr_db"
    for _ in range(40):
        counts = draw.integers(0, 6, (3, 6))
        counts[:, draw.integers(0, 6)] += draw.integers(0, 60)
        trials = Counted(
            3,
            1,
            "1",
            frozenset(),
            lambda _: np.empty(0),
            lambda _: {},
            of_groups=counts,
            its_axis=axis,
        )
        for (statistic, p), threshold in itertools.product(QUANTILES.items(), thresholds):
            figure = quantile_interval(counts, axis, p).value
            condition = FigureCondition(
                metric, statistic, relation.startswith("<"), threshold, relation in "<>"
            )
            if math.isclose(figure, threshold):
                continue  # two ways to compute the same number
            agrees(condition, trials, figure)


def test_names_of_the_file_do_not_clash() -> None:
    fixed = {"point", "crossing", "value", "is_met", "verdict", "goes_one_way", *_OF_CROSSING}
    stems = {f"{row.name}_mean" for row in QUANTITIES}
    stems |= {f"{metric}_{statistic}" for metric in AXES for statistic in QUANTILES}
    names = {f"{stem}{end}" for stem in stems for end in ("", "_low", "_high")}
    assert len(names) == 3 * len(stems)
    assert not fixed & names


def solver(condition: str) -> Solver:
    draw = np.random.default_rng(1)
    return Solver(
        parse_range("users.count=10..20"),
        parse_while(condition),
        lambda rows, count: draw.random((rows, count)),
    )


def point_of(value: int, figure: Interval, units: list[float], **more: Any) -> VisitedPoint:
    met = float(np.mean(units)) <= 0.0
    return VisitedPoint(value, figure, met, np.array(units), {}, len(units), **more)


def test_trials_that_show_nothing_end_no_interval() -> None:
    """Of 5 trials without anybody refused the share may be 52 %: no key is known to be safe."""
    nothing = Interval(0.0, 0.0, 0.522)
    points = [point_of(value, nothing, [0.0] * 5, is_bare=True) for value in (10, 12)] + [
        point_of(13, Interval(0.1, math.nan, math.nan), [0.0, 0.0, 0.0, 1.0, 4.0])
    ]
    crossing = solver("refused_share.mean<=0").crossing(points, Window(10, 13, rising=True))
    assert crossing.key == 12
    assert math.isnan(crossing.low)
    assert math.isnan(crossing.high)
    assert LACKS[crossing.lack] == "trials beside it are all alike"


def test_the_figures_own_limit_ends_an_interval_where_trials_are_alike() -> None:
    """No trial of 12 is below: the limit of the figure, met up to 11, says how far to trust it."""
    points = [
        point_of(10, Interval(9.0, 8.0, 9.0), [-0.5] * 12, is_bare=True),
        point_of(11, Interval(8.0, 6.0, 9.0), [-0.5] * 12, is_bare=True),
        point_of(12, Interval(7.0, 3.0, 9.0), [-0.5] * 12, is_bare=True),
        point_of(13, Interval(4.0, 1.0, 9.0), [-0.5] * 4 + [0.5] * 8),
    ]
    crossing = solver("calls.p50>=5").crossing(points, Window(10, 13, rising=True))
    assert crossing.key == 12
    # The limit falls from 6 at 11 to 3 at 12, and is 5 a third of the way: 11 still meets it.
    assert crossing.low == 11


def test_values_that_take_turns_lie_in_the_interval() -> None:
    """The estimate meets the condition at 11 and 16, and not between them."""
    points = [
        point_of(value, Interval(0.0, 0.0, 0.0), [sign - 1e-3, sign + 1e-3] * 5)
        for value, sign in ((10, -9.0), (11, -9.0), (13, 1.0), (16, -1.0), (18, 9.0), (20, 9.0))
    ]
    crossing = solver("refused.mean<=5").crossing(points, Window(10, 20, rising=True))
    assert crossing.low <= 11
    assert crossing.high >= 16
    assert crossing.key not in (13, 18)


def test_one_trial_has_all_its_crossings() -> None:
    points = [
        VisitedPoint(k, Interval(0.0, math.nan, math.nan), met, np.array([1.0 - 2 * met]), {}, 1)
        for k, met in enumerate([True, False, True, False])
    ]
    assert [each.rising for each in judge(points, [None] * 3).windows] == [True, False, True]


def test_notes_are_told_once() -> None:
    of_runs = [
        ["an old note", "a beam has 5.5 MHz"],
        ["an old note", "a beam has 6.25 MHz", "only here"],
        ["an old note", "a beam has 5.5 MHz"],
    ]
    assert gathered(of_runs) == [
        "an old note",
        "at some values: a beam has 5.5 MHz (at 1 more value the same with other numbers)",
        "at some values: only here",
    ]
