"""Carrier and interference of every user, and how its link fades.

Which kernel computes the pairs of users and beams is decided here, by shape: users who see one
satellite with a layout of beams have a view of it, and a matrix product computes all their pairs,
be they placed in its cells or on the ground; others have many satellites, and pairs near them
alone.
"""

from __future__ import annotations

from typing import Any

from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.fading import ground_fading_loss_db
from capest.engine.ground_links_of_one import ground_links_of_one
from capest.engine.links import Links
from capest.engine.links_of_many import links_of_many, satellite_of_user_m, sector_draws
from capest.engine.links_of_one import links_of_one
from capest.engine.path_loss import fading_loss_db
from capest.engine.power import LoweredPower
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World


def downlink(
    world: World, kernels: Kernels, sky: Sky, users: Users, beams: Beams, power: LoweredPower
) -> Links:
    """Compute the links of the users of some trials."""
    if users.view is not None:
        return links_of_one(world, kernels, users.view, users, beams, power)
    # A limit of the power-flux density gives each beam a power of its own.
    are_equal = world.radio.limits.pfd_dbw_per_m2_mhz is None and world.payloads is None
    if users.ground_view is not None and beams.are_fixed and are_equal:
        return ground_links_of_one(world, kernels, sky, users.ground_view, users, beams, power)
    return links_of_many(world, kernels, sky, users, beams, power)


def gain_by_fading_db(world: World, sky: Sky, users: Users, links: Links, xp: Any) -> Any:
    """How far shadow fading lifts each user's own link above free space, float64 array (users,).

    Zero where it does not.
    """
    if not world.channel.fading_gain:
        return xp.zeros(len(users.trial))
    if links.ways is not None:
        loss_db = fading_loss_db(world.radio.own_carrier, links.ways, xp)
        return xp.maximum(-loss_db, 0.0)
    if not len(sky):
        return xp.zeros(len(users.trial))
    sight, shadow = sector_draws(world.channel, users, xp)
    satellite_m = satellite_of_user_m(sky, links.satellite, xp)
    loss_db = ground_fading_loss_db(
        world.radio.sky, users.position_m, satellite_m, users.environment, sight, shadow, xp
    )
    return xp.maximum(-loss_db, 0.0)
