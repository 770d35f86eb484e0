"""Admission of calls: who is carried, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from capest.backend.arguments import CallQueues
from capest.backend.protocol import Kernels
from capest.engine.radio import UplinkAccess
from capest.engine.services.demand import Demand
from capest.engine.services.minimum import NO_SHARE, admit_above, at_minimum, hold
from capest.engine.services.rates import WHOLE, level_of, mean_share, raise_rates, way_up
from capest.engine.services.settings import Services
from capest.statistics.refusals import REFUSAL_REASONS

OUTCOMES = 1 + len(REFUSAL_REASONS)
CARRIED, SATELLITE, ELEVATION, BEAM, DELAY, DOWNLINK, UPLINK, BANDWIDTH = range(OUTCOMES)
"""What becomes of a call: it is carried, or the first of the reasons that applies."""

_KEY_BITS = 31
"""Those of a float32 without its sign: as whole numbers they are in the order of the values."""

_WORD_BITS = 62
"""Bits of a whole number that hold place, key and number of a user, and stay positive."""


@dataclass(frozen=True)
class CallLinks:
    """What users have to carry a call, arrays (users,) of the backend, trial by trial.

    Attributes
    ----------
    trials, beams : int
    serving, user_trial : int32 array
        A beam of -1 is none.
    above_horizon, in_view, lit : bool array or None
        A satellite is above the horizon, and above the elevation mask; the user's beam is lit.
        ``None``: all are.
    efficiency : float32 array
        Of the downlink; zero where the SINR is too low.
    uplink_efficiency : float32 array or None
    delay_ms : float64 array
        One way, of what has a beam.
    uplink_width : int64 array or None
        Places that the user has in the uplink; ``None``: one.
    most_share : float64 array or None
        Of the time in which a user can be served; ``None``: all of it.
    """

    trials: int
    beams: int
    serving: Any
    user_trial: Any
    above_horizon: Any | None
    in_view: Any | None
    lit: Any | None
    efficiency: Any
    uplink_efficiency: Any | None
    delay_ms: Any
    uplink_width: Any | None = None
    most_share: Any | None = None

    @cached_property
    def own_beam(self) -> Any:
        """Each user's beam among those of all trials, int64 array (users,)."""
        return self.user_trial.astype(np.int64) * self.beams + self.serving


@dataclass(frozen=True)
class Admitted:
    """What became of calls.

    Attributes
    ----------
    outcome : int8 array (users,)
        ``CARRIED`` or a reason; meaningless for users that ask for no call.
    left : int64 array (trials · beams, 2)
        What is left of the downlink's time, in units of ``WHOLE``, and of the uplink's subchannels.
    level : int8 array (users,) or None
        Rates of calls that adapt, see ``rates.AT_LEAST``; ``None``: no service has two rates.
    held : int8 array (users,) or None
        What callers hold whose calls are not carried, see ``minimum.NO_SHARE``; ``None``: nobody
        holds anything.
    """

    outcome: Any
    left: Any
    level: Any | None = None
    held: Any | None = None


@dataclass(frozen=True)
class Needs:
    """What calls take of a beam, and which could be carried if it had no other.

    Attributes
    ----------
    outcome : int8 array (users,)
        ``CARRIED`` or the first reason against it.
    down, up : int64 array (users,)
        Shares of the downlink's time and of a place in the uplink, in units of ``WHOLE``: means
        over the time of a call, pauses included.
    capacity_up : int
        Places of a beam's uplink that calls may take, in units of ``WHOLE``; 0 without one, when no
        call needs it.
    """

    outcome: Any
    down: Any
    up: Any
    capacity_up: int


def admit(services: Services, kernels: Kernels, links: CallLinks, demand: Demand) -> Admitted:
    """Admit calls beam by beam.

    Parameters
    ----------
    services : Services
    kernels : Kernels
    links : CallLinks
    demand : Demand

    Returns
    -------
    Admitted
    """
    xp = kernels.xp
    needs = needs_of(services, links, demand, xp)
    asks = demand.call & (needs.outcome == CARRIED)
    waiting, kind = queues(kernels, links, needs, asks, demand.arrival), None
    if services.minimum_share > 0.0:
        least = needs_of(services, links, at_minimum(demand, services.minimum_share), xp)
        held = hold(
            kernels,
            demand.call & (least.outcome == CARRIED),
            (least.down, least.up),
            links.own_beam,
            (WHOLE, least.capacity_up),
            links.trials * links.beams,
        )
        admitted, left = admit_above(kernels, waiting, held, links.own_beam)
        needs = replace(
            needs, down=xp.maximum(needs.down, held.down), up=xp.maximum(needs.up, held.up)
        )
        kind = xp.where(asks & (admitted > 0), NO_SHARE, held.kind)
    else:
        admitted, left = kernels.admit_calls(waiting)
    outcome = xp.where(asks & (admitted == 0), BANDWIDTH, needs.outcome)
    if demand.wanted_mbps is None:
        return Admitted(outcome, left, held=kind)
    efficiencies = (links.efficiency, links.uplink_efficiency)
    wanted = _shares(services, demand.wanted_mbps, efficiencies, xp)
    carried, limits = asks & (admitted > 0), limits_of(links, xp)
    ways, more = [], []
    for k, least in enumerate((needs.down, needs.up)):
        ways.append(way_up(wanted[k], least, limits[k], demand.talk_share, carried, xp))
        raised, left[:, k] = raise_rates(kernels, links.own_beam, ways[k], left[:, k])
        more.append(raised)
    level = level_of(wanted, limits, (ways[0], ways[1]), (more[0], more[1]), xp)
    return Admitted(outcome, left, level, kind)


def needs_of(services: Services, links: CallLinks, demand: Demand, xp: Any) -> Needs:
    """Work out what each call takes.

    A call needs its rate over what the link would carry in all the time of the beam, and of one of
    the uplink's subchannels; both shares are rounded up to whole numbers, so that neither sum can
    exceed what there is. A link has to carry the rate while the call sends; of the beam a call
    takes what it sends on average, with its pauses: others send in them.
    """
    down, up = _shares(
        services,
        (demand.down_mbps, demand.up_mbps),
        (links.efficiency, links.uplink_efficiency),
        xp,
    )
    capacity_up = 0
    if services.uplink is not None and links.uplink_efficiency is not None:
        capacity_up = capacity_of(services.uplink.access)
    most_down, most_up = limits_of(links, xp)
    outcome = xp.full(down.shape, CARRIED, dtype=xp.int8)
    # The last one written is the first that applies.
    outcome = xp.where(up > most_up, UPLINK, outcome)
    outcome = xp.where((down > most_down) | (links.efficiency <= 0.0), DOWNLINK, outcome)
    outcome = xp.where(links.delay_ms > demand.budget_ms, DELAY, outcome)
    nowhere = links.serving < 0
    if links.lit is not None:
        nowhere = nowhere | ~links.lit
    outcome = xp.where(nowhere, BEAM, outcome)
    if links.in_view is not None:
        outcome = xp.where(links.in_view, outcome, ELEVATION)
    if links.above_horizon is not None:
        outcome = xp.where(links.above_horizon, outcome, SATELLITE)
    down, up = (mean_share(each, demand.talk_share, xp) for each in (down, up))
    return Needs(outcome, down, up, capacity_up)


def are_carried_alone(
    services: Services,
    rates_mbps: tuple[Any, Any],
    efficiencies: tuple[Any, Any | None],
    xp: Any,
    limits: tuple[Any, Any] = (WHOLE, WHOLE),
) -> Any:
    """Tell which links would carry a call if the beam had no other.

    Parameters
    ----------
    services : Services
    rates_mbps : tuple of float64 array (users,)
        Down and up.
    efficiencies : tuple of float32 array (users,)
        Of downlinks and of uplinks; ``None``: the uplink does not count.
    xp : module
        ``numpy`` or ``cupy``.
    limits : tuple of int or int64 array (users,)
        See `limits_of`.

    Returns
    -------
    bool array (users,)
    """
    down, up = _shares(services, rates_mbps, efficiencies, xp)
    return (down <= limits[0]) & (efficiencies[0] > 0.0) & (up <= limits[1])


def limits_of(links: CallLinks, xp: Any) -> tuple[Any, Any]:
    """Most of the downlink's time, and of a place in the uplink, that one user can take.

    Returns
    -------
    tuple of int or int64 array (users,)
        In units of ``WHOLE``.
    """
    of_time = limit_of(links.most_share, None, xp)
    return of_time, limit_of(links.most_share, links.uplink_width, xp)


def limit_of(most_share: Any | None, places: Any | None, xp: Any) -> Any:
    """Most of some places that one user can take, in units of ``WHOLE``: int or int64 (users,)."""
    limit = WHOLE if most_share is None else xp.floor(most_share * WHOLE).astype(xp.int64)
    return limit if places is None else limit * places


def capacity_of(access: UplinkAccess) -> int:
    """Places of a beam's uplink that control leaves to calls, in units of ``WHOLE``."""
    places = access.users_at_once * WHOLE
    return int(places * (1.0 - access.control_share)) if access.control_share else places


def _shares(
    services: Services, rates_mbps: tuple[Any, Any], efficiencies: tuple[Any, Any | None], xp: Any
) -> tuple[Any, Any]:
    """Shares of the downlink's time and of a place in the uplink that calls take, int64 arrays."""
    down = share_taken(rates_mbps[0], efficiencies[0], services.bandwidth_mhz, xp)
    if services.uplink is None or efficiencies[1] is None:
        return down, xp.zeros_like(down)
    access = services.uplink.access
    up = share_taken(
        rates_mbps[1], efficiencies[1], access.user_bandwidth_mhz, xp, access.widths[-1]
    )
    return down, up


def share_taken(
    rate_mbps: Any, efficiency: Any, bandwidth_mhz: float, xp: Any, places: int = 1
) -> Any:
    """Share of a bandwidth's time that a rate takes, in units of ``WHOLE`` and rounded up.

    Parameters
    ----------
    rate_mbps : float64 array (...)
    efficiency : float32 array (...)
    bandwidth_mhz : float
    xp : module
        ``numpy`` or ``cupy``.
    places : int
        As wide as the bandwidth, that one user may have at most.

    Returns
    -------
    int64 array (...)
        Twice ``WHOLE`` at most, times the places.
    """
    share = efficiency.astype(xp.float64)
    share *= bandwidth_mhz
    xp.maximum(share, 1e-30, out=share)
    xp.divide(rate_mbps, share, out=share)
    # Twice the whole is more than anybody has, however much more it is.
    xp.minimum(share, 2.0 * places, out=share)
    share *= WHOLE
    return xp.ceil(share, out=share).astype(xp.int64)


def queues(
    kernels: Kernels, links: CallLinks, needs: Needs, asks: Any, arrival: Any | None
) -> CallQueues:
    """Calls of each beam in the order of admission: by key, then by number of the user.

    The order is one and the same on both backends and for any number of trials computed together.
    """
    xp, trials, beams = kernels.xp, links.trials, links.beams
    users = len(asks) // max(trials, 1)
    key = admission_key(links.efficiency, arrival, xp)
    # Users that ask for nothing come behind the last beam.
    place = xp.where(asks, links.serving, beams).astype(xp.int64)
    first = xp.arange(trials, dtype=xp.int64)[:, None] * users
    count = kernels.count_numbers(xp.where(asks, links.own_beam, -1), trials * beams)
    of_beams = count.reshape(trials, beams)
    start = xp.cumsum(of_beams, axis=1) - of_beams + first
    return CallQueues(
        order=_sorted_users(place, key, (trials, users), beams, xp),
        start=start.ravel(),
        count=count,
        down=needs.down,
        up=needs.up,
        capacity_down=WHOLE,
        capacity_up=needs.capacity_up,
    )


def admission_key(efficiency: Any, arrival: Any | None, xp: Any) -> Any:
    """Order in which calls of a beam are admitted, lowest first, int64 array (users,).

    Parameters
    ----------
    efficiency : float32 array (users,)
        Of the downlink.
    arrival : float64 array (users,) or None
        Calls come in this order; ``None``: those that take least come first.
    xp : module
        ``numpy`` or ``cupy``.
    """
    if arrival is None:
        bits = efficiency.astype(xp.float32, copy=False).view(xp.int32)
        return 2**_KEY_BITS - 1 - bits.astype(xp.int64)
    key = xp.minimum(xp.floor(arrival * 2.0**_KEY_BITS), 2.0**_KEY_BITS - 1.0)
    return key.astype(xp.int64)


def _sorted_users(place: Any, key: Any, shape: tuple[int, int], beams: int, xp: Any) -> Any:
    """Users of each trial by place, key and number, int64 array (trials · users,)."""
    trials, users = shape
    user_bits, beam_bits = users.bit_length(), beams.bit_length()
    if user_bits + beam_bits + _KEY_BITS > _WORD_BITS:
        trial = xp.arange(trials * users, dtype=xp.int64) // max(users, 1)
        return xp.lexsort(xp.stack([key, place, trial]))
    # All in one whole number sorts many times faster.
    place <<= _KEY_BITS
    place |= key
    place <<= user_bits
    by_trial = place.reshape(trials, users)
    by_trial |= xp.arange(users, dtype=xp.int64)
    by_trial.sort(axis=1)
    by_trial &= 2**user_bits - 1
    return (by_trial + xp.arange(trials, dtype=xp.int64)[:, None] * users).ravel()
