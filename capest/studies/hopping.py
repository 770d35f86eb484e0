"""Strategies of beam hopping side by side: a paired sweep over ``beams.allocation``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capest.allocation.slots import knows_demand
from capest.errors import InputError
from capest.results.differences import Difference
from capest.results.open import open_result
from capest.results.sweep_figures import SweepPoint, points_of_dataset
from capest.runner.sweep_points import Axis, Point, points_of
from capest.scenario.choices import HOPPING
from capest.scenario.derived import DEMAND_MBPS, FRAME_SLOTS
from capest.scenario.load import load_scenario
from capest.scenario.overrides import OptionValue
from capest.statistics.reduction import Estimate
from capest.studies.paired import mean_of, refuse_overrides

ALLOCATION = "beams.allocation"
BOUND = "beams.bound"

OF_BOUND = ("bound_share", "region_bound_share")
OF_OFFERED = ("served_traffic_share_all_beams", "served_traffic_share")
LEAST = ("least_satisfaction_all_beams", "least_satisfaction")
CALLS = ("calls_all_beams", "calls")
"""Figures of all beams of one satellite, and in their place those of a constellation's region."""


@dataclass(frozen=True)
class ComparedStrategy:
    """One strategy; all cells count, those at the layout's edge too, but for guard cells.

    Attributes
    ----------
    strategy : str
    trials : int
    of_bound : Estimate
        Traffic served over what the bound allows, both summed over trials; NaN where nothing can
        be served in any trial.
    of_offered : Estimate
        Traffic served over traffic wanted, both summed over trials; NaN without any.
    least_satisfaction : Estimate
        Served over demanded of the cell that is worst off, mean over trials.
    difference : Estimate or None
        ``of_bound`` less that of the first strategy, over pairs of the same trial; ``None`` for
        the first.
    calls : Estimate or None
        Calls carried at once, mean over trials; ``None`` where nobody calls. Traffic is equal for
        strategies that serve all of it, calls are not: they wait for the slots of their cell.
    calls_difference : Estimate or None
        ``calls`` less those of the first strategy, over pairs; ``None`` for the first.
    """

    strategy: str
    trials: int
    of_bound: Estimate
    of_offered: Estimate
    least_satisfaction: Estimate
    difference: Estimate | None
    calls: Estimate | None = None
    calls_difference: Estimate | None = None


def compared() -> tuple[str, ...]:
    """Name the strategies that light so many beams at a time; those that know no demand first."""
    return tuple(sorted(HOPPING, key=knows_demand))


def plan_points(
    source: Path, overrides: Sequence[str], strategies: Sequence[str]
) -> tuple[list[Point], Axis]:
    """Scenario of every strategy, with a frame of slots in which users have a demand.

    Parameters
    ----------
    source : Path
        File of a scenario.
    overrides : sequence of str
        ``section.key=value``.
    strategies : sequence of str

    Raises
    ------
    InputError
        For a faulty scenario, one allocation alone, and where nothing is to be compared with.
    """
    axis = Axis(ALLOCATION, tuple(strategies))
    why = "every strategy is a value of {key}; to compare some of them, name each with --strategy"
    refuse_overrides(overrides, [ALLOCATION], why)
    # What no strategy reads is told when the points are loaded.
    scenarios = [
        load_scenario(source, [*overrides, OptionValue(f"{ALLOCATION}={name}", "")], excused=[])
        for name in strategies
    ]
    more = []
    if scenarios[0].beams.bound == "none":
        if BOUND in scenarios[0].written:
            raise InputError(
                f'{BOUND} = "none": strategies are compared with a bound; write "fluid" or '
                '"interference", or remove it'
            )
        more.append(f"{BOUND}=fluid")
    if scenarios[0].beams.slots is None:
        more.append(f"beams.slots={FRAME_SLOTS}")
    elif not all(each.has_frame for each in scenarios):
        more.append(f"users.demand_mbps={DEMAND_MBPS}")
    return points_of(source, [*overrides, *more], [axis]), axis


def compare(path: Path) -> list[ComparedStrategy]:
    """Compare all strategies of a sweep with the first.

    Parameters
    ----------
    path : Path
        File of the sweep.

    Returns
    -------
    list of ComparedStrategy
        In the order of the sweep.
    """
    with open_result(path) as dataset:
        points = points_of_dataset(dataset)
    return [_of_point(point, first=point is points[0]) for point in points]


def _of_point(point: SweepPoint, *, first: bool) -> ComparedStrategy:
    of_bound, of_offered, least = (
        mean_of(point.estimates, names) or _nothing(names[0])
        for names in (OF_BOUND, OF_OFFERED, LEAST)
    )
    difference: Difference | None = mean_of(point.differences, OF_BOUND)
    nothing = _nothing(OF_BOUND[0])
    told = None if first else nothing if difference is None else difference.estimate()
    calls, less = mean_of(point.estimates, CALLS), mean_of(point.differences, CALLS)
    name, trials = str(point.place[ALLOCATION]), point.sizes["trials"]
    return ComparedStrategy(
        name,
        trials,
        of_bound,
        of_offered,
        least,
        told,
        calls,
        None if first or less is None else less.estimate(),
    )


def _nothing(name: str) -> Estimate:
    nan: Any = float("nan")
    return Estimate(
        name, "mean", nan, nan, nan, "1", "not known: nothing can be served in any trial"
    )
