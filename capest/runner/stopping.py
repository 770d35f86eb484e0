"""When a run may end: the intervals are as narrow as its rule says.

The number of trials at which a run ends depends on the scenario and the rule only, not on who
computed what when: the rule is asked at fixed numbers of blocks, and each time about all blocks
below, reduced in their order. What workers computed ahead of that is no part of the result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capest.runner.plan import Plan
from capest.scenario.until import StoppingCondition
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate, Reduction

FEWEST_TRIALS = 200
"""No rule ends a run with fewer trials: an interval from few trials may be narrow by accident."""

FEWEST_BLOCKS = 20
"""Nor with fewer blocks: intervals of quantiles come from groups of blocks."""

GROWTH = 1.25
"""From one question to the next a run grows by this factor.

It bounds what is computed too much to a quarter; and few questions, some 30 from 200 to 200,000
trials, keep small the chance that one of them meets an interval too narrow by accident."""


@dataclass(frozen=True)
class Reached:
    """One condition of a rule, and what the trials so far say of it."""

    condition: StoppingCondition
    estimate: Estimate

    @property
    def wanted(self) -> float:
        """Largest half width that fulfils the condition, in the figure's units."""
        width = self.condition.width
        return width / 100.0 * abs(self.estimate.value) if self.condition.relative else width

    @property
    def holds(self) -> bool:
        """Whether both limits are as near to the value as wanted; not where there are none.

        There are none where fewer than 5 trials contribute; the estimate's note says so.
        """
        return self.estimate.half_width <= self.wanted

    @property
    def is_one_bin(self) -> bool:
        """Whether the interval is as narrow as counts in bins allow, and still not enough.

        Where users gather at one value, the limits of a quantile are the two edges of its bin.
        """
        estimate = self.estimate
        axis = AXES.get(estimate.metric) if estimate.statistic in QUANTILES else None
        if axis is None or axis.population == "trial" or self.holds or estimate.note:
            return False
        edges = axis.edges()
        place = int(np.abs(edges[:-1] - estimate.low).argmin())
        limits = (estimate.low, estimate.high)
        return np.allclose(limits, edges[place : place + 2], rtol=1e-9, atol=1e-9 * axis.step)


@dataclass(frozen=True)
class Verdict:
    """What a rule says of some trials.

    Attributes
    ----------
    trials, blocks : int
        What was looked at.
    reached : tuple of Reached
        Every condition of the rule.
    """

    trials: int
    blocks: int
    reached: tuple[Reached, ...]

    @property
    def holds(self) -> bool:
        """Whether the run may end here."""
        enough = self.trials >= FEWEST_TRIALS and self.blocks >= FEWEST_BLOCKS
        return enough and all(one.holds for one in self.reached)

    @property
    def rule(self) -> str:
        """The rule as text."""
        return ", ".join(str(one.condition) for one in self.reached)

    @property
    def expected_trials(self) -> float:
        """About how many trials fulfil the rule: half widths shrink with the root of trials."""
        ratios = [
            math.inf if one.is_one_bin else _ratio(one.estimate.half_width, one.wanted)
            for one in self.reached
        ]
        # A product of floats becomes infinite where a power would fail.
        return max(FEWEST_TRIALS, *(self.trials * ratio * ratio for ratio in ratios))


def _ratio(half_width: float, wanted: float) -> float:
    if half_width <= wanted:
        return half_width / wanted if wanted else 1.0
    return math.inf if math.isnan(half_width) or not wanted else half_width / wanted


def checkpoints(plan: Plan) -> list[int]:
    """Numbers of blocks at which a rule is asked, the last one all blocks of the plan.

    They do not depend on how long the plan is, but for the last.
    """
    found = []
    blocks = max(FEWEST_BLOCKS, plan.whole_blocks(FEWEST_TRIALS - 1) + 1)
    while blocks < plan.blocks:
        found.append(blocks)
        blocks = max(blocks + 1, plan.whole_blocks(math.floor(plan.first_trial(blocks) * GROWTH)))
    return [*found, plan.blocks]


def verdict(
    conditions: Sequence[StoppingCondition], reduction: Reduction, trials: int, blocks: int
) -> Verdict:
    """Compare the intervals of the blocks reduced so far with a rule."""
    reached = tuple(
        Reached(each, reduction.estimate(each.metric, each.statistic)) for each in conditions
    )
    return Verdict(trials, blocks, reached)


class Watch:
    """Takes the blocks of a run in their order and says where it ends.

    Parameters
    ----------
    conditions : sequence of StoppingCondition
        All must hold.
    plan : Plan
        The run if the rule is never fulfilled.

    Attributes
    ----------
    blocks : int
        Blocks taken so far, so also the number of the one wanted next.
    end : Verdict or None
        What the rule said where the run ends; ``None`` as long as that is open.
    """

    def __init__(self, conditions: Sequence[StoppingCondition], plan: Plan) -> None:
        self.blocks = 0
        self.end: Verdict | None = None
        self._conditions = tuple(conditions)
        self._plan = plan
        # A result that is there was asked about already, and earlier it cannot be asked any more.
        self._checkpoints = {
            blocks for blocks in checkpoints(plan) if plan.first_trial(blocks) > plan.kept
        }
        self._reduction = Reduction()

    def add(self, block: BlockResult) -> None:
        """Take the next block, and decide where the rule is to be asked."""
        self._reduction.add(self.blocks, block)
        self.blocks += 1
        if self.blocks not in self._checkpoints:
            return
        found = self.now()
        if found.holds or self.blocks == self._plan.blocks:
            self.end = found

    def now(self) -> Verdict:
        """What the rule says of the blocks taken so far; decides nothing."""
        return verdict(self._conditions, self._reduction, self._reduction.trials, self.blocks)
