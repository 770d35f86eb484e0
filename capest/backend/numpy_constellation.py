"""Users of given beams under many satellites; the NumPy twin of ``kernels/constellation.cu``.

Users of a trial and colour are taken in small blocks of neighbours. A block and a satellite that it
may hear make a tile; tiles are computed in batches that fit the cache. What a satellite adds to a
user who does not hear it is exactly zero, and every user adds up satellites in the same order, so
that a user's bits depend on nobody else.
"""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_colour_beams import ColourBeams, Room, may_be_product
from capest.backend.numpy_pattern import PatternTable
from capest.backend.numpy_sky_links import SkyLinks, Users, prepared_users
from capest.backend.numpy_tiles import (
    USERS_PER_BLOCK,
    Horizon,
    Tiles,
    blocks_of_neighbours,
    tiles_of,
)

LINKS_PER_BATCH = 48 * 2**10
"""Links computed together: enough to forget what a call costs."""

PAIRS_PER_CHUNK = 64 * 2**10
"""Pairs computed together: four arrays of them share 1 MiB of cache."""

BLOCKS_AT_ONCE = 512
"""Bounds the memory that lists of tiles take."""


def constellation_sinr(
    user_position: np.ndarray,
    user_start: np.ndarray,
    user_gain: np.ndarray,
    user_environment: np.ndarray,
    user_sight: np.ndarray,
    user_shadow: np.ndarray,
    user_entry: np.ndarray,
    user_beam: np.ndarray,
    satellite_position: np.ndarray,
    satellite_axes: np.ndarray,
    satellite_start: np.ndarray,
    satellite_power: np.ndarray,
    beam_direction: np.ndarray,
    beam_power: np.ndarray,
    segment_start: np.ndarray,
    sky_table: np.ndarray,
    pattern: np.ndarray,
    reduced_aperture: float,
    axial_weight: float,
    element_exponent: float,
    lowest_sine: float,
    colours: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference of every user; twin of ``constellation_sinr`` in the CUDA source.

    Parameters
    ----------
    user_position : float64 array (3, users)
        Earth-centred, on the sphere. Neighbours in the array should be neighbours on the ground;
        only the speed depends on it.
    user_start : int64 array (trials + 1,)
        Users of trial t are ``user_start[t]`` to before ``user_start[t + 1]``.
    user_gain : float32 array (users,)
        Power received at a beam's peak over 1 m of free space, in units of the user's noise.
    user_environment : uint8 array (users,)
        Row of ``sky_table``.
    user_sight, user_shadow : float32 array (users, 8)
        Uniform and standard normal draws of line of sight and shadow fading, by sector of azimuth:
        4 if the satellite is in the west, plus 2 if in the south, plus 1 if nearer to the meridian
        than to the parallel.
    user_entry : float32 array (users, 2)
        (a, d): the entry loss is a · growth + d, with the growth of ``sky_table``.
    user_beam : int32 array (users,)
        Serving beam, -1 for none.
    satellite_position : float64 array (3, satellites)
    satellite_axes : float64 array (3, 3, satellites)
        Unit vectors u, v and w of each satellite, as components.
    satellite_start : int64 array (trials + 1,)
        Satellites of each trial.
    satellite_power : float32 array (satellites,)
        Multiplies all beams of a satellite.
    beam_direction : float32 array (3, beams)
        Reduced boresights: direction cosines (u, v, axial_weight · w) times wavenumber and aperture
        radius; beams sorted by satellite, then colour.
    beam_power : float32 array (beams,)
        Relative EIRP density; 0 for a dark beam.
    segment_start : int32 array (satellites · colours + 1,)
        First beam of each satellite and colour.
    sky_table : float32 array (environments, entries, 6)
        See ``physics.sky_table``.
    pattern : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    reduced_aperture : float
        Wavenumber × aperture radius.
    axial_weight : {0.0, 1.0}
        1: a dish, the pattern goes by the chord; 0: a planar array, by the distance in u and v.
    element_exponent : float
        Links are weighed with w to this power: the element pattern of a planar array.
    lowest_sine : float
        Satellites at a lower sine of elevation are not heard.
    colours : int

    Returns
    -------
    carrier : float32 array (users,)
        Of the serving beam, in units of noise; 0 for none.
    interference : float32 array (users,)
        Of all other beams of its colour of all satellites heard; 0 for a user without a beam.
    """
    users = user_position.shape[1]
    carrier = np.zeros(users, dtype=np.float32)
    interference = np.zeros(users, dtype=np.float32)
    if beam_power.size == 0:
        return carrier, interference
    table = PatternTable(pattern)
    links = SkyLinks(
        satellite_position,
        satellite_axes,
        sky_table,
        reduced_aperture,
        axial_weight,
        element_exponent,
        lowest_sine,
    )
    everybody = prepared_users(
        user_position, user_environment, user_sight, user_shadow, user_entry, sky_table.shape[1]
    )
    horizon = Horizon(satellite_position, lowest_sine)
    # Directions are counted from the nadir: their squares stay small, and so does rounding.
    aim = beam_direction.astype(np.float64)
    aim[2] -= reduced_aperture * axial_weight
    aim = aim.astype(np.float32)
    beam_segment = np.repeat(np.arange(len(segment_start) - 1), np.diff(segment_start))
    beam_satellite, beam_colour = beam_segment // colours, beam_segment % colours
    power = beam_power * satellite_power[beam_satellite]
    room = Room()

    for trial in range(len(user_start) - 1):
        there = np.arange(user_start[trial], user_start[trial + 1])
        served = there[user_beam[there] >= 0]
        first, end = segment_start[satellite_start[trial : trial + 2] * colours]
        lit = np.flatnonzero(power[first:end] > 0.0) + first
        if not len(lit):
            continue
        by_product = may_be_product(aim[:, lit])
        for colour in range(colours):
            chosen = served[beam_colour[user_beam[served]] == colour]
            own = lit[beam_colour[lit] == colour]
            if not len(chosen) or not len(own):
                continue
            beams = ColourBeams(own, beam_satellite[own], aim, power, table, by_product)
            order = chosen[blocks_of_neighbours(user_position[:, chosen])]
            for start in range(0, len(order), BLOCKS_AT_ONCE):
                some = order[start : start + BLOCKS_AT_ONCE]
                tiles = _tiles_near(user_position[:, some], horizon, beams)
                # Where a block is filled up with its last user, he is written once more, the same.
                carrier[some], interference[some] = _received(
                    links, everybody.of(some), user_beam[some], beams, tiles, room
                )

    # Whose own satellite is below his horizon: the sums have left it out.
    missed = np.flatnonzero((user_beam >= 0) & (carrier == 0.0))
    missed = missed[power[user_beam[missed]] > 0.0]
    own = user_beam[missed]
    direction = np.empty((3, len(missed)), dtype=np.float32)
    gain = links.of_pairs(everybody.of(missed), beam_satellite[own], direction)
    carrier[missed] = gain * power[own] * table.between(direction, aim[:, own])

    carrier *= user_gain
    interference *= user_gain
    return carrier, interference


def _tiles_near(position: np.ndarray, horizon: Horizon, beams: ColourBeams) -> Tiles:
    """Tiles of blocks of users, at float64 (3, blocks, n), and the satellites near them."""
    for_some = horizon.near(position.reshape(3, 1, -1), beams.satellite)[0]
    candidates = np.flatnonzero(for_some)
    near = np.zeros((position.shape[1], len(for_some)), dtype=bool)
    near[:, candidates] = horizon.near(position, beams.satellite[candidates])
    return tiles_of(near, beams.count, max(1, LINKS_PER_BATCH // USERS_PER_BLOCK))


def _received(
    links: SkyLinks,
    users: Users,
    own_beam: np.ndarray,
    beams: ColourBeams,
    tiles: Tiles,
    room: Room,
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier, where the own satellite is heard, and interference for users of unit gain.

    Parameters
    ----------
    links : SkyLinks
    users : Users
        (blocks, n) of them.
    own_beam : int32 array (blocks, n)
    beams : ColourBeams
    tiles : Tiles
    room : Room

    Returns
    -------
    carrier, interference : float32 array (blocks, n)
    """
    own = _OwnPairs(own_beam, beams, tiles)
    interference = np.zeros(own_beam.shape, dtype=np.float32)
    most = int(np.diff(tiles.batches).max(initial=0))
    columns = beams.columns(most, own_beam.shape[1])
    sums = np.empty((most, own_beam.shape[1]), dtype=np.float32)
    for first, end in zip(tiles.batches[:-1].tolist(), tiles.batches[1:].tolist(), strict=True):
        batch, used = slice(first, end), end - first
        block, beam = tiles.block[batch], beams.first[tiles.place[batch]]
        runs = tiles.runs(batch)
        satellite = beams.satellite[tiles.place[batch]]
        direction = beams.axes_of(columns[:, :used])
        gain = links.of_tiles(users, satellite, block, runs, direction)
        own.receive(direction, gain, first)
        beams.complete(columns[:, :used], sums[:used])
        for chunk, count in tiles.chunks(batch, PAIRS_PER_CHUNK):
            pairs = beams.gains(beam[chunk], count, columns[:, chunk], room)
            own.take_out(pairs, first + chunk.start)
            beams.sums(beam[chunk], count, pairs, sums[chunk])
        sums[:used] *= gain
        # One satellite after the other, in the same order whatever else is computed with them.
        for start, stop in runs:
            total = interference[block[start]]
            sums[start] += total
            np.add.reduce(sums[start:stop], axis=0, out=total)
    return own.carrier(), interference


class _OwnPairs:
    """Pairs of a user and his own beam among those of tiles.

    Parameters
    ----------
    own_beam : int32 array (blocks, n)
    beams : ColourBeams
    tiles : Tiles
    """

    def __init__(self, own_beam: np.ndarray, beams: ColourBeams, tiles: Tiles) -> None:
        lit = np.minimum(np.searchsorted(beams.beam, own_beam), beams.beam.size - 1)
        block, column = np.nonzero(beams.beam[lit] == own_beam)
        row = lit[block, column]
        # Tiles are found by block and satellite, in which `number` ranks them.
        satellites = len(beams.satellite)
        key = np.empty(tiles.block.size, dtype=np.int64)
        key[tiles.number] = tiles.block * satellites + tiles.place
        position = np.empty_like(key)
        position[tiles.number] = np.arange(key.size)
        wanted = block * satellites + beams.place[row]
        found = np.searchsorted(key, wanted)
        there = np.flatnonzero(np.append(key, -1)[found] == wanted)
        tile = position[found[there]]
        order = np.argsort(tile, kind="stable")
        chosen = there[order]
        self._shape = own_beam.shape
        self._tile, self._block, self._column = tile[order], block[chosen], column[chosen]
        self._row = row[chosen] - beams.first[beams.place[row[chosen]]]
        self._power, self._aim = beams.power[row[chosen]], beams.aim[:, row[chosen]]
        self._pattern = beams.pattern
        self._start = np.searchsorted(self._tile, np.arange(key.size + 1)).tolist()

    def receive(self, direction: np.ndarray, gain: np.ndarray, first_tile: int) -> None:
        """Compute the own pairs of some tiles, by differences: the carrier is worth it.

        Parameters
        ----------
        direction : float32 array (3, tiles, n)
        gain : float32 array (tiles, n)
        first_tile : int
        """
        some = slice(self._start[first_tile], self._start[first_tile + len(gain)])
        place = self._tile[some] - first_tile, self._column[some]
        self._power[some] *= self._pattern.between(direction[:, *place], self._aim[:, some])
        self._power[some] *= gain[place]

    def take_out(self, pairs: np.ndarray, first_tile: int) -> None:
        """Set the own pairs of some tiles, (tiles, beams, n), to zero before they are summed."""
        some = slice(self._start[first_tile], self._start[first_tile + len(pairs)])
        pairs[self._tile[some] - first_tile, self._row[some], self._column[some]] = 0.0

    def carrier(self) -> np.ndarray:
        """Power of all own pairs, float32 array (blocks, n); 0 where there was none."""
        carrier = np.zeros(self._shape, dtype=np.float32)
        carrier[self._block, self._column] = self._power
        return carrier
