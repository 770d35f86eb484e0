"""Interference-aware greedy hopping: cell by cell what adds most to what is served now.

A greedy choice is a chain of choices, so there is a loop over the beams of a slot, too; each looks
at all cells of all problems at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.allocation.slots.evaluate import serve_slot
from capest.allocation.slots.problem import FrameProblem
from capest.sampling.draws import Draws

KNOWS_DEMAND = True

ROUNDS = 1
"""How often each cell chosen may make room for a better one."""


def light(problem: FrameProblem, draws: Draws) -> np.ndarray:
    """Fill slot after slot with the cells that add most to the traffic served in it.

    A cell adds what is left of its demand, at most its rate beside those lit already, less what
    they lose by its interference. A slot always lights all beams, so the last ones may cost more
    than they bring. Cells are taken one after the other, each time the best of all that are
    dark; when all beams are lit, each in turn makes room for the best beside the others, itself
    perhaps.

    A choice goes by the mean gain of a cell's users and the rates of those that want more; what a
    slot has really served of them is known once it is over. Ties, as when nobody wants anything any
    more: the lower cell.

    Parameters
    ----------
    problem : FrameProblem
    draws : Draws
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    users = problem.users
    # In a slot a cell carries at most its rate: demand counts in slots' worth of it.
    left = users.demand * float(problem.slots)
    lit = np.zeros((*left.shape[:-1], problem.slots, problem.cells), dtype=bool)
    for slot in range(problem.slots):
        now = lit[..., slot : slot + 1, :]
        np.put_along_axis(now[..., 0, :], _fill_slot(problem, left), True, axis=-1)
        rate = problem.links.rates(now)[..., 0, :]
        left = serve_slot(rate, left, users)
    return lit


@dataclass(frozen=True)
class _Offers:
    """What every cell has to offer in a slot.

    Attributes
    ----------
    left : float array (..., cells)
        Demand not served yet of users that can be reached, in what a slot carries at 1 Mbit/s.
    own : float array (..., cells)
        Mean power that a cell's users receive from it, over the noise.
    others : float array (..., cells, cells)
        Mean power that they receive from every other cell.
    scale : float array (..., cells)
        Interference-free rate of those that want more over the rate at the mean power.
    """

    left: np.ndarray
    own: np.ndarray
    others: np.ndarray
    scale: np.ndarray


def _fill_slot(problem: FrameProblem, left: np.ndarray) -> np.ndarray:
    """Cells of one slot, int64 array (..., beams)."""
    users, wanting = problem.users, (left > 0) & (problem.rate > 0)
    own = np.diagonal(problem.gain, axis1=-2, axis2=-1)
    rate = users.by_cell(wanting * problem.rate) / np.maximum(users.by_cell(wanting), 1)
    at_mean = problem.rate_of(own)
    offers = _Offers(
        users.by_cell(wanting * left),
        own,
        problem.gain * ~np.eye(problem.cells, dtype=bool),  # no cell interferes with itself
        np.divide(rate, at_mean, out=np.zeros_like(rate), where=at_mean > 0),
    )
    chosen = np.empty((*own.shape[:-1], 0), dtype=np.int64)
    for _ in range(problem.beams):
        chosen = _with_best(problem, offers, chosen)
    for _ in range(ROUNDS * problem.beams):
        chosen = _with_best(problem, offers, chosen[..., 1:])
    return chosen


def _with_best(problem: FrameProblem, offers: _Offers, chosen: np.ndarray) -> np.ndarray:
    """Add the cell that brings most beside those chosen, int64 array (..., chosen + 1).

    Parameters
    ----------
    problem : FrameProblem
    offers : _Offers
    chosen : int64 array (..., chosen)
    """
    received = np.take_along_axis(offers.others, chosen[..., None, :], axis=-1)
    noise = 1.0 + received.sum(axis=-1)
    value = np.minimum(problem.rate_of(offers.own / noise) * offers.scale, offers.left)
    # What those chosen would have beside each candidate, (..., chosen, cells).
    signal, before, factor, wanted = (
        np.take_along_axis(values, chosen, axis=-1)[..., None]
        for values in (offers.own, noise, offers.scale, offers.left)
    )
    caused = np.take_along_axis(offers.others, chosen[..., None], axis=-2)
    rates = problem.rate_of(signal / (before + caused)) * factor
    value = value + np.minimum(rates, wanted).sum(axis=-2)
    np.put_along_axis(value, chosen, -np.inf, axis=-1)
    return np.concatenate([chosen, value.argmax(axis=-1)[..., None]], axis=-1)
