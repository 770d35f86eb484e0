"""What calls take of a beam, tabulated by SINR for a search."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import on_host
from capest.engine.services.admission import capacity_of, share_taken
from capest.engine.services.demand import Demand
from capest.engine.services.rates import WHOLE, mean_share
from capest.engine.services.settings import Services
from capest.engine.services.uplink_width import power_in_place, widen
from capest.engine.world import World

STEP_DB = 0.25
"""Of levels where efficiency has none of its own: a level counts with what it has at least."""

_NEAR_BITS = np.arange(-8, 9, dtype=np.int32)


def levels_of(adaptation: LinkAdaptation) -> tuple[np.ndarray, np.ndarray]:
    """Least SINR of each level of efficiency, and its efficiency.

    Returns
    -------
    threshold, efficiency : float32 array (levels,)
    """
    if adaptation.mode == 0:
        table = np.asarray(adaptation.rate_table, dtype=np.float32)
        return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])
    _, smallest, largest, _ = np.asarray(adaptation.shannon, dtype=np.float64)
    count = max(int(np.ceil(10.0 * np.log10(largest / smallest) / STEP_DB)), 1)
    sinr = smallest * 10.0 ** (0.1 * STEP_DB * np.arange(count + 1))
    threshold = np.minimum(sinr, largest).astype(np.float32)
    threshold[0] = adaptation.shannon[1]
    threshold = np.unique(threshold)
    return threshold, NumpyKernels().link_efficiency(threshold, adaptation)


def call_needs(world: World, demand: Demand | None, own: slice) -> dict[str, Any]:
    """Classes of calls, levels, steps and capacities as `SearchProblem` has them.

    Parameters
    ----------
    world : World
    demand : Demand or None
    own : slice
        Users of the trial.
    """
    services = world.services
    threshold, efficiency = levels_of(world.radio.link.adaptation)
    calls = services is not None and demand is not None and services.has_calls
    found: dict[str, Any] = {
        "threshold": threshold,
        "rates": not calls,
        "up_threshold": np.empty(0, dtype=np.float32),
        "capacity_down": WHOLE,
        "capacity_up": 0,
    }
    if not calls:
        count = own.stop - own.start
        asks = np.ones(count, dtype=bool)
        if demand is not None:
            asks = on_host(demand.best_effort)[own]
        levels = len(threshold)
        return {
            **found,
            "call_class": np.where(asks, 0, -1).astype(np.int8),
            "down": np.append(-1, np.zeros(levels, dtype=np.int64))[None],
            "up": np.zeros((1, 1), dtype=np.int64),
        }
    assert services is not None
    assert demand is not None
    kind = 0 if demand.call_class is None else on_host(demand.call_class)[own]
    found["call_class"] = np.where(on_host(demand.call)[own], kind, -1).astype(np.int8)
    found["down"] = _down_needs(services, efficiency)
    found["up"] = np.zeros((len(services.calls), 1), dtype=np.int64)
    if services.uplink is not None:
        found["up_threshold"], found["up"] = _up_needs(services, world.radio.link.adaptation)
        found["capacity_up"] = capacity_of(services.uplink.access)
    return found


def _down_needs(services: Services, efficiency: np.ndarray) -> np.ndarray:
    """Share of the downlink by class and level, int64 array (classes, levels + 1)."""
    rows = []
    reached = np.append(np.float32(0.0), efficiency).astype(np.float32)
    for each in services.calls:
        rate = np.full(len(reached), each.least_mbps[0])
        taken = share_taken(rate, reached, services.bandwidth_mhz, np)
        carried = (taken <= WHOLE) & (reached > 0.0)
        rows.append(np.where(carried, _mean(services, taken, each.talk_share), -1))
    return np.array(rows, dtype=np.int64)


def _up_needs(services: Services, adaptation: LinkAdaptation) -> tuple[np.ndarray, np.ndarray]:
    """SINR at which the share of the uplink changes, and the share by class and step."""
    assert services.uplink is not None
    access = services.uplink.access
    sinr = np.append(np.float32(0.0), breakpoints(adaptation, access.widths))
    rows = []
    for each in services.calls:
        rate = np.full(len(sinr), each.least_mbps[1])
        efficiency, width = widen(NumpyKernels(), adaptation, access, sinr, rate)
        most = WHOLE if width is None else WHOLE * width
        mhz, places = access.user_bandwidth_mhz, access.widths[-1]
        taken = share_taken(rate, efficiency, mhz, np, places)
        rows.append(np.where(taken <= most, _mean(services, taken, each.talk_share), -1))
    table = np.array(rows, dtype=np.int64)
    differs = np.append(True, (table[:, 1:] != table[:, :-1]).any(axis=0))
    return np.ascontiguousarray(sinr[differs][1:]), np.ascontiguousarray(table[:, differs])


def breakpoints(adaptation: LinkAdaptation, widths: tuple[int, ...]) -> np.ndarray:
    """SINR in one place from which a width reaches each level, ascending, float32 array (n,)."""
    threshold, _ = levels_of(adaptation)
    found = []
    for places in widths:
        (factor,) = power_in_place(np.array([places]), np.array([float(places)]), np)
        if places > 1:
            (factor,) = power_in_place(np.array([places]), np.ones(1), np)
        near = (threshold / factor).astype(np.float32)
        # The product is rounded: the last bits of the quotient decide.
        tried = (near.view(np.int32)[:, None] + _NEAR_BITS).view(np.float32)
        reached = (tried * factor).astype(np.float32) >= threshold[:, None]
        found.append(tried[np.arange(len(near)), reached.argmax(axis=1)])
    return np.unique(np.concatenate(found)).astype(np.float32)


def _mean(services: Services, taken: np.ndarray, talk_share: float) -> np.ndarray:
    share = np.full(len(taken), talk_share) if services.has_pauses else None
    found: np.ndarray = mean_share(taken, share, np)
    return found
