"""Earth-fixed positions of circular orbits, one epoch at a time.

Arithmetic is elementwise, and one function works on one epoch, so an epoch's positions have the
same bits whichever other epochs are asked for. Frame: z along the Earth's axis, x through the
Greenwich meridian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.orbits.constants import EARTH_ROTATION_RAD_PER_S
from capest.orbits.elements import CircularOrbits, columns
from capest.orbits.j2 import argument_of_latitude_rate_rad_per_s, raan_rate_rad_per_s


@dataclass(frozen=True)
class Motion:
    """Circular orbits over the turning Earth: what does not change with time, (satellites,) each.

    Attributes
    ----------
    semi_major_axis_m : float array
    cos_inclination, sin_inclination : float array
    node_longitude_rad : float array
        Longitude of the ascending node at epoch 0.
    node_longitude_rate_rad_per_s : float array
        Drift of the node less the Earth's rotation.
    argument_of_latitude_rad : float array
        At epoch 0.
    argument_of_latitude_rate_rad_per_s : float array
    """

    semi_major_axis_m: Any
    cos_inclination: Any
    sin_inclination: Any
    node_longitude_rad: Any
    node_longitude_rate_rad_per_s: Any
    argument_of_latitude_rad: Any
    argument_of_latitude_rate_rad_per_s: Any


def ground_motion(elements: CircularOrbits, gmst_at_epoch_rad: float = 0.0, xp: Any = np) -> Motion:
    """Prepare orbits for many epochs, with the secular drift of J2.

    Parameters
    ----------
    elements : CircularOrbits
    gmst_at_epoch_rad : float
        Greenwich mean sidereal time at epoch 0.
    xp : module
        ``numpy`` or ``cupy``: where the positions are computed.
    """
    axis_m, inclination, raan, latitude = (xp.asarray(column) for column in columns(elements))
    return Motion(
        semi_major_axis_m=axis_m,
        cos_inclination=xp.cos(inclination),
        sin_inclination=xp.sin(inclination),
        node_longitude_rad=raan - gmst_at_epoch_rad,
        node_longitude_rate_rad_per_s=raan_rate_rad_per_s(axis_m, inclination, xp)
        - EARTH_ROTATION_RAD_PER_S,
        argument_of_latitude_rad=latitude,
        argument_of_latitude_rate_rad_per_s=argument_of_latitude_rate_rad_per_s(
            axis_m, inclination, xp
        ),
    )


def write_positions_m(motion: Motion, seconds: float, out: Any, xp: Any = np) -> None:
    """Write Earth-fixed positions at one epoch into an array.

    Parameters
    ----------
    motion : Motion
    seconds : float
        After epoch 0.
    out : float64 array (satellites, 3)
    xp : module
        ``numpy`` or ``cupy``.
    """
    latitude = (
        motion.argument_of_latitude_rad + motion.argument_of_latitude_rate_rad_per_s * seconds
    )
    longitude = motion.node_longitude_rad + motion.node_longitude_rate_rad_per_s * seconds
    along_m = motion.semi_major_axis_m * xp.cos(latitude)
    up_m = motion.semi_major_axis_m * xp.sin(latitude)
    across_m = up_m * motion.cos_inclination
    cosine, sine = xp.cos(longitude), xp.sin(longitude)
    out[:, 0] = along_m * cosine - across_m * sine
    out[:, 1] = along_m * sine + across_m * cosine
    out[:, 2] = up_m * motion.sin_inclination
