"""Interference-aware greedy hopping: cell by cell what adds most to what is served now."""

from __future__ import annotations

import numpy as np

from capest.hopping.evaluate import cell_rates
from capest.hopping.problem import Problem


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Fill slot after slot with the cells that add most to the traffic served in it.

    A cell adds what is left of its demand, at most its rate beside those lit already, less what
    they lose by its interference. A slot always lights all beams, so the last ones may cost more
    than they bring. Cells are taken one after the other: a greedy choice is made of choices, each
    looking at all cells at once.

    A choice goes by the mean gain of a cell's users; what a slot has really served of them is known
    once it is over. Ties, as when nobody wants anything any more: the lower cell.

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
    scale = _scale(problem)
    lit = np.zeros((*problem.demand.shape[:-1], problem.slots, problem.cells), dtype=bool)
    for slot in range(problem.slots):
        chosen = _fill_slot(problem, left, scale)
        np.put_along_axis(lit[..., slot, :], chosen, True, axis=-1)
        served = cell_rates(lit[..., slot : slot + 1, :], problem.users, problem.rate_of)
        left = np.maximum(left - served[..., 0, :], 0.0)
    return lit


def _scale(problem: Problem) -> np.ndarray:
    """Rate of a cell's users over the rate at their mean gain, undisturbed, (..., cells)."""
    at_mean = problem.rate_of(np.diagonal(problem.gain, axis1=-2, axis2=-1))
    return np.divide(problem.rate, at_mean, out=np.zeros_like(problem.rate), where=at_mean > 0)


def _fill_slot(problem: Problem, left: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Cells of one slot in the order they are chosen, int64 array (..., beams)."""
    own = np.diagonal(problem.gain, axis1=-2, axis2=-1)
    others = problem.gain * ~np.eye(problem.cells, dtype=bool)  # nobody disturbs itself
    noise = np.ones_like(own)  # and interference of the cells chosen so far
    free = np.ones(own.shape, dtype=bool)
    chosen = np.empty((*own.shape[:-1], 0), dtype=np.int64)
    for _ in range(problem.beams):
        value = np.minimum(problem.rate_of(own / noise) * scale, left)
        if chosen.shape[-1]:
            # What those chosen would have beside each candidate, (..., chosen, cells).
            heard = np.take_along_axis(others, chosen[..., None], axis=-2)
            signal, before, factor, wanted = (
                np.take_along_axis(values, chosen, axis=-1)[..., None]
                for values in (own, noise, scale, left)
            )
            rates = problem.rate_of(signal / (before + heard)) * factor
            value = value + np.minimum(rates, wanted).sum(axis=-2)
        best = np.where(free, value, -np.inf).argmax(axis=-1)[..., None]
        np.put_along_axis(free, best, False, axis=-1)
        chosen = np.concatenate([chosen, best], axis=-1)
        noise = noise + np.take_along_axis(others, best[..., None, :], axis=-1)[..., 0]
    return chosen
