"""Links of users on the ground to many satellites: pairs with those above their horizon alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.payloads import MixedLinks, constellation_sinr, figures_of_own
from capest.engine.place_loss import over_users
from capest.engine.power import LoweredPower
from capest.engine.radio import Radio
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import Channel, World
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.entry_loss import building_entry_terms, vehicle_entry_loss_db
from capest.physics.two_branches import wave_points
from capest.sampling.sectors import SECTORS
from capest.sampling.whereabouts import INDOOR, VEHICLE


def links_of_many(
    world: World, kernels: Kernels, sky: Sky, users: Users, beams: Beams, power: LoweredPower
) -> Links:
    """Compute the links of the users of some trials, who may hear many satellites."""
    xp = kernels.xp
    order = None
    alike = alike_trials(sky, beams, power)
    if alike.are_fewer:
        # The users of trials with the same beams are computed as those of one trial.
        together = np.argsort(alike.group, kind="stable") * users.per_trial
        order = xp.asarray((together[:, None] + np.arange(users.per_trial)).ravel())
    links = constellation_links(world, sky, users, beams, power, alike, order, xp)
    mixed = mixed_links(world, sky, links, alike)
    received, interference = constellation_sinr(kernels, links, mixed)
    if order is not None:
        back = xp.argsort(order)
        received, interference = received[back], interference[back]
    return links_of_carriers(world, sky, users, beams, power, received, interference, xp)


def links_of_carriers(
    world: World,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    received: Any,
    interference: Any,
    xp: Any,
) -> Links:
    """Links whose carrier and interference are known, float32 arrays (users,)."""
    number, satellite = _own(users, beams, xp)
    sine, range_m = _seen(sky, users, satellite, xp)
    factor = power.factor(beams)
    unlimited = received.astype(xp.float64)
    if factor is not None:
        # The beam that stands in for none may be dark.
        used = np.append(np.where(factor > 0.0, factor, 1.0), 1.0)
        unlimited = unlimited / xp.asarray(used)[number]
    unlimited = unlimited / 10.0 ** (0.1 * figures_of_own(world, "eirp_db", sky, satellite, xp))
    return Links(
        serving=beams.of_user,
        satellite=satellite,
        carrier=received,
        interference=interference,
        unlimited=unlimited,
        sin_elevation=sine,
        range_m=range_m,
        ways=None,
        loss_db=None,
        gain_db=figures_of_own(world, "gain_db", sky, satellite, xp),
        g_over_t_db=figures_of_own(world, "g_over_t_db", sky, satellite, xp),
    )


@dataclass(frozen=True)
class AlikeTrials:
    """Trials whose satellites and beams are the same.

    Attributes
    ----------
    group : int64 array (trials,)
        Of each trial.
    first : int64 array (groups,)
        A trial of each group.
    """

    group: np.ndarray
    first: np.ndarray

    @property
    def are_fewer(self) -> bool:
        """Whether some trials are alike."""
        return len(self.first) < len(self.group)


def alike_trials(sky: Sky, beams: Beams, power: LoweredPower) -> AlikeTrials:
    """Group trials with the same beams: of satellites that stand still, with a fixed layout."""
    each = np.arange(sky.trials)
    if not beams.are_fixed or not sky.is_same or power.reduction_db:
        return AlikeTrials(each, each)
    patterns = beams.power.reshape(sky.trials, -1)
    _, first, group = np.unique(patterns, axis=0, return_index=True, return_inverse=True)
    # Groups come in the order of their patterns; trials that have nothing in common stay in theirs.
    return AlikeTrials(group.ravel(), first) if len(first) < len(each) else AlikeTrials(each, each)


def constellation_links(
    world: World,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    alike: AlikeTrials,
    order: Any | None,
    xp: Any,
) -> ConstellationDownlink:
    """What the kernel of many satellites takes.

    Parameters
    ----------
    world : World
    sky, users, beams, power
        Of some trials.
    alike : AlikeTrials
    order : int64 array (users,) or None
        Users by their group of trials; ``None`` if they are.
    xp : module
        ``numpy`` or ``cupy``.
    """
    radio, steering, trials = world.radio, world.radio.steering, alike.first
    sight, shadow = sector_draws(world.channel, users, xp)
    entry, position_m = entry_terms(radio, world.channel, users, xp), users.position_m
    row, gain = _sky_over(world, sky, users, beams, xp)
    serving, trial, wave_key = beams.of_user, users.trial, users.wave_key
    if order is not None:
        wave_key = None if wave_key is None else wave_key[order]
        position_m = xp.ascontiguousarray(position_m[:, order])
        sight, shadow, entry, row, gain, serving, trial = (
            each[order] for each in (sight, shadow, entry, row, gain, serving, trial)
        )
    of_group = np.bincount(alike.group, minlength=len(trials)) * users.per_trial
    satellites, satellite_start = _rows(sky.start, trials)
    lit, beam_start = _rows(beams.start, trials)
    first = xp.asarray(beam_start[:-1][alike.group])[trial]
    counts = np.diff(beams.segment_start).reshape(len(sky), radio.colours)[satellites]
    return ConstellationDownlink(
        user_m=position_m,
        user_start=xp.asarray(np.append(0, np.cumsum(of_group))),
        gain=gain,
        environment=row,
        sight=sight,
        shadow=shadow,
        entry=entry,
        serving=xp.where(serving >= 0, serving + first, -1).astype(xp.int32),
        satellite_m=xp.asarray(np.ascontiguousarray(sky.position_m[satellites].T)),
        axes=xp.asarray(np.ascontiguousarray(sky.axes[:, :, satellites])),
        satellite_start=xp.asarray(satellite_start),
        satellite_power=xp.asarray(_strength(world, sky, power)[satellites]),
        beam=xp.asarray(np.ascontiguousarray(beams.direction[:, lit])),
        beam_power=xp.asarray(beams.power[lit]),
        segment_start=xp.asarray(np.append(0, np.cumsum(counts)).astype(np.int32)),
        sky=xp.asarray(radio.sky),
        pattern=xp.asarray(steering.pattern),
        reduced_aperture=steering.reduced_aperture,
        axial_weight=steering.axial_weight,
        element_exponent=steering.element_exponent,
        lowest_sine=math.sin(math.radians(world.beams.lowest_heard_deg)),
        colours=radio.colours,
        wave_key=wave_key,
        wave_point=None if wave_key is None else xp.asarray(wave_points()),
        polarisations=radio.polarisations,
        fading_gain=world.channel.fading_gain,
    )


def mixed_links(
    world: World, sky: Sky, links: ConstellationDownlink, alike: AlikeTrials
) -> MixedLinks | None:
    """Which payload the satellites of links carry; ``None`` where all carry the same."""
    if world.payloads is None:
        return None
    satellites, _ = _rows(sky.start, alike.first)
    payload = world.payloads.of_satellite[sky.number][satellites]
    return MixedLinks(links, payload, world.payloads.each)


def _strength(world: World, sky: Sky, power: LoweredPower) -> np.ndarray:
    """Factor on all beams of each satellite: limits, and the EIRP of its payload."""
    if world.payloads is None:
        return power.satellite
    ratio = 10.0 ** (0.1 * world.payloads.figure("eirp_db", sky))
    return (power.satellite * ratio).astype(np.float32)


def _own(users: Users, beams: Beams, xp: Any) -> tuple[Any, Any]:
    """Number of each user's own beam among those of all trials, and the satellite that lights it.

    Where there is no beam, the first one stands in; nothing of it is used.
    """
    serving = beams.of_user
    number = xp.where(serving >= 0, serving + beams.first_of(users.trial, xp), 0)
    return number, xp.asarray(np.append(beams.satellite, 0))[number]


def _sky_over(world: World, sky: Sky, users: Users, beams: Beams, xp: Any) -> tuple[Any, Any]:
    """Row of the sky table and power at one metre of each user, as the kernel takes them."""
    radio = world.radio
    gain = xp.full(len(users.trial), radio.gain_at_one_metre, dtype=xp.float32)
    if radio.place_loss is None:
        return users.environment, gain
    sine, _ = _seen(sky, users, _own(users, beams, xp)[1], xp)
    over = over_users(world, radio.place_loss, radio.sky, users, sine, xp)
    if over.factor is not None:
        gain = (gain * over.factor).astype(xp.float32)
    return over.row, gain


def _rows(start: np.ndarray, trials: np.ndarray) -> tuple[Any, np.ndarray]:
    """Rows of some trials, as an index, and where those of each begin among them."""
    if len(trials) == len(start) - 1:
        return slice(None), start
    rows = np.concatenate([np.arange(start[trial], start[trial + 1]) for trial in trials])
    return rows, np.append(0, np.cumsum(np.diff(start)[trials]))


def sector_draws(channel: Channel, users: Users, xp: Any) -> tuple[Any, Any]:
    """Draws of line of sight and shadow fading as the kernel of many satellites takes them.

    Users of one satellite have a draw for its sector alone: nothing is read of the others.
    """
    sight, shadow, count = users.surroundings.sight, users.surroundings.shadow, len(users.trial)
    if sight is None:
        # No probability is below 0 or above 1.
        fixed = -1.0 if channel.line_of_sight == "always" else 2.0
        sight = xp.full((count, SECTORS), fixed, dtype=xp.float32)
    if shadow is None:
        shadow = xp.zeros((count, SECTORS), dtype=xp.float32)
    shape = (count, SECTORS)
    return xp.broadcast_to(sight, shape), xp.broadcast_to(shadow, shape)


def entry_terms(radio: Radio, channel: Channel, users: Users, xp: Any) -> Any:
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
    offset_m = satellite_of_user_m(sky, satellite, xp) - users.position_m
    range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
    sine = (offset_m * users.position_m).sum(axis=0) / (range_m * EARTH_RADIUS_M)
    return sine, range_m


def satellite_of_user_m(sky: Sky, satellite: Any, xp: Any) -> Any:
    """Position of each user's own satellite, float64 array (3, users)."""
    return xp.asarray(np.ascontiguousarray(sky.position_m.T))[:, satellite]
