"""Where satellites are, at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capest.orbits.catalogue import Catalogue, propagate
from capest.orbits.earth_rotation import JulianDate
from capest.orbits.positions import Motion, write_positions_m
from capest.physics.constants import EARTH_RADIUS_M


@dataclass(frozen=True)
class Space:
    """Satellites in the order of the result file: shells, slots, catalogue.

    Attributes
    ----------
    names : tuple of str
        Of the groups: a shell in Walker's notation, a slot, or the catalogue.
    group : int32 array (satellites,)
        Which of them each satellite belongs to.
    motion : Motion or None
        Of the shells' satellites.
    still_m : float64 array (n, 3)
        Satellites that stand still over the turning Earth.
    catalogue : Catalogue or None
    start : JulianDate
        Moment from which epochs are counted.
    window_s : float
        Length of time from which epochs are drawn.
    stratified_epochs : bool
        Epochs of consecutive trials are spread evenly.
    minimum_visibility_s : float
        Shortest time a satellite has to stay in view.
    table : int64 array (satellites,)
        Which table of shells each satellite is of, -1 for none; of no meaning where there is none.
    """

    names: tuple[str, ...]
    group: np.ndarray
    motion: Motion | None
    still_m: np.ndarray
    catalogue: Catalogue | None
    start: JulianDate
    window_s: float
    stratified_epochs: bool
    minimum_visibility_s: float
    table: np.ndarray = field(default_factory=lambda: np.full(1, -1))

    def __len__(self) -> int:
        return len(self.group)

    @property
    def is_fixed(self) -> bool:
        """Whether no satellite moves over the ground."""
        return self.motion is None and self.catalogue is None

    def positions_m(self, seconds: float) -> np.ndarray:
        """Earth-fixed positions some time after the start.

        Parameters
        ----------
        seconds : float

        Returns
        -------
        float64 array (satellites, 3)
            NaN where SGP4 knows of no position (decayed).
        """
        parts = []
        if self.motion is not None:
            position_m = np.empty((len(self.motion.semi_major_axis_m), 3))
            write_positions_m(self.motion, seconds, position_m)
            parts.append(position_m)
        parts.append(self.still_m)
        if self.catalogue is not None:
            position_m = np.full((len(self.catalogue), 3), np.nan)
            found = propagate(self.catalogue, self.start, seconds)
            position_m[found.kept] = found.position_m
            parts.append(position_m)
        return np.concatenate(parts)


def space_overhead(altitude_m: float) -> Space:
    """One satellite that stands still on the z axis."""
    return Space(
        names=("satellite",),
        group=np.zeros(1, dtype=np.int32),
        motion=None,
        still_m=np.array([[0.0, 0.0, EARTH_RADIUS_M + altitude_m]]),
        catalogue=None,
        start=JulianDate(0.0, 0.0),
        window_s=0.0,
        stratified_epochs=False,
        minimum_visibility_s=0.0,
    )


def frames(position_m: np.ndarray) -> np.ndarray:
    """Axes of satellites that look at the Earth's centre.

    Parameters
    ----------
    position_m : float64 array (satellites, 3)

    Returns
    -------
    float64 array (3, 3, satellites)
        Unit vectors u (east), v (south) and w (down), each as components.
    """
    down = -position_m / np.linalg.norm(position_m, axis=1, keepdims=True)
    east = np.stack([-position_m[:, 1], position_m[:, 0], np.zeros(len(position_m))], axis=1)
    length = np.linalg.norm(east, axis=1, keepdims=True)
    # Right over a pole any direction is as good as east.
    east = np.where(length > 1e-6, east / np.maximum(length, 1e-6), [1.0, 0.0, 0.0])
    south = np.cross(down, east)
    return np.stack([east.T, south.T, down.T])
