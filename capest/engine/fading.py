"""What stands around users on the way to their own satellites, beyond free space and clear sky."""

from __future__ import annotations

from typing import Any

from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES, NEPER_PER_DB


def ground_fading_loss_db(
    sky_table: Any,
    position_m: Any,
    satellite_m: Any,
    environment: Any,
    sight: Any,
    shadow: Any,
    xp: Any,
) -> Any:
    """Shadow fading plus clutter loss of one link of each user, as the kernel of links has it.

    Parameters
    ----------
    sky_table : float32 array (environments, ENTRIES, 6)
        See ``physics.sky_table``.
    position_m, satellite_m : float64 array (3, n)
        Of users, on the sphere, and of the satellite that serves each.
    environment : uint8 array (n,)
        Row of the table.
    sight, shadow : float32 array (n, 8)
        Draws by sector of azimuth, see ``backend.numpy_constellation``.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (n,)
        Loss in dB; negative where fading lifts the signal above free space.
    """
    up = position_m / EARTH_RADIUS_M
    offset_m = satellite_m - position_m
    rise_m = (offset_m * up).sum(axis=0)
    sine = rise_m / xp.sqrt((offset_m * offset_m).sum(axis=0))
    sector = sector_of(up, offset_m, xp)
    number = xp.arange(sine.size)
    row = (xp.clip(sine, 0.0, 1.0) * (ENTRIES - 1) + 0.5).astype(xp.int64)
    probability, sigma_los, sigma_nlos, clutter = xp.asarray(sky_table)[environment, row].T[:4]
    in_sight = sight[number, sector] < probability
    normal = shadow[number, sector].astype(xp.float64)
    nepers = xp.where(in_sight, sigma_los * normal, sigma_nlos * normal + clutter)
    return nepers / NEPER_PER_DB


def sector_of(up: Any, offset_m: Any, xp: Any) -> Any:
    """Sector of azimuth in which each user sees a satellite, int64 array (n,).

    4 (west) + 2 (south) + 1 (nearer to the meridian than to the parallel).

    Parameters
    ----------
    up : float64 array (3, n)
        Unit vectors of the users' zeniths.
    offset_m : float64 array (3, n)
        From each user to the satellite.
    xp : module
        ``numpy`` or ``cupy``.
    """
    across = xp.sqrt(up[0] * up[0] + up[1] * up[1])
    safe = xp.where(across == 0.0, 1.0, across)
    east_x = xp.where(across == 0.0, 1.0, -up[1] / safe)
    east_y = xp.where(across == 0.0, 0.0, up[0] / safe)
    north = (-up[2] * east_y, up[2] * east_x, up[0] * east_y - up[1] * east_x)
    to_east = east_x * offset_m[0] + east_y * offset_m[1]
    to_north = sum(part * offset for part, offset in zip(north, offset_m, strict=True))
    return 4 * (to_east < 0.0) + 2 * (to_north < 0.0) + (abs(to_east) < abs(to_north))
