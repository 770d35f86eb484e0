"""Uniforms that belong to a name: what is drawn for one name knows nothing of the others."""

from __future__ import annotations

import hashlib

import numpy as np

from capest.sampling.draws import Draws
from capest.sampling.streams import MAX_ENTITIES, Purpose

NAME_BITS = 43
"""Of a name's number; the counter of the draws holds trials below 2**44."""

_ROW_BITS = 12

MOST_ROWS = 2**_ROW_BITS
"""Rows of uniforms that a name has."""


def number_of(name: str, bits: int = NAME_BITS) -> int:
    """Number of a name, 0..2**bits - 1, the same on every machine and in every run.

    Parameters
    ----------
    name : str
    bits : int
        At most 64.

    Returns
    -------
    int
        First bits of SHA-256. Of 100 names of 43 bits two are equal with probability 6e-10.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> (64 - bits)


class NamedUniforms:
    """Uniforms for resampling: rows of numbers of a name.

    Parameters
    ----------
    draws : Draws
        Gives the seed and the backend; which trials it is of does not matter.
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, name: str, rows: int, count: int) -> np.ndarray:
        """Independent uniforms in (0, 1), float64 array (rows, count).

        A row depends on the seed, the name and its own number alone, a number in it on its place.

        Raises
        ------
        ValueError
            More rows than `MOST_ROWS`, or more numbers in a row than a trial has.
        """
        if not 0 <= rows <= MOST_ROWS or not 0 <= count <= MAX_ENTITIES:
            raise ValueError(f"no {rows} rows of {count} uniforms for {name!r}")
        first = number_of(name, NAME_BITS - _ROW_BITS) << _ROW_BITS
        draws = self._draws.of_trials(first, rows)
        (uniform,) = draws.uniforms(Purpose.RESAMPLES, count, 1)
        return np.asarray(uniform).reshape(rows, count)
