"""Does a hexagonal beam layout lie wholly on the Earth, and what would?

Directions are direction cosines (u, v) in the frame of a satellite that looks at its nadir. The
Earth fills the disc of radius R/(R+h); a point of it at radius r sees the satellite at the
elevation whose cosine is r·(R+h)/R.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from capest.physics.beam_lattice import hexagonal_cells
from capest.physics.constants import EARTH_RADIUS_M

EARTH_RADIUS_KM = EARTH_RADIUS_M / 1e3

LARGEST_COUNT = 1261
"""Beams of the largest layout: the centre and 20 rings."""

LARGEST_NORMAL = 9.0
"""Normal draws made of 53-bit uniforms stay under 8.7 standard deviations."""

LOWEST_ELEVATION_DEG = 0.1
"""No corner of a cell may see the satellite lower: at 0° the slant range has no slope."""


def rings_of(count: int) -> int | None:
    """Rings around the centre of a layout, None if the count is no centred hexagonal number."""
    rings = math.isqrt(max(0, count - 1) // 3 + 1)
    return next(
        (n for n in (rings - 1, rings) if n >= 0 and hexagonal_number(n) == count),
        None,
    )


def hexagonal_number(rings: int) -> int:
    """Beams of a centre and its full rings: 1, 7, 19, 37, 61, ..."""
    return 3 * rings * (rings + 1) + 1


def nearest_hexagonal(count: int, largest: int = LARGEST_COUNT) -> tuple[int, int]:
    """Centred hexagonal numbers below and above a count, not beyond ``largest``."""
    numbers = [1]
    while numbers[-1] < largest:
        numbers.append(hexagonal_number(len(numbers)))
    below = max((n for n in numbers if n <= count), default=1)
    above = min((n for n in numbers if n >= count), default=numbers[-1])
    return below, above


def earth_edge_uv(altitude_km: float, elevation_deg: float = LOWEST_ELEVATION_DEG) -> float:
    """Distance from nadir, in direction cosines, of points that see the satellite at an elevation.

    With 0° it is the edge of the Earth, R/(R+h).
    """
    ratio = EARTH_RADIUS_KM / (EARTH_RADIUS_KM + altitude_km)
    return ratio * math.cos(math.radians(elevation_deg))


def farthest_uv(rings: int, spacing_uv: float, centre_u: float) -> float:
    """Greatest distance from nadir of any point of any cell of the layout.

    The distance is convex, so it is greatest at an extreme point of the layout, and all of these
    are corners of the six beams at the ends of the outermost ring (of the centre, without rings).
    Neighbours lie along the u axis, hence cell corners 30° off it.
    """
    corner = spacing_uv / math.sqrt(3.0)
    reach = rings * spacing_uv
    return max(
        math.hypot(
            centre_u
            + reach * math.cos(math.radians(60.0 * beam))
            + corner * math.cos(math.radians(60.0 * edge + 30.0)),
            reach * math.sin(math.radians(60.0 * beam))
            + corner * math.sin(math.radians(60.0 * edge + 30.0)),
        )
        for beam in range(6)
        for edge in range(6)
    )


def cells_on_earth(
    count: int, spacing_uv: float, altitude_km: float, elevation_deg: float
) -> list[bool]:
    """Tell of each cell of a layout whether it lies wholly on the Earth, in the layout's order."""
    centre_u, edge = earth_edge_uv(altitude_km, elevation_deg), earth_edge_uv(altitude_km)
    corner = spacing_uv / math.sqrt(3.0)
    corners = [
        (corner * math.cos(math.radians(angle)), corner * math.sin(math.radians(angle)))
        for angle in range(30, 390, 60)
    ]
    return [
        max(
            math.hypot(
                centre_u + spacing_uv * (i + 0.5 * j) + u, spacing_uv * math.sqrt(0.75) * j + v
            )
            for u, v in corners
        )
        <= edge
        for i, j in hexagonal_cells(count)
    ]


def fits(rings: int, spacing_uv: float, altitude_km: float, elevation_deg: float) -> bool:
    """Tell whether every cell lies wholly on the Earth, at `LOWEST_ELEVATION_DEG` or higher."""
    centre_u = earth_edge_uv(altitude_km, elevation_deg)
    return farthest_uv(rings, spacing_uv, centre_u) <= earth_edge_uv(altitude_km)


def what_fits(rings: int, spacing_uv: float, altitude_km: float, elevation_deg: float) -> str:
    """Say what single change would bring a layout wholly onto the Earth, "" if none would."""
    changes = []
    fewer = largest_count(rings, spacing_uv, altitude_km, elevation_deg)
    if fewer is not None:
        changes.append(f"beams.count at most {fewer}")
    spacing = _largest(lambda s: fits(rings, s, altitude_km, elevation_deg), spacing_uv)
    if spacing > 0.0:
        changes.append(f"beams.spacing_uv at most {_floor(spacing):.3g}")
    if fits(rings, spacing_uv, altitude_km, 90.0):
        lowered = _largest(lambda x: fits(rings, spacing_uv, altitude_km, 90.0 - x), 90.0)
        elevation = math.ceil((90.0 - lowered) * 10.0) / 10.0
        changes.append(f"satellite.elevation_deg at least {elevation:g}")
    return "fits with " + ", or ".join(changes) if changes else ""


def largest_count(
    rings: int, spacing_uv: float, altitude_km: float, elevation_deg: float
) -> int | None:
    """Beams of the largest layout of at most ``rings`` rings that fits, None if none does."""
    fitting = (n for n in range(rings, -1, -1) if fits(n, spacing_uv, altitude_km, elevation_deg))
    best = next(fitting, None)
    return None if best is None else hexagonal_number(best)


def widest_hotspot_km(
    rings: int, spacing_uv: float, altitude_km: float, elevation_deg: float
) -> float:
    """Largest standard deviation of a hotspot whose users all see the satellite.

    A hotspot may lie at the layout's edge, and the normal draws reach `LARGEST_NORMAL`
    standard deviations.
    """
    centre_u = earth_edge_uv(altitude_km, elevation_deg)
    layout = _earth_angle(farthest_uv(rings, spacing_uv, centre_u), altitude_km)
    horizon = _earth_angle(earth_edge_uv(altitude_km), altitude_km)
    return (horizon - layout) * EARTH_RADIUS_KM / LARGEST_NORMAL


def _earth_angle(radius_uv: float, altitude_km: float) -> float:
    """Angle at the Earth's centre between nadir and a point seen under a direction cosine."""
    incidence = math.asin(min(1.0, radius_uv * (1.0 + altitude_km / EARTH_RADIUS_KM)))
    return incidence - math.asin(radius_uv)


def _largest(holds: Callable[[float], bool], upper: float) -> float:
    """Largest x in [0, upper] for which a condition that holds up to there holds, by bisection."""
    low, high = 0.0, upper
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _floor(value: float) -> float:
    """Round down to three significant digits."""
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return math.floor(value / step) * step
