"""Callers of the compiled kernels that share out beams: ``throughput.cpp`` and ``calls.cpp``."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import (
    AttachedLinks,
    BeamShares,
    CallEvents,
    CallQueues,
    LinkAdaptation,
)
from capest.backend.native.library import Library, array_of

_SUM_COLUMNS = 5


def beam_sums(library: Library, links: AttachedLinks) -> tuple[np.ndarray, np.ndarray]:
    """Efficiency per user and sums per beam; kernel ``beam_sums``."""
    (users,) = links.carrier.shape
    adaptation, beams, lit = links.adaptation, links.beams, links.lit
    efficiency = np.empty(users, dtype=np.float32)
    sums = np.zeros((links.trials, beams, _SUM_COLUMNS), dtype=np.int64)
    library.run(
        "beam_sums",
        array_of("carrier", links.carrier, np.float32, (users,)),
        array_of("interference", links.interference, np.float32, (users,)),
        array_of("serving", links.serving, np.int32, (users,)),
        array_of("user_trial", links.user_trial, np.int32, (users,)),
        None if lit is None else array_of("lit", lit, np.uint8, (links.trials, beams)),
        *_adaptation(adaptation),
        efficiency,
        sums,
        len(adaptation.rate_table),
        adaptation.mode,
        users,
        beams,
    )
    return efficiency, sums


def link_efficiency(library: Library, sinr: np.ndarray, adaptation: LinkAdaptation) -> np.ndarray:
    """Efficiency of links by their SINR; kernel ``link_efficiency``."""
    (users,) = sinr.shape
    efficiency = np.empty(users, dtype=np.float32)
    library.run(
        "link_efficiency",
        array_of("sinr", sinr, np.float32, (users,)),
        *_adaptation(adaptation),
        efficiency,
        len(adaptation.rate_table),
        adaptation.mode,
        users,
    )
    return efficiency


def user_throughput(library: Library, shares: BeamShares) -> np.ndarray:
    """Throughput per Hz of beam bandwidth; kernel ``user_throughput``."""
    (users,) = shares.efficiency.shape
    trials, beams, _ = shares.sums.shape
    throughput = np.empty(users, dtype=np.float32)
    library.run(
        "user_throughput",
        array_of("efficiency", shares.efficiency, np.float32, (users,)),
        array_of("serving", shares.serving, np.int32, (users,)),
        array_of("user_trial", shares.user_trial, np.int32, (users,)),
        array_of("sums", shares.sums, np.int64, (trials, beams, _SUM_COLUMNS)),
        throughput,
        shares.policy,
        users,
        beams,
    )
    return throughput


def beam_best(
    library: Library,
    *,
    efficiency: np.ndarray,
    serving: np.ndarray,
    user_trial: np.ndarray,
    trials: int,
    beams: int,
) -> np.ndarray:
    """Greatest efficiency of a beam's users; kernel ``beam_best``."""
    (users,) = efficiency.shape
    best = np.zeros((trials, beams), dtype=np.float32)
    library.run(
        "beam_best",
        array_of("efficiency", efficiency, np.float32, (users,)),
        array_of("serving", serving, np.int32, (users,)),
        array_of("user_trial", user_trial, np.int32, (users,)),
        best,
        users,
        beams,
    )
    return best


def admit_calls(library: Library, queues: CallQueues) -> tuple[np.ndarray, np.ndarray]:
    """Admit the users of every beam in turn; kernel ``admit_calls``."""
    (users,), (groups,) = queues.down.shape, queues.start.shape
    admitted = np.zeros(users, dtype=np.uint8)
    left = np.empty((groups, 2), dtype=np.int64)
    capacities = (queues.capacity_down, queues.capacity_up)
    library.run("admit_calls", *_queues(queues), admitted, left, *capacities, groups)
    return admitted, left


def simulate_calls(library: Library, calls: CallEvents) -> np.ndarray:
    """Let calls arrive and end in every beam; kernel ``simulate_calls``."""
    queues = calls.queues
    (users,), (groups,) = queues.down.shape, queues.start.shape
    outcome = np.zeros((groups, 2), dtype=np.int64)
    library.run(
        "simulate_calls",
        *_queues(queues),
        np.zeros(users, dtype=np.uint8),
        outcome,
        queues.capacity_down,
        queues.capacity_up,
        calls.warm_up_events,
        calls.events,
        calls.seed,
        calls.purpose,
        calls.first_trial,
        calls.trials,
        groups // max(calls.trials, 1),
        calls.arrival_probability,
        calls.end_probability,
    )
    return outcome


def _adaptation(adaptation: LinkAdaptation) -> tuple[np.ndarray, np.ndarray]:
    table, shannon = adaptation.rate_table, adaptation.shannon
    return (
        array_of("rate_table", table, np.float32, (len(table), 2)),
        array_of("shannon", shannon, np.float32, (4,)),
    )


def _queues(queues: CallQueues) -> tuple[np.ndarray, ...]:
    """Arrays in the order of both kernels."""
    (users,), (groups,) = queues.down.shape, queues.start.shape
    return (
        array_of("order", queues.order, np.int64, queues.order.shape),
        array_of("start", queues.start, np.int64, (groups,)),
        array_of("count", queues.count, np.int64, (groups,)),
        array_of("down", queues.down, np.int64, (users,)),
        array_of("up", queues.up, np.int64, (users,)),
    )
