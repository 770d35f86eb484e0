"""Loss between satellite and users: what the sky takes, and what stands in the way."""

from __future__ import annotations

from typing import Any

from capest.link_constants import Carrier
from capest.physics import geometry, propagation
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.scene import Scene


def clear_sky_loss_db(carrier: Carrier, view: geometry.View, xp: Any) -> Any:
    """Free-space, gas and scintillation loss of every user, float64 array (users,)."""
    loss_db = propagation.free_space_loss_db(view.range_m, carrier.frequency_hz, xp)
    loss_db += propagation.gas_loss_db(view.sin_elevation, carrier.zenith_gas_loss_db)
    if carrier.scintillation:
        loss_db += propagation.tropospheric_scintillation_db(view.sin_elevation, xp)
    return loss_db


def obstruction_loss_db(scene: Scene, view: geometry.View, draws: Draws, users: int) -> Any:
    """Shadow fading and clutter of every user (TR 38.811 clauses 6.6.1 and 6.6.2).

    Drawn per user and satellite, hence common to all beams of the satellite and to both
    directions.

    Returns
    -------
    float64 array (trials · users,)
    """
    xp, channel = draws.xp, scene.scenario.channel
    elevation_deg = xp.degrees(xp.arcsin(xp.minimum(view.sin_elevation, 1.0)))
    index = propagation.elevation_index(elevation_deg, xp)
    if channel.line_of_sight == "probability":
        (chance,) = draws.uniforms(Purpose.LINE_OF_SIGHT, users, 1)
        sight = chance < xp.asarray(scene.environment.los_probability)[index]
    else:
        sight = xp.full(index.shape, channel.line_of_sight == "always")
    if channel.shadow_fading:
        normal = draws.normals(Purpose.SHADOWING, users)
    else:
        normal = xp.zeros_like(elevation_deg)
    return propagation.shadow_and_clutter_loss_db(scene.environment, index, sight, normal, xp)
