"""Where a figure crosses a threshold as a key varies, from the same trials at several values.

Every unit (a trial, or a group of trials) has at every value x of the key a number z(x) whose sum
over units is above zero where the condition is not met: of a share it is the part less threshold
times whole. The key is where the mean of z is zero. Between the values that were visited z is
linear in the coordinate of the key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from capest.statistics.student_t import student_t_quantile

RESAMPLES = 4000
"""Of units with replacement."""

MOST_UNITS = 1000
"""That are resampled one by one; more are joined with their neighbours, which changes no sum."""

FEWEST_UNITS = 5
"""No interval comes from fewer."""

_NOTHING = 1e-12
"""Of the variance of all units: a resample that varies less does not vary."""


@dataclass(frozen=True)
class SolvedKey:
    """A crossing in the coordinate of the key.

    Attributes
    ----------
    value : float
    low, high : float
        95 % interval; NaN from fewer than `FEWEST_UNITS` units.
    low_is_open, high_is_open : bool
        The interval reaches the end of what was looked at, and may go on beyond it.
    scale : float
        Width of the interval by Student's t alone: how fine steps have to be.
    """

    value: float
    low: float
    high: float
    low_is_open: bool = False
    high_is_open: bool = False
    scale: float = 0.0


def joined_units(values: np.ndarray) -> np.ndarray:
    """Join neighbouring units until there are at most `MOST_UNITS`; float64 (points, units)."""
    count = values.shape[1]
    if count <= MOST_UNITS:
        return values
    starts = np.arange(MOST_UNITS) * count // MOST_UNITS
    joined: np.ndarray = np.add.reduceat(values, starts, axis=1)
    return joined


def solve_key(
    coordinate: np.ndarray,
    values: np.ndarray,
    uniform: np.ndarray,
    *,
    rising: bool,
    excess: np.ndarray | None = None,
    confidence: float = 0.95,
) -> SolvedKey:
    """Solve for the key, and again on resampled units.

    The interval is that of the bootstrap of the estimating function (Hu and Kalbfleisch 2000),
    studentised: with t(x) the mean of z over its standard error, units drawn again with
    replacement tell how t is distributed where the mean is zero, and the interval holds the keys
    whose t is within the quantiles of that. Quantiles are those of the expanded level
    (Hesterberg 2015), and never nearer than those of Student's t.

    Parameters
    ----------
    coordinate : float64 array (points,)
        Ascending.
    values : float64 array (points, units)
        z of every unit at every point.
    uniform : float64 array (resamples, units)
        In (0, 1), which units are drawn.
    rising : bool
        The condition is met below the key, and not above; else the other way round.
    excess : float64 array (points,), optional
        By which the key itself is solved for, in place of the mean of z; above zero where the
        condition is not met.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    SolvedKey

    References
    ----------
    Hu and Kalbfleisch (2000), "The estimating function bootstrap", Canadian Journal of Statistics
    28(3), 449-481. Hesterberg (2015), "What teachers should know about the bootstrap", The
    American Statistician 69(4), 371-386.
    """
    units = values.shape[1]
    mean = values.mean(axis=1)
    value = _key(coordinate, mean if excess is None else excess, rising=rising)
    if units < FEWEST_UNITS:
        return SolvedKey(value, math.nan, math.nan)
    error = values.std(axis=1, ddof=1) / math.sqrt(units)
    least, most = _quantiles_of_t(_at(coordinate, values, value), uniform, confidence)
    ends = sorted(_key(coordinate, mean - t * error, rising=rising) for t in (least, most))
    low, high = min(ends[0], value), max(ends[1], value)
    student = student_t_quantile(0.5 + confidence / 2, units - 1)
    near = [_key(coordinate, mean - t * error, rising=rising) for t in (-student, student)]
    is_open = low <= coordinate[0], high >= coordinate[-1]
    return SolvedKey(value, low, high, *is_open, abs(near[1] - near[0]))


def crossing_of_limit(
    coordinate: np.ndarray, excess: np.ndarray, value: float, *, rising: bool
) -> float:
    """Nearest key to ``value``, on the side where the condition is met, that a limit meets too.

    Parameters
    ----------
    coordinate : float64 array (points,)
        Ascending.
    excess : float64 array (points,)
        Of the figure's limit over the threshold, above zero where it is not met; NaN: not known.
    value : float
        The key by the estimate.
    rising : bool
        As of `solve_key`.

    Returns
    -------
    float
        NaN where no point that was visited meets it.
    """
    if not rising:
        return -crossing_of_limit(-coordinate[::-1], excess[::-1], -value, rising=True)
    below = np.flatnonzero((coordinate <= value) & (excess <= 0.0))
    if not len(below):
        return math.nan
    last = int(below[-1])
    if last + 1 == len(coordinate) or math.isnan(excess[last + 1]):
        return float(coordinate[last])
    low, high = excess[last], excess[last + 1]
    part = 1.0
    if high > 0.0:
        # Of limits that are infinite nobody knows where between the points they cross.
        part = -low / (high - low) if math.isfinite(high - low) else 0.0
    step = coordinate[last + 1] - coordinate[last]
    return float(min(coordinate[last] + part * step, value))


def _key(coordinate: np.ndarray, excess: np.ndarray, *, rising: bool) -> float:
    """Where an excess becomes more than zero, by how much of the range has none.

    Where noise makes it cross several times, that lies between the crossings.
    """
    low, high = excess[:-1], excess[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(low <= 0.0, -low, -high) / np.abs(high - low)
    part = np.where((low <= 0.0) & (high <= 0.0), 1.0, part)
    part = np.where((low > 0.0) & (high > 0.0), 0.0, part)
    met = float((part * np.diff(coordinate)).sum())
    return float(coordinate[0] + met if rising else coordinate[-1] - met)


def _at(coordinate: np.ndarray, values: np.ndarray, where: float) -> np.ndarray:
    """Value of every unit between two points, float64 array (units,)."""
    right = int(np.clip(np.searchsorted(coordinate, where), 1, len(coordinate) - 1))
    step = coordinate[right] - coordinate[right - 1]
    part = (where - coordinate[right - 1]) / step
    found: np.ndarray = (1.0 - part) * values[right - 1] + part * values[right]
    return found


def _quantiles_of_t(
    values: np.ndarray, uniform: np.ndarray, confidence: float
) -> tuple[float, float]:
    """How far t of resamples lies from that of the units, below and above."""
    units = len(values)
    drawn = values[np.minimum((uniform * units).astype(np.int64), units - 1)]
    away = drawn.mean(axis=1) - values.mean()
    variance = drawn.var(axis=1, ddof=1)
    still = variance <= _NOTHING * max(float(values.var()), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = away / np.sqrt(variance / units)
    if still.all():
        t = np.zeros(1)
    else:
        # Of the same unit again and again nobody knows how far away it is.
        t = np.sort(t[~still])
    student = student_t_quantile(0.5 + confidence / 2, units - 1)
    tail = NormalDist().cdf(-math.sqrt(units / (units - 1)) * student)
    place = max(math.floor(tail * (len(t) + 1)) - 1, 0)
    return min(float(t[place]), -student), max(float(t[-1 - place]), student)
