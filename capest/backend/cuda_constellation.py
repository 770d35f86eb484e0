"""Launchers of ``constellation.cu`` and ``constellation_uplink.cu``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.cuda_launcher import COMMON_OPTIONS, CudaLauncher
from capest.backend.cuda_pairs import shared_table_bytes
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.two_branches import WAVE_POINTS

_CAP_MARGIN = 2e-6  # far more than a product of unit vectors errs in single precision


TILE = 64
"""Users of a tile, as ``constellation_uplink.cu`` has it."""


def constellation_options(
    table_in_shared: bool, branches: int = 1, polarisations: int = 1
) -> tuple[str, ...]:
    """Compile options of ``constellation.cu``."""
    of_waves = (f"-DBRANCHES={branches}", f"-DPOLARISATIONS={polarisations}")
    return (*_options(table_in_shared), *of_waves)


def constellation_uplink_options(sums: int, table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``constellation_uplink.cu``."""
    return (*_options(table_in_shared), f"-DSUMS={sums}")


def _options(table_in_shared: bool) -> tuple[str, ...]:
    return (*COMMON_OPTIONS, f"-DPATTERN_IN_SHARED={int(table_in_shared)}")


class CudaConstellationKernels(CudaLauncher):
    """The kernels over users, satellites and beams of a constellation."""

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
        lines = len(links.pattern)
        table_bytes = shared_table_bytes(lines, self.device.shared_bytes)
        carrier = xp.zeros(users, dtype=np.float32)
        interference = xp.zeros(users, dtype=np.float32)
        if beams == 0:
            return carrier, interference
        position, axes, starts, beam_segment, beam = self._satellites(links)
        power = self._array("satellite_power", links.satellite_power, np.float32, (satellites,))
        beam[:, 3] *= power[beam_segment // colours]
        waves: tuple[Any, ...] = ()
        if links.wave_key is not None:
            waves = (
                self._array("wave_key", links.wave_key, np.uint32, (users,)),
                self._array("wave_point", links.wave_point, np.float32, (3, WAVE_POINTS)),
            )
        options = constellation_options(
            table_bytes > 0, 2 if waves else 1, links.polarisations if waves else 1
        )
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
            *waves,
            carrier,
            interference,
            np.int32(lines),
            np.float32(links.reduced_aperture),
            np.float32(links.axial_weight),
            np.float32(links.element_exponent),
            np.float32(links.lowest_sine),
            np.int32(entries),
            np.int32(links.fading_gain),
            np.int64(users),
            np.int32(trials),
            np.int32(colours),
        )
        self._launch(
            ("constellation.cu", options),
            "constellation_sinr",
            users,
            arguments,
            table_bytes,
        )
        return carrier, interference

    def constellation_uplink(self, sent: ConstellationUplink) -> Any:
        """Sum what beams hear; kernel ``constellation_uplink`` in ``constellation_uplink.cu``.

        Raises
        ------
        ValueError
            If there is no colour.
        """
        links, xp = sent.links, self.xp
        if links.colours < 1:
            raise ValueError(f"colours = {links.colours}: there must be one at least")
        (beams,), users = links.beam_power.shape, links.user_m.shape[1]
        trials, sums = len(links.user_start) - 1, len(sent.power)
        environments, entries, _ = links.sky.shape
        lines = len(links.pattern)
        table_bytes = shared_table_bytes(lines, self.device.shared_bytes)
        heard = xp.zeros((sums, beams), dtype=np.int64)
        if not heard.size or not users:
            return heard
        position, axes, starts, beam_segment, beam = self._satellites(links)
        user_m = self._array("user_m", links.user_m, np.float64, (3, users))
        serving = self._array("serving", links.serving, np.int32, (users,))
        power = self._array("power", sent.power, np.float32, (sums, users))
        user_start = self._array("user_start", links.user_start, np.int64, (trials + 1,))
        number = xp.arange(users)
        trial = xp.searchsorted(user_start, number, side="right") - 1
        colour = beam_segment[xp.maximum(serving, 0)] % links.colours
        sends = (serving >= 0) & (power != 0.0).any(axis=0)
        groups = trials * links.colours
        group = xp.where(sends, trial * links.colours + colour, groups)
        members, tile_group = tiles_of_groups(group, groups, xp)
        arguments = (
            user_m,
            self._array("environment", links.environment, np.uint8, (users,)),
            self._array("sight", links.sight, np.float32, (users, 8)),
            self._array("shadow", links.shadow, np.float32, (users, 8)),
            self._array("entry", links.entry, np.float32, (users, 2)),
            serving,
            power,
            members,
            tile_group,
            _neighbours(user_m, members, xp),
            _caps(position, links.lowest_sine, xp),
            _records(position, axes, xp),
            self._array("satellite_start", links.satellite_start, np.int64, (trials + 1,)),
            beam,
            starts,
            self._array("sky", links.sky, np.float32, (environments, entries, 6)),
            self._array("pattern", links.pattern, np.float32, (lines, 2)),
            heard,
            np.int32(lines),
            np.float32(links.reduced_aperture),
            np.float32(links.axial_weight),
            np.float32(links.element_exponent),
            np.float32(links.lowest_sine),
            np.int32(entries),
            np.int32(links.fading_gain),
            np.int64(users),
            np.int32(len(members)),
            np.int32(beams),
            np.int32(links.colours),
        )
        self._launch(
            ("constellation_uplink.cu", constellation_uplink_options(sums, table_bytes > 0)),
            "constellation_uplink",
            len(members) * self._block,
            arguments,
            table_bytes,
        )
        return heard

    def _satellites(self, links: ConstellationDownlink) -> tuple[Any, Any, Any, Any, Any]:
        """Satellites and beams on the device: positions, axes, segments, and ``Beam`` of each."""
        xp, satellites = self.xp, links.satellite_m.shape[1]
        (beams,) = links.beam_power.shape
        segments = satellites * links.colours + 1
        position = self._array("satellite_m", links.satellite_m, np.float64, (3, satellites))
        axes = self._array("axes", links.axes, np.float64, (3, 3, satellites))
        starts = self._array("segment_start", links.segment_start, np.int32, (segments,))
        # Beams are few: which segment each lies in is found by a search on the device.
        beam_segment = xp.searchsorted(starts, xp.arange(beams, dtype=np.int32), side="right") - 1
        beam = xp.empty((beams, 4), dtype=np.float32)
        beam[:, :3] = self._array("beam", links.beam, np.float32, (3, beams)).T
        beam[:, 2] -= np.float32(links.reduced_aperture * links.axial_weight)
        beam[:, 3] = self._array("beam_power", links.beam_power, np.float32, (beams,))
        return position, axes, starts, beam_segment, beam


def tiles_of_groups(group: Any, groups: int, xp: Any) -> tuple[Any, Any]:
    """Deal out the members of groups in tiles, without waiting for how many there are.

    Parameters
    ----------
    group : int64 array (users,)
        From 0 on; ``groups`` for who is in none.
    groups : int
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    members : int64 array (tiles, ``TILE``)
        Users of one group, in their order; -1 for nobody.
    tile_group : int32 array (tiles,)
        -1 for a tile without anybody.
    """
    users = len(group)
    # Every key is another one: all machines sort them into the same order.
    key = xp.sort(group * users + xp.arange(users))
    start = xp.searchsorted(key, xp.arange(groups + 1) * users)
    end_tile = xp.cumsum(-(-(start[1:] - start[:-1]) // TILE))
    tile = xp.arange(users // TILE + groups)
    own = xp.minimum(xp.searchsorted(end_tile, tile, side="right"), groups - 1)
    first_tile = xp.where(own > 0, end_tile[own - 1], 0)
    place = (start[own] + (tile - first_tile) * TILE)[:, None] + xp.arange(TILE)
    is_there = (place < start[own + 1][:, None]) & (tile < end_tile[-1])[:, None]
    members = xp.where(is_there, key[xp.minimum(place, users - 1)] % users, -1)
    return members, xp.where(is_there[:, 0], own, -1).astype(np.int32)


def _neighbours(user_m: Any, members: Any, xp: Any) -> Any:
    """``Neighbours`` of every tile: float32 array (tiles, 8)."""
    is_there = members >= 0
    unit = user_m[:, xp.maximum(members, 0)] / EARTH_RADIUS_M
    centre = xp.where(is_there, unit, 0.0).sum(axis=2)
    length = xp.sqrt((centre * centre).sum(axis=0))
    centre /= xp.maximum(length, 1e-9)
    cosine = xp.where(is_there, (unit * centre[:, :, None]).sum(axis=0), 1.0).min(axis=1)
    found = xp.zeros((len(members), 8), dtype=np.float32)
    found[:, :3] = centre.T
    found[:, 3] = cosine
    # Rounding of a cosine next to 1 is far more than that of its angle.
    found[:, 4] = xp.sqrt(xp.maximum(1.0 - cosine * cosine, 0.0))
    return found


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
