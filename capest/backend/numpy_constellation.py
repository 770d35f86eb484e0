"""Users of given beams under many satellites; the NumPy twin of ``kernels/constellation.cu``.

Users of one colour are taken in blocks of neighbours, which hear the same satellites. Blocks are
always computed whole, and what a satellite adds to a user who does not hear it is exactly zero, so
that a user's bits depend on nobody else.
"""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_pattern import BeamPattern
from capest.backend.numpy_sky_links import SkyLinks, UserBlock

USERS_PER_BLOCK = 2048
"""A block's arrays of pairs with one satellite fit the cache; calls cost little beside them."""

_SATELLITES_AT_ONCE = 8


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
    amplitude: np.ndarray,
    amplitude_step: float,
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
    amplitude : float32 array (n, 2)
        From ``antenna.amplitude_table``.
    amplitude_step : float
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
    # Directions are counted from the nadir: their squares stay small, and so does rounding.
    nadir = np.array([[0.0], [0.0], [reduced_aperture * axial_weight]], dtype=np.float32)
    pattern = BeamPattern(beam_direction - nadir, amplitude, amplitude_step)
    links = SkyLinks(
        satellite_position,
        satellite_axes,
        satellite_power,
        sky_table,
        reduced_aperture,
        axial_weight,
        element_exponent,
        lowest_sine,
    )
    beam_segment = np.repeat(np.arange(len(segment_start) - 1), np.diff(segment_start))
    dimmed = bool((beam_power != 1.0).any())
    for trial in range(len(user_start) - 1):
        low, high = int(user_start[trial]), int(user_start[trial + 1])
        there = np.arange(int(satellite_start[trial]), int(satellite_start[trial + 1]))
        for block, colour in _blocks(user_beam[low:high], beam_segment, colours):
            chosen = block + low
            own_segment = beam_segment[user_beam[chosen]]
            lit = np.diff(segment_start)[there * colours + colour] > 0
            near = links.near(user_position[:, chosen], there[lit])
            satellites = np.union1d(near, own_segment // colours)
            of_block = UserBlock(
                *(
                    _padded(values[chosen])
                    for values in (
                        user_position.T,
                        user_gain,
                        user_environment,
                        user_sight,
                        user_shadow,
                        user_entry,
                    )
                )
            )
            own_beam = _padded(user_beam[chosen])
            found = _powers(
                links,
                pattern,
                of_block,
                own_beam,
                beam_segment[own_beam] // colours,
                satellites,
                segment_start[satellites * colours + colour],
                segment_start[satellites * colours + colour + 1],
                beam_power if dimmed else None,
            )
            carrier[chosen], interference[chosen] = (power[: len(chosen)] for power in found)
    return carrier, interference


def _blocks(
    user_beam: np.ndarray, beam_segment: np.ndarray, colours: int
) -> list[tuple[np.ndarray, int]]:
    """Users of one colour in blocks of neighbours, with their colour."""
    served = np.flatnonzero(user_beam >= 0)
    colour = beam_segment[user_beam[served]] % colours
    blocks = []
    for each in range(colours):
        own = served[colour == each]
        blocks += [
            (own[first : first + USERS_PER_BLOCK], each)
            for first in range(0, len(own), USERS_PER_BLOCK)
        ]
    return blocks


def _padded(values: np.ndarray) -> np.ndarray:
    """Fill a block up with its last user."""
    missing = USERS_PER_BLOCK - len(values)
    return np.concatenate([values, np.repeat(values[-1:], missing, axis=0)]) if missing else values


def _powers(
    links: SkyLinks,
    pattern: BeamPattern,
    block: UserBlock,
    own_beam: np.ndarray,
    own_satellite: np.ndarray,
    satellites: np.ndarray,
    first_beam: np.ndarray,
    end_beam: np.ndarray,
    beam_power: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference of a block, float32 arrays (USERS_PER_BLOCK,)."""
    users, most = USERS_PER_BLOCK, int((end_beam - first_beam).max())
    columns = pattern.columns(_SATELLITES_AT_ONCE, users)
    work = np.empty((2, most, users), dtype=np.float32)
    index = np.empty((most, users), dtype=np.int64)
    carrier = np.zeros(users, dtype=np.float32)
    interference = np.zeros(users, dtype=np.float32)
    for start in range(0, len(satellites), _SATELLITES_AT_ONCE):
        some = satellites[start : start + _SATELLITES_AT_ONCE]
        direction, gain, heard = links.of(block, some)
        pattern.put(direction, columns[: len(some)])
        for k, satellite in enumerate(some):
            low, high = int(first_beam[start + k]), int(end_beam[start + k])
            if low == high:
                continue
            count = high - low
            power = pattern.gain(low, high, columns[k], work[:, :count], index[:count])
            if beam_power is not None:
                power *= beam_power[low:high, None]
            # The own beam is taken out of the sum before it is made.
            own = np.flatnonzero(own_satellite == satellite)
            if len(own):
                row = own_beam[own] - low
                carrier[own] = power[row, own] * gain[k, own]
                power[row, own] = 0.0
            interference += power.sum(axis=0) * heard[k]
    return carrier, interference
