"""Interference-aware greedy hopping: cell by cell what adds most to what is served now."""

from __future__ import annotations

import numpy as np

from capest.hopping.problem import Problem


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Fill slot after slot with the cells that add most to the traffic served in it.

    A cell adds what is left of its demand, at most its rate beside those lit already, less what
    they lose by its interference. A slot always lights all beams, so the last ones may cost more
    than they bring. Cells are taken one after the other: a greedy choice is made of choices, each
    looking at all cells at once.

    Parameters
    ----------
    problem : Problem
    uniforms : float array (..., slots, cells)
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    # In a slot a cell carries at most its rate: demand counts in slots' worth of it.
    left = problem.demand * problem.slots
    lit = np.zeros((*problem.demand.shape[:-1], problem.slots, problem.cells), dtype=bool)
    for slot in range(problem.slots):
        chosen, served = _fill_slot(problem, left)
        np.put_along_axis(lit[..., slot, :], chosen, True, axis=-1)
        served = np.minimum(served, np.take_along_axis(left, chosen, axis=-1))
        np.put_along_axis(left, chosen, np.take_along_axis(left, chosen, -1) - served, axis=-1)
    return lit


def _fill_slot(problem: Problem, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells of one slot in the order they are chosen, and their rates together.

    Returns
    -------
    chosen : int64 array (..., beams)
    rate : float array (..., beams)
    """
    own = np.diagonal(problem.gain, axis1=-2, axis2=-1)
    others = problem.gain * ~np.eye(problem.cells, dtype=bool)  # nobody disturbs itself
    noise = np.ones_like(own)  # and interference of the cells chosen so far
    free = np.ones(own.shape, dtype=bool)
    chosen = np.empty((*own.shape[:-1], 0), dtype=np.int64)
    for _ in range(problem.beams):
        value = np.minimum(problem.rate_of(own / noise), left)
        if chosen.shape[-1]:
            # What those chosen would have beside each candidate, (..., chosen, cells).
            heard = np.take_along_axis(others, chosen[..., None], axis=-2)
            signal, before, wanted = (
                np.take_along_axis(values, chosen, axis=-1)[..., None]
                for values in (own, noise, left)
            )
            rates = problem.rate_of(signal / (before + heard))
            value = value + np.minimum(rates, wanted).sum(axis=-2)
        best = np.where(free, value, -np.inf).argmax(axis=-1)[..., None]
        np.put_along_axis(free, best, False, axis=-1)
        chosen = np.concatenate([chosen, best], axis=-1)
        noise = noise + np.take_along_axis(others, best[..., None, :], axis=-1)[..., 0]
    signal, disturbed = (np.take_along_axis(values, chosen, axis=-1) for values in (own, noise))
    return chosen, problem.rate_of(signal / disturbed)
