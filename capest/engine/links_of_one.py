"""Links of users in the cells of one satellite: a matrix product computes all pairs."""

from __future__ import annotations

from typing import Any

from capest.backend.arguments import SatelliteDownlink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.radio import Carrier, Radio
from capest.engine.users import Users
from capest.engine.world import Layout, World
from capest.physics import geometry


def links_of_one(
    world: World,
    kernels: Kernels,
    view: geometry.View,
    users: Users,
    beams: Beams,
) -> Links:
    """Compute the links of the users of some trials, who see one satellite."""
    xp, radio = kernels.xp, world.radio
    ways = sightlines(world.channel, radio.own_carrier, view, users.surroundings, xp)
    loss_db = path_loss_db(radio.own_carrier, ways, xp)
    gain = peak_gain(radio.link.snr_at_no_loss_db - loss_db, xp)
    layout = world.beams.fixed_layout
    links = satellite_links(radio, layout, view, gain, users.trial, beams.lit, xp)
    serving, received, interference = kernels.downlink_sinr(links)
    return Links(
        serving=serving,
        satellite=users.trial,
        carrier=received,
        interference=interference,
        unlimited=received,
        sin_elevation=view.sin_elevation,
        range_m=view.range_m,
        ways=ways,
        loss_db=loss_db,
    )


def satellite_links(
    radio: Radio,
    layout: Layout,
    view: geometry.View,
    gain: Any,
    user_trial: Any,
    lit: Any | None,
    xp: Any,
) -> SatelliteDownlink:
    """What the kernel of one satellite takes.

    Parameters
    ----------
    radio : Radio
    layout : Layout
    view : View
        What the users of all trials see of the satellite.
    gain : float array (users,)
        Power received at the peak of a beam, in units of the user's noise.
    user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order.
    xp : module
        ``numpy`` or ``cupy``.
    """
    user, beam = reduced_directions(layout, radio.own_carrier, view, xp)
    return SatelliteDownlink(
        user=user,
        gain=gain.astype(xp.float32)[None],
        user_trial=user_trial,
        beam=beam,
        beam_power=xp.ones(len(layout.colour), dtype=xp.float32),
        segment_start=xp.asarray(layout.segment_start),
        lit=lit,
        pattern=xp.asarray(radio.own_carrier.pattern),
        colours=radio.colours,
    )


def reduced_directions(
    layout: Layout, carrier: Carrier, view: geometry.View, xp: Any
) -> tuple[Any, Any]:
    """Users and boresights from the layout's centre, times wavenumber and aperture radius."""
    centre = xp.asarray(layout.centre_direction)[:, None]
    user = (view.direction - centre) * carrier.reduced_aperture
    beam = xp.asarray(layout.direction) * carrier.reduced_aperture
    return user.astype(xp.float32)[None], beam.astype(xp.float32)
