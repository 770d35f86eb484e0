"""Links of users on the ground to the only satellite there is: a matrix product computes all pairs.

The beams of its layout are fixed to it, and a user has one of them. Losses are those that many
satellites have, from the same table, see ``physics.sky_table``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.links_of_many import entry_terms
from capest.engine.place_loss import over_users
from capest.engine.power import LoweredPower
from capest.engine.radio import Steering
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import Layout, World
from capest.physics import geometry
from capest.physics.sky_table import ENTRIES


def ground_links_of_one(
    world: World,
    kernels: Kernels,
    sky: Sky,
    view: geometry.View,
    users: Users,
    beams: Beams,
    power: LoweredPower,
) -> Links:
    """Compute the links of the users of some trials to the satellite they see.

    Parameters
    ----------
    world : World
        Its limits are on whole satellites: all beams have the same power, or none.
    kernels : Kernels
    sky : Sky
    view : View
        What the users see of the satellite.
    users, beams, power
        Of the trials.
    """
    xp, steering, layout = kernels.xp, world.radio.steering, world.beams.fixed_layout
    satellite = xp.asarray(sky.first)[users.trial]
    gain = peak_gains(world, view, users, xp)
    unlimited = gain
    if power.reduction_db:
        gain = gain * xp.asarray(np.append(power.satellite, 1.0))[satellite]
    user, beam = _reduced(steering, layout, view, xp)
    some_are_dark = world.beams.only_occupied or world.beams.takes_turns
    serving, received, interference = kernels.downlink_sinr(
        SatelliteDownlink(
            user=user.astype(xp.float32)[None],
            gain=gain.astype(xp.float32)[None],
            user_trial=users.trial,
            beam=beam.astype(xp.float32),
            beam_power=xp.ones(len(layout.colour), dtype=xp.float32),
            segment_start=xp.asarray(layout.segment_start),
            lit=xp.asarray(_lit(sky, beams, layout)) if some_are_dark else None,
            pattern=xp.asarray(steering.pattern),
            colours=world.radio.colours,
            serving=beams.of_user,
        )
    )
    if world.beams.lowest_heard_deg > world.beams.lowest_deg:
        lowest = math.sin(math.radians(world.beams.lowest_heard_deg))
        interference *= view.sin_elevation >= lowest
    whole = received.astype(xp.float64)
    if power.reduction_db:
        # Nothing arrives where the satellite is below the horizon or sends nothing.
        arrives = gain > 0.0
        whole *= xp.where(arrives, unlimited, 0.0) / xp.where(arrives, gain, 1.0)
    return Links(
        serving=serving,
        satellite=satellite,
        carrier=received,
        interference=interference,
        unlimited=whole,
        sin_elevation=view.sin_elevation,
        range_m=view.range_m,
        ways=None,
        loss_db=None,
    )


def peak_gains(world: World, view: geometry.View, users: Users, xp: Any) -> Any:
    """Power received at the peak of a beam, in units of the user's noise, float64 array (users,).

    As the kernel of many satellites has it, see ``kernels/README.md``.
    """
    radio, surroundings = world.radio, users.surroundings
    row = (xp.clip(view.sin_elevation, 0.0, 1.0) * (ENTRIES - 1) + 0.5).astype(xp.int64)
    over = over_users(world, radio.place_loss, radio.sky, users, view.sin_elevation, xp)
    found = xp.asarray(radio.sky)[over.row, row]
    probability, sigma_los, sigma_nlos, clutter, clear, growth = found.T
    if surroundings.sight is None:
        sight: Any = world.channel.line_of_sight == "always"
    else:
        sight = surroundings.sight[:, 0] < probability
    loss = clear + xp.where(sight, xp.float32(0.0), clutter)
    if surroundings.shadow is not None:
        loss = loss + xp.where(sight, sigma_los, sigma_nlos) * surroundings.shadow[:, 0]
        if not world.channel.fading_gain:
            loss = xp.maximum(loss, clear)
    gain = xp.exp(-loss) * (radio.gain_at_one_metre / (view.range_m * view.range_m))
    if surroundings.whereabouts is not None:
        a, d = entry_terms(radio, world.channel, users, xp).T
        gain /= a * growth + d
    if over.factor is not None:
        gain *= over.factor
    exponent = radio.steering.element_exponent
    if exponent != 0.0:
        gain *= xp.maximum(view.direction[2], 0.0) ** exponent
    return gain


def _reduced(steering: Steering, layout: Layout, view: geometry.View, xp: Any) -> tuple[Any, Any]:
    """Reduced directions of users and boresights from the layout's centre, (3, n) each."""
    ka = steering.reduced_aperture
    weights = np.array([[ka], [ka], [ka * steering.axial_weight]])
    centre = layout.centre_direction[:, None]
    user = (view.direction - xp.asarray(centre)) * xp.asarray(weights)
    return user, xp.asarray(layout.direction * weights)


def _lit(sky: Sky, beams: Beams, layout: Layout) -> np.ndarray:
    """Which beams are lit, uint8 array (trials, beams): none where there is no satellite."""
    lit = np.zeros((sky.trials, len(layout.colour)), dtype=np.uint8)
    lit[np.diff(sky.start) > 0] = beams.power.reshape(-1, len(layout.colour)) > 0.0
    return lit
