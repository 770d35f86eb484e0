"""From SINR to throughput; the NumPy twin of ``kernels/throughput.cu``."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares, LinkAdaptation

_FIXED_POINT_EFFICIENCY = 2.0**24
_FIXED_POINT_DB = 2.0**16
_LEAST = 1e-30  # instead of an efficiency of zero, to divide by


def beam_sums(links: AttachedLinks) -> tuple[np.ndarray, np.ndarray]:
    """Efficiency per user and sums per beam; twin of ``beam_sums`` in ``throughput.cu``.

    Sums are integers (fixed point), so their order cannot matter.
    """
    serving, trials, beams = links.serving, links.trials, links.beams
    sinr = links.carrier / (links.interference + np.float32(1.0))
    efficiency = link_efficiency(sinr, links.adaptation)
    bins = trials * beams
    bin_of_user = links.user_trial.astype(np.int64) * beams + serving
    nobody = serving < 0
    if nobody.any():
        efficiency[nobody] = 0.0
        # Their sums go behind those of all beams, and are dropped.
        bin_of_user[nobody] = bins
    sinr_db = 10.0 * np.log10(np.maximum(sinr.astype(np.float64), 1e-30))
    np.rint(sinr_db * _FIXED_POINT_DB, out=sinr_db)
    if links.lit is not None:
        lit = np.append(links.lit.ravel(), np.uint8(0))[bin_of_user]
        efficiency *= lit
        sinr_db *= lit
    served = efficiency > 0.0
    exact = efficiency.astype(np.float64)
    inverse = np.rint(_FIXED_POINT_EFFICIENCY / np.maximum(exact, _LEAST)) * served
    exact *= _FIXED_POINT_EFFICIENCY
    sums = np.empty((bins, 5), dtype=np.int64)
    for column, weight in enumerate((None, served, np.rint(exact), inverse, sinr_db)):
        # Whole numbers below 2**53 add exactly in double precision.
        sums[:, column] = np.bincount(bin_of_user, weight, minlength=bins)[:bins]
    return efficiency, sums.reshape(trials, beams, 5)


def link_efficiency(sinr: np.ndarray, adaptation: LinkAdaptation) -> np.ndarray:
    """Efficiency of links by their SINR; twin of ``link_efficiency`` in ``throughput.cu``."""
    if adaptation.mode == 0:
        rate_table = adaptation.rate_table
        return np.append(np.float32(0.0), rate_table[:, 1]).take(_steps(sinr, rate_table[:, 0]))
    # In double precision and rounded once, so that both backends give the same.
    alpha, smallest, largest, ceiling = adaptation.shannon.astype(np.float64)
    rate = alpha * np.log2(1.0 + np.minimum(sinr.astype(np.float64), largest))
    return np.where(sinr < smallest, 0.0, np.minimum(rate, ceiling)).astype(np.float32)


def _steps(sinr: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Number of ascending thresholds that each SINR meets."""
    if len(thresholds) > np.iinfo(np.uint8).max:
        return np.searchsorted(thresholds, sinr, side="right")
    # To compare everybody with few thresholds is five times faster than to search.
    met = np.zeros(sinr.shape, dtype=np.uint8)
    for threshold in thresholds:
        met += (sinr >= threshold).view(np.uint8)
    return met


def user_throughput(shares: BeamShares) -> np.ndarray:
    """Throughput per Hz of beam bandwidth; twin of ``user_throughput`` in ``throughput.cu``."""
    sums, policy = shares.sums, shares.policy
    beams = sums.shape[1]
    bin_of_user = shares.user_trial.astype(np.int64) * beams + shares.serving
    # Equal time: users served. Equal rate: sum of inverse efficiencies.
    column = 1 if policy == 0 else 3
    shared = np.maximum(sums[:, :, column], 1).astype(np.float64).ravel().take(bin_of_user)
    efficiency = shares.efficiency.astype(np.float64)
    if policy == 0:
        return (efficiency / shared).astype(np.float32)
    return (_FIXED_POINT_EFFICIENCY / shared * (efficiency > 0.0)).astype(np.float32)
