"""Most traffic that beams could serve if they did not interfere and split at will."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.problem import FrameProblem


def fluid(problem: FrameProblem) -> np.ndarray:
    """Most traffic served if a cell's time were shared freely among its users.

    The largest sum of rate · time over all users, at their rates without
    interference, where a user has at most the time that its own demand takes, the users of a cell
    together at most 1 (one beam a cell), and all users together at most the beams.

    No frame serves more. A user's traffic over its interference-free rate is no more than the
    time the frame gives it: interference raises no user's rate, although it may raise a cell's, as
    users who are cut off leave the time to better links. So the times of a frame keep all three
    limits.

    The largest time that a set of users can have together is the rank function of a polymatroid,
    as the limits are on sets that are nested or apart (a laminar family). So the greedy choice is
    exact (Edmonds, "Submodular functions, matroids, and certain polyhedra", 1970): by falling rate,
    every user takes all the time that the limits still leave it.

    Parameters
    ----------
    problem : FrameProblem

    Returns
    -------
    float array (...)
        Mbit/s.
    """
    users = problem.users
    nowhere = np.zeros_like(users.cell)
    return most_traffic(problem.rate, users.demand, users.cell, nowhere, float(problem.beams))


def most_traffic(
    rate: np.ndarray,
    demand: np.ndarray,
    cell: np.ndarray,
    satellite: np.ndarray,
    beams: np.ndarray | float,
) -> np.ndarray:
    """Bound of `fluid` for satellites that share their beams apart from each other.

    Parameters
    ----------
    rate, demand : float array (..., users)
        Mbit/s.
    cell, satellite : int array (..., users)
        Of each user, and the satellite that lights that cell.
    beams : float array (..., users) or float
        How many beams that satellite lights at once.

    Returns
    -------
    float array (...)
        Mbit/s.
    """
    order = np.argsort(-rate, axis=-1, kind="stable")
    rate, demand, cell, satellite, beams = (
        np.take_along_axis(np.broadcast_to(values, rate.shape), order, axis=-1)
        for values in (rate, demand, cell, satellite, beams)
    )
    # No time for who cannot be reached; a user has no more than a whole beam anyway.
    wanted = np.divide(demand, rate, out=np.zeros(rate.shape), where=rate > 0)
    wanted = np.minimum(wanted, 1.0)
    in_beam = _up_to(wanted, 1.0, cell)
    time = _up_to(in_beam, beams, satellite)
    return (time * rate).sum(axis=-1)


def _up_to(wanted: np.ndarray, limit: np.ndarray | float, group: np.ndarray) -> np.ndarray:
    """Give everyone in turn what is wanted, up to a limit of each group, (..., users)."""
    by_group = np.argsort(group, axis=-1, kind="stable")
    member, value = (np.take_along_axis(each, by_group, axis=-1) for each in (group, wanted))
    before = np.cumsum(value, axis=-1) - value
    is_first = np.diff(member, axis=-1, prepend=-1) != 0
    # A cumulated sum never falls, so the latest start of a group is the largest so far.
    start = np.maximum.accumulate(np.where(is_first, before, 0.0), axis=-1)
    if not np.isscalar(limit):
        limit = np.take_along_axis(np.asarray(limit), by_group, axis=-1)
    given = np.empty(wanted.shape)
    np.put_along_axis(given, by_group, np.clip(limit - (before - start), 0.0, value), axis=-1)
    return given
