"""What each user asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from capest.engine.services.settings import Services
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.scenario.service_classes import ServiceClass


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
        Rates with which a call is carried at least, while it sends, and its delay budget.
    call_class : int64 array or None
        Which of ``Services.calls`` a call is of, 0 for who asks for none; ``None``: there is one.
    arrival : float64 array or None
        Uniform in [0, 1]: the order in which calls arrive; ``None`` if no order asks for it.
    talk_share : float64 array or None
        Share of its time in which a call sends; ``None``: all send all the time.
    wanted_down_mbps, wanted_up_mbps : float64 array or None
        Rates that calls want; ``None``: those that they are carried with at least.
    """

    call: Any
    best_effort: Any
    down_mbps: Any
    up_mbps: Any
    budget_ms: Any
    call_class: Any | None
    arrival: Any | None
    talk_share: Any | None = None
    wanted_down_mbps: Any | None = None
    wanted_up_mbps: Any | None = None

    @property
    def wanted_mbps(self) -> tuple[Any, Any] | None:
        """Rates that calls want, down and up; ``None`` where none adapts."""
        if self.wanted_down_mbps is None or self.wanted_up_mbps is None:
            return None
        return self.wanted_down_mbps, self.wanted_up_mbps

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
    found = {name: xp.asarray(column).take(part) for name, column in table.items()}
    call_class = None
    if len(services.calls) > 1:
        # Of each class those who ask, and those who are idle.
        calls = services.calls
        numbers = [calls.index(each) if each in calls else 0 for each in services.classes]
        call_class = xp.asarray(np.repeat(numbers, 2)).take(part)
    return Demand(**found, call_class=call_class, arrival=arrival)


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
    found = {name: xp.full(users, column[0]) for name, column in table.items()}
    return Demand(**found, call_class=None, arrival=None)


def _parts(services: Services) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """Cut (0, 1) into parts: of each class those who ask, then those who are idle.

    Returns
    -------
    lower : float64 array (parts,)
        Lower ends, ascending from 0.
    table : mapping of str to array (parts,)
        Fields of `Demand` that follow from what is asked for.
    """
    lower, rows, first = [], [], 0.0
    for each in services.classes:
        lower += [first, first + each.share * each.activity]
        asks = _asked(services, each)
        rows += [asks, dict.fromkeys(asks, 0.0)]
        first += each.share
    kinds = {"call": bool, "best_effort": bool}
    return np.array(lower), {
        name: np.array([row[name] for row in rows], dtype=kinds.get(name, float)) for name in asks
    }


def _asked(services: Services, each: ServiceClass) -> dict[str, float]:
    """What a user of a class asks for, by field of `Demand`."""
    down_mbps, up_mbps = each.least_mbps
    found = {
        "call": each.guaranteed,
        "best_effort": not each.guaranteed,
        "down_mbps": down_mbps,
        "up_mbps": up_mbps,
        "budget_ms": each.delay_budget_ms,
    }
    if services.has_pauses:
        found["talk_share"] = each.talk_share
    if services.is_adaptive:
        found["wanted_down_mbps"], found["wanted_up_mbps"] = each.rates_mbps
    return found
