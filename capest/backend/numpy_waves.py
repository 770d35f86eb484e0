"""What users hear of beams other than their own, by one receive branch or by two.

The NumPy twin of what ``kernels/constellation.cu`` and ``kernels/two_branches.cuh`` add up.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.physics.two_branches import WAVE_POINTS, left_interference

Runs = list[tuple[int, int]]

_SHIFT = np.uint32(33 - WAVE_POINTS.bit_length())


class HeardWaves(Protocol):
    """What blocks of users hear of beams other than their own."""

    def add(
        self,
        power: np.ndarray,
        block: np.ndarray,
        satellite: np.ndarray,
        runs: Runs,
        *,
        opposite: bool,
    ) -> None:
        """Add what tiles hear, one satellite after the other, in the same order for everybody.

        Parameters
        ----------
        power : float32 array (tiles, n)
            Of all beams but the own one, for users of unit gain; overwritten.
        block, satellite : int64 array (tiles,)
        runs : list of (int, int)
            First and end of neighbouring tiles of the same block.
        opposite : bool
            The beams have the other polarisation.
        """

    def interference(self) -> np.ndarray:
        """In units of noise, float32 array (blocks, n)."""


def heard_by(
    links: ConstellationDownlink,
    users: np.ndarray,
    first_satellite: int,
    beam_satellite: np.ndarray,
) -> HeardWaves:
    """Begin with nothing heard.

    Parameters
    ----------
    links : ConstellationDownlink
    users : int64 array (blocks, n)
        Of one trial, all with a beam.
    first_satellite : int
        Of the trial.
    beam_satellite : int64 array (beams,)
    """
    if links.wave_key is None:
        return HeardByOne(links.gain[users])
    return HeardByTwo(links, users, first_satellite, beam_satellite[links.serving[users]])


class HeardByOne:
    """Sum over all satellites for users with one branch.

    Parameters
    ----------
    gain : float32 array (blocks, n)
        Of the users.
    """

    def __init__(self, gain: np.ndarray) -> None:
        self._gain = gain
        self._total = np.zeros(gain.shape, dtype=np.float32)

    def add(
        self,
        power: np.ndarray,
        block: np.ndarray,
        satellite: np.ndarray,
        runs: Runs,
        *,
        opposite: bool,
    ) -> None:
        """See `HeardWaves`."""
        _add(power, block, runs, self._total)

    def interference(self) -> np.ndarray:
        """See `HeardWaves`."""
        return self._total * self._gain


class HeardByTwo:
    """Sums for users with two branches, see ``physics.two_branches``.

    Parameters
    ----------
    links : ConstellationDownlink
    users : int64 array (blocks, n)
        Which users.
    first_satellite : int
        Of their trial.
    own_satellite : int64 array (blocks, n)
    """

    def __init__(
        self,
        links: ConstellationDownlink,
        users: np.ndarray,
        first_satellite: int,
        own_satellite: np.ndarray,
    ) -> None:
        assert links.wave_key is not None
        assert links.wave_point is not None
        self._gain = links.gain[users]
        self._key = links.wave_key[users]
        self._point: np.ndarray = links.wave_point
        self._first = first_satellite
        self._own = own_satellite
        self._sums = np.zeros((5, *users.shape), dtype=np.float32)

    def add(
        self,
        power: np.ndarray,
        block: np.ndarray,
        satellite: np.ndarray,
        runs: Runs,
        *,
        opposite: bool,
    ) -> None:
        """See `HeardWaves`."""
        point = self._wave(self._key[block], satellite[:, None])
        if opposite:
            point = -point
        else:
            own = self._own[block] == satellite[:, None]
            _add(np.where(own, power, np.float32(0.0)), block, runs, self._sums[0])
            power[own] = 0.0
        for axis in range(3):
            _add(power * point[axis], block, runs, self._sums[2 + axis])
        _add(power, block, runs, self._sums[1])

    def interference(self) -> np.ndarray:
        """Own satellite's beams and what combining leaves of others, float32 array (blocks, n)."""
        own, total, *moment = self._sums * self._gain
        point = self._wave(self._key, self._own)
        left = left_interference(total, np.stack(moment), point, np)
        return np.asarray(own + left, dtype=np.float32)

    def _wave(self, key: np.ndarray, satellite: np.ndarray) -> np.ndarray:
        place = (satellite - self._first).astype(np.uint32)
        return self._point[:, wave_number(key, place)]


def wave_number(key: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Number the point from which a satellite's wave comes; twin of ``wave_number`` in CUDA.

    Parameters
    ----------
    key : uint32 array (...)
        Of the user.
    place : uint32 array (...)
        Of the satellite, counted from the first of its trial.

    Returns
    -------
    uint32 array (...)
        Below ``WAVE_POINTS``.
    """
    bits = key + place * np.uint32(0x9E3779B9)
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x85EBCA6B)
    bits ^= bits >> np.uint32(13)
    bits *= np.uint32(0xC2B2AE35)
    bits ^= bits >> np.uint32(16)
    return bits >> _SHIFT


def _add(power: np.ndarray, block: np.ndarray, runs: Runs, total: np.ndarray) -> None:
    for start, stop in runs:
        sum_of_block = total[block[start]]
        power[start] += sum_of_block
        np.add.reduce(power[start:stop], axis=0, out=sum_of_block)
