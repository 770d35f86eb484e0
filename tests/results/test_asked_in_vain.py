"""Cells named as rarely served are so, whatever share of trials each of them is served in."""

from __future__ import annotations

import numpy as np
import pytest

from capest.results.asked_in_vain import RARELY, fewest_trials
from capest.results.unserved import most_share

CELLS, REPEATS = 600, 400


def wrong_and_found(asks, served, trials, alike=1, least=None):
    """Mean share of the named cells that are served often, and mean share of the others found.

    Trials are played one by one: a cell asks or not, and is then served or not; ``alike`` cells
    side by side are served in the same trials.
    """
    rng = np.random.default_rng(11)
    often = served >= RARELY
    wrong, found = [], []
    for _ in range(REPEATS):
        asking = rng.random((trials, CELLS)) < asks
        chance = np.repeat(rng.random((trials, CELLS // alike)), alike, axis=1)
        asking_trials = asking.sum(axis=0)
        in_vain = (asking_trials > 0) & ~(asking & (chance < served)).any(axis=0)
        number = fewest_trials(asking_trials, in_vain) if least is None else least
        named = in_vain & (asking_trials >= number) if number else np.zeros(CELLS, dtype=bool)
        wrong.append((named & often).sum() / max(named.sum(), 1))
        found.append(named[~often].sum() / max((~often).sum(), 1))
    return np.mean(wrong), np.mean(found)


def shares(part, of_the_others):
    """Cells of which a part is never served."""
    served = np.full(CELLS, of_the_others)
    served[:: round(1 / part)] = 0.0
    return served


ASKS = np.linspace(0.05, 1.0, CELLS)
"""From cells in which hardly anybody lives to those in which somebody always asks."""

TRUTHS = {
    "all in half": np.full(CELLS, RARELY),
    "few never": shares(0.05, RARELY),
    "some never": shares(0.25, 0.5),
    "half never": shares(0.5, 0.6),
    "any share": np.random.default_rng(3).random(CELLS),
}


@pytest.mark.parametrize("trials", [8, 20, 40])
@pytest.mark.parametrize("truth", TRUTHS)
def test_few_are_named_by_chance(truth, trials) -> None:
    wrong, _ = wrong_and_found(ASKS, TRUTHS[truth], trials)
    assert wrong <= 0.05


@pytest.mark.parametrize("trials", [8, 20])
def test_few_are_named_by_chance_where_neighbours_are_alike(trials) -> None:
    served = np.repeat(TRUTHS["some never"][: CELLS // 6], 6)
    wrong, _ = wrong_and_found(ASKS, served, trials, alike=6)
    assert wrong <= 0.05


def test_all_that_asked_in_vain_are_mostly_chance() -> None:
    # What it is for: whoever asked once and was refused once does not count.
    wrong, _ = wrong_and_found(ASKS, TRUTHS["few never"], 8, least=1)
    assert wrong > 0.5
    # A limit for each cell by itself does not do: there are many.
    wrong, _ = wrong_and_found(ASKS, TRUTHS["few never"], 8, least=5)
    assert wrong > 0.15


def test_cells_that_ask_often_are_found() -> None:
    _, found = wrong_and_found(np.full(CELLS, 1.0), TRUTHS["some never"], 20)
    assert found == 1.0
    _, found = wrong_and_found(ASKS, TRUTHS["half never"], 40)
    assert found > 0.85


def test_the_least_number_is_by_hand() -> None:
    # 32 cells in 5 trials each: one of them by chance, and 5 % of 20 is one: 32 / 31 is more.
    asking_trials = np.full(32, 5)
    assert fewest_trials(asking_trials, np.arange(32) < 20) == 0
    assert fewest_trials(asking_trials, np.arange(32) < 21) == 5
    # Those of 6 trials alone: 10 / 63 by chance is less than 5 % of 4.
    more = np.concatenate([asking_trials, np.full(10, 6)])
    in_vain = np.concatenate([np.zeros(32, dtype=bool), np.arange(10) < 4])
    assert fewest_trials(more, in_vain) == 6
    assert fewest_trials(more, in_vain & False) == 0


def test_fewer_than_five_trials_are_too_few() -> None:
    # Each cell by itself: the limit is above a half after 4 trials, and below after 5.
    assert most_share(4) > RARELY > most_share(5)
    assert fewest_trials(np.full(5, 4), np.ones(5, dtype=bool)) == 0
    assert fewest_trials(np.full(5, 5), np.ones(5, dtype=bool)) == 5
    assert fewest_trials(np.zeros(0, dtype=int), np.zeros(0, dtype=bool)) == 0
    assert fewest_trials(np.array([10**5]), np.array([True])) == 5
