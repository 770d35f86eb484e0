"""Links of users in the cells of one satellite: a matrix product computes all pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.power import LoweredPower
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
    power: LoweredPower,
) -> Links:
    """Compute the links of the users of some trials, who see one satellite."""
    xp, radio, layout = kernels.xp, world.radio, world.beams.fixed_layout
    ways = sightlines(
        world.channel, radio.own_carrier, view, users.environment, users.surroundings, xp
    )
    loss_db = path_loss_db(radio.own_carrier, ways, xp)
    gain = peak_gain(radio.link.snr_at_no_loss_db - loss_db, xp)
    of_beam = power.of_layout(len(layout.colour))
    if of_beam is not None:
        whole = xp.asarray(power.satellite)[users.trial]
        gain = gain * whole
    links = satellite_links(radio, layout, view, gain, users.trial, beams.lit, xp, of_beam)
    serving, received, interference = kernels.downlink_sinr(links)
    unlimited = received
    if of_beam is not None:
        unlimited = received / (links.beam_power[serving].astype(xp.float64) * whole)
    return Links(
        serving=serving,
        satellite=users.trial,
        carrier=received,
        interference=interference,
        unlimited=unlimited,
        sin_elevation=view.sin_elevation,
        range_m=view.range_m,
        ways=ways,
        loss_db=loss_db,
        kernel_input=links,
    )


def satellite_links(
    radio: Radio,
    layout: Layout,
    view: geometry.View,
    gain: Any,
    user_trial: Any,
    lit: Any | None,
    xp: Any,
    beam_power: np.ndarray | None = None,
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
    beam_power : float array (beams,), optional
        Share of its EIRP that each beam uses, the whole if left out.
    """
    user, beam = reduced_directions(radio, layout, radio.own_carrier, view, xp)
    power = xp.ones(len(layout.colour)) if beam_power is None else xp.asarray(beam_power)
    return SatelliteDownlink(
        user=user,
        gain=through_elements(radio, view, gain, xp).astype(xp.float32)[None],
        user_trial=user_trial,
        beam=beam,
        beam_power=power.astype(xp.float32),
        segment_start=xp.asarray(layout.segment_start),
        lit=lit,
        pattern=xp.asarray(radio.own_carrier.pattern),
        colours=radio.colours,
    )


def reduced_directions(
    radio: Radio, layout: Layout, carrier: Carrier, view: geometry.View, xp: Any
) -> tuple[Any, Any]:
    """Users and boresights from the layout's centre, times wavenumber and aperture radius.

    The pattern of an array goes by the distance in its plane alone, see ``antenna.planar_array``.
    """
    centre = xp.asarray(layout.centre_direction)[:, None]
    user = (view.direction - centre) * carrier.reduced_aperture
    beam = xp.asarray(layout.direction) * carrier.reduced_aperture
    for each in (user, beam):
        each[2] *= radio.steering.axial_weight
    return user.astype(xp.float32)[None], beam.astype(xp.float32)


def through_elements(radio: Radio, view: geometry.View, gain: Any, xp: Any) -> Any:
    """Power after the loss of an array's elements off their normal; a dish has none.

    Parameters
    ----------
    radio : Radio
    view : View
    gain : float64 array (users,)
        Power at the peak of a beam that is not steered.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (users,)
        Times the cosine of the angle off the normal to the exponent of the elements.
    """
    exponent = radio.steering.element_exponent
    if exponent == 0.0:
        return gain
    return gain * xp.maximum(view.direction[2], 0.0) ** exponent
