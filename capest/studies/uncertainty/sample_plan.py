"""The joint sample of a study: which values each sample has, and which trial answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend import choose
from capest.errors import InputError
from capest.sampling.draws import Draws
from capest.sampling.latin_hypercube import latin_hypercube
from capest.scenario.assumed import Assumption

FEWEST_SAMPLES = 20
MOST_SAMPLES = 100_000
REPEATED = 16
"""Samples that get a second trial, which tells what is Monte Carlo error."""


@dataclass(frozen=True)
class SampleTrial:
    """One sample with one trial.

    Attributes
    ----------
    sample : int
    trial : int
        Number of the trial: the sample's own, or that of its second answer.
    """

    sample: int
    trial: int


@dataclass(frozen=True)
class SamplePlan:
    """What is to be answered.

    Attributes
    ----------
    uniforms : float64 array (samples, assumptions)
        In (0, 1).
    values : list of tuple
        Of each sample, one value an assumption.
    trials : tuple of SampleTrial
        First answers of all samples, then the second answers of the first ones.
    """

    uniforms: np.ndarray
    values: list[tuple[Any, ...]]
    trials: tuple[SampleTrial, ...]

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(self.values)

    @property
    def repeated(self) -> int:
        """How many of them, from the first on, have a second answer."""
        return len(self.trials) - self.samples


def plan_samples(assumptions: Sequence[Assumption], samples: int, seed: int) -> SamplePlan:
    """Draw a joint sample.

    Sample i has trial i of the scenario's seed: common trials would put one Monte Carlo error
    under all samples. Second answers have the trials behind those.

    Parameters
    ----------
    assumptions : sequence of Assumption
    samples : int
    seed : int
        Of the scenario.

    Raises
    ------
    InputError
        Too few samples, or too many.
    """
    if not FEWEST_SAMPLES <= samples <= MOST_SAMPLES:
        raise InputError(
            f"--samples {samples:,}: must be {FEWEST_SAMPLES} to {MOST_SAMPLES:,}, or 0 for none"
        )
    draws = Draws(choose.kernels("numpy"), seed, 0, 1)
    uniforms = latin_hypercube(draws, samples, [each.key for each in assumptions])
    columns = [each.quantile(uniforms[:, k]) for k, each in enumerate(assumptions)]
    repeated = min(REPEATED, samples)
    trials = [SampleTrial(sample, sample) for sample in range(samples)]
    trials += [SampleTrial(sample, samples + sample) for sample in range(repeated)]
    return SamplePlan(uniforms, list(zip(*columns, strict=True)), tuple(trials))


def settings_of(assumptions: Sequence[Assumption], values: Sequence[Any]) -> tuple[str, ...]:
    """Overrides, ``section.key=value``, that give every assumption its value of one sample."""
    pairs = zip(assumptions, values, strict=True)
    return tuple(text for each, value in pairs for text in each.settings(value))
