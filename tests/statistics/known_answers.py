"""Models whose range and shares of variance are known, and joint samples of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.latin_hypercube import latin_hypercube


@dataclass(frozen=True)
class Known:
    """A model of independent uniforms in (0, 1).

    Attributes
    ----------
    name : str
    answer : function of (..., inputs) to (...)
    names : tuple of str
    variance : float
    first : tuple of float
        First-order shares of variance.
    quantile : function of float to float
    centre : float
        Answer with all inputs in the middle.
    none : float
        Share of answers of exactly nothing.
    """

    name: str
    answer: Callable[[np.ndarray], np.ndarray]
    names: tuple[str, ...]
    variance: float
    first: tuple[float, ...]
    quantile: Callable[[float], float]
    centre: float = field(default=1.0)
    none: float = field(default=0.0)


def samples_of(known: Known, samples: int, repetitions: int) -> Iterator[tuple]:
    """Latin hypercubes of seeds 0, 1, ... and the answers."""
    for seed in range(repetitions):
        uniform = latin_hypercube(Draws(NumpyKernels(), seed, 0, 1), samples, known.names)
        yield uniform, known.answer(uniform)


_SLOPES = np.array([4.0, 3.0, 2.0, 1.0, 0.0])


def _linear(uniform: np.ndarray) -> np.ndarray:
    return 20.0 + stats.norm.ppf(uniform) @ _SLOPES


LINEAR = Known(
    "linear",
    _linear,
    tuple("abcde"),
    30.0,
    tuple(_SLOPES**2 / 30.0),
    lambda p: 20.0 + np.sqrt(30.0) * stats.norm.ppf(p),
)
"""Normal inputs: the answer is normal, shares go as the squares of the slopes."""


def _ishigami(uniform: np.ndarray) -> np.ndarray:
    x, y, z = np.moveaxis(np.pi * (2 * uniform - 1), -1, 0)
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


@cache
def _ishigami_quantile(p: float) -> float:
    """Of a fine midpoint grid: sin(x) (1 + z^4 / 10) and 7 sin(y)^2 are independent.

    The distribution function is a mean over x and z of P(7 sin(y)^2 <= t - ...), which is
    2/pi arcsin(sqrt(...)): exact in y.
    """
    middle = (np.arange(1000) + 0.5) / 1000
    angle, height = np.pi * (2 * middle - 1), np.pi * (2 * middle - 1)
    part = np.sin(angle)[:, None] * (1 + 0.1 * height[None, 500:] ** 4)

    def below(t: float) -> float:
        return (2 / np.pi * np.arcsin(np.sqrt(np.clip((t - part) / 7.0, 0, 1)))).mean()

    low, high = -12.0, 20.0
    for _ in range(40):
        middle_t = 0.5 * (low + high)
        low, high = (middle_t, high) if below(middle_t) < p else (low, middle_t)
    return 0.5 * (low + high)


_PI4 = np.pi**4
_V1 = 0.5 * (1 + 0.1 * _PI4 / 5) ** 2
_V2 = 49.0 / 8
_V13 = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)

ISHIGAMI = Known(
    "ishigami",
    _ishigami,
    ("x", "y", "z"),
    _V1 + _V2 + _V13,
    (_V1 / (_V1 + _V2 + _V13), _V2 / (_V1 + _V2 + _V13), 0.0),
    _ishigami_quantile,
)
"""Ishigami and Homma (1990) with a = 7, b = 0.1: published first orders 0.3139, 0.4424, 0."""

_THRESHOLD = 0.3
_STEP_VARIANCE = 1e6 * (0.7 * (1 / 12 + 1.5**2) - (0.7 * 1.5) ** 2)


def _step(uniform: np.ndarray) -> np.ndarray:
    margin, size = np.moveaxis(uniform, -1, 0)
    return np.where(margin < _THRESHOLD, 0.0, 1000.0 * (1 + size))


STEP = Known(
    "step",
    _step,
    ("margin", "size"),
    _STEP_VARIANCE,
    (1e6 * 0.7 * 0.3 * 1.5**2 / _STEP_VARIANCE, 1e6 * 0.7**2 / 12 / _STEP_VARIANCE),
    lambda p: 0.0 if p <= _THRESHOLD else 1000.0 * (1 + (p - _THRESHOLD) / 0.7),
    1500.0,
    _THRESHOLD,
)
"""A cliff: nothing below a threshold of one input, a uniform amount above."""


_NOISE = 0.6


def noisy_line(uniform: np.ndarray, seed: int) -> np.ndarray:
    """A line of uniforms with slopes 4, 3, 2, 1, 0, and Monte Carlo noise of its own a trial."""
    random = np.random.default_rng([seed, 19])
    return uniform @ _SLOPES + _NOISE * random.normal(size=uniform.shape[:-1])


NOISE_SHARE = _NOISE**2 / (30 / 12 + _NOISE**2)
"""Of the variance of `noisy_line`."""

SHARES_OF_NOISY_LINE = tuple(_SLOPES**2 / 30.0 * (1 - NOISE_SHARE))
