"""Compute study cases and compare them with the published figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend import choose
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.runner.plan import Plan
from capest.statistics.quantities import AXES
from capest.statistics.reduction import Reduction
from capest.validation.cases import LINKS, METRICS, PERCENTILES, published, study_case


@dataclass(frozen=True)
class Comparison:
    """One figure of one study case.

    Attributes
    ----------
    case : int
    link : {"DL", "UL"}
    metric : str
    percentile : int
    value, low, high : float
        Ours and its 95 % confidence interval, dB.
    reference : float or None
        Published, dB.
    quality : str
        How well the reference could be read, empty without one.
    """

    case: int
    link: str
    metric: str
    percentile: int
    value: float
    low: float
    high: float
    reference: float | None
    quality: str

    @property
    def difference(self) -> float | None:
        """Ours minus theirs."""
        return None if self.reference is None else self.value - self.reference


@dataclass(frozen=True)
class Calibration:
    """A study case, computed.

    Attributes
    ----------
    case : int
    comparisons : list of Comparison
        Every link, metric and percentile.
    distributions : dict of (link, metric) to array (bins,)
        Pooled histogram counts on the metric's axis, for plots.
    """

    case: int
    comparisons: list[Comparison]
    distributions: dict[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class CalibrationTask:
    """What a worker is asked for."""

    case: int
    trials: int
    backend: str


def calibrate(task: CalibrationTask) -> Calibration:
    """Compute one study case, both links. Runs on a worker."""
    scenario = study_case(task.case, task.trials)
    world, kernels = build(scenario), choose.kernels(task.backend)
    plan = Plan(scenario.run.trials, scenario.run.block_trials)
    reduction = Reduction()
    for block in range(plan.blocks):
        first, count = plan.first_trial(block), plan.block_size(block)
        reduction.add(block, compute_block(world, kernels, first, count))
    comparisons, distributions = [], {}
    for link in LINKS:
        for metric in METRICS:
            name = axis_name(link, metric)
            distributions[link, metric] = reduction.group_counts(name).sum(axis=0)
            for percentile in PERCENTILES:
                found = reduction.interval(name, f"p{percentile:02d}")
                reference = published().get((task.case, link, metric, percentile))
                comparisons.append(
                    Comparison(
                        task.case,
                        link,
                        metric,
                        percentile,
                        found.value,
                        found.low,
                        found.high,
                        reference.value_db if reference else None,
                        reference.quality if reference else "",
                    )
                )
    return Calibration(task.case, comparisons, distributions)


def axis_name(link: str, metric: str) -> str:
    """Name of a metric's histogram axis for a link."""
    name = metric if link == "DL" else f"uplink_{metric}"
    assert name in AXES
    return name
