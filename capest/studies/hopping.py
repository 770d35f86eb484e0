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
from capest.statistics.reduction import Estimate

ALLOCATION = "beams.allocation"

OF_BOUND = ("bound_share", "mean")
OF_OFFERED = ("served_traffic_share_all_beams", "mean")
LEAST = ("least_satisfaction_all_beams", "mean")


@dataclass(frozen=True)
class ComparedStrategy:
    """One strategy; all cells count, those at the layout's edge too.

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
    """

    strategy: str
    trials: int
    of_bound: Estimate
    of_offered: Estimate
    least_satisfaction: Estimate
    difference: Estimate | None


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
        For a faulty scenario, or one of a constellation.
    """
    axis = Axis(ALLOCATION, tuple(strategies))
    # What no strategy reads is told when the points are loaded.
    scenarios = [
        load_scenario(source, [*overrides, f"{ALLOCATION}={name}"], excused=[])
        for name in strategies
    ]
    if not scenarios[0].beams_can_take_turns:
        raise InputError(
            "beam hopping over a frame is for one satellite: how the satellites of a constellation "
            "share their cells in time is not computed"
        )
    more = []
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
        point.estimates.get(name, _nothing(name)) for name in (OF_BOUND, OF_OFFERED, LEAST)
    )
    difference: Difference | None = point.differences.get(OF_BOUND)
    told = None if first else _nothing(OF_BOUND) if difference is None else difference.estimate()
    name, trials = str(point.place[ALLOCATION]), point.sizes["trials"]
    return ComparedStrategy(name, trials, of_bound, of_offered, least, told)


def _nothing(name: tuple[str, str]) -> Estimate:
    nan: Any = float("nan")
    return Estimate(*name, nan, nan, nan, "1", "not known: nothing can be served in any trial")
