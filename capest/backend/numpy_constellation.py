"""Users of given beams under many satellites; the NumPy twin of ``kernels/constellation.cu``.

Users of a trial and colour are taken in small blocks of neighbours. A block and a satellite that it
may hear make a tile; tiles are computed in batches that fit the cache. What a satellite adds to a
user who does not hear it is exactly zero, and every user adds up satellites in the same order, so
that a user's bits depend on nobody else.
"""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.numpy_colour_beams import ColourBeams, Room, may_be_product
from capest.backend.numpy_own_pairs import OwnPairs
from capest.backend.numpy_pattern import PatternTable
from capest.backend.numpy_sky_links import LinkUsers, SkyLinks, prepared_users
from capest.backend.numpy_tiles import (
    USERS_PER_BLOCK,
    Horizon,
    Tiles,
    blocks_of_neighbours,
    tiles_of,
)
from capest.backend.numpy_waves import HeardWaves, heard_by

LINKS_PER_BATCH = 48 * 2**10
"""Links computed together: enough to forget what a call costs."""

PAIRS_PER_CHUNK = 64 * 2**10
"""Pairs computed together: four arrays of them share 1 MiB of cache."""

BLOCKS_AT_ONCE = 512
"""Bounds the memory that lists of tiles take."""


def constellation_sinr(links: ConstellationDownlink) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference; twin of ``constellation_sinr`` in ``constellation.cu``."""
    user_m, serving, colours = links.user_m, links.serving, links.colours
    segment_start = links.segment_start
    users = user_m.shape[1]
    carrier = np.zeros(users, dtype=np.float32)
    interference = np.zeros(users, dtype=np.float32)
    if links.beam_power.size == 0:
        return carrier, interference
    table = PatternTable(links.pattern)
    sky, everybody = SkyLinks(links), prepared_users(links)
    horizon = Horizon(links.satellite_m, links.lowest_sine)
    aim = aim_from_nadir(links)
    beam_segment = np.repeat(np.arange(len(segment_start) - 1), np.diff(segment_start))
    beam_satellite, beam_colour = beam_segment // colours, beam_segment % colours
    power = links.beam_power * links.satellite_power[beam_satellite]
    room = Room()

    for trial in range(len(links.user_start) - 1):
        there = np.arange(links.user_start[trial], links.user_start[trial + 1])
        served = there[serving[there] >= 0]
        first, end = segment_start[links.satellite_start[trial : trial + 2] * colours]
        lit = np.flatnonzero(power[first:end] > 0.0) + first
        if not len(lit):
            continue
        by_product = may_be_product(aim[:, lit])
        for colour in range(colours):
            chosen = served[beam_colour[serving[served]] == colour]
            found = (lit[beam_colour[lit] == each] for each in _heard_colours(links, colour))
            heard_beams = [
                ColourBeams(some, beam_satellite[some], aim, power, table, by_product)
                if len(some)
                else None
                for some in found
            ]
            if not len(chosen) or not any(heard_beams):
                continue
            order = chosen[blocks_of_neighbours(user_m[:, chosen])]
            for start in range(0, len(order), BLOCKS_AT_ONCE):
                some = order[start : start + BLOCKS_AT_ONCE]
                heard = heard_by(links, some, links.satellite_start[trial], beam_satellite)
                for opposite, beams in enumerate(heard_beams):
                    if beams is None:
                        continue
                    tiles = tiles_near(user_m[:, some], horizon, beams)
                    # A block that is filled up with its last user writes that user once more, the
                    # same. No own beam has the opposite polarisation.
                    carrier[some] += _received(
                        *(sky, everybody.of(some), serving[some], beams, tiles, room, heard),
                        opposite=bool(opposite),
                    )
                interference[some] = heard.interference()

    # Users whose own satellite is below the horizon: the sums have left it out.
    missed = np.flatnonzero((serving >= 0) & (carrier == 0.0))
    missed = missed[power[serving[missed]] > 0.0]
    own = serving[missed]
    direction = np.empty((3, len(missed)), dtype=np.float32)
    gain = sky.of_pairs(everybody.of(missed), beam_satellite[own], direction)
    carrier[missed] = power[own] * table.between(direction, aim[:, own]) * gain

    carrier *= links.gain
    return carrier, interference


def _heard_colours(links: ConstellationDownlink, colour: int) -> tuple[int, ...]:
    """Colours that users of one hear: it, and with two branches the other polarisation."""
    two = links.wave_key is not None and links.polarisations == 2
    return (colour, colour ^ 1) if two else (colour,)


def aim_from_nadir(links: ConstellationDownlink) -> np.ndarray:
    """Reduced boresights counted from the nadir, float32 array (3, beams).

    Their squares stay small, and so does rounding.
    """
    aim = links.beam.astype(np.float64)
    aim[2] -= links.reduced_aperture * links.axial_weight
    return aim.astype(np.float32)


def tiles_near(position: np.ndarray, horizon: Horizon, beams: ColourBeams) -> Tiles:
    """Tiles of blocks of users, at float64 (3, blocks, n), and the satellites near them."""
    for_some = horizon.near(position.reshape(3, 1, -1), beams.satellite)[0]
    candidates = np.flatnonzero(for_some)
    near = np.zeros((position.shape[1], len(for_some)), dtype=bool)
    near[:, candidates] = horizon.near(position, beams.satellite[candidates])
    return tiles_of(near, beams.count, max(1, LINKS_PER_BATCH // USERS_PER_BLOCK))


def _received(
    sky: SkyLinks,
    users: LinkUsers,
    own_beam: np.ndarray,
    beams: ColourBeams,
    tiles: Tiles,
    room: Room,
    heard: HeardWaves,
    *,
    opposite: bool,
) -> np.ndarray:
    """Carrier for users of unit gain, where the own satellite is heard; adds up the others.

    Parameters
    ----------
    sky : SkyLinks
    users : LinkUsers
        (blocks, n) of them.
    own_beam : int32 array (blocks, n)
    beams : ColourBeams
    tiles : Tiles
    room : Room
    heard : HeardWaves
        Takes what users hear of other beams.
    opposite : bool
        The beams have the other polarisation.

    Returns
    -------
    float32 array (blocks, n)
    """
    own = OwnPairs(own_beam, beams, tiles)
    most = int(np.diff(tiles.batches).max(initial=0))
    columns = beams.columns(most, own_beam.shape[1])
    sums = np.empty((most, own_beam.shape[1]), dtype=np.float32)
    for first, end in zip(tiles.batches[:-1].tolist(), tiles.batches[1:].tolist(), strict=True):
        batch, used = slice(first, end), end - first
        block, beam = tiles.block[batch], beams.first[tiles.place[batch]]
        runs = tiles.runs(batch)
        satellite = beams.satellite[tiles.place[batch]]
        direction = beams.axes_of(columns[:, :used])
        gain = sky.of_tiles(users, satellite, block, runs, direction)
        own.receive(direction, gain, first)
        beams.complete(columns[:, :used], sums[:used])
        for chunk, count in tiles.chunks(batch, PAIRS_PER_CHUNK):
            pairs = beams.gains(beam[chunk], count, columns[:, chunk], room)
            own.take_out(pairs, first + chunk.start)
            beams.sums(beam[chunk], count, pairs, sums[chunk])
        sums[:used] *= gain
        heard.add(sums[:used], block, satellite, runs, opposite=opposite)
    return own.carrier()
