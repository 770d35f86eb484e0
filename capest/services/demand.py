"""What each user asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.service_constants import Services


@dataclass(frozen=True)
class Demand:
    """What users ask for, arrays (users,) of the backend, trial by trial.

    Attributes
    ----------
    call : bool array
        Asks for a guaranteed rate.
    rest : bool array
        Asks for data without one.
    down_mbps, up_mbps, budget_ms : float64 array
        Rates and delay budget of what is asked for.
    arrival : float64 array or None
        Uniform in (0, 1): the order in which calls arrive; ``None`` if no order asks for it.
    """

    call: Any
    rest: Any
    down_mbps: Any
    up_mbps: Any
    budget_ms: Any
    arrival: Any | None


def draw_demand(services: Services, draws: Draws, users: int, xp: Any) -> Demand:
    """Draw who asks for which service.

    Parameters
    ----------
    services : Services
    draws : Draws
    users : int
        Of a trial.
    xp : module
        ``numpy`` or ``cupy``.
    """
    n = draws.trials * users
    certain = len(services.classes) == 1 and services.classes[0].activity == 1.0
    choice: Any = None
    arrival: Any = None
    if services.random_order or not certain:
        choice, arrival = draws.uniforms(Purpose.SERVICE, users, 2)
    call, rest = xp.zeros(n, dtype=bool), xp.zeros(n, dtype=bool)
    down, up, budget = xp.zeros(n), xp.zeros(n), xp.zeros(n)
    first = 0.0
    for each in services.classes:
        asks = xp.ones(n, dtype=bool)
        if not certain:
            # Of a class's part of (0, 1) the first share of `activity` asks, the rest is idle.
            asks = (choice >= first) & (choice < first + each.share * each.activity)
        first += each.share
        if each.guaranteed:
            call |= asks
        else:
            rest |= asks
        down = xp.where(asks, each.downlink_kbps * 1e-3, down)
        up = xp.where(asks, each.uplink_kbps * 1e-3, up)
        budget = xp.where(asks, each.delay_budget_ms, budget)
    return Demand(call, rest, down, up, budget, arrival if services.random_order else None)
