"""Loss between one satellite and its users: what the sky takes, and what stands in the way.

What is random is drawn once per user (``engine.channel``), hence common to all beams of the
satellite and to both directions; `path_loss_db` turns it into the loss of a carrier. The links of
many satellites take the same losses from a table, ``physics.sky_table``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.channel import Surroundings
from capest.engine.radio import Carrier
from capest.engine.world import Channel
from capest.physics import entry_loss, environment, geometry, propagation, weather
from capest.physics.clear_sky import clear_sky_loss_db
from capest.sampling.whereabouts import INDOOR, VEHICLE, Whereabouts


@dataclass(frozen=True)
class Sightlines:
    """The ways between users and their satellite, whatever the carrier.

    Attributes
    ----------
    view : View
    elevation_deg : float64 array (users,)
    angles : AngleReading
        Of the elevations, for the tables of the environment.
    line_of_sight : bool array (users,) or bool
        One for all where it is not drawn.
    shadow : float64 array (users,) or None
        Standard normal deviates of shadow fading, ``None`` without it.
    surroundings : Surroundings
    vehicle_loss_db : float
        Mean loss into a vehicle.
    gains : bool
        Whether shadow fading may lift a link above free space.
    """

    view: geometry.View
    elevation_deg: Any
    angles: environment.AngleReading
    line_of_sight: Any
    shadow: Any | None
    surroundings: Surroundings
    vehicle_loss_db: float
    gains: bool = True

    def of(self, order: Any) -> Sightlines:
        """Ways of some users, by their numbers."""
        view, angles, sight = self.view, self.angles, self.line_of_sight
        share = None if angles.share is None else angles.share[order]
        return Sightlines(
            view.of(order),
            self.elevation_deg[order],
            environment.AngleReading(angles.lower[order], share),
            sight if isinstance(sight, bool) else sight[order],
            None if self.shadow is None else self.shadow[order],
            self.surroundings.of(order),
            self.vehicle_loss_db,
            self.gains,
        )


def sightlines(
    channel: Channel,
    carrier: Carrier,
    view: geometry.View,
    environments: Any | None,
    surroundings: Surroundings,
    xp: Any,
) -> Sightlines:
    """Look along the ways between users and their satellite.

    Parameters
    ----------
    channel : Channel
    carrier : Carrier
        Of the downlink, whose environment has the probability of line of sight.
    view : View
    environments : uint8 array (users,) or None
        Which of the carrier's each user is in; ``None`` where there is one for all.
    surroundings : Surroundings
    xp : module
        ``numpy`` or ``cupy``.
    """
    elevation_deg = propagation.elevation_deg(view.sin_elevation, xp)
    reading = environment.reference_angles(elevation_deg, channel.elevation_lookup, xp)
    angles = environment.in_environment(reading, environments)
    if surroundings.sight is None:
        sight = channel.line_of_sight == "always"
    else:
        probability = environment.at_angles(carrier.environment.los_probability, angles, xp)
        sight = surroundings.sight[:, 0] < probability
    shadow = None if surroundings.shadow is None else surroundings.shadow[:, 0]
    return Sightlines(
        view,
        elevation_deg,
        angles,
        sight,
        shadow,
        surroundings,
        channel.vehicle_loss_db,
        channel.fading_gain,
    )


def path_loss_db(carrier: Carrier, ways: Sightlines, xp: Any) -> Any:
    """Loss between isotropic antennas, TR 38.811 equation 6.6-1, float64 array (users,)."""
    view, where = ways.view, ways.surroundings.whereabouts
    loss_db = propagation.free_space_loss_db(view.range_m, carrier.frequency_hz, xp)
    in_weather = carrier.weather is not None
    loss_db += clear_sky_loss_db(
        carrier.sky, carrier.frequency_hz, view.sin_elevation, xp, weather=in_weather
    )
    if carrier.weather is not None:
        loss_db += weather.weather_loss_db(
            carrier.weather,
            view.sin_elevation,
            ways.elevation_deg,
            ways.surroundings.weather_percent,
            xp,
        )
    loss_db += fading_loss_db(carrier, ways, xp)
    if where is not None:
        loss_db += _entry_loss_db(carrier, ways, where, xp)
    return loss_db


def fading_loss_db(carrier: Carrier, ways: Sightlines, xp: Any) -> Any:
    """Shadow fading plus clutter loss; negative where fading lifts a link above free space.

    Returns
    -------
    float64 array (users,)
        In dB; a number if it is everybody's.
    """
    loss_db = environment.shadow_and_clutter_loss_db(
        carrier.environment, ways.angles, ways.line_of_sight, ways.shadow, xp
    )
    if ways.gains or ways.shadow is None:
        return loss_db
    return xp.maximum(loss_db, 0.0)


def _entry_loss_db(carrier: Carrier, ways: Sightlines, where: Whereabouts, xp: Any) -> Any:
    building_db = entry_loss.building_entry_loss_db(
        carrier.frequency_hz, ways.elevation_deg, where.normal, where.thermally_efficient, xp
    )
    vehicle_db = entry_loss.vehicle_entry_loss_db(ways.vehicle_loss_db, where.normal)
    outside_db = xp.where(where.place == VEHICLE, vehicle_db, 0.0)
    return xp.where(where.place == INDOOR, building_db, outside_db)
