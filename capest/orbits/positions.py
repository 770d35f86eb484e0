"""Earth-fixed positions of circular orbits, one epoch at a time.

Arithmetic is elementwise, and one function works on one epoch, so an epoch's positions have the
same bits whichever other epochs are asked for. Frame: z along the Earth's axis, x through the
Greenwich meridian.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.orbits.constants import EARTH_ROTATION_RAD_PER_S
from capest.orbits.elements import Elements, columns
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


def ground_motion(elements: Elements, gmst_at_epoch_rad: float = 0.0, xp: Any = np) -> Motion:
    """Prepare orbits for many epochs, with the secular drift of J2.

    Parameters
    ----------
    elements : Elements
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
    latitude, longitude = _angles(motion, seconds)
    along_m = motion.semi_major_axis_m * xp.cos(latitude)
    up_m = motion.semi_major_axis_m * xp.sin(latitude)
    across_m = up_m * motion.cos_inclination
    cosine, sine = xp.cos(longitude), xp.sin(longitude)
    out[:, 0] = along_m * cosine - across_m * sine
    out[:, 1] = along_m * sine + across_m * cosine
    out[:, 2] = up_m * motion.sin_inclination


def _angles(motion: Motion, seconds: float) -> tuple[Any, Any]:
    """Argument of latitude and longitude of the ascending node, in radians."""
    latitude = (
        motion.argument_of_latitude_rad + motion.argument_of_latitude_rate_rad_per_s * seconds
    )
    longitude = motion.node_longitude_rad + motion.node_longitude_rate_rad_per_s * seconds
    return latitude, longitude


def positions_m(
    elements: Elements, seconds: float, gmst_at_epoch_rad: float = 0.0, xp: Any = np
) -> Any:
    """Earth-fixed positions at one epoch.

    Parameters
    ----------
    elements : Elements
    seconds : float
        After epoch 0.
    gmst_at_epoch_rad : float
        Greenwich mean sidereal time at epoch 0.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (satellites, 3)
    """
    prepared = ground_motion(elements, gmst_at_epoch_rad, xp)
    return next(each_epoch_positions_m(prepared, (seconds,), xp))


def each_epoch_positions_m(motion: Motion, seconds: Iterable[float], xp: Any = np) -> Iterator[Any]:
    """Earth-fixed positions epoch by epoch; memory does not grow with the number of epochs.

    Parameters
    ----------
    motion : Motion
    seconds : iterable of float
        After epoch 0.
    xp : module
        ``numpy`` or ``cupy``.

    Yields
    ------
    float64 array (satellites, 3)
        A new array per epoch.
    """
    for moment in seconds:
        position_m = xp.empty((len(motion.semi_major_axis_m), 3), dtype=xp.float64)
        write_positions_m(motion, float(moment), position_m, xp)
        yield position_m


def fill_positions_m(motion: Motion, seconds: Any, out: Any, xp: Any = np) -> None:
    """Write Earth-fixed positions at several epochs into an array.

    Parameters
    ----------
    motion : Motion
    seconds : sequence of float (epochs,)
        After epoch 0.
    out : float64 array (epochs, satellites, 3)
    xp : module
        ``numpy`` or ``cupy``.
    """
    for moment, position_m in zip(seconds, out, strict=True):
        write_positions_m(motion, float(moment), position_m, xp)


def velocities_m_per_s(
    elements: Elements, seconds: float, gmst_at_epoch_rad: float = 0.0, xp: Any = np
) -> Any:
    """Velocities relative to the turning Earth, in Earth-fixed axes.

    The exact derivative of `positions_m`; what counts for Doppler shift on the ground.

    Returns
    -------
    float64 array (satellites, 3)
    """
    prepared = ground_motion(elements, gmst_at_epoch_rad, xp)
    latitude, longitude = _angles(prepared, float(seconds))
    cosine, sine = xp.cos(longitude), xp.sin(longitude)
    # In the axes of the node: along it, across it in the equator, up.
    along_m = prepared.semi_major_axis_m * xp.cos(latitude)
    up_m = prepared.semi_major_axis_m * xp.sin(latitude)
    across_m = up_m * prepared.cos_inclination
    rate = prepared.argument_of_latitude_rate_rad_per_s
    turn = prepared.node_longitude_rate_rad_per_s
    along_rate = -up_m * rate - across_m * turn
    across_rate = along_m * rate * prepared.cos_inclination + along_m * turn
    return xp.stack(
        [
            along_rate * cosine - across_rate * sine,
            along_rate * sine + across_rate * cosine,
            along_m * rate * prepared.sin_inclination,
        ],
        axis=1,
    )
