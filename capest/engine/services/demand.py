"""What each user asks for."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from capest.engine.services.settings import Services
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


@dataclass(frozen=True)
class Demand:
    """What users ask for, arrays (users,) of the backend, trial by trial.

    Attributes
    ----------
    call : bool array
        Asks for a guaranteed rate.
    best_effort : bool array
        Asks for data without one.
    down_mbps, up_mbps, budget_ms : float64 array
        Rates and delay budget of what is asked for.
    call_class : int64 array or None
        Which of ``Services.calls`` a call is of, 0 for who asks for none; ``None``: there is one.
    arrival : float64 array or None
        Uniform in [0, 1]: the order in which calls arrive; ``None`` if no order asks for it.
    """

    call: Any
    best_effort: Any
    down_mbps: Any
    up_mbps: Any
    budget_ms: Any
    call_class: Any | None
    arrival: Any | None

    def of(self, some: Any) -> Demand:
        """What some users ask for, by their numbers."""
        arrays = (getattr(self, each.name) for each in fields(self))
        return Demand(*(None if each is None else each[some] for each in arrays))


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
    certain = len(services.classes) == 1 and services.classes[0].activity == 1.0
    if certain and not services.random_order:
        return everybody(services, draws.trials * users, xp)
    uniform = _one_uniform(draws, users, xp)
    if certain:
        return replace(everybody(services, len(uniform), xp), arrival=uniform)
    lower, table = _parts(services)
    # A few comparisons are faster than a search.
    part = sum((uniform >= end).view(xp.int8) for end in lower[1:]).astype(xp.int64)
    arrival = None
    if services.random_order:
        # The place of a uniform within its part is uniform again, in every part.
        width = np.append(lower[1:], 1.0) - lower
        width = np.where(width > 0.0, width, 1.0)
        arrival = (uniform - xp.asarray(lower).take(part)) / xp.asarray(width).take(part)
    call, best_effort, down, up, budget = (xp.asarray(column).take(part) for column in table)
    call_class = None
    if len(services.calls) > 1:
        # Of each class those who ask, and those who are idle.
        calls = services.calls
        numbers = [calls.index(each) if each in calls else 0 for each in services.classes]
        call_class = xp.asarray(np.repeat(numbers, 2)).take(part)
    return Demand(call, best_effort, down, up, budget, call_class, arrival)


def _one_uniform(draws: Draws, users: int, xp: Any) -> Any:
    """One uniform per user, float64 array (trials · users,).

    A block of random words serves four users: user i has word i % 4 of block i // 4.
    """
    blocks = -(-users // 4)
    words = draws.uniforms(Purpose.SERVICE, blocks, 4)
    return xp.stack(words, axis=1).reshape(draws.trials, 4 * blocks)[:, :users].ravel()


def everybody(services: Services, users: int, xp: Any) -> Demand:
    """Have all users ask for the first class."""
    _, table = _parts(services)
    call, best_effort, down, up, budget = (xp.full(users, column[0]) for column in table)
    return Demand(call, best_effort, down, up, budget, None, None)


def _parts(services: Services) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Cut (0, 1) into parts: of each class those who ask, then those who are idle.

    Returns
    -------
    lower : float64 array (parts,)
        Lower ends, ascending from 0.
    table : tuple of five arrays (parts,)
        Whether there is a call, or data without guarantee; rates in Mbit/s; budget in ms.
    """
    lower, rows, first = [], [], 0.0
    for each in services.classes:
        rates_mbps = (each.downlink_kbps * 1e-3, each.uplink_kbps * 1e-3)
        asks = [each.guaranteed, not each.guaranteed, *rates_mbps, each.delay_budget_ms]
        lower += [first, first + each.share * each.activity]
        rows += [asks, [0.0] * 5]
        first += each.share
    kinds = (bool, bool, float, float, float)
    columns = zip(zip(*rows, strict=True), kinds, strict=True)
    return np.array(lower), tuple(np.array(column, dtype=kind) for column, kind in columns)
