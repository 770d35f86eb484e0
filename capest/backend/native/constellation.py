"""Callers of the compiled kernels over users, satellites and beams of a constellation."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.native.library import Library, array_of
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.two_branches import WAVE_POINTS

LANES = 64
"""Users of a block, as ``lanes.hpp`` has it."""

_SECTORS = 8
_SLAB_BITS, _STEP_BITS, _BITS = 10, 20, 63
_LEAST = 1e-6  # height and width of users at one place


def constellation_sinr(
    library: Library, links: ConstellationDownlink
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference; kernel ``constellation_sinr`` in ``constellation.cpp``.

    With two branches ``constellation_sinr_of_two`` in ``constellation_of_two.cpp``.
    """
    _check_colours(links)
    users, satellites = links.user_m.shape[1], links.satellite_m.shape[1]
    (beams,) = links.beam_power.shape
    carrier = np.zeros(users, dtype=np.float32)
    interference = np.zeros(users, dtype=np.float32)
    members, group = blocks_of_groups(links, links.serving >= 0)
    read = (
        array_of("user_m", links.user_m, np.float64, (3, users)),
        array_of("gain", links.gain, np.float32, (users,)),
        *surroundings_of(links),
        *_satellites(links),
        array_of("satellite_power", links.satellite_power, np.float32, (satellites,)),
        *_beams(links),
        members,
        group,
    )
    counts = (users, satellites, beams, links.colours, *links.sky.shape[:2])
    counts = (*counts, len(links.pattern), int(links.fading_gain), len(members))
    if links.wave_key is None:
        library.run("constellation_sinr", *read, carrier, interference, *counts, *_numbers(links))
        return carrier, interference
    library.run(
        "constellation_sinr_of_two",
        *read,
        array_of("wave_key", links.wave_key, np.uint32, (users,)),
        array_of("wave_point", links.wave_point, np.float32, (3, WAVE_POINTS)),
        carrier,
        interference,
        *counts,
        len(links.user_start) - 1,
        links.polarisations,
        *_numbers(links),
    )
    return carrier, interference


def constellation_uplink(library: Library, sent: ConstellationUplink) -> np.ndarray:
    """Sum what beams hear; kernel ``constellation_uplink`` in ``constellation_uplink.cpp``."""
    links = sent.links
    _check_colours(links)
    sums, users = len(sent.power), links.user_m.shape[1]
    (beams,), satellites = links.beam_power.shape, links.satellite_m.shape[1]
    power = array_of("power", sent.power, np.float32, (sums, users))
    heard = np.zeros((sums, beams), dtype=np.int64)
    sends = (links.serving >= 0) & (power != 0.0).any(axis=0)
    members, group = blocks_of_groups(links, sends)
    library.run(
        "constellation_uplink",
        array_of("user_m", links.user_m, np.float64, (3, users)),
        *surroundings_of(links),
        *_satellites(links),
        *_beams(links),
        power,
        members,
        group,
        heard,
        users,
        satellites,
        beams,
        links.colours,
        *links.sky.shape[:2],
        len(links.pattern),
        int(links.fading_gain),
        sums,
        len(members),
        *_numbers(links),
    )
    return heard


def blocks_of_groups(
    links: ConstellationDownlink, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Deal out users in blocks of neighbours of one trial and colour.

    Parameters
    ----------
    links : ConstellationDownlink
    chosen : bool array (users,)
        Users with a beam.

    Returns
    -------
    members : int64 array (blocks, ``LANES``)
        -1 behind the last user of a trial and colour.
    group : int64 array (blocks,)
        Trial times the number of colours, plus colour.
    """
    colours, number = links.colours, np.flatnonzero(chosen)
    segments = len(links.segment_start) - 1
    colour = np.repeat(np.arange(segments) % colours, np.diff(links.segment_start))
    trial = np.searchsorted(links.user_start, number, side="right") - 1
    of_user = trial * colours + colour[links.serving[number]]
    order = _order(of_user)
    number, of_user = number[order], of_user[order]
    start = np.flatnonzero(np.diff(of_user, prepend=-1))
    count = np.diff(start, append=len(number))
    if not len(number):
        return np.empty((0, LANES), dtype=np.int64), start
    own = np.repeat(np.arange(len(start)), count)
    number = number[
        _order(
            own << _SLAB_BITS + _STEP_BITS
            | _along_slabs(links.user_m[:, number], own, start, count)
        )
    ]
    blocks = -(-count // LANES)
    members = np.full(blocks.sum() * LANES, -1)
    # Behind the last user of a group its last block has nobody.
    place = np.repeat(np.cumsum(blocks) - blocks, count) * LANES
    members[place + np.arange(len(number)) - np.repeat(start, count)] = number
    return members.reshape(-1, LANES), np.repeat(of_user[start], blocks)


def _along_slabs(
    position_m: np.ndarray, own: np.ndarray, start: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """Number points along slabs of latitude, to and fro: neighbours have near numbers.

    Those of a group depend on no other group: a trial has the same blocks in any batch.

    Parameters
    ----------
    position_m : float64 array (3, n)
        Group by group.
    own : int64 array (n,)
        Group of each.
    start, count : int64 array (groups,)
        First point of each group, and how many it has.

    Returns
    -------
    int64 array (n,)
        Of ``_SLAB_BITS + _STEP_BITS`` bits.
    """
    x, y, sine = position_m.astype(np.float32) / np.float32(EARTH_RADIUS_M)
    turn = np.arctan2(y, x)
    south, west = np.minimum.reduceat(sine, start), np.minimum.reduceat(turn, start)
    height = np.maximum.reduceat(sine, start) - south + _LEAST
    width = np.maximum.reduceat(turn, start) - west + _LEAST
    # As many slabs as make blocks about square; an element of area is that of sine and longitude.
    middle = south + 0.5 * height
    square = height / (width * np.maximum(1.0 - middle * middle, 0.01))
    slabs = np.clip(np.rint(np.sqrt(count / LANES * square)), 1, 2**_SLAB_BITS - 1)
    slab = ((sine - south[own]) * (slabs / height)[own]).astype(np.int64)
    step = ((turn - west[own]) * ((2**_STEP_BITS - 1) / width)[own]).astype(np.int64)
    return slab << _STEP_BITS | np.where(slab % 2 == 1, 2**_STEP_BITS - 1 - step, step)


def _order(key: np.ndarray) -> np.ndarray:
    """Order by whole numbers from 0 on, of equal ones the first first."""
    shift = len(key).bit_length()
    if int(key.max(initial=0)).bit_length() + shift > _BITS:
        return np.argsort(key, kind="stable")
    # Numbers that carry their place are sorted ten times as fast as places.
    both = key << shift | np.arange(len(key))
    both.sort()
    return both & ((1 << shift) - 1)


def _check_colours(links: ConstellationDownlink) -> None:
    if links.colours < 1:
        raise ValueError(f"colours = {links.colours}: there must be one at least")


def surroundings_of(links: ConstellationDownlink) -> tuple[np.ndarray, ...]:
    """What stands around users, and their beams, in the order in which kernels take them."""
    users = links.user_m.shape[1]
    return (
        array_of("environment", links.environment, np.uint8, (users,)),
        array_of("sight", links.sight, np.float32, (users, _SECTORS)),
        array_of("shadow", links.shadow, np.float32, (users, _SECTORS)),
        array_of("entry", links.entry, np.float32, (users, 2)),
        array_of("serving", links.serving, np.int32, (users,)),
    )


def _satellites(links: ConstellationDownlink) -> tuple[np.ndarray, ...]:
    satellites, trials = links.satellite_m.shape[1], len(links.user_start) - 1
    return (
        array_of("satellite_m", links.satellite_m, np.float64, (3, satellites)),
        array_of("axes", links.axes, np.float64, (3, 3, satellites)),
        array_of("satellite_start", links.satellite_start, np.int64, (trials + 1,)),
    )


def _beams(links: ConstellationDownlink) -> tuple[np.ndarray, ...]:
    (beams,), satellites = links.beam_power.shape, links.satellite_m.shape[1]
    segments = satellites * links.colours
    environments, entries, _ = links.sky.shape
    return (
        array_of("beam", links.beam, np.float32, (3, beams)),
        array_of("beam_power", links.beam_power, np.float32, (beams,)),
        array_of("segment_start", links.segment_start, np.int32, (segments + 1,)),
        array_of("sky", links.sky, np.float32, (environments, entries, 6)),
        array_of("pattern", links.pattern, np.float32, (len(links.pattern), 2)),
    )


def _numbers(links: ConstellationDownlink) -> tuple[float, ...]:
    return (
        float(links.reduced_aperture),
        float(links.axial_weight),
        float(links.element_exponent),
        float(links.lowest_sine),
    )
