"""Interference-aware greedy hopping: cell by cell what adds most to what is served now.

A greedy choice is a chain of choices, so there is a loop over the beams of a slot, too; each looks
at all cells of all problems at once.
"""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.evaluate import cell_rates
from capest.allocation.slots.problem import Problem

ROUNDS = 1
"""How often each cell chosen may make room for a better one."""


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Fill slot after slot with the cells that add most to the traffic served in it.

    A cell adds what is left of its demand, at most its rate beside those lit already, less what
    they lose by its interference. A slot always lights all beams, so the last ones may cost more
    than they bring. Cells are taken one after the other, each time the best of all that are
    dark; when all beams are lit, each in turn makes room for the best beside the others, itself
    perhaps.

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
    """Cells of one slot, int64 array (..., beams)."""
    others = problem.gain * ~np.eye(problem.cells, dtype=bool)  # nobody disturbs itself
    chosen = np.empty((*left.shape[:-1], 0), dtype=np.int64)
    for _ in range(problem.beams):
        chosen = _with_best(problem, others, left, scale, chosen)
    for _ in range(ROUNDS * problem.beams):
        chosen = _with_best(problem, others, left, scale, chosen[..., 1:])
    return chosen


def _with_best(
    problem: Problem, others: np.ndarray, left: np.ndarray, scale: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Add the cell that brings most beside those chosen, int64 array (..., chosen + 1).

    Parameters
    ----------
    problem : Problem
    others : float array (..., cells, cells)
        Gains without the diagonal.
    left : float array (..., cells)
        Demand not served yet, in what a slot carries at 1 Mbit/s.
    scale : float array (..., cells)
        From `_scale`.
    chosen : int64 array (..., chosen)
    """
    own = np.diagonal(problem.gain, axis1=-2, axis2=-1)
    heard = np.swapaxes(np.take_along_axis(others, chosen[..., None, :], axis=-1), -1, -2)
    noise = 1.0 + heard.sum(axis=-2)
    value = np.minimum(problem.rate_of(own / noise) * scale, left)
    # What those chosen would have beside each candidate, (..., chosen, cells).
    signal, before, factor, wanted = (
        np.take_along_axis(values, chosen, axis=-1)[..., None]
        for values in (own, noise, scale, left)
    )
    caused = np.take_along_axis(others, chosen[..., None], axis=-2)
    rates = problem.rate_of(signal / (before + caused)) * factor
    value = value + np.minimum(rates, wanted).sum(axis=-2)
    np.put_along_axis(value, chosen, -np.inf, axis=-1)
    return np.concatenate([chosen, value.argmax(axis=-1)[..., None]], axis=-1)
