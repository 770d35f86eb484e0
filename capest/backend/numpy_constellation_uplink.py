"""What beams of many satellites hear; the NumPy twin of ``kernels/constellation_uplink.cu``.

It is the sum of ``numpy_constellation`` the other way round: blocks of neighbours that send, the
satellites that may hear them, and sums over users in place of sums over beams. Sums of a tile are
whole numbers before they are added up, so that no order of tiles matters.
"""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import ConstellationUplink
from capest.backend.numpy_colour_beams import ColourBeams, Room, may_be_product
from capest.backend.numpy_constellation import (
    BLOCKS_AT_ONCE,
    PAIRS_PER_CHUNK,
    aim_from_nadir,
    tiles_near,
)
from capest.backend.numpy_own_pairs import OwnPairs
from capest.backend.numpy_pattern import PatternTable
from capest.backend.numpy_sky_links import LinkUsers, SkyLinks, prepared_users
from capest.backend.numpy_tiles import Horizon, Tiles, blocks_of_neighbours
from capest.backend.protocol import HEARD_UNIT, MOST_HEARD


def constellation_uplink(sent: ConstellationUplink) -> np.ndarray:
    """Sum what beams hear; twin of ``constellation_uplink`` in ``constellation_uplink.cu``."""
    links, power = sent.links, sent.power
    colours, segment_start = links.colours, links.segment_start
    heard = np.zeros((len(power), len(links.beam_power)), dtype=np.int64)
    sends = np.flatnonzero((links.serving >= 0) & (power != 0.0).any(axis=0))
    if not heard.size or not len(sends):
        return heard
    table = PatternTable(links.pattern)
    sky, everybody = SkyLinks(links), prepared_users(links)
    horizon = Horizon(links.satellite_m, links.lowest_sine)
    aim = aim_from_nadir(links)
    beam_segment = np.repeat(np.arange(len(segment_start) - 1), np.diff(segment_start))
    beam_satellite, beam_colour = beam_segment // colours, beam_segment % colours
    evenly = np.ones(len(links.beam_power), dtype=np.float32)
    room = Room()

    of_trials = np.split(sends, np.searchsorted(sends, links.user_start[1:-1]))
    for trial, senders in enumerate(of_trials):
        first, end = segment_start[links.satellite_start[trial : trial + 2] * colours]
        lit = np.flatnonzero(links.beam_power[first:end] > 0.0) + first
        if not len(senders) or not len(lit):
            continue
        by_product = may_be_product(aim[:, lit])
        for colour in range(colours):
            chosen = senders[beam_colour[links.serving[senders]] == colour]
            own = lit[beam_colour[lit] == colour]
            if not len(chosen) or not len(own):
                continue
            beams = ColourBeams(own, beam_satellite[own], aim, evenly, table, by_product)
            place = blocks_of_neighbours(links.user_m[:, chosen])
            # A block is filled up with its last user, who is heard once.
            once = np.arange(place.size).reshape(place.shape) < len(chosen)
            order, sums = chosen[place], np.zeros((len(power), len(own)), dtype=np.int64)
            for start in range(0, len(order), BLOCKS_AT_ONCE):
                some = order[start : start + BLOCKS_AT_ONCE]
                tiles = tiles_near(links.user_m[:, some], horizon, beams)
                of_tiles = OwnPairs(links.serving[some], beams, tiles)
                share = power[:, some] * once[start : start + BLOCKS_AT_ONCE]
                share = np.ascontiguousarray(share.swapaxes(0, 1))
                _hear(sky, everybody.of(some), of_tiles, share, beams, tiles, room, sums)
            heard[:, own] = sums
    return heard


def _hear(
    sky: SkyLinks,
    users: LinkUsers,
    own: OwnPairs,
    power: np.ndarray,
    beams: ColourBeams,
    tiles: Tiles,
    room: Room,
    sums: np.ndarray,
) -> None:
    """Add what beams hear of blocks of users to sums.

    Parameters
    ----------
    sky : SkyLinks
    users : LinkUsers
        (blocks, n) of them.
    own : OwnPairs
        Pairs that are no interference.
    power : float32 array (blocks, k, n)
        Zero for who fills a block up.
    beams : ColourBeams
    tiles : Tiles
    room : Room
    sums : int64 array (k, beams)
        In units of ``HEARD_UNIT``.
    """
    most, n = int(np.diff(tiles.batches).max(initial=0)), power.shape[2]
    each = np.arange(power.shape[1])[:, None]
    columns = beams.columns(most, n)
    scratch = np.empty((most, n), dtype=np.float32)
    for first, end in zip(tiles.batches[:-1].tolist(), tiles.batches[1:].tolist(), strict=True):
        batch, used = slice(first, end), end - first
        block, beam = tiles.block[batch], beams.first[tiles.place[batch]]
        direction = beams.axes_of(columns[:, :used])
        satellite = beams.satellite[tiles.place[batch]]
        gain = sky.of_tiles(users, satellite, block, tiles.runs(batch), direction)
        received = power.take(block, axis=0)
        received *= gain[:, None]
        beams.complete(columns[:, :used], scratch[:used])
        for chunk, count in tiles.chunks(batch, PAIRS_PER_CHUNK):
            pairs = beams.gains(beam[chunk], count, columns[:, chunk], room)
            own.take_out(pairs, first + chunk.start)
            found = np.matmul(received[chunk], pairs.swapaxes(1, 2)).astype(np.float64)
            np.clip(found, -MOST_HEARD, MOST_HEARD, out=found)
            found /= HEARD_UNIT
            number = beam[chunk][:, None, None] + np.arange(count)
            np.add.at(sums, (each, number), np.rint(found, out=found).astype(np.int64))
