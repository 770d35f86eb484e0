"""Walker shells (J. G. Walker, 1984): evenly spaced planes of evenly spaced satellites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from capest.errors import InputError
from capest.orbits.elements import CircularOrbits, take
from capest.physics.constants import EARTH_RADIUS_M

Pattern = Literal["delta", "star"]
Order = Literal["planes", "spread"]

NODE_SPREAD_DEG = {"delta": 360.0, "star": 180.0}
"""Right ascensions over which the planes of a pattern are spread."""


@dataclass(frozen=True)
class Shell:
    """A Walker shell, i: T/P/F in Walker's notation with T = planes · satellites_per_plane.

    Attributes
    ----------
    name : str
    altitude_km : float
        Above the sphere of 6371 km.
    inclination_deg : float
        0 to 180.
    planes : int
        P.
    satellites_per_plane : int
        T/P.
    phasing : int
        F, from 0 to P - 1: a satellite is ahead of its neighbour in the plane to the west by
        F · 360°/T.
    pattern : {"delta", "star"}
        Ascending nodes spread over 360° or over 180°.
    raan_offset_deg : float
        Right ascension of the first plane's node at epoch 0.
    deployed_planes : int or None
        Only the first so many planes are up; None: all.
    deployed_satellites : int or None
        Only the first so many satellites are up, counted plane by plane among the deployed planes;
        None: all.

    Raises
    ------
    InputError
        If a value is out of its range.
    """

    name: str
    altitude_km: float
    inclination_deg: float
    planes: int
    satellites_per_plane: int
    phasing: int = 0
    pattern: Pattern = "delta"
    raan_offset_deg: float = 0.0
    deployed_planes: int | None = None
    deployed_satellites: int | None = None

    def __post_init__(self) -> None:
        fault = _fault(self)
        if fault:
            raise InputError(f"shell {self.name!r}: {fault}")

    @property
    def satellites(self) -> int:
        """T, the satellites of the full pattern."""
        return self.planes * self.satellites_per_plane


def _fault(shell: Shell) -> str | None:
    """Say what is wrong with the first value out of its range."""
    most_planes = shell.planes if shell.deployed_planes is None else shell.deployed_planes
    most = most_planes * shell.satellites_per_plane
    checks = (
        ("altitude_km", 0.0 < shell.altitude_km < np.inf, "more than 0"),
        ("inclination_deg", 0.0 <= shell.inclination_deg <= 180.0, "from 0 to 180"),
        ("planes", shell.planes >= 1, "at least 1"),
        ("satellites_per_plane", shell.satellites_per_plane >= 1, "at least 1"),
        ("phasing", 0 <= shell.phasing < max(shell.planes, 1), f"from 0 to {shell.planes - 1}"),
        ("pattern", shell.pattern in NODE_SPREAD_DEG, "delta or star"),
        ("raan_offset_deg", np.isfinite(shell.raan_offset_deg), "a finite number"),
        ("deployed_planes", 0 <= most_planes <= shell.planes, f"from 0 to {shell.planes}"),
        ("deployed_satellites", 0 <= (shell.deployed_satellites or 0) <= most, f"from 0 to {most}"),
    )
    for key, is_right, allowed in checks:
        if not is_right:
            return f"{key} = {getattr(shell, key)!r}: must be {allowed}"
    return None


def elements(shell: Shell) -> CircularOrbits:
    """Orbits of a shell's deployed satellites at epoch 0, plane by plane.

    Plane p = 0 … P - 1 has its node at raan_offset + p · spread/P; its satellite s = 0 … S - 1 is
    at the argument of latitude s · 360°/S + p · F · 360°/T.
    """
    plane = np.repeat(np.arange(shell.planes), shell.satellites_per_plane)
    slot = np.tile(np.arange(shell.satellites_per_plane), shell.planes)
    raan_deg = shell.raan_offset_deg + plane * (NODE_SPREAD_DEG[shell.pattern] / shell.planes)
    # In whole steps of 360°/T, so that the angle has one rounding only.
    step = (slot * shell.planes + plane * shell.phasing) % shell.satellites
    latitude_deg = step * 360.0 / shell.satellites
    full = CircularOrbits(
        semi_major_axis_m=np.full(shell.satellites, EARTH_RADIUS_M + 1e3 * shell.altitude_km),
        inclination_rad=np.full(shell.satellites, np.radians(shell.inclination_deg)),
        raan_rad=np.radians(raan_deg % 360.0),
        argument_of_latitude_rad=np.radians(latitude_deg),
    )
    return take(full, slice(_deployed_count(shell)))


def _deployed_count(shell: Shell) -> int:
    if shell.deployed_satellites is not None:
        return shell.deployed_satellites
    planes = shell.planes if shell.deployed_planes is None else shell.deployed_planes
    return planes * shell.satellites_per_plane


def deployed(
    full: CircularOrbits, shell: Shell, fraction: float, order: Order = "planes"
) -> CircularOrbits:
    """Part of a constellation that is up during its roll-out.

    Of n satellites, N = ⌊fraction · n + 1/2⌋ are up:

    - ``"planes"``: the first N, so plane after plane is filled, the last one perhaps partly. A
      larger fraction contains the satellites of a smaller one.
    - ``"spread"``: every plane has its share, evenly spread. The plane of satellites a … b - 1 gets
      k = ⌊b N/n⌋ - ⌊a N/n⌋, so full planes differ by one satellite at most; of its S satellites
      s = 0 … S - 1 those with ⌊(s + 1) k/S⌋ > ⌊s k/S⌋ are up. Two fractions need not share
      satellites.

    Parameters
    ----------
    full : CircularOrbits
        The satellites of the shell, plane by plane; the last plane may be partly filled.
    shell : Shell
    fraction : float
        0 to 1.
    order : {"planes", "spread"}

    Raises
    ------
    InputError
        If the fraction or the order is none of these.
    """
    if not 0.0 <= fraction <= 1.0:
        raise InputError(f"shell {shell.name!r}: fraction = {fraction!r}: must be from 0 to 1")
    total = len(full)
    count = int(np.floor(fraction * total + 0.5))
    if order == "planes":
        return take(full, slice(count))
    if order != "spread":
        raise InputError(f"shell {shell.name!r}: order = {order!r}: must be planes or spread")
    return take(full, _spread(total, count, shell.satellites_per_plane))


def _spread(total: int, count: int, per_plane: int) -> np.ndarray:
    """Which of ``total`` satellites are up when ``count`` are spread, bool array (total,)."""
    index = np.arange(total, dtype=np.int64)
    first = index // per_plane * per_plane
    size = np.minimum(per_plane, total - first)
    up = (first + size) * count // total - first * count // total
    slot = index - first
    return (slot + 1) * up // size > slot * up // size
