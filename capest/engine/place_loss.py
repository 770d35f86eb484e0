"""What the sky over a user's own place takes: weather of its cell, ionosphere of its latitude.

The kernels of many satellites read the sky's loss from a table over elevation, a row for each
environment. With weather, the table has rows for curves of it too: each user takes the row whose
curve runs as its own does, and a factor on its gain makes up for the difference at the elevation of
its own satellite. That link has the loss that was tabulated for its cell; links to other
satellites differ by how much the two curves differ between both elevations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.radio import PlaceLoss
from capest.engine.users import Users
from capest.engine.world import World
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geomagnetic import magnetic_zone
from capest.physics.sky_table import ENTRIES, NEPER_PER_DB
from capest.physics.weather_of_places import climate_loss_db, level_of
from capest.sampling.draws import Draws
from capest.sampling.weather_field import percent_of_places


@dataclass(frozen=True)
class OverUsers:
    """The sky over users, as kernels take it.

    Attributes
    ----------
    row : uint8 array (users,)
        Of the sky table.
    factor : float64 array (users,) or None
        On the gain of all links of a user; ``None``: 1.
    """

    row: Any
    factor: Any | None


def with_weather(world: World, draws: Draws, users: Users) -> Users:
    """Add the weather of their cells to the users of some trials, where it is drawn.

    A user outside all cells has that of the first one.
    """
    weather, xp = world.weather, draws.xp
    if weather is None or not weather.is_random:
        return users
    # The host draws it, to the same bits as for a GPU: cells are its own.
    host = Draws(NumpyKernels(), draws.seed, draws.first_trial, draws.trials)
    percent = percent_of_places(host, world.ground.cells.centre_unit)
    number = users.trial.astype(xp.int64) * percent.shape[1] + xp.maximum(users.cell, 0)
    surroundings = replace(users.surroundings, weather_percent=xp.asarray(percent.ravel())[number])
    return replace(users, surroundings=surroundings)


def over_users(
    world: World, loss: PlaceLoss | None, sky_table: Any, users: Users, sine: Any, xp: Any
) -> OverUsers:
    """Find the row and the factor of each user.

    Parameters
    ----------
    world : World
    loss : PlaceLoss or None
        Of the carrier; ``None`` where it is everybody's, and the sky table has it.
    sky_table : float32 array (rows, ENTRIES, 6)
        Of the same carrier.
    users : Users
    sine : float64 array (users,)
        Of the elevation of each user's own satellite.
    xp : module
        ``numpy`` or ``cupy``.
    """
    if loss is None:
        return OverUsers(users.environment, None)
    row, factor_db = users.environment, -_ionosphere_db(loss, users, xp)
    if loss.weather is not None:
        place, percent = _place(world, users, xp), users.surroundings.weather_percent
        level = 0 if percent is None else xp.rint(level_of(percent, xp)).astype(xp.int64)
        code = xp.asarray(loss.code)[place, level]
        row = (code * loss.environments + users.environment).astype(xp.uint8)
        entry = xp.rint(xp.clip(sine, 0.0, 1.0) * (ENTRIES - 1)).astype(xp.int64)
        of_row_db = xp.asarray(sky_table)[row, entry, 4] / NEPER_PER_DB
        factor_db += of_row_db - climate_loss_db(loss.weather, place, percent, sine, xp)
    return OverUsers(row, 10.0 ** (0.1 * factor_db))


def own_loss_db(world: World, loss: PlaceLoss | None, users: Users, sine: Any, xp: Any) -> Any:
    """Loss by weather and ionosphere towards each user's own satellite, float64 array (users,).

    Parameters as of `over_users`; 0 where the place does not matter.
    """
    if loss is None:
        return 0.0
    loss_db = _ionosphere_db(loss, users, xp)
    if loss.weather is not None:
        percent = users.surroundings.weather_percent
        place = _place(world, users, xp)
        loss_db += climate_loss_db(loss.weather, place, percent, sine, xp)
    return loss_db


def _place(world: World, users: Users, xp: Any) -> Any:
    """Row of each user in the tables of climates."""
    if world.weather is None:
        raise ValueError("the cells have no climates")
    return xp.asarray(world.weather.climate)[xp.maximum(users.cell, 0)]


def _ionosphere_db(loss: PlaceLoss, users: Users, xp: Any) -> Any:
    zone = magnetic_zone(users.position_m / EARTH_RADIUS_M, xp)
    return xp.asarray(loss.ionosphere_db)[zone]
