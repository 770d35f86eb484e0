"""Launcher of ``constellation.cu``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher
from capest.backend.cuda_pairs import shared_table_bytes
from capest.physics.constants import EARTH_RADIUS_M

_CAP_MARGIN = 2e-6  # far more than a product of unit vectors errs in single precision


def constellation_options(table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``constellation.cu``."""
    return (*COMMON_OPTIONS, f"-DPATTERN_IN_SHARED={int(table_in_shared)}")


class CudaConstellationKernel(CudaLauncher):
    """The kernel over users, satellites and beams of a constellation."""

    def constellation_sinr(self, links: ConstellationDownlink) -> tuple[Any, Any]:
        """Carrier and interference; kernel ``constellation_sinr`` in ``constellation.cu``.

        Raises
        ------
        ValueError
            If there is no colour.
        """
        colours = links.colours
        if colours < 1:
            raise ValueError(f"colours = {colours}: there must be one at least")
        xp = self.xp
        users, satellites = links.user_m.shape[1], links.satellite_m.shape[1]
        (beams,) = links.beam_power.shape
        trials = len(links.user_start) - 1
        environments, entries, _ = links.sky.shape
        segments = satellites * colours + 1
        lines = len(links.pattern)
        table_bytes = shared_table_bytes(lines, self.device.shared_bytes)
        carrier = xp.zeros(users, dtype=np.float32)
        interference = xp.zeros(users, dtype=np.float32)
        if beams == 0:
            return carrier, interference
        position = self._array("satellite_m", links.satellite_m, np.float64, (3, satellites))
        axes = self._array("axes", links.axes, np.float64, (3, 3, satellites))
        power = self._array("satellite_power", links.satellite_power, np.float32, (satellites,))
        starts = self._array("segment_start", links.segment_start, np.int32, (segments,))
        # Beams are few: which segment each lies in is found by a search on the device.
        beam_segment = xp.searchsorted(starts, xp.arange(beams, dtype=np.int32), side="right") - 1
        beam = xp.empty((beams, 4), dtype=np.float32)
        beam[:, :3] = self._array("beam", links.beam, np.float32, (3, beams)).T
        beam[:, 2] -= np.float32(links.reduced_aperture * links.axial_weight)
        beam[:, 3] = self._array("beam_power", links.beam_power, np.float32, (beams,))
        beam[:, 3] *= power[beam_segment // colours]
        arguments = (
            self._array("user_m", links.user_m, np.float64, (3, users)),
            self._array("user_start", links.user_start, np.int64, (trials + 1,)),
            self._array("gain", links.gain, np.float32, (users,)),
            self._array("environment", links.environment, np.uint8, (users,)),
            self._array("sight", links.sight, np.float32, (users, 8)),
            self._array("shadow", links.shadow, np.float32, (users, 8)),
            self._array("entry", links.entry, np.float32, (users, 2)),
            self._array("serving", links.serving, np.int32, (users,)),
            _caps(position, links.lowest_sine, xp),
            _records(position, axes, xp),
            self._array("satellite_start", links.satellite_start, np.int64, (trials + 1,)),
            beam,
            starts,
            xp.ascontiguousarray(beam_segment.astype(np.int32)),
            self._array("sky", links.sky, np.float32, (environments, entries, 6)),
            self._array("pattern", links.pattern, np.float32, (lines, 2)),
            carrier,
            interference,
            np.int32(lines),
            np.float32(links.reduced_aperture),
            np.float32(links.axial_weight),
            np.float32(links.element_exponent),
            np.float32(links.lowest_sine),
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
