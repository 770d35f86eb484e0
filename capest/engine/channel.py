"""Loss between satellite and users: what the sky takes, and what stands in the way.

What is random is drawn once per user and satellite (`draw_surroundings`), hence common to all
beams of the satellite and to both directions; `path_loss_db` turns it into the loss of a carrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.radio import Carrier
from capest.engine.scene import Scene
from capest.physics import entry_loss, environment, geometry, propagation, weather
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.sampling.whereabouts import INDOOR, VEHICLE, Whereabouts, draw_whereabouts


@dataclass(frozen=True)
class Surroundings:
    """What lies between users and a satellite, whatever the carrier.

    Attributes
    ----------
    view : View
    elevation_deg : float64 array (users,)
    angles : AngleReading
        Of the elevations, for the tables of the environment.
    line_of_sight : bool array (users,) or bool
        One for all where it is not drawn.
    shadow_normal : float64 array (users,) or None
        Standard normal deviates of shadow fading, ``None`` without it.
    whereabouts : Whereabouts or None
        ``None`` where all users are outdoors.
    weather_percent : float64 array (users,) or None
        Percentage of time for which the weather is worse than in the user's trial; ``None`` where
        it is given or not counted.
    gains : bool
        Whether shadow fading may lift a link above free space.
    """

    view: geometry.View
    elevation_deg: Any
    angles: environment.AngleReading
    line_of_sight: Any
    shadow_normal: Any | None
    whereabouts: Whereabouts | None
    weather_percent: Any | None
    gains: bool = True


def draw_surroundings(scene: Scene, view: geometry.View, draws: Draws, users: int) -> Surroundings:
    """Draw line of sight, shadow fading, whereabouts and weather.

    Parameters
    ----------
    scene : Scene
    view : View
        What the users of all trials see of the satellite.
    draws : Draws
    users : int
        Users of a trial.
    """
    xp, channel, shares = draws.xp, scene.scenario.channel, scene.scenario.users
    elevation_deg = propagation.elevation_deg(view.sin_elevation, xp)
    angles = environment.reference_angles(elevation_deg, channel.elevation_lookup, xp)
    if channel.line_of_sight == "probability":
        (chance,) = draws.uniforms(Purpose.LINE_OF_SIGHT, users, 1)
        probability = scene.carrier.environment.los_probability
        sight = chance < environment.at_angles(probability, angles, xp)
    else:
        sight = channel.line_of_sight == "always"
    normal = draws.normals(Purpose.SHADOWING, users) if channel.shadow_fading else None
    whereabouts = None
    if shares.indoor_share + shares.vehicle_share > 0.0:
        whereabouts = draw_whereabouts(
            draws,
            users,
            shares.indoor_share,
            shares.vehicle_share,
            channel.thermally_efficient_share,
        )
    percent = None
    if channel.weather == "random":
        (moment,) = draws.uniforms(Purpose.WEATHER, 1, 1)
        percent = xp.broadcast_to(100.0 * moment[:, None], (draws.trials, users)).ravel()
    return Surroundings(view, elevation_deg, angles, sight, normal, whereabouts, percent)


def path_loss_db(scene: Scene, carrier: Carrier, surroundings: Surroundings, xp: Any) -> Any:
    """Loss between isotropic antennas, TR 38.811 equation 6.6-1, float64 array (users,)."""
    view = surroundings.view
    loss_db = propagation.free_space_loss_db(view.range_m, carrier.frequency_hz, xp)
    if carrier.weather is None:
        loss_db += propagation.gas_loss_db(view.sin_elevation, carrier.zenith_gas_loss_db)
        if carrier.scintillation:
            loss_db += propagation.tropospheric_scintillation_db(view.sin_elevation, xp)
    else:
        loss_db += weather.weather_loss_db(
            carrier.weather,
            view.sin_elevation,
            surroundings.elevation_deg,
            surroundings.weather_percent,
            xp,
        )
    loss_db += carrier.ionospheric_loss_db
    loss_db += fading_loss_db(carrier, surroundings, xp)
    if surroundings.whereabouts is not None:
        loss_db += _entry_loss_db(scene, carrier, surroundings, surroundings.whereabouts, xp)
    return loss_db


def fading_loss_db(carrier: Carrier, surroundings: Surroundings, xp: Any) -> Any:
    """Shadow fading plus clutter loss; negative where fading lifts a link above free space.

    Returns
    -------
    float64 array (users,)
        In dB; a number if it is everybody's.
    """
    loss_db = environment.shadow_and_clutter_loss_db(
        carrier.environment,
        surroundings.angles,
        surroundings.line_of_sight,
        surroundings.shadow_normal,
        xp,
    )
    if surroundings.gains or surroundings.shadow_normal is None:
        return loss_db
    return xp.maximum(loss_db, 0.0)


def _entry_loss_db(
    scene: Scene, carrier: Carrier, surroundings: Surroundings, where: Whereabouts, xp: Any
) -> Any:
    building_db = entry_loss.building_entry_loss_db(
        carrier.frequency_hz,
        surroundings.elevation_deg,
        where.normal,
        where.thermally_efficient,
        xp,
    )
    vehicle_db = entry_loss.vehicle_entry_loss_db(
        scene.scenario.channel.vehicle_loss_db, where.normal
    )
    outside_db = xp.where(where.place == VEHICLE, vehicle_db, 0.0)
    return xp.where(where.place == INDOOR, building_db, outside_db)
