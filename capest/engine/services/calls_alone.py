"""Most calls that one beam can carry if no other is lit: whatever the order of admission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from capest.backend.protocol import Kernels
from capest.engine.largest_share import largest_share
from capest.engine.links import Links
from capest.engine.lone_links import LoneLinks
from capest.engine.services.admission import CARRIED, WHOLE, CallLinks, needs_of
from capest.engine.services.demand import Demand
from capest.engine.services.own_uplink import own_efficiency, own_uplink_snr
from capest.engine.services.packet_delays import packet_delay_ms
from capest.engine.services.settings import Services
from capest.engine.sky import Sky
from capest.engine.uplink import UplinkResult
from capest.engine.users import Users
from capest.engine.world import World

_WORD_BITS = 62
"""Bits of a whole number that hold a beam and a share, and stay positive."""

_ROUNDING = 2**20
"""Of shares of a part of a frame, which are rounded each: 0.02 % of a beam."""


def calls_alone(
    world: World,
    services: Services,
    kernels: Kernels,
    lone: LoneLinks,
    demand: Demand,
    parts: Sequence[float],
) -> tuple[Any, Any]:
    """Count the calls that fit into each beam, by downlink and by uplink, and take the smaller.

    A call takes what admission says that it takes, at its own links without interference: with
    interference it takes no less. Calls that no beam carries alone are left out. Of one resource,
    most calls fit in the order of what they take.

    Parameters
    ----------
    world : World
    services : Services
        With calls.
    kernels : Kernels
    lone : LoneLinks
        Of users that ask for a call.
    demand : Demand
        Of all users of the trials.
    parts : sequence of float
        Shares of the time for which beams may be lit, each above 0 and at most 1.

    Returns
    -------
    calls : int64 array (parts, satellites · most beams)
    fits : bool array (links,)
        Whose call the beam carries if it carries no other.
    """
    xp, satellites = kernels.xp, lone.sky.trials
    demand = demand.of(lone.user)
    of_calls = links_alone(
        world, services, kernels, lone.sky, lone.users, lone.links, demand, lone.beams.most
    )
    needs = needs_of(services, of_calls, demand, xp)
    fits = needs.outcome == CARRIED
    beam, beams = of_calls.own_beam[fits], satellites * lone.beams.most
    down, up, capacity_up = needs.down[fits], needs.up[fits], needs.capacity_up
    calls = most_fitting(kernels, beam, down, WHOLE, parts, beams)
    if capacity_up:
        calls = xp.minimum(calls, most_fitting(kernels, beam, up, capacity_up, parts, beams))
    return calls, fits


def links_alone(
    world: World,
    services: Services,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    links: Links,
    demand: Demand,
    beams: int,
) -> CallLinks:
    """What users have to carry a call if nobody disturbs them and their beam is lit all the time.

    Parameters
    ----------
    world : World
    services : Services
        With calls.
    kernels : Kernels
    sky : Sky
    users : Users
    links : Links
        Whose interference is not looked at.
    demand : Demand
        Of these users.
    beams : int
        Most of a trial.
    """
    xp, nothing = kernels.xp, UplinkResult({}, {}, {})
    own_snr = own_uplink_snr(world, services, users, links, nothing, xp)
    most_share = largest_share(world, sky, links, xp)
    up_efficiency, width = own_efficiency(
        world, kernels, users, links, nothing, own_snr, None, demand, most_share
    )
    return CallLinks(
        trials=sky.trials,
        beams=beams,
        serving=links.serving,
        user_trial=users.trial,
        above_horizon=None,
        in_view=None,
        lit=None,
        efficiency=kernels.link_efficiency(links.carrier, world.radio.link.adaptation),
        uplink_efficiency=up_efficiency,
        delay_ms=packet_delay_ms(world, services, sky, links, xp),
        uplink_width=width,
        most_share=most_share,
    )


def most_fitting(
    kernels: Kernels, beam: Any, share: Any, capacity: int, parts: Sequence[float], beams: int
) -> Any:
    """Most shares that fit together into the time of each beam.

    Parameters
    ----------
    kernels : Kernels
    beam, share : int64 array (n,)
        In units of ``WHOLE``.
    capacity : int
        Of a beam that is lit all the time, in the same units.
    parts : sequence of float
        Shares of the time for which it may be lit.
    beams : int

    Returns
    -------
    int64 array (parts, beams)
    """
    xp = kernels.xp
    if not len(beam):
        return xp.zeros((len(parts), beams), dtype=xp.int64)
    share = xp.minimum(share, capacity + 1)
    bits = (capacity + 1).bit_length()
    if bits + beams.bit_length() <= _WORD_BITS:
        # One sort of whole numbers is several times faster than one by two keys.
        both = (beam << bits) | share
        both.sort()
        beam, share = both >> bits, both & ((1 << bits) - 1)
    else:
        order = xp.lexsort(xp.stack([share, beam]))
        beam, share = beam[order], share[order]
    count = kernels.count_numbers(beam, beams)
    total = xp.cumsum(share)
    taken = total - (total - share)[(xp.cumsum(count) - count)[beam]]
    counts = []
    for part in parts:
        most = capacity if part == 1.0 else int(capacity * part) + _ROUNDING
        counts.append(kernels.count_numbers(xp.where(taken <= most, beam, -1), beams))
    return xp.stack(counts)
