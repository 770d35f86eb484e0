"""What counts of users and beams are possible."""

from __future__ import annotations

from capest.errors import Problem
from capest.scenario import layout_fit

USERS_PER_TRIAL_LIMIT = 2**20
"""The random numbers of a trial are addressed by 2**20 entities."""


MOVES = 15_000_000
"""Moves that local search tries where nobody says how many; see `docs/assignment.md`."""


def too_many_users(key: str, value: int | None, total: int, most: int) -> Problem | None:
    """Refuse more users per trial than can be addressed.

    Parameters
    ----------
    key : str
        The key to blame, with its ``value``.
    value : int or None
    total : int
        Users per trial.
    most : int
        Largest value that would do; 0 if none would.
    """
    if total <= USERS_PER_TRIAL_LIMIT:
        return None
    return Problem(
        key,
        value,
        f"gives {total} users per trial, at most 2**20 = {USERS_PER_TRIAL_LIMIT} are possible "
        "(the addressing of random numbers)",
        f"write {most} or fewer" if most else "take fewer beams",
    )


def not_hexagonal(key: str, count: int) -> Problem | None:
    """Refuse a number of beams that is not a centre with full rings."""
    if layout_fit.rings_of(count) is not None:
        return None
    below, above = layout_fit.nearest_hexagonal(count)
    return Problem(
        key,
        count,
        "must be a centred hexagonal number (1, 7, 19, 37, 61, 91, 127, ...)",
        f"the nearest are {below} and {above}",
    )
