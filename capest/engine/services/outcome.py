"""What a trial's services yield: calls per beam, and what calls leave to the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels
from capest.engine.scheduler import beam_rate, rate_of_some
from capest.engine.services.admission import (
    CARRIED,
    OUTCOMES,
    WHOLE,
    Admitted,
    CallLinks,
    capacity_of,
)
from capest.engine.services.demand import Demand
from capest.engine.services.minimum import EQUAL_PART, LEAST_SHARES, NO_SHARE, WHOLE_SHARE
from capest.engine.services.rates import LEVELS
from capest.engine.services.settings import Services
from capest.statistics.quantities import AXES, CALLS_AT_RATES, calls_of_service
from capest.statistics.refusals import REFUSAL_REASONS


def calls_of_beams(
    services: Services, kernels: Kernels, links: CallLinks, demand: Demand, admitted: Admitted
) -> Any:
    """Count calls by beam, class and outcome, int64 array (trials, beams, classes, ``OUTCOMES``).

    Classes are those of ``services.calls``. Users without a beam are not in it.
    """
    xp, classes = kernels.xp, len(services.calls)
    number = links.own_beam * (classes * OUTCOMES) + outcome_of_class(demand, admitted)
    number = xp.where(demand.call & (links.serving >= 0), number, -1)
    counts = kernels.count_numbers(number, links.trials * links.beams * classes * OUTCOMES)
    return counts.reshape(links.trials, links.beams, classes, OUTCOMES)


def outcome_of_class(demand: Demand, admitted: Admitted) -> Any:
    """Outcome of each user's call, behind those of the classes before its own."""
    if demand.call_class is None:
        return admitted.outcome
    return demand.call_class * OUTCOMES + admitted.outcome


def totals(services: Services, of_classes: Any) -> dict[str, Any]:
    """Calls per trial by outcome, and of each service if several are calls.

    Parameters
    ----------
    services : Services
    of_classes : int64 array (trials, classes, ``OUTCOMES``)
    """
    counts = of_classes.sum(axis=1)
    one_by_one = {}
    if len(services.calls) > 1:
        for number, each in enumerate(services.calls):
            carried, offered = calls_of_service(each.name)
            one_by_one[carried] = of_classes[:, number, CARRIED].astype("i4")
            one_by_one[offered] = of_classes[:, number].sum(axis=1).astype("i4")
    refused = {
        f"calls_refused_{reason}": counts[:, 1 + k].astype("i4")
        for k, reason in enumerate(REFUSAL_REASONS)
    }
    return {
        "calls": counts[:, CARRIED].astype("i4"),
        "calls_offered": counts.sum(axis=1).astype("i4"),
        "calls_refused": counts[:, 1:].sum(axis=1).astype("i4"),
        **refused,
        **one_by_one,
    }


def totals_in_reach(totals_of: dict[str, Any], in_reach: Any) -> dict[str, Any]:
    """Callers per trial by what an empty network would do for them.

    Parameters
    ----------
    totals_of : dict of str to int32 array (trials,)
        From `totals`.
    in_reach : int64 array (trials,)
        Callers whom an empty network would carry.
    """
    in_reach = in_reach.astype("i4")
    return {
        "calls_in_reach": in_reach,
        "calls_out_of_reach": totals_of["calls_offered"] - in_reach,
        "calls_without_room": in_reach - totals_of["calls"],
    }


def calls_at_rates(kernels: Kernels, number: Any, admitted: Admitted, size: int) -> Any | None:
    """Count carried calls that adapt by place and level.

    Parameters
    ----------
    kernels : Kernels
    number : int array (users,)
        Place of each carried call, -1 for whoever does not count.
    admitted : Admitted
    size : int
        Places.

    Returns
    -------
    int64 array (places, ``LEVELS``) or None
        ``None`` where no service has two rates.
    """
    if admitted.level is None:
        return None
    place = kernels.xp.where(number >= 0, number * LEVELS + admitted.level, -1)
    return kernels.count_numbers(place, size * LEVELS).reshape(size, LEVELS)


def totals_at_rates(counts: Any | None) -> dict[str, Any]:
    """Calls per trial by their rates, from counts (trials, ``LEVELS``)."""
    if counts is None:
        return {}
    return {name: counts[:, level].astype("i4") for level, name in enumerate(CALLS_AT_RATES)}


def totals_at_minimum(
    kernels: Kernels, links: CallLinks, counted: Any, held: Any
) -> dict[str, Any]:
    """Count callers whose calls are not carried by trial and by what they hold instead.

    Parameters
    ----------
    kernels : Kernels
    links : CallLinks
    counted : bool array (users,)
        Calls that count.
    held : int8 array (users,) or None
        See `Admitted`.

    Returns
    -------
    dict of str to int32 array (trials,)
        Empty where nobody holds anything.
    """
    if held is None:
        return {}
    xp = kernels.xp
    number = xp.where(counted, links.user_trial.astype(xp.int64) * LEAST_SHARES + held, -1)
    counts = kernels.count_numbers(number, links.trials * LEAST_SHARES)
    counts = counts.reshape(links.trials, LEAST_SHARES).astype(xp.int32)
    return {
        "calls_at_minimum": counts[:, WHOLE_SHARE],
        "calls_below_minimum": counts[:, EQUAL_PART],
    }


def holders_of_places(kernels: Kernels, number: Any, held: Any, size: int) -> dict[str, Any]:
    """Count callers by cell who hold the minimum or an equal part, and whose call is not carried.

    Parameters
    ----------
    kernels : Kernels
    number : int array (users,)
        Place of each call, -1 for whoever does not count.
    held : int8 array (users,) or None
        See `Admitted`.
    size : int
        Places.

    Returns
    -------
    dict of str to int64 array (places,)
        Empty where nobody holds anything.
    """
    if held is None:
        return {}
    place = kernels.xp.where(held > NO_SHARE, number, -1)
    return {"cell_calls_at_or_below_minimum": kernels.count_numbers(place, size)}


def refused(counts: Any) -> dict[str, Any]:
    """Calls refused by reason in each cell, from counts by outcome, (..., cells, ``OUTCOMES``)."""
    return {
        f"cell_calls_refused_{reason}": counts[..., 1 + k].copy()
        for k, reason in enumerate(REFUSAL_REASONS)
    }


def taken_of_beams(
    services: Services, links: CallLinks, admitted: Admitted, xp: Any
) -> dict[str, Any]:
    """Time of each beam that its calls take, int64 arrays (trials, beams) in units of ``WHOLE``.

    Parameters
    ----------
    services : Services
    links : CallLinks
    admitted : Admitted
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    dict of str to int64 array (trials, beams)
        ``downlink_load``, and ``uplink_load``, the mean over the places of a beam's uplink that
        control leaves to calls, where calls need one.
    """
    left = admitted.left.reshape(links.trials, links.beams, 2)
    taken = {"downlink_load": WHOLE - left[:, :, 0]}
    if services.uplink is not None and links.uplink_efficiency is not None:
        access = services.uplink.access
        capacity = capacity_of(access)
        used = capacity - left[:, :, 1]
        if access.control_share:
            used = xp.floor(used * (WHOLE / capacity)).astype(xp.int64)
        else:
            used //= access.users_at_once
        taken["uplink_load"] = used
    return taken


def call_histogram(trial: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Trials by the number of calls that they carry, on the host; empty where nobody calls."""
    if "calls" not in trial:
        return {}
    axis = AXES["calls"]
    return {axis.name: axis.count(trial["calls"], NumpyKernels())}


def best_effort_mbps(
    services: Services,
    kernels: Kernels,
    links: AttachedLinks,
    demand: Demand,
    left: Any,
    counted: Any | None = None,
    most_share: Any | None = None,
) -> Any:
    """Downlink throughput of each beam's users without a guaranteed rate, in what calls leave.

    Parameters
    ----------
    services : Services
    kernels : Kernels
    links : AttachedLinks
        Of all users.
    demand : Demand
    left : int64 array (trials · beams, 2)
        From `admit`.
    counted : bool array (users,) or None
        Whose throughput is meant, of all that share it; ``None``: everybody's.
    most_share : float64 array (users,) or None
        See `scheduler.user_rate`; of what calls leave.

    Returns
    -------
    float64 array (trials, beams)
    """
    xp = kernels.xp
    serving = xp.where(demand.best_effort, links.serving, -1).astype(xp.int32)
    # Where nobody is left out, the others' beam of -1 keeps them from counting.
    everybody = demand.best_effort if counted is None else counted
    arrays = (links.carrier, links.interference, serving, links.user_trial, everybody)
    _, found = kernels.select(
        demand.best_effort, *arrays, *(() if most_share is None else (most_share,))
    )
    carrier, interference, serving, user_trial, shown, *bounds = found
    most_share = bounds[0] if bounds else None
    efficiency, sums = kernels.beam_sums(
        replace(
            links,
            carrier=carrier,
            interference=interference,
            serving=serving,
            user_trial=user_trial,
        )
    )
    shares = BeamShares(
        efficiency=efficiency,
        serving=serving,
        user_trial=user_trial,
        sums=sums,
        policy=services.policy,
    )
    time = left[:, 0].reshape(links.trials, links.beams) * (1.0 / WHOLE)
    if counted is None:
        rate = beam_rate(kernels, shares, most_share)
    else:
        rate = rate_of_some(kernels, shares, shown, most_share)
    return rate * time * services.bandwidth_mhz
