"""Calls that come and go: the share of them that find their beam taken."""

from __future__ import annotations

import math
from typing import Any

from capest.backend.arguments import CallEvents
from capest.backend.protocol import Kernels
from capest.engine.services.admission import CARRIED, CallLinks, needs_of, queues
from capest.engine.services.demand import everybody
from capest.engine.services.settings import Services
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

WARM_UP_HOLDING_TIMES = 10
"""Every beam begins empty; after the warm-up e^-10 of that start is left."""


def blocked_calls(services: Services, kernels: Kernels, draws: Draws, links: CallLinks) -> Any:
    """Let calls arrive and end in every beam and count those that do not fit.

    Users are those whose links carry a call at all. An idle one asks with the rate that would have
    it in a call a share ``activity`` of the time if nobody were blocked; calls last for
    exponential times; who is blocked goes away. No formula is asked for how often.

    Parameters
    ----------
    services : Services
        With one class of calls, of an activity below 1.
    kernels : Kernels
    draws : Draws
    links : CallLinks

    Returns
    -------
    int64 array (trials, beams, 2)
        Calls asked for, and of these blocked.
    """
    xp = kernels.xp
    needs = needs_of(services, links, everybody(services, len(links.serving), xp), xp)
    (each,) = services.classes
    # Rates in units of one over the mean holding time.
    arrivals = each.activity / (1.0 - each.activity)
    fastest = max(arrivals, 1.0)
    warm = math.ceil(fastest * WARM_UP_HOLDING_TIMES)
    found = kernels.simulate_calls(
        CallEvents(
            queues=queues(kernels, links, needs, needs.outcome == CARRIED, None),
            arrival_probability=arrivals / fastest,
            end_probability=1.0 / fastest,
            warm_up_events=warm,
            events=warm + math.ceil(fastest * services.holding_times),
            seed=draws.seed,
            purpose=int(Purpose.CALL_EVENTS),
            first_trial=draws.first_trial,
            trials=links.trials,
        )
    )
    return found.reshape(links.trials, links.beams, 2)


def blocking_totals(counts: Any) -> dict[str, Any]:
    """Calls per trial, from counts (trials, 2)."""
    return {
        "call_attempts": counts[:, 0].astype("i4"),
        "calls_blocked": counts[:, 1].astype("i4"),
    }
