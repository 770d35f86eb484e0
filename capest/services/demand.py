"""What each user asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

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
    choice, arrival = None, None
    if services.random_order or not _is_certain(services):
        choice, arrival = draws.uniforms(Purpose.SERVICE, users, 2)
    edges, table = _parts(services)
    if _is_certain(services):
        part = xp.zeros(draws.trials * users, dtype=xp.int64)
    else:
        part = xp.searchsorted(xp.asarray(edges), choice, side="right")
    call, rest, down, up, budget = (xp.asarray(column).take(part) for column in table.T)
    order = arrival if services.random_order else None
    return Demand(call > 0.0, rest > 0.0, down, up, budget, order)


def everybody(services: Services, users: int, xp: Any) -> Demand:
    """Have all users ask for the first class."""
    _, table = _parts(services)
    call, rest, down, up, budget = (xp.full(users, float(value)) for value in table[0])
    return Demand(call > 0.0, rest > 0.0, down, up, budget, None)


def _is_certain(services: Services) -> bool:
    """Whether everybody asks for the same."""
    return len(services.classes) == 1 and services.classes[0].activity == 1.0


def _parts(services: Services) -> tuple[np.ndarray, np.ndarray]:
    """Cut (0, 1) into parts: of each class those who ask, then those who are idle.

    Returns
    -------
    edges : float64 array (parts,)
        Upper ends.
    table : float64 array (parts + 1, 5)
        Whether there is a call, or data without guarantee; rates in Mbit/s; budget in ms. The last
        row is for what rounding leaves behind the last edge: idle.
    """
    edges, rows, first = [], [], 0.0
    idle = [0.0] * 5
    for each in services.classes:
        rates_mbps = (each.downlink_kbps * 1e-3, each.uplink_kbps * 1e-3)
        asks = [each.guaranteed, not each.guaranteed, *rates_mbps, each.delay_budget_ms]
        edges += [first + each.share * each.activity, first + each.share]
        rows += [asks, idle]
        first += each.share
    return np.array(edges), np.array([*rows, idle], dtype=np.float64)
