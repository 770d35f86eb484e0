"""The sums of constellations as one would first write them: the benchmark's yardstick.

Satellite by satellite and colour by colour, whole arrays of users and beams in double precision,
the pattern by Bessel's function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.protocol import HEARD_UNIT
from capest.benchmark.baseline import ObviousPattern
from capest.physics.constants import EARTH_RADIUS_M


@dataclass(frozen=True)
class PairsSeen:
    """Users and beams of one satellite and colour.

    Attributes
    ----------
    users, beams : int64 array (n,) and (m,)
    gain : float64 array (n, m)
        Of the path and the satellite's antenna; 0 below the lowest elevation.
    own : bool array (n, m)
        The user's own beam.
    """

    users: np.ndarray
    beams: np.ndarray
    gain: np.ndarray
    own: np.ndarray


def plain_downlink(
    links: ConstellationDownlink, pattern: ObviousPattern
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference of all users, as ``constellation_sinr`` has them.

    The own satellite counts below the lowest elevation too; nobody here has such a one.
    """
    carrier, interference = np.zeros((2, len(links.serving)))
    for pairs in _pairs(links, np.flatnonzero(links.serving >= 0), pattern):
        satellite = np.searchsorted(links.segment_start, pairs.beams[0], side="right") - 1
        power = links.beam_power[pairs.beams] * links.satellite_power[satellite // links.colours]
        received = pairs.gain * power
        carrier[pairs.users] += (received * pairs.own).sum(axis=1)
        interference[pairs.users] += (received * ~pairs.own).sum(axis=1)
    return carrier * links.gain, interference * links.gain


def plain_uplink(sent: ConstellationUplink, pattern: ObviousPattern) -> np.ndarray:
    """What every beam hears, as ``constellation_uplink`` has it but not rounded."""
    links = sent.links
    heard = np.zeros((len(sent.power), len(links.beam_power)))
    sends = np.flatnonzero((links.serving >= 0) & (sent.power != 0.0).any(axis=0))
    for pairs in _pairs(links, sends, pattern):
        heard[:, pairs.beams] += sent.power[:, pairs.users] @ (pairs.gain * ~pairs.own)
    return heard / HEARD_UNIT


def pairs_and_links(links: ConstellationDownlink, chosen: np.ndarray) -> tuple[int, int]:
    """Count pairs of a user and a beam of its colour, and of a user and a satellite it hears."""
    segments = _lit_by_segment(links)
    colour = _colour_of_users(links)
    pairs = heard = 0
    for trial, satellite in _satellites(links):
        users = chosen[_of_trial(links, chosen, trial)]
        sees = _seen(links, users, satellite)[1] >= links.lowest_sine
        heard += int(sees.sum())
        for own in range(links.colours):
            beams = segments[satellite * links.colours + own]
            pairs += int((sees & (colour[users] == own)).sum()) * len(beams)
    return pairs, heard


def _pairs(
    links: ConstellationDownlink, chosen: np.ndarray, pattern: ObviousPattern
) -> Iterator[PairsSeen]:
    segments, colour = _lit_by_segment(links), _colour_of_users(links)
    ka = links.reduced_aperture
    for trial, satellite in _satellites(links):
        there = chosen[_of_trial(links, chosen, trial)]
        for own in range(links.colours):
            beams = segments[satellite * links.colours + own]
            users = there[colour[there] == own]
            if not len(beams) or not len(users):
                continue
            toward, sine, range_m = _seen(links, users, satellite)
            path = _path_gain(links, users, toward, sine) / range_m**2
            direction = -(links.axes[:, :, satellite] @ toward) / range_m
            if links.element_exponent:
                path *= np.maximum(direction[2], 0.0) ** links.element_exponent
            direction[2] *= links.axial_weight
            aim = links.beam[:, beams].astype(np.float64)
            x = np.linalg.norm(ka * direction[:, :, None] - aim[:, None], axis=0)
            if links.axial_weight:
                # From the chord to the sine of the angle.
                x *= np.sqrt(np.maximum(1.0 - (0.5 * x / ka) ** 2, 0.0))
            path[sine < links.lowest_sine] = 0.0
            is_own = links.serving[users][:, None] == beams
            yield PairsSeen(users, beams, path[:, None] * pattern(x), is_own)


def _path_gain(
    links: ConstellationDownlink, users: np.ndarray, toward: np.ndarray, sine: np.ndarray
) -> np.ndarray:
    """What the sky and walls let through."""
    x, y, z = links.user_m[:, users] / EARTH_RADIUS_M
    across = np.hypot(x, y)
    east = (x * toward[1] - y * toward[0]) / across
    north = across * toward[2] - z * (x * toward[0] + y * toward[1]) / across
    sector = 4 * (east < 0) + 2 * (north < 0) + (np.abs(east) < np.abs(north))
    entry = np.rint(np.clip(sine, 0.0, 1.0) * (links.sky.shape[1] - 1)).astype(int)
    los, sigma, sigma_without, clutter, clear, growth = links.sky[
        links.environment[users], entry
    ].T.astype(np.float64)
    normal = links.shadow[users, sector]
    sight = links.sight[users, sector] < los
    loss = clear + np.where(sight, sigma * normal, clutter + sigma_without * normal)
    return np.exp(-loss) / (links.entry[users, 0] * growth + links.entry[users, 1])


def _seen(
    links: ConstellationDownlink, users: np.ndarray, satellite: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors to a satellite, sines of its elevation, and distances."""
    position = links.user_m[:, users]
    toward = links.satellite_m[:, satellite, None] - position
    range_m = np.linalg.norm(toward, axis=0)
    return toward, (toward * position).sum(axis=0) / (range_m * EARTH_RADIUS_M), range_m


def _satellites(links: ConstellationDownlink) -> Iterator[tuple[int, int]]:
    """Trial and number of every satellite."""
    for trial in range(len(links.satellite_start) - 1):
        for satellite in range(*links.satellite_start[trial : trial + 2]):
            yield trial, satellite


def _of_trial(links: ConstellationDownlink, chosen: np.ndarray, trial: int) -> slice:
    return slice(*np.searchsorted(chosen, links.user_start[trial : trial + 2]))


def _lit_by_segment(links: ConstellationDownlink) -> list[np.ndarray]:
    """Lit beams of every satellite and colour."""
    lit = links.beam_power > 0.0
    start = links.segment_start
    return [
        first + np.flatnonzero(lit[first:end])
        for first, end in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)
    ]


def _colour_of_users(links: ConstellationDownlink) -> np.ndarray:
    """Colour of each user's beam, -1 for who has none."""
    segment = np.arange(len(links.segment_start) - 1)
    colour = np.repeat(segment % links.colours, np.diff(links.segment_start))
    return np.where(links.serving >= 0, np.append(colour, -1)[links.serving], -1)
