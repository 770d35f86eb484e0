"""Admission and interference of the uplink, which depend on each other.

Who is carried sends, and who sends disturbs: interference lowers the efficiency of other uplinks,
calls take more of their beams or are refused, and send for longer or not at all. Two chains of
steps go towards what both agree on, from a network in which nobody disturbs and from one in which
every place of a beam that carries calls is taken all the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from capest.backend.arguments import CallQueues, LinkAdaptation
from capest.backend.protocol import Kernels
from capest.engine.services.admission import (
    CARRIED,
    CallLinks,
    Needs,
    capacity_of,
    limit_of,
    needs_of,
    queues,
    share_taken,
)
from capest.engine.services.demand import Demand
from capest.engine.services.minimum import Held, admit_above, at_minimum, hold
from capest.engine.services.rates import WHOLE, mean_share, raise_rates, way_up
from capest.engine.services.settings import CallUplink, Services
from capest.engine.services.uplink_width import power_in_place, widen

_ROUGH_STEPS = 3
"""First steps, in which some of the users stand for all if there are many."""

_MOST_FOR_ONE = 8
"""Users that one stands for in a rough step at most."""

_ENOUGH = 5_000
"""Users of a trial that stand for all of them, at least."""

_CHAINS = 2
"""From the empty network, and from the full one."""


class Senders(Protocol):
    """Users of some trials as the beams of satellites hear them.

    See ``uplink_of_many.SendersToMany`` and ``uplink_of_one.SendersToOne``.
    """

    @property
    def beam(self) -> Any:
        """Each user's own beam among those of all trials, whole numbers (users,)."""

    @property
    def beams(self) -> int:
        """Beams of all trials."""

    @property
    def new_shares(self) -> tuple[float, ...]:
        """For each step, share of the interference worked out last in that of the next step.

        The first is 1. Chains would swing around what they go to with 1 all the time, and come
        slowly with less; see `docs/services.md` for how close they come.
        """

    def hear(self, kernels: Kernels, sending: Any) -> Any:
        """Sum what beams hear of the users of others, float64 array (sums, beams).

        Parameters
        ----------
        kernels : Kernels
        sending : float64 array (sums, users)
            Share of a beam's time and subchannels in which each user sends; a difference of two
            may be negative.
        """


@dataclass(frozen=True)
class Settled:
    """What the uplink came to.

    Attributes
    ----------
    own_snr : float64 array (users,)
        Of each user's uplink, at its own beam and without the others.
    ready : bool array (users,)
        Who has an uplink: the others are too weak even alone, or have no beam.
    interference : float32 array (users,)
        That each user's beam hears, in units of its noise.
    calls : int64 array (2, trials) or None
        Calls carried of users that count, from the empty and from the full network; ``None`` where
        nothing was to settle. Interference is that of the chain with fewer calls of all users, so
        that it does not depend on who counts.
    """

    own_snr: Any
    ready: Any
    interference: Any
    calls: Any | None = None


def always_sending(
    kernels: Kernels, links: CallLinks, senders: Senders, own_snr: Any, ready: Any
) -> Settled:
    """Have every place of a beam taken all the time, by its users in equal turns.

    Parameters
    ----------
    kernels : Kernels
    links : CallLinks
    senders : Senders
    own_snr, ready
        See `Settled`; who is ready takes turns.
    """
    xp = kernels.xp
    number = xp.where(ready, links.own_beam, -1)
    of_beam = kernels.count_numbers(number, links.trials * links.beams)
    sending = xp.where(ready, 1.0 / xp.maximum(of_beam, 1)[xp.maximum(number, 0)], 0.0)
    heard = senders.hear(kernels, sending[None])
    return Settled(own_snr, ready, heard[0][senders.beam].astype(xp.float32))


def settle(
    services: Services,
    kernels: Kernels,
    links: CallLinks,
    demand: Demand,
    senders: Senders,
    own_snr: Any,
    ready: Any,
    counted: Any,
    adaptation: LinkAdaptation,
    lit_share: Any | None = None,
    headroom: Any | None = None,
) -> Settled:
    """Find the interference that the calls carried under it make.

    Parameters
    ----------
    services : Services
        With an uplink.
    kernels : Kernels
    links : CallLinks
        Without an uplink.
    demand : Demand
    senders : Senders
    own_snr, ready
        See `Settled`.
    counted : bool array (users,)
        Users that count.
    adaptation : LinkAdaptation
    lit_share : float array (users,), optional
        Share of a frame's slots in which each user's beam is lit, and can hear it.
    headroom : float64 array (users,), optional
        How much more power a user has than it sends in one place.
    """
    if services.uplink is None:
        raise ValueError("there is no uplink to settle")
    xp, beams = kernels.xp, senders.beams
    door = _Door(services, services.uplink, kernels, links, demand, counted, headroom)

    def of_chains(interference: Any) -> tuple[Any, Any | None]:
        return door.efficiency(own_snr / (interference + 1.0), adaptation, lit_share)

    heard, before = xp.zeros((_CHAINS, beams)), xp.zeros((_CHAINS, len(own_snr)))
    interference = heard
    per_trial = len(own_snr) // max(links.trials, 1)
    for_one = min(max(per_trial // _ENOUGH, 1), _MOST_FOR_ONE)
    stands_for_all = xp.arange(len(own_snr)) % max(per_trial, 1) % for_one == 0
    for step, new_share in enumerate(senders.new_shares):
        of_users = interference[:, senders.beam]
        found = door.admit(*of_chains(of_users))
        sending = found.sending
        if step == 0:
            sending = xp.stack([sending[0], sending[1] * found.fills[1, links.own_beam]])
        if step < _ROUGH_STEPS and for_one > 1:
            sending = xp.where(stands_for_all, sending * for_one, 0.0)
        # Only who sends more or less than before is summed.
        heard = heard + senders.hear(kernels, sending - before)
        before = sending
        last = xp.maximum(heard, 0.0)
        interference = interference + new_share * (last - interference)
    of_users = interference[:, senders.beam]
    found = door.admit(*of_chains(of_users))
    fewer = (found.all_calls[1] < found.all_calls[0])[links.user_trial]
    lower = xp.where(fewer, of_users[1], of_users[0]).astype(xp.float32)
    return Settled(own_snr, ready, lower, found.calls)


@dataclass(frozen=True)
class _Inside:
    """What beams carry in each chain.

    Attributes
    ----------
    sending : float64 array (chains, users)
        Share of a beam's time and places in which each user sends.
    fills : float64 array (chains, trials · beams)
        Factor by which its users would send more if every place was taken.
    calls, all_calls : int64 array (chains, trials)
        Of users that count, and of all.
    """

    sending: Any
    fills: Any
    calls: Any
    all_calls: Any


class _Door:
    """Admits calls of several chains beside each other, whose uplinks alone differ.

    Parameters
    ----------
    services : Services
    uplink : CallUplink
    kernels : Kernels
    links : CallLinks
        Without an uplink.
    demand : Demand
    counted : bool array (users,)
        Whose calls are counted.
    headroom : float64 array (users,) or None
        See `settle`.
    """

    def __init__(
        self,
        services: Services,
        uplink: CallUplink,
        kernels: Kernels,
        links: CallLinks,
        demand: Demand,
        counted: Any,
        headroom: Any | None,
    ) -> None:
        xp = kernels.xp
        self._counted, self._headroom = counted, headroom
        self._wanted_mbps = services.wanted_up_mbps(demand, xp)
        self._kernels, self._links, self._demand = kernels, links, demand
        self._has_rest = services.has_rest
        self._access = uplink.access
        alone = replace(links, uplink_efficiency=None)
        needs = needs_of(services, alone, demand, xp)
        self._least: tuple[Demand, Needs] | None = None
        if services.minimum_share > 0.0:
            least = at_minimum(demand, services.minimum_share)
            self._least = least, needs_of(services, alone, least, xp)
        asks = demand.call & (needs.outcome == CARRIED)
        one = queues(kernels, links, needs, asks, demand.arrival)
        users = len(asks)
        after = np.arange(_CHAINS) * users
        self._queues = CallQueues(
            order=xp.concatenate([one.order + first for first in after]),
            start=xp.concatenate([one.start + first for first in after]),
            count=xp.tile(one.count, _CHAINS),
            down=xp.tile(one.down, _CHAINS),
            up=None,
            capacity_down=WHOLE,
            capacity_up=capacity_of(uplink.access),
        )

    def efficiency(
        self, sinr: Any, adaptation: LinkAdaptation, lit_share: Any | None
    ) -> tuple[Any, Any | None]:
        """Efficiency and width of uplinks, see `uplink_width.widen`, arrays (chains, users)."""
        xp = self._kernels.xp

        def of_chains(of_users: Any | None) -> Any | None:
            return None if of_users is None else xp.broadcast_to(of_users, sinr.shape).ravel()

        found, width = widen(
            self._kernels,
            adaptation,
            self._access,
            sinr.astype(xp.float32).ravel(),
            of_chains(self._wanted_mbps),
            of_chains(self._headroom),
            of_chains(self._links.most_share),
            of_chains(lit_share),
        )
        return found.reshape(sinr.shape), None if width is None else width.reshape(sinr.shape)

    def admit(self, efficiency: Any, width: Any | None) -> _Inside:
        """Admit calls whose uplinks have some efficiency and width, arrays (chains, users)."""
        xp, links, kernels, access = self._kernels.xp, self._links, self._kernels, self._access
        capacity, whole = self._queues.capacity_up, access.users_at_once * WHOLE
        rates_mbps = xp.broadcast_to(self._demand.up_mbps, efficiency.shape)
        up = share_taken(rates_mbps, efficiency, access.user_bandwidth_mhz, xp, access.widths[-1])
        # Whose uplink fails with places of its own finds no room.
        most = limit_of(links.most_share, width, xp)
        up = xp.where(up > most, capacity + 1, mean_share(up, self._demand.talk_share, xp))
        waiting = replace(self._queues, up=up.ravel())
        if self._least is None:
            admitted, left = kernels.admit_calls(waiting)
            held_up = xp.zeros_like(up)
        else:
            held = self._hold(*self._least, efficiency, most)
            admitted, left = admit_above(kernels, waiting, held, self._number.ravel())
            # Who holds a share sends, carried or not.
            held_up = held.up.reshape(up.shape)
            up = xp.maximum(up, held_up)
        admitted = admitted.reshape(efficiency.shape) > 0
        left_up = left[:, 1].reshape(_CHAINS, -1)
        taken_up = xp.where(admitted, up, held_up)
        if self._demand.wanted_up_mbps is not None:
            more, left_up = self._raise(efficiency, up, most, admitted, left_up)
            taken_up = taken_up + more
        sending = taken_up / whole
        if width is not None:
            # Strengths are those in one place.
            room = xp.ones(up.shape) if self._headroom is None else self._headroom
            sending = sending * power_in_place(width, room, xp)
        taken = (capacity - left_up) / whole
        if self._has_rest:
            rest, share = self._rest(efficiency, left_up)
            sending = sending + rest
            taken = taken + share
        full = capacity / whole
        fills = xp.where(taken > 0.0, full / xp.maximum(taken, 1e-30), 1.0)
        trial = xp.arange(_CHAINS)[:, None] * links.trials + links.user_trial
        calls, all_calls = (
            kernels.count_numbers(xp.where(of, trial, -1).ravel(), _CHAINS * links.trials).reshape(
                _CHAINS, links.trials
            )
            for of in (admitted & self._counted, admitted)
        )
        return _Inside(sending, fills, calls, all_calls)

    @property
    def _number(self) -> Any:
        """Beam of each user among those of all chains, int64 array (chains, users)."""
        links = self._links
        chain = self._kernels.xp.arange(_CHAINS)[:, None]
        return chain * (links.trials * links.beams) + links.own_beam

    def _hold(self, demand: Demand, needs: Needs, efficiency: Any, most: Any) -> Held:
        """Shares that callers hold whose uplinks have some efficiency, of all chains in a row.

        Parameters
        ----------
        demand : Demand
            At the share.
        needs : Needs
            Of the downlink.
        efficiency : float32 array (chains, users)
        most : int or int64 array
            See `admission.limits_of`.
        """
        xp, links, access = self._kernels.xp, self._links, self._access
        rates_mbps = xp.broadcast_to(demand.up_mbps, efficiency.shape)
        mhz = access.user_bandwidth_mhz
        up = share_taken(rates_mbps, efficiency, mhz, xp, access.widths[-1])
        closes = demand.call & (needs.outcome == CARRIED) & (up <= most)
        down = xp.broadcast_to(needs.down, efficiency.shape)
        shares = (down.ravel(), mean_share(up, demand.talk_share, xp).ravel())
        capacities = (WHOLE, self._queues.capacity_up)
        groups = _CHAINS * links.trials * links.beams
        number = self._number.ravel()
        return hold(self._kernels, closes.ravel(), shares, number, capacities, groups)

    def _raise(
        self, efficiency: Any, least: Any, most: Any, admitted: Any, left_up: Any
    ) -> tuple[Any, Any]:
        """Raise the rates of calls that adapt by what is left, arrays as of `raise_rates`."""
        xp, access = self._kernels.xp, self._access
        rates_mbps = xp.broadcast_to(self._demand.wanted_up_mbps, efficiency.shape)
        mhz, places = access.user_bandwidth_mhz, access.widths[-1]
        wanted = share_taken(rates_mbps, efficiency, mhz, xp, places)
        ways = way_up(wanted, least, most, self._demand.talk_share, admitted, xp)
        more, left = raise_rates(self._kernels, self._number.ravel(), ways.ravel(), left_up.ravel())
        return more.reshape(ways.shape), left.reshape(left_up.shape)

    def _rest(self, efficiency: Any, left_up: Any) -> tuple[Any, Any]:
        """What users without a guaranteed rate send, in equal parts of what calls leave.

        Returns
        -------
        sending : float64 array (chains, users)
        share : float64 array (chains, trials · beams)
            Of all of them together.
        """
        xp, links = self._kernels.xp, self._links
        groups = links.trials * links.beams
        asks = self._demand.best_effort & (links.serving >= 0) & (efficiency > 0.0)
        if links.lit is not None:
            asks = asks & links.lit
        chain = xp.arange(_CHAINS)[:, None]
        number = xp.where(asks, chain * groups + links.own_beam, -1)
        count = self._kernels.count_numbers(number.ravel(), _CHAINS * groups)
        count = count.reshape(_CHAINS, groups)
        # Nobody has more than one place at a time.
        each = xp.minimum(left_up / (WHOLE * xp.maximum(count, 1)), 1.0)
        each = each / self._access.users_at_once
        return xp.where(asks, each[:, links.own_beam], 0.0), each * count
