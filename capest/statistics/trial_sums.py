"""Running sums over trials that intervals of means and shares rest on; no trial is kept.

Sums of whole numbers are exact, so they do not depend on the order of the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from capest.statistics.intervals import Moments, merge_moments


@dataclass(frozen=True)
class TrialSums:
    """What is known of one quantity of all trials.

    Attributes
    ----------
    count, contributing, at_most : int
        Trials; those in which it is not zero; those in which it has its greatest value.
    mean, m2, m3 : float
        Mean, and the sums of squared and of cubed deviations from it.
    least, most : float
        Smallest and greatest value.
    """

    count: int
    contributing: int
    at_most: int
    mean: float
    m2: float
    m3: float
    least: float
    most: float

    @property
    def moments(self) -> Moments:
        """Count, mean and sum of squared deviations."""
        return self.count, self.mean, self.m2


NOTHING = TrialSums(0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Of no trial at all."""


def merge(a: TrialSums, b: TrialSums) -> TrialSums:
    """Sums of the union of two disjoint sets of trials.

    References
    ----------
    Pebay (2008), "Formulas for robust, one-pass parallel computation of covariances and
    arbitrary-order statistical moments", SAND2008-6212, eq. 2.1 (third moment).
    """
    if not a.count or not b.count:
        return a if a.count else b
    count, mean, m2 = merge_moments(a.moments, b.moments)
    delta = b.mean - a.mean
    m3 = (
        a.m3
        + b.m3
        + delta**3 * (a.count * b.count * (a.count - b.count) / count**2)
        + 3 * delta * (a.count * b.m2 - b.count * a.m2) / count
    )
    most = max(a.most, b.most)
    at_most = sum(each.at_most for each in (a, b) if each.most == most)
    contributing = a.contributing + b.contributing
    return TrialSums(count, contributing, at_most, mean, m2, m3, min(a.least, b.least), most)


def sums_of(values: np.ndarray) -> TrialSums:
    """Sums of real numbers, float array (trials,)."""
    if not len(values):
        return NOTHING
    values = values.astype(np.float64)
    mean = float(values.mean())
    deviations = values - mean
    most = float(values.max())
    return TrialSums(
        len(values),
        int(np.count_nonzero(values)),
        int(np.count_nonzero(values == most)),
        mean,
        float(np.sum(deviations**2)),
        float(np.sum(deviations**3)),
        float(values.min()),
        most,
    )


@dataclass
class WholeNumbers:
    """Exact sums of a count of every trial, added block by block."""

    count: int = 0
    contributing: int = 0
    at_most: int = 0
    least: int = 0
    most: int = 0
    powers: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, values: np.ndarray) -> None:
        """Add a block's values, integer array (trials,) of 0 to 2^24."""
        values = values.astype(np.int64)
        least, most = int(values.min()), int(values.max())
        at_most = int(np.count_nonzero(values == most))
        if not self.count or most > self.most:
            self.at_most = at_most
        elif most == self.most:
            self.at_most += at_most
        self.least = min(self.least, least) if self.count else least
        self.most = max(self.most, most) if self.count else most
        self.count += len(values)
        self.contributing += int(np.count_nonzero(values))
        self.powers[0] += int(values.sum())
        self.powers[1] += int((values * values).sum())
        self.powers[2] += sum_of_products(values, values, values)

    def sums(self) -> TrialSums:
        """Moments without cancellation: exact up to the last division."""
        n, (s1, s2, s3) = self.count, self.powers
        if not n:
            return NOTHING
        m2 = Fraction(n * s2 - s1 * s1, n)
        m3 = Fraction(n * n * s3 - 3 * n * s1 * s2 + 2 * s1**3, n * n)
        some = (n, self.contributing, self.at_most, s1 / n, float(m2), float(m3))
        return TrialSums(*some, float(self.least), float(self.most))


@dataclass
class PartAndWhole:
    """Exact sums of two counts of every trial, 0 <= part <= whole, added block by block.

    Attributes
    ----------
    all_trials : int
        All trials that were added.
    trials : int
        Those that have any of the whole: the others say nothing of a share.
    with_part, with_rest : int
        Trials with any of the part, and with any of the rest, whole less part.
    most_part, most_rest, most_whole : int
        Greatest values.
    part, whole : int
        Sums.
    squares : tuple of int
        Sums of part², part · whole, whole².
    cubes : tuple of int
        Sums of part³, part² · whole, part · whole², whole³.
    """

    all_trials: int = 0
    trials: int = 0
    with_part: int = 0
    with_rest: int = 0
    most_part: int = 0
    most_rest: int = 0
    most_whole: int = 0
    part: int = 0
    whole: int = 0
    squares: tuple[int, int, int] = (0, 0, 0)
    cubes: tuple[int, int, int, int] = (0, 0, 0, 0)

    def add(self, part: np.ndarray, whole: np.ndarray) -> None:
        """Add a block's values, arrays (trials,): integers of 0 to 2^24, or real numbers.

        Real numbers are whole multiples of 2^-40: their sums are exact then, in any order. A part
        that rounding left above its whole is the whole.
        """
        if whole.dtype.kind == "f":
            self._add(*(_whole_multiples(each) for each in (np.minimum(part, whole), whole)))
            return
        y, n = part.astype(np.int64), whole.astype(np.int64)
        self.all_trials += len(n)
        self.trials += int(np.count_nonzero(n))
        self.with_part += int(np.count_nonzero(y))
        self.with_rest += int(np.count_nonzero(n - y))
        self.most_part = max(self.most_part, int(y.max()))
        self.most_rest = max(self.most_rest, int((n - y).max()))
        self.most_whole = max(self.most_whole, int(n.max()))
        self.part += int(y.sum())
        self.whole += int(n.sum())
        yy, yn, nn = self.squares
        self.squares = yy + int((y * y).sum()), yn + int((y * n).sum()), nn + int((n * n).sum())
        now = (sum_of_products(*each) for each in ((y, y, y), (y, y, n), (y, n, n), (n, n, n)))
        a, b, c, d = (old + new for old, new in zip(self.cubes, now, strict=True))
        self.cubes = a, b, c, d

    def _add(self, y: np.ndarray, n: np.ndarray) -> None:
        """Add whole numbers of any size, arrays (trials,) of Python's integers."""
        self.all_trials += len(n)
        self.trials += int((n != 0).sum())
        self.with_part += int((y != 0).sum())
        self.with_rest += int((n != y).sum())
        self.most_part = max(self.most_part, y.max())
        self.most_rest = max(self.most_rest, (n - y).max())
        self.most_whole = max(self.most_whole, n.max())
        self.part += y.sum()
        self.whole += n.sum()
        yy, yn, nn = self.squares
        self.squares = yy + (y * y).sum(), yn + (y * n).sum(), nn + (n * n).sum()
        a, b, c, d = self.cubes
        self.cubes = (
            *(a + (y * y * y).sum(), b + (y * y * n).sum()),
            *(c + (y * n * n).sum(), d + (n * n * n).sum()),
        )


def _whole_multiples(values: np.ndarray) -> np.ndarray:
    """Whole multiples of 2^-40 that are nearest, as Python's integers, object array (trials,)."""
    scaled = np.rint(values.astype(np.float64) * 2.0**40)
    found = np.empty(len(values), dtype=object)
    found[:] = [int(value) for value in scaled.tolist()]
    return found


def sum_of_products(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> int:
    """Exact sum of a · b · c for int64 arrays of values up to 2^24, in two halves."""
    squares = a * b
    above, below = squares >> 20, squares & (2**20 - 1)
    return (int((above * c).sum()) << 20) + int((below * c).sum())
