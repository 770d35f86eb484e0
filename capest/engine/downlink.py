"""Carrier and interference of every user, and how its link fades.

Which kernel computes the pairs of users and beams is decided here, by shape: users that are placed
in the cells of one satellite have a view of it, and a matrix product computes all their pairs;
users on the ground have many satellites, and pairs near them alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink, SatelliteDownlink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.fading import ground_fading_loss_db
from capest.engine.link_powers import peak_gain
from capest.engine.path_loss import Sightlines, fading_loss_db, path_loss_db, sightlines
from capest.engine.power import LoweredPower
from capest.engine.radio import Carrier, Radio
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import Channel, Layout, World
from capest.physics import geometry
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.entry_loss import building_entry_terms, vehicle_entry_loss_db
from capest.sampling.sectors import SECTORS
from capest.sampling.whereabouts import INDOOR, VEHICLE


@dataclass(frozen=True)
class Links:
    """Links of users to the beams that serve them, arrays (users,) of the backend.

    Attributes
    ----------
    serving : int32 array
        Beam, counted from the first of the user's trial; -1 for none.
    satellite : int64 array
        Of the sky; of no meaning where there is no beam.
    carrier, interference : float32 array
        In units of the user's noise; 0 where there is no beam.
    unlimited : float array
        Carrier as if the beam had its whole EIRP.
    sin_elevation, range_m : float64 array
        Of the serving satellite.
    ways : Sightlines or None
        Of users that see one satellite.
    loss_db : float64 array or None
        Between isotropic antennas, where there are ways.
    """

    serving: Any
    satellite: Any
    carrier: Any
    interference: Any
    unlimited: Any
    sin_elevation: Any
    range_m: Any
    ways: Sightlines | None
    loss_db: Any | None


def downlink(
    world: World, kernels: Kernels, sky: Sky, users: Users, beams: Beams, power: LoweredPower
) -> Links:
    """Compute the links of the users of some trials."""
    carrier, layout = world.radio.carrier, world.beams.layout
    if users.view is not None and carrier is not None and layout is not None:
        return _of_one_satellite(world, kernels, users.view, users, beams, carrier, layout)
    return _of_many(world, kernels, sky, users, beams, power)


def _of_one_satellite(
    world: World,
    kernels: Kernels,
    view: geometry.View,
    users: Users,
    beams: Beams,
    carrier: Carrier,
    layout: Layout,
) -> Links:
    xp, radio = kernels.xp, world.radio
    ways = sightlines(world.channel, carrier, view, users.surroundings, xp)
    loss_db = path_loss_db(carrier, ways, xp)
    gain = peak_gain(radio.link.snr_at_no_loss_db - loss_db, xp)
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
    if radio.carrier is None:
        raise ValueError("the carrier of one satellite is not known")
    user, beam = reduced_directions(layout, radio.carrier, view, xp)
    return SatelliteDownlink(
        user=user,
        gain=gain.astype(xp.float32)[None],
        user_trial=user_trial,
        beam=beam,
        beam_power=xp.ones(len(layout.colour), dtype=xp.float32),
        segment_start=xp.asarray(layout.segment_start),
        lit=lit,
        pattern=xp.asarray(radio.carrier.pattern),
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


def _of_many(
    world: World, kernels: Kernels, sky: Sky, users: Users, beams: Beams, power: LoweredPower
) -> Links:
    xp = kernels.xp
    serving = beams.of_user
    attached = serving >= 0
    # Where there is no beam, the first one stands in; nothing of it is used.
    number = xp.where(attached, serving + beams.first_of(users.trial, xp), 0)
    links = constellation_links(
        world, sky, users, beams, power.satellite, xp.where(attached, number, -1), xp
    )
    received, interference = kernels.constellation_sinr(links)
    satellite = xp.asarray(np.append(beams.satellite, 0))[number]
    sine, range_m = _seen(sky, users, satellite, xp)
    factor = power.factor(beams)
    unlimited = received.astype(xp.float64)
    if factor is not None:
        unlimited = unlimited / xp.asarray(np.append(factor, 1.0))[number]
    return Links(
        serving=serving,
        satellite=satellite,
        carrier=received,
        interference=interference,
        unlimited=unlimited,
        sin_elevation=sine,
        range_m=range_m,
        ways=None,
        loss_db=None,
    )


def constellation_links(
    world: World,
    sky: Sky,
    users: Users,
    beams: Beams,
    satellite_power: np.ndarray,
    serving: Any,
    xp: Any,
) -> ConstellationDownlink:
    """What the kernel of many satellites takes.

    Parameters
    ----------
    world : World
    sky, users, beams
        Of some trials.
    satellite_power : float32 array (satellites,)
        Factor on all beams of a satellite.
    serving : int array (users,)
        Beam among those of all trials, -1 for none.
    xp : module
        ``numpy`` or ``cupy``.
    """
    radio, steering, count = world.radio, world.radio.steering, len(users.trial)
    sight, shadow = _sectors(world.channel, users, xp)
    start = np.arange(sky.trials + 1, dtype=np.int64) * users.per_trial
    return ConstellationDownlink(
        user_m=users.position_m,
        user_start=xp.asarray(start),
        gain=xp.full(count, radio.gain_at_one_metre, dtype=xp.float32),
        environment=users.environment,
        sight=sight,
        shadow=shadow,
        entry=_entry(radio, world.channel, users, xp),
        serving=serving.astype(xp.int32),
        satellite_m=xp.asarray(np.ascontiguousarray(sky.position_m.T)),
        axes=xp.asarray(sky.axes),
        satellite_start=xp.asarray(sky.start),
        satellite_power=xp.asarray(satellite_power),
        beam=xp.asarray(beams.direction),
        beam_power=xp.asarray(beams.power),
        segment_start=xp.asarray(beams.segment_start),
        sky=xp.asarray(radio.sky),
        pattern=xp.asarray(steering.pattern),
        reduced_aperture=steering.reduced_aperture,
        axial_weight=steering.axial_weight,
        element_exponent=steering.element_exponent,
        lowest_sine=math.sin(math.radians(world.beams.lowest_heard_deg)),
        colours=radio.colours,
    )


def _sectors(channel: Channel, users: Users, xp: Any) -> tuple[Any, Any]:
    """Draws of line of sight and shadow fading as the kernel of many satellites takes them."""
    sight, shadow, count = users.surroundings.sight, users.surroundings.shadow, len(users.trial)
    if sight is None:
        # No probability is below 0 or above 1.
        fixed = -1.0 if channel.line_of_sight == "always" else 2.0
        sight = xp.full((count, SECTORS), fixed, dtype=xp.float32)
    if shadow is None:
        shadow = xp.zeros((count, SECTORS), dtype=xp.float32)
    return sight, shadow


def _entry(radio: Radio, channel: Channel, users: Users, xp: Any) -> Any:
    """Terms of the entry loss, float32 array (users, 2); (0, 1) outdoors.

    See ``physics.entry_loss.building_entry_terms``.
    """
    entry = xp.zeros((len(users.trial), 2), dtype=xp.float32)
    entry[:, 1] = 1.0
    where = users.surroundings.whereabouts
    if where is None:
        return entry
    a, d = building_entry_terms(radio.frequency_hz, where.normal, where.thermally_efficient, xp)
    vehicle_db = vehicle_entry_loss_db(channel.vehicle_loss_db, where.normal)
    indoor, vehicle = where.place == INDOOR, where.place == VEHICLE
    entry[:, 0] = xp.where(indoor, a, 0.0)
    entry[:, 1] = xp.where(indoor, d, xp.where(vehicle, 10.0 ** (0.1 * vehicle_db), 1.0))
    return entry


def _seen(sky: Sky, users: Users, satellite: Any, xp: Any) -> tuple[Any, Any]:
    """Sine of elevation and range of each user's own satellite, float64 arrays (users,)."""
    if not len(sky):
        return xp.zeros(len(users.trial)), xp.ones(len(users.trial))
    offset_m = _satellite_m(sky, satellite, xp) - users.position_m
    range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
    sine = (offset_m * users.position_m).sum(axis=0) / (range_m * EARTH_RADIUS_M)
    return sine, range_m


def _satellite_m(sky: Sky, satellite: Any, xp: Any) -> Any:
    """Position of each user's own satellite, float64 array (3, users)."""
    return xp.asarray(np.ascontiguousarray(sky.position_m.T))[:, satellite]


def gain_by_fading_db(world: World, sky: Sky, users: Users, links: Links, xp: Any) -> Any | None:
    """How far fading lifts each user's own link above free space, float64 array (users,).

    Zero where it does not; ``None`` where there is no shadow fading.
    """
    if users.surroundings.shadow is None:
        return None
    if links.ways is not None and world.radio.carrier is not None:
        loss_db = fading_loss_db(world.radio.carrier, links.ways, xp)
        return xp.maximum(-loss_db, 0.0)
    if not len(sky):
        return xp.zeros(len(users.trial))
    sight, shadow = _sectors(world.channel, users, xp)
    satellite_m = _satellite_m(sky, links.satellite, xp)
    loss_db = ground_fading_loss_db(
        world.radio.sky, users.position_m, satellite_m, users.environment, sight, shadow, xp
    )
    return xp.maximum(-loss_db, 0.0)
