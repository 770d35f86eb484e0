"""How evenly something is shared out: Jain's index of fairness."""

from __future__ import annotations

import math

import numpy as np


def jain_index(shares: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Jain's index of fairness, (Σ w x)² / (Σ w · Σ w x²).

    It is 1 where all have the same, and k / n where k of n have the same and the others nothing.

    Parameters
    ----------
    shares : array (n,)
        What each has, from 0 on.
    weight : array (n,), optional
        For how many each stands; once if not given.

    Returns
    -------
    float
        NaN where nobody is there, or nobody has anything.

    References
    ----------
    R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness and Discrimination for Resource
    Allocation in Shared Computer Systems, DEC-TR-301, 1984, equation (1).
    """
    x = np.asarray(shares, dtype=np.float64)
    w = np.ones(x.shape) if weight is None else np.asarray(weight, dtype=np.float64)
    below = float(w.sum() * (w * x * x).sum())
    return float((w * x).sum()) ** 2 / below if below > 0.0 else math.nan
