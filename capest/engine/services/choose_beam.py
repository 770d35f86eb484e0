"""Which beam of its cell each user takes, where cells have several.

Callers ask the beam whose downlink carries them with the least of its time. Each beam admits its
callers as in a cell with one beam; whoever finds no room asks its next beam, which takes in what
it has left, and so on through all beams of the cell. Callers whom none admits stay with the first
one they asked. Users without a guaranteed rate take the most efficient beam, and equal ones in
turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.arguments import CallQueues
from capest.backend.protocol import Kernels
from capest.engine.links import Links
from capest.engine.services.admission import (
    CARRIED,
    CallLinks,
    Needs,
    admission_key,
    needs_of,
)
from capest.engine.services.demand import Demand, draw_demand
from capest.engine.services.own_uplink import own_efficiency, own_uplink_snr
from capest.engine.services.packet_delays import packet_delay_ms
from capest.engine.services.rates import WHOLE
from capest.engine.sky import Sky
from capest.engine.uplink import UplinkResult
from capest.engine.users import Users
from capest.engine.world import World
from capest.sampling.draws import Draws


@dataclass(frozen=True)
class Offer:
    """What one beam of its cell offers each user.

    Attributes
    ----------
    beam : int64 array (users,)
        Among those of all trials; any number for users without one.
    efficiency : float32 array (users,)
        Of the downlink; -1 for users without a beam.
    needs : Needs or None
        ``None`` where nobody calls.
    """

    beam: Any
    efficiency: Any
    needs: Needs | None = None


def offers_of(
    world: World,
    kernels: Kernels,
    draws: Draws,
    sky: Sky,
    users: Users,
    first_beam: Any,
    links_of_ranks: list[Links],
    most_shares: list[Any | None],
) -> tuple[list[Offer], Demand | None]:
    """Work out what each beam of its cell would give each user.

    The uplink counts without interference, which is known when everybody has chosen.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky : Sky
    users : Users
    first_beam : int64 array (users,)
        First beam of each user's trial.
    links_of_ranks : list of Links
        Of all users to the first, the second ... beam of their cell.
    most_shares : list of float64 array (users,) or None
        See `largest_share.largest_share`.

    Returns
    -------
    offers : list of Offer
    demand : Demand or None
        What users ask for; ``None`` without services.
    """
    xp, services = kernels.xp, world.services
    demand = None if services is None else draw_demand(services, draws, users.per_trial, xp)
    offers = []
    for links, most_share in zip(links_of_ranks, most_shares, strict=True):
        sinr = links.carrier / (links.interference + np.float32(1.0))
        efficiency = kernels.link_efficiency(sinr, world.radio.link.adaptation)
        has_beam = links.serving >= 0
        offer = Offer(
            first_beam + xp.maximum(links.serving, 0),
            xp.where(has_beam, efficiency, np.float32(-1.0)),
        )
        if services is not None and demand is not None and services.has_calls:
            up = UplinkResult({}, {}, {})
            own_snr = own_uplink_snr(world, services, users, links, up, xp)
            up_efficiency, width = own_efficiency(
                world, kernels, users, links, up, own_snr, None, demand, most_share
            )
            call_links = CallLinks(
                trials=sky.trials,
                beams=0,
                serving=links.serving,
                user_trial=users.trial,
                above_horizon=None,
                in_view=None,
                lit=None,
                efficiency=efficiency,
                uplink_efficiency=up_efficiency,
                delay_ms=packet_delay_ms(world, services, sky, links, xp),
                uplink_width=width,
                most_share=most_share,
            )
            offer = replace(offer, needs=needs_of(services, call_links, demand, xp))
        offers.append(offer)
    return offers, demand


def choose_beams(
    kernels: Kernels, offers: list[Offer], demand: Demand | None, beams: int, number: Any
) -> Any:
    """Let users choose among the beams of their cells.

    Parameters
    ----------
    kernels : Kernels
    offers : list of Offer
        Those that stand in for beams a cell has not are equal to the first.
    demand : Demand or None
        ``None`` without services.
    beams : int
        Of all trials.
    number : int64 array (users,)
        Of each user in its trial.

    Returns
    -------
    int64 array (users,)
        Which of the offers each user takes.
    """
    xp = kernels.xp
    first = _in_turn(offers, number, xp)
    needs = [each.needs for each in offers]
    if demand is None or any(each is None for each in needs):
        return first
    calls = [each for each in needs if each is not None]
    carried = xp.stack([each.outcome == CARRIED for each in calls])
    efficiency = xp.stack([each.efficiency for each in offers])
    # The beams that cannot carry a call even alone are asked by nobody.
    wish = xp.argsort(xp.where(carried, -efficiency, np.float32(np.inf)), axis=0, kind="stable")
    beam = xp.stack([each.beam for each in offers])
    down, up = (xp.stack([getattr(each, way) for each in calls]) for way in ("down", "up"))
    users = len(number)
    each_user = xp.arange(users)
    free = demand.call & carried.any(axis=0)
    chosen = xp.where(free, wish[0], first)
    taken = xp.zeros((beams, 2), dtype=xp.int64)
    for rank in wish:
        asks = free & carried[rank, each_user]
        own = (rank, each_user)
        admitted, left = kernels.admit_calls(
            _queues(
                kernels, beam[own], efficiency[own], demand.arrival, asks,
                (down[own], up[own]), taken, calls[0].capacity_up,
            )
        )  # fmt: skip
        found = asks & (admitted[:users] > 0)
        chosen = xp.where(found, rank, chosen)
        free = free & ~found
        taken = xp.stack([WHOLE - left[:, 0], calls[0].capacity_up - left[:, 1]], axis=1)
    return chosen


def _in_turn(offers: list[Offer], number: Any, xp: Any) -> Any:
    """The most efficient offer of each user; equal ones are taken in turn, int64 array (users,)."""
    ranks = len(offers)
    efficiency = xp.stack([each.efficiency for each in offers])
    turned = (xp.arange(ranks)[:, None] + number) % ranks
    place = xp.take_along_axis(efficiency, turned, axis=0).argmax(axis=0)
    return xp.take_along_axis(turned, place[None], axis=0)[0]


def _queues(
    kernels: Kernels,
    beam: Any,
    efficiency: Any,
    arrival: Any | None,
    asks: Any,
    needs: tuple[Any, Any],
    taken: Any,
    capacity_up: int,
) -> CallQueues:
    """Calls that ask beams of which a part is taken already: that part comes first in each."""
    xp, beams = kernels.xp, len(taken)
    # Callers who ask for none come behind the last beam: nothing waits for who they are.
    key = xp.concatenate(
        [xp.full(beams, -1, dtype=xp.int64), admission_key(efficiency, arrival, xp)]
    )
    place = xp.concatenate([xp.arange(beams), xp.where(asks, beam, beams)])
    order = xp.lexsort(xp.stack([key, place]))
    entry = xp.concatenate([len(beam) + xp.arange(beams), xp.arange(len(beam))])[order]
    count = kernels.count_numbers(xp.where(asks, beam, -1), beams) + 1
    return CallQueues(
        order=entry,
        start=xp.cumsum(count) - count,
        count=count,
        down=xp.concatenate([needs[0], taken[:, 0]]),
        up=xp.concatenate([needs[1], taken[:, 1]]),
        capacity_down=WHOLE,
        capacity_up=capacity_up,
    )
