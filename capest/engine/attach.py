"""Which of the beams aimed at its cell each user has."""

from __future__ import annotations

from dataclasses import replace

from capest.backend.protocol import Kernels
from capest.engine.aimed_beams import AimedBeams
from capest.engine.beams import Beams
from capest.engine.downlink import downlink
from capest.engine.largest_share import largest_share
from capest.engine.power import limit_power
from capest.engine.services.choose_beam import choose_beams, offers_of
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World
from capest.sampling.draws import Draws


def attach(
    world: World, kernels: Kernels, draws: Draws, sky: Sky, users: Users, aimed: AimedBeams
) -> Beams:
    """Give each user the beam of its cell, or let it choose among those its cell has.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky : Sky
    users : Users
    aimed : AimedBeams

    Returns
    -------
    Beams
        Those of ``aimed``, with ``of_user``.
    """
    xp = kernels.xp
    of_ranks = [aimed.of_users(each, users, xp) for each in aimed.ranked()]
    if len(of_ranks) == 1:
        return replace(aimed.beams, of_user=of_ranks[0])
    links_of_ranks, most_shares = [], []
    for of_users in of_ranks:
        # Limits turn beams down in place.
        beams = replace(aimed.beams, of_user=of_users, power=aimed.beams.power.copy())
        links = downlink(world, kernels, sky, users, beams, limit_power(world, kernels, sky, beams))
        links_of_ranks.append(links)
        most_shares.append(largest_share(world, sky, links, xp))
    first_beam = aimed.beams.first_of(users.trial, xp)
    offers, demand = offers_of(
        world, kernels, draws, sky, users, first_beam, links_of_ranks, most_shares
    )
    number = xp.arange(len(users.trial)) % max(users.per_trial, 1)
    chosen = choose_beams(kernels, offers, demand, len(aimed.beams), number)
    of_user = xp.take_along_axis(xp.stack(of_ranks), chosen[None], axis=0)[0]
    return replace(aimed.beams, of_user=of_user)
