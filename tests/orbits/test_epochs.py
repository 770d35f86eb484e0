"""Trial epochs: in the window, unbiased, even, and each trial on its own."""

from math import erf, pi, sqrt

import numpy as np
import pytest

from capest.orbits.epochs import random_epochs_s, stratified_epochs_s

DAY_S = 86_400.0


def wave(epoch_s: np.ndarray) -> np.ndarray:
    """Return a quantity of known mean 1/2 over the day: smooth, with a peak and a ripple."""
    turn = epoch_s / DAY_S
    return turn + 0.3 * np.sin(2 * pi * turn) + 0.2 * np.cos(2 * pi * 31 * turn)


def test_random_epochs_fill_the_window() -> None:
    uniform = np.random.default_rng(1).random(100_000)
    epoch_s = random_epochs_s(uniform, DAY_S)
    assert epoch_s.min() >= 0.0
    assert epoch_s.max() < DAY_S
    assert epoch_s.mean() == pytest.approx(DAY_S / 2, abs=4 * DAY_S / sqrt(12 * 100_000))


@pytest.mark.parametrize("window_s", [DAY_S, 5739.3, 2.0**17, 1e-3])
def test_epochs_stay_below_the_window(window_s: float) -> None:
    last = 1.0 - 2.0**-53
    assert random_epochs_s(np.array([last]), window_s)[0] < window_s
    for shift in (2.0**-54, 0.5, last):
        epoch_s = stratified_epochs_s(np.arange(4096), shift, window_s)
        assert epoch_s.min() >= 0.0
        assert epoch_s.max() < window_s


def test_a_trial_does_not_know_the_others() -> None:
    trials = np.arange(5000)
    together = stratified_epochs_s(trials, 0.3, DAY_S)
    alone = np.concatenate([stratified_epochs_s(trials[k : k + 1], 0.3, DAY_S) for k in trials])
    assert together.tobytes() == alone.tobytes()
    far = 10**12 + np.arange(3)
    assert stratified_epochs_s(far, 0.3, DAY_S)[1] == stratified_epochs_s(far[1:2], 0.3, DAY_S)[0]


@pytest.mark.parametrize("start", [0, 777, 10**9])
@pytest.mark.parametrize("count", [10, 100, 1000, 4321])
def test_any_run_of_trials_is_even(start: int, count: int) -> None:
    # Three-distance theorem; for the golden ratio every piece is between 1/√5 and 1 + 2/√5 of the
    # even share.
    place = np.sort(stratified_epochs_s(start + np.arange(count), 0.123, 1.0))
    gaps = np.diff([*place, place[0] + 1.0])
    assert len(np.unique(np.round(gaps * count, 6))) <= 3
    assert gaps.max() * count < 1 + 2 / sqrt(5)
    assert gaps.min() * count > 1 / sqrt(5)


def test_golden_steps_are_exact_whole_numbers() -> None:
    # The same fraction in unlimited whole numbers.
    step = 0x9E3779B97F4A7C15
    assert step == pytest.approx(2**64 * (sqrt(5) - 1) / 2, rel=1e-15)
    trials = [0, 1, 2, 3, 10**6, 2**40 + 7]
    expected = [(k * step % 2**64 >> 11) / 2**53 for k in trials]
    assert stratified_epochs_s(np.array(trials), 0.0, 1.0).tolist() == expected


def test_means_are_unbiased_and_better_than_random() -> None:
    trials, seeds = np.arange(200), 4000
    shifts = np.random.default_rng(2).random(seeds)
    means = np.array([wave(stratified_epochs_s(trials, s, DAY_S)).mean() for s in shifts])
    error = means.std(ddof=1) / sqrt(seeds)
    assert means.mean() == pytest.approx(0.5, abs=4 * error)
    random = np.random.default_rng(3).random(20_000) * DAY_S
    random_error = wave(random).std() / sqrt(len(trials))
    assert means.std() < random_error / 5
    # A single trial is uniform over the window: Kolmogorov's test.
    place = np.sort(stratified_epochs_s(137, shifts, 1.0))
    distance = np.abs(place - (np.arange(seeds) + 0.5) / seeds).max()
    assert distance * sqrt(seeds) < 1.95  # 0.1 %


def test_a_period_that_divides_the_window_is_no_trap() -> None:
    # 16 orbits a day: the phases of 32 trials must not fall together, as binary ones would.
    phase = np.sort(16 * stratified_epochs_s(np.arange(32), 0.2, 1.0) % 1.0)
    gaps = np.diff([*phase, phase[0] + 1.0])
    assert gaps.max() < 6 / 32


def test_intervals_of_independent_trials_cover_at_least_what_they_say() -> None:
    trials = np.arange(100)
    shifts = np.random.default_rng(5).random(1000)
    values = wave(stratified_epochs_s(trials[None], shifts[:, None], DAY_S))
    half = 1.96 * values.std(axis=1, ddof=1) / 10
    inside = np.abs(values.mean(axis=1) - 0.5) < half
    assert inside.mean() >= erf(1.96 / sqrt(2))
