"""What users are worth to each objective, in whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from capest.engine.search_needs import levels_of
from capest.engine.world import World

OBJECTIVES = ("calls", "throughput", "proportional-fair", "max-min", "coverage")

FIXED_POINT = 2**16
FIXED_POINT_OF_RATES = 2**30

FAIRNESS = 4.0
"""Of alpha-fair utility (Mo and Walrand, IEEE/ACM Transactions on Networking 8, 2000), which goes
to max-min as it grows: assumed large enough."""

LEAST_SHARE = 0.01
"""Added to the share of a cell's calls, so that no cell is worth minus infinity."""

REFERENCE_MBPS = 1e-3
"""Rate that is worth nothing to proportional fairness, and least to max-min."""


def worth_of(
    world: World, objective: str, needs: dict[str, Any], first: np.ndarray, users: np.ndarray
) -> dict[str, Any]:
    """Worth of calls or rates as `SearchProblem` has it.

    Parameters
    ----------
    world : World
    objective : str
        One of `OBJECTIVES`.
    needs : dict
        From `search_needs.call_needs`.
    first, users : int64 array (cells,)
        Users of each cell.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"the objective {objective} is none of {', '.join(OBJECTIVES)}")
    if needs["rates"]:
        return _worth_of_rates(world, objective, int(users.max(initial=0)))
    services = world.services
    assert services is not None
    weight = np.ones(len(services.calls), dtype=np.int64)
    if objective == "throughput":
        weight = np.array([round(1000.0 * each.least_mbps[0]) for each in services.calls])
    found: dict[str, Any] = {
        "class_weight": np.maximum(weight, 1).astype(np.int64),
        "worth_start": None,
        "worth": np.zeros(1, dtype=np.int64),
        "level_worth": np.zeros(len(needs["threshold"]) + 1, dtype=np.int64),
        "share_factor": np.ones(1),
    }
    if objective in ("calls", "throughput"):
        return found
    asks = np.append(0, np.cumsum(needs["call_class"] >= 0))
    callers = np.where(users > 0, asks[first + users] - asks[first], 0)
    start = np.cumsum(callers + 1) - (callers + 1)
    own = np.repeat(callers, callers + 1)
    calls = np.arange(len(own)) - np.repeat(start, callers + 1)
    worth = _WORTH_OF_CALLS[objective](calls, own)
    return {**found, "worth_start": start, "worth": worth}


def _proportional_fair(calls: np.ndarray, callers: np.ndarray) -> np.ndarray:
    share = calls / np.maximum(callers, 1)
    return np.rint(FIXED_POINT * callers * np.log(share + LEAST_SHARE)).astype(np.int64)


def _max_min(calls: np.ndarray, callers: np.ndarray) -> np.ndarray:
    share = calls / np.maximum(callers, 1)
    utility = -((share + LEAST_SHARE) ** (1.0 - FAIRNESS)) / (FAIRNESS - 1.0)
    return np.rint(FIXED_POINT * callers * utility).astype(np.int64)


def _coverage(calls: np.ndarray, callers: np.ndarray) -> np.ndarray:
    # A cell with a call counts more than all calls.
    return calls + np.where(calls > 0, len(callers), 0)


_WORTH_OF_CALLS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "proportional-fair": _proportional_fair,
    "max-min": _max_min,
    "coverage": _coverage,
}


def _worth_of_rates(world: World, objective: str, most: int) -> dict[str, Any]:
    """Users of a beam that share its time equally: their sum times a factor, and a summand."""
    _, efficiency = levels_of(world.radio.link.adaptation)
    mbps = efficiency.astype(np.float64) * world.radio.link.bandwidth_mhz
    served = np.arange(most + 1, dtype=np.float64)
    above = np.maximum(served, 1.0)
    factor, summand = np.ones(most + 1), np.zeros(most + 1)
    if objective in ("throughput", "calls"):
        level = np.rint(1e3 * mbps)
        factor = 1.0 / above
    elif objective == "max-min":
        # (reference / rate)^(alpha - 1): the rate falls with those who share.
        level = FIXED_POINT_OF_RATES * (REFERENCE_MBPS / mbps) ** (FAIRNESS - 1.0)
        factor, summand = -(above ** (FAIRNESS - 1.0)), 2.0 * FIXED_POINT_OF_RATES * served
    else:
        level = FIXED_POINT * np.log(mbps / REFERENCE_MBPS)
        summand = -FIXED_POINT * served * np.log(above)
    if objective == "coverage":
        summand = summand + 2.0**40 * (served > 0.0)
    return {
        "class_weight": np.ones(1, dtype=np.int64),
        "worth_start": None,
        "worth": np.rint(summand).astype(np.int64),
        "level_worth": np.append(0, np.rint(level)).astype(np.int64),
        "share_factor": factor,
    }
