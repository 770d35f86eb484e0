"""Launcher of ``constellation.cu``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher
from capest.backend.cuda_pairs import shared_table_bytes
from capest.physics.constants import EARTH_RADIUS_M

_CAP_MARGIN = 2e-6  # far more than a product of unit vectors errs in single precision


def constellation_options(table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``constellation.cu``."""
    return (*COMMON_OPTIONS, f"-DPATTERN_IN_SHARED={int(table_in_shared)}")


class CudaConstellationKernel(CudaLauncher):
    """The kernel over users, satellites and beams of a constellation."""

    def constellation_sinr(
        self,
        user_position: Any,
        user_start: Any,
        user_gain: Any,
        user_environment: Any,
        user_sight: Any,
        user_shadow: Any,
        user_entry: Any,
        user_beam: Any,
        satellite_position: Any,
        satellite_axes: Any,
        satellite_start: Any,
        satellite_power: Any,
        beam_direction: Any,
        beam_power: Any,
        segment_start: Any,
        sky_table: Any,
        pattern: Any,
        reduced_aperture: float,
        axial_weight: float,
        element_exponent: float,
        lowest_sine: float,
        colours: int,
    ) -> tuple[Any, Any]:
        """Carrier and interference; kernel ``constellation_sinr`` in ``constellation.cu``.

        Parameters
        ----------
        user_position : float64 array (3, users)
        user_start, satellite_start : int64 array (trials + 1,)
        user_gain : float32 array (users,)
        user_environment : uint8 array (users,)
        user_sight, user_shadow : float32 array (users, 8)
        user_entry : float32 array (users, 2)
        user_beam : int32 array (users,)
            -1, or a beam of a satellite of the user's trial.
        satellite_position : float64 array (3, satellites)
        satellite_axes : float64 array (3, 3, satellites)
        satellite_power : float32 array (satellites,)
        beam_direction : float32 array (3, beams)
        beam_power : float32 array (beams,)
        segment_start : int32 array (satellites · colours + 1,)
        sky_table : float32 array (environments, entries, 6)
        pattern : float32 array (n, 2)
        reduced_aperture, axial_weight, element_exponent, lowest_sine : float
        colours : int
            At least 1.

        Returns
        -------
        carrier, interference : float32 array (users,)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape, or there is no colour.
        """
        if colours < 1:
            raise ValueError(f"colours = {colours}: there must be one at least")
        xp = self.xp
        users, satellites = user_position.shape[1], satellite_position.shape[1]
        (beams,) = beam_power.shape
        trials = len(user_start) - 1
        environments, entries, _ = sky_table.shape
        segments = satellites * colours + 1
        lines = len(pattern)
        table_bytes = shared_table_bytes(lines, self.device.shared_bytes)
        carrier = xp.zeros(users, dtype=np.float32)
        interference = xp.zeros(users, dtype=np.float32)
        if beams == 0:
            return carrier, interference
        position = self._array(
            "satellite_position", satellite_position, np.float64, (3, satellites)
        )
        axes = self._array("satellite_axes", satellite_axes, np.float64, (3, 3, satellites))
        power = self._array("satellite_power", satellite_power, np.float32, (satellites,))
        starts = self._array("segment_start", segment_start, np.int32, (segments,))
        # Beams are few: which segment each lies in is found by a search on the device.
        beam_segment = xp.searchsorted(starts, xp.arange(beams, dtype=np.int32), side="right") - 1
        beam = xp.empty((beams, 4), dtype=np.float32)
        beam[:, :3] = self._array("beam_direction", beam_direction, np.float32, (3, beams)).T
        beam[:, 2] -= np.float32(reduced_aperture * axial_weight)
        beam[:, 3] = self._array("beam_power", beam_power, np.float32, (beams,))
        beam[:, 3] *= power[beam_segment // colours]
        arguments = (
            self._array("user_position", user_position, np.float64, (3, users)),
            self._array("user_start", user_start, np.int64, (trials + 1,)),
            self._array("user_gain", user_gain, np.float32, (users,)),
            self._array("user_environment", user_environment, np.uint8, (users,)),
            self._array("user_sight", user_sight, np.float32, (users, 8)),
            self._array("user_shadow", user_shadow, np.float32, (users, 8)),
            self._array("user_entry", user_entry, np.float32, (users, 2)),
            self._array("user_beam", user_beam, np.int32, (users,)),
            _caps(position, lowest_sine, xp),
            _records(position, axes, xp),
            self._array("satellite_start", satellite_start, np.int64, (trials + 1,)),
            beam,
            starts,
            xp.ascontiguousarray(beam_segment.astype(np.int32)),
            self._array("sky_table", sky_table, np.float32, (environments, entries, 6)),
            self._array("pattern", pattern, np.float32, (lines, 2)),
            carrier,
            interference,
            np.int32(lines),
            np.float32(reduced_aperture),
            np.float32(axial_weight),
            np.float32(element_exponent),
            np.float32(lowest_sine),
            np.int32(entries),
            np.int64(users),
            np.int32(trials),
            np.int32(colours),
        )
        self._launch(
            ("constellation.cu", constellation_options(table_bytes > 0)),
            "constellation_sinr",
            users,
            arguments,
            table_bytes,
        )
        return carrier, interference


def _caps(position: Any, lowest_sine: float, xp: Any) -> Any:
    """``Cap`` of every satellite: float32 array (satellites, 4)."""
    radius_m = xp.sqrt((position * position).sum(axis=0))
    lowest = math.asin(max(-1.0, min(1.0, lowest_sine)))
    cosine = xp.minimum(EARTH_RADIUS_M / radius_m * math.cos(lowest), 1.0)
    caps = xp.empty((radius_m.size, 4), dtype=np.float32)
    caps[:, :3] = (position / radius_m).T
    caps[:, 3] = xp.cos(xp.arccos(cosine) - lowest) - _CAP_MARGIN
    return caps


def _records(position: Any, axes: Any, xp: Any) -> Any:
    """``Satellite`` of every satellite: float32 array (satellites, 24)."""
    radius_m = xp.sqrt((position * position).sum(axis=0))
    below = position * (EARTH_RADIUS_M / radius_m)
    whole = xp.rint(below)
    records = xp.zeros((radius_m.size, 6, 4), dtype=np.float32)
    records[:, :3, :3] = axes.transpose(2, 0, 1)
    records[:, :3, 3] = (axes * (below - position)).sum(axis=1).T
    records[:, 3, :3] = (position / EARTH_RADIUS_M).T
    records[:, 3, 3] = radius_m - EARTH_RADIUS_M
    records[:, 4, :3] = whole.T
    records[:, 5, :3] = (below - whole).T
    return records
