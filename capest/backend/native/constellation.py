"""Callers of the compiled kernels over users, satellites and beams of a constellation."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.native.library import Library, array_of
from capest.backend.numpy_tiles import USERS_PER_BLOCK, blocks_of_neighbours

_SECTORS = 8


def constellation_sinr(
    library: Library, links: ConstellationDownlink
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference; kernel ``constellation_sinr`` in ``constellation.cpp``."""
    _check_colours(links)
    users, satellites = links.user_m.shape[1], links.satellite_m.shape[1]
    (beams,) = links.beam_power.shape
    carrier = np.zeros(users, dtype=np.float32)
    interference = np.zeros(users, dtype=np.float32)
    members, group = blocks_of_groups(links, links.serving >= 0)
    library.run(
        "constellation_sinr",
        array_of("user_m", links.user_m, np.float64, (3, users)),
        array_of("gain", links.gain, np.float32, (users,)),
        *_surroundings(links),
        *_satellites(links),
        array_of("satellite_power", links.satellite_power, np.float32, (satellites,)),
        *_beams(links),
        members,
        group,
        carrier,
        interference,
        users,
        satellites,
        beams,
        links.colours,
        *links.sky.shape[:2],
        len(links.pattern),
        len(members),
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
        *_surroundings(links),
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
    members : int64 array (blocks, ``USERS_PER_BLOCK``)
        -1 behind the last user of a trial and colour.
    group : int64 array (blocks,)
        Trial times the number of colours, plus colour.
    """
    colours, number = links.colours, np.flatnonzero(chosen)
    segments = len(links.segment_start) - 1
    colour = np.repeat(np.arange(segments) % colours, np.diff(links.segment_start))
    trial = np.searchsorted(links.user_start, number, side="right") - 1
    group = trial * colours + colour[links.serving[number]]
    order = np.argsort(group, kind="stable")
    number, group = number[order], group[order]
    blocks, groups = [], []
    for users in np.split(number, np.flatnonzero(np.diff(group)) + 1):
        if len(users):
            places = blocks_of_neighbours(links.user_m[:, users])
            members = users[places].ravel()
            members[len(users) :] = -1
            blocks.append(members)
            groups.append(len(places))
    first_of_each = np.unique(group)
    members = np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64)
    return members.reshape(-1, USERS_PER_BLOCK), np.repeat(first_of_each, groups)


def _check_colours(links: ConstellationDownlink) -> None:
    if links.colours < 1:
        raise ValueError(f"colours = {links.colours}: there must be one at least")


def _surroundings(links: ConstellationDownlink) -> tuple[np.ndarray, ...]:
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
