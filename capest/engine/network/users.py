"""The users of a trial: where they are and what they bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.network.scene import NetworkScene
from capest.geo.sphere import moved, unit_vectors
from capest.geo.tiling import nearest_cell
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.entry_loss import building_entry_terms, vehicle_entry_loss_db
from capest.sampling.draws import Draws
from capest.sampling.sectors import SECTORS, draw_sectors
from capest.sampling.streams import Purpose
from capest.sampling.whereabouts import INDOOR, VEHICLE, draw_whereabouts


@dataclass(frozen=True)
class Users:
    """Users of one trial, sorted by cell.

    Attributes
    ----------
    position_m : float64 array (3, users)
    cell : int32 array (users,)
        -1 outside all cells of the region.
    environment : uint8 array (users,)
        Row of the sky table.
    sight, shadow : float32 array (users, 8)
        See ``sampling.sectors``.
    entry : float32 array (users, 2)
        See ``physics.entry_loss.building_entry_terms``; (0, 1) outdoors.
    """

    position_m: Any
    cell: Any
    environment: Any
    sight: Any
    shadow: Any
    entry: Any


def draw_users(scene: NetworkScene, draws: Draws) -> Users:
    """Draw the users of one trial.

    Parameters
    ----------
    scene : NetworkScene
    draws : Draws
        Of a single trial.
    """
    xp, scenario = draws.xp, scene.scenario
    count = scene.ground.users_per_trial
    uniforms = draws.uniforms(Purpose.PLACEMENT, count, 4)
    needed = scene.ground.users.uniforms_needed
    if needed > 4:
        uniforms += draws.uniforms(Purpose.PLACEMENT_FURTHER, count, needed - 4)
    latitude_deg, longitude_deg, surroundings, _ = scene.ground.users.draw(uniforms, xp)
    if scenario.users.placement == "hotspots":
        _gather(scene, draws, latitude_deg, longitude_deg)
    unit = unit_vectors(latitude_deg, longitude_deg, xp)
    cell = nearest_cell(unit, scene.ground.cells, xp)
    environment = xp.zeros(count, dtype=xp.uint8)
    if scenario.channel.environment == "by-place":
        environment = surroundings.astype(xp.uint8)
    sight, shadow = _sectors(scene, draws, count)
    entry = _entry(scene, draws, count)
    # Neighbours on the ground are neighbours in memory: they hear the same satellites.
    order = xp.argsort(cell, kind="stable")
    return Users(
        xp.ascontiguousarray(unit[:, order]) * EARTH_RADIUS_M,
        cell[order],
        environment[order],
        sight[order],
        shadow[order],
        entry[order],
    )


def _gather(scene: NetworkScene, draws: Draws, latitude_deg: Any, longitude_deg: Any) -> None:
    """Gather the first users around hotspots, in place (a Thomas cluster process).

    Centres are new in each trial and drawn as users are; users lie around theirs with a
    two-dimensional normal distribution.
    """
    xp, hotspots = draws.xp, scene.scenario.users.hotspots
    clustered = round(len(latitude_deg) * hotspots.share)
    if clustered == 0:
        return
    count = min(hotspots.count, clustered)
    centre_uniforms = draws.uniforms(Purpose.HOTSPOT_CENTRES, count, 4)
    centre_lat, centre_lon, _, _ = scene.ground.users.draw(centre_uniforms, xp)
    radius_u, bearing_u = draws.uniforms(Purpose.HOTSPOT_OFFSETS, clustered, 2)
    away_km = hotspots.radius_km * xp.sqrt(-2.0 * xp.log(radius_u))
    own = xp.arange(clustered) % count
    latitude_deg[:clustered], longitude_deg[:clustered] = moved(
        centre_lat[own], centre_lon[own], away_km, 2.0 * xp.pi * bearing_u, xp
    )


def _sectors(scene: NetworkScene, draws: Draws, count: int) -> tuple[Any, Any]:
    xp, channel = draws.xp, scene.scenario.channel
    if channel.line_of_sight == "probability" or channel.shadow_fading:
        sight, shadow = draw_sectors(draws, count)
    else:
        sight = shadow = xp.zeros((count, SECTORS), dtype=xp.float32)
    if channel.line_of_sight != "probability":
        # No probability is below 0 or above 1.
        always = channel.line_of_sight == "always"
        sight = xp.full((count, SECTORS), -1.0 if always else 2.0, dtype=xp.float32)
    if not channel.shadow_fading:
        shadow = xp.zeros((count, SECTORS), dtype=xp.float32)
    return sight, shadow


def _entry(scene: NetworkScene, draws: Draws, count: int) -> Any:
    xp, shares, channel = draws.xp, scene.scenario.users, scene.scenario.channel
    entry = xp.zeros((count, 2), dtype=xp.float32)
    entry[:, 1] = 1.0
    if shares.indoor_share + shares.vehicle_share == 0.0:
        return entry
    where = draw_whereabouts(
        draws,
        count,
        shares.indoor_share,
        shares.vehicle_share,
        channel.thermally_efficient_share,
    )
    a, d = building_entry_terms(scene.frequency_hz, where.normal, where.thermally_efficient, xp)
    vehicle_db = vehicle_entry_loss_db(channel.vehicle_loss_db, where.normal)
    indoor, vehicle = where.place == INDOOR, where.place == VEHICLE
    entry[:, 0] = xp.where(indoor, a, 0.0)
    entry[:, 1] = xp.where(indoor, d, xp.where(vehicle, 10.0 ** (0.1 * vehicle_db), 1.0))
    return entry
