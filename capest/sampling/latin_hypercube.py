"""Latin hypercube over named inputs: a joint sample in which every input shares out its range.

Of N samples each input has one in every Nth part of (0, 1), in random order and anywhere within
the part, and the orders of different inputs are independent. A mean over the samples so loses what
each input alone does to it (Stein 1987), and is at most N / (N - 1) times as variable as with
independent samples (Owen 1997).

What an input draws depends on the seed, its name and N alone: leaving another input out, adding
one or naming them in another order changes nothing for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from capest.sampling.draws import Draws
from capest.sampling.named_uniforms import number_of
from capest.sampling.streams import MAX_ENTITIES, Purpose


def latin_hypercube(draws: Draws, samples: int, names: Sequence[str]) -> np.ndarray:
    """Joint sample of uniforms, one column an input.

    Parameters
    ----------
    draws : Draws
        Gives the seed and the backend; which trials it is of does not matter.
    samples : int
        Number of samples N, from 1.
    names : sequence of str
        Of the inputs; all different.

    Returns
    -------
    float64 array (samples, inputs)
        In (0, 1).

    Raises
    ------
    ValueError
        No samples, more of them than a trial has numbers, or a name that stands twice.

    References
    ----------
    McKay, Beckman and Conover (1979), "A comparison of three methods for selecting values of input
    variables in the analysis of output from a computer code", Technometrics 21(2), 239-245. Stein
    (1987), Technometrics 29(2), 143-151. Owen (1997), "Monte Carlo variance of scrambled net
    quadrature", SIAM Journal on Numerical Analysis 34(5), 1884-1910.
    """
    if not 1 <= samples <= MAX_ENTITIES:
        raise ValueError(f"a Latin hypercube has 1 to {MAX_ENTITIES:,} samples, not {samples}")
    if len(set(names)) < len(names):
        raise ValueError(f"inputs of one name: {', '.join(names)}")
    columns = np.empty((samples, len(names)))
    for column, name in enumerate(names):
        columns[:, column] = _shared_out(draws.of_trials(number_of(name), 1), samples)
    return columns


def _shared_out(draws: Draws, samples: int) -> np.ndarray:
    """One uniform in every part of (0, 1), in random order, float64 array (samples,)."""
    order, place = (np.asarray(each) for each in draws.uniforms(Purpose.ASSUMPTIONS, samples, 2))
    part = np.empty(samples)
    part[np.argsort(order, kind="stable")] = np.arange(samples)
    # Rounding may lift the last part's end to 1.
    return np.minimum((part + place) / samples, 1.0 - 2.0**-53)
