"""Who gets into the beams of a network whose uplinks disturb each other, chain by chain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

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
    while_lit,
)
from capest.engine.services.demand import Demand
from capest.engine.services.minimum import (
    Claims,
    Held,
    admit_above,
    at_minimum,
    hold,
    of_lit_slots,
)
from capest.engine.services.rates import WHOLE, mean_share, raise_rates, way_up
from capest.engine.services.settings import CallUplink, Services
from capest.engine.services.uplink_width import power_in_place, widen

CHAINS = 2
"""From the empty network, and from the full one."""


@dataclass(frozen=True)
class Inside:
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


class Door:
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
            self._least_of_lit = needs_of(services, while_lit(alone, xp), least, xp)
        asks = demand.call & (needs.outcome == CARRIED)
        one = queues(kernels, links, needs, asks, demand.arrival)
        users = len(asks)
        after = np.arange(CHAINS) * users
        self._queues = CallQueues(
            order=xp.concatenate([one.order + first for first in after]),
            start=xp.concatenate([one.start + first for first in after]),
            count=xp.tile(one.count, CHAINS),
            down=xp.tile(one.down, CHAINS),
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

    def admit(self, efficiency: Any, width: Any | None) -> Inside:
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
        left_up = left[:, 1].reshape(CHAINS, -1)
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
        trial = xp.arange(CHAINS)[:, None] * links.trials + links.user_trial
        calls, all_calls = (
            kernels.count_numbers(xp.where(of, trial, -1).ravel(), CHAINS * links.trials).reshape(
                CHAINS, links.trials
            )
            for of in (admitted & self._counted, admitted)
        )
        return Inside(sending, fills, calls, all_calls)

    @property
    def _number(self) -> Any:
        """Beam of each user among those of all chains, int64 array (chains, users)."""
        links = self._links
        chain = self._kernels.xp.arange(CHAINS)[:, None]
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
        mhz, places = access.user_bandwidth_mhz, access.widths[-1]
        lit, up = (
            share_taken(rates_mbps, each, mhz, xp, places)
            for each in (self._while_lit(efficiency), efficiency)
        )
        calls = demand.call & (self._least_of_lit.outcome == CARRIED)
        wants = mean_share(xp.minimum(up, most), demand.talk_share, xp)
        down = mean_share(limit_of(links.most_share, None, xp), demand.talk_share, xp)
        claims = Claims(
            (calls & (lit <= most)).ravel(),
            ((needs.outcome == CARRIED) & (up <= most)).ravel(),
            xp.broadcast_to(xp.minimum(needs.down, down), efficiency.shape).ravel(),
            wants.ravel(),
        )
        capacities = (WHOLE, self._queues.capacity_up)
        groups = CHAINS * links.trials * links.beams
        return hold(self._kernels, claims, self._number.ravel(), capacities, groups)

    def _while_lit(self, efficiency: Any) -> Any:
        """Efficiencies in lit slots, from means over the frame, float32 array (chains, users)."""
        lit_share = self._links.lit_share
        if lit_share is None:
            return efficiency
        return of_lit_slots(efficiency, lit_share, self._kernels.xp)

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
        chain = xp.arange(CHAINS)[:, None]
        number = xp.where(asks, chain * groups + links.own_beam, -1)
        count = self._kernels.count_numbers(number.ravel(), CHAINS * groups)
        count = count.reshape(CHAINS, groups)
        # Nobody has more than one place at a time.
        each = xp.minimum(left_up / (WHOLE * xp.maximum(count, 1)), 1.0)
        each = each / self._access.users_at_once
        return xp.where(asks, each[:, links.own_beam], 0.0), each * count
