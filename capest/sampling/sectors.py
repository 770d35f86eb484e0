"""Draws of what stands around each user, by sector of the horizon.

What shades a user does so for every satellite in the same direction: links into one of eight
sectors of azimuth share one draw of line of sight and of shadow fading, links into different
ones are independent. TR 38.811 says nothing of several satellites.
"""

from __future__ import annotations

import math
from typing import Any

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

SECTORS = 8
_RADIUS_BITS = 20
_ANGLE_BITS = 20


def draw_sectors(draws: Draws, users: int) -> tuple[Any, Any]:
    """Draw line of sight and shadow fading of every user's sectors.

    One word of 64 bits serves a sector: 24 bits for the uniform of line of sight, 40 for a normal
    (Box and Muller, 1958), whose 20 bits of radius reach to 5.4 standard deviations.

    Parameters
    ----------
    draws : Draws
    users : int
        Users of a trial.

    Returns
    -------
    sight : float32 array (trials · users, SECTORS)
        Uniform, in (0, 1).
    normal : float32 array (trials · users, SECTORS)
        Standard normal.
    """
    words = draws.xp.concatenate([half.reshape(-1, 4) for half in _words(draws, users)], axis=1)
    return _from_words(words, draws.xp)


def draw_one_sector(draws: Draws, users: int, chosen: Any, sector: Any) -> tuple[Any, Any]:
    """Draw what `draw_sectors` does, of one sector of each user.

    Parameters
    ----------
    draws : Draws
    users : int
        Users of a trial.
    chosen : int64 array (n,)
        Users among those of all trials.
    sector : int64 array (n,)
        The sector of each.

    Returns
    -------
    sight, normal : float32 array (n, 1)
    """
    xp = draws.xp
    place = 4 * chosen + (sector & 3)
    first, other = (half.ravel()[place] for half in _words(draws, users))
    return _from_words(xp.where(sector < 4, first, other)[:, None], xp)


def _words(draws: Draws, users: int) -> list[Any]:
    """Words of the first four sectors and of the others, uint64 arrays (trials, users, 4)."""
    purposes = (Purpose.SKY_FIRST_SECTORS, Purpose.SKY_OTHER_SECTORS)
    return [draws.words(purpose, users) for purpose in purposes]


def _from_words(words: Any, xp: Any) -> tuple[Any, Any]:
    """Uniform and standard normal of each word, float32 arrays."""
    sight = ((words >> xp.uint64(40)).astype(xp.float64) + 0.5) * 2.0**-24
    low = words & xp.uint64(2**40 - 1)
    radius = ((low >> xp.uint64(_ANGLE_BITS)).astype(xp.float64) + 0.5) * 2.0**-_RADIUS_BITS
    angle = (low & xp.uint64(2**_ANGLE_BITS - 1)).astype(xp.float64) * 2.0**-_ANGLE_BITS
    normal = xp.sqrt(-2.0 * xp.log(radius)) * xp.cos(2.0 * math.pi * angle)
    return sight.astype(xp.float32), normal.astype(xp.float32)
