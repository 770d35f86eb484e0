"""From SINR to throughput; the NumPy twin of ``kernels/throughput.cu``."""

from __future__ import annotations

import numpy as np

_FIXED_POINT_EFFICIENCY = 2.0**24
_FIXED_POINT_DB = 2.0**16
_LEAST = 1e-30  # instead of an efficiency of zero, to divide by


def beam_sums(
    carrier: np.ndarray,
    interference: np.ndarray,
    serving_beam: np.ndarray,
    user_trial: np.ndarray,
    beam_lit: np.ndarray | None,
    rate_table: np.ndarray,
    shannon: np.ndarray,
    mode: int,
    trials: int,
    beams: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Efficiency per user and sums per beam; twin of ``beam_sums`` in ``throughput.cu``.

    Sums are integers (fixed point), so their order cannot matter.

    Parameters
    ----------
    carrier, interference : float32 array (users,)
        From `downlink_sinr`.
    serving_beam, user_trial : int32 array (users,)
        A beam of -1 is nobody: counts nowhere.
    beam_lit : uint8 array (trials, beams) or None
    rate_table : float32 array (entries, 2)
        Linear SINR thresholds and efficiencies, ascending (``mode`` 0).
    shannon : float32 array (4,)
        alpha, smallest and largest SINR, largest efficiency (``mode`` 1).
    mode : {0, 1}
    trials, beams : int
        Shape of the sums.

    Returns
    -------
    efficiency : float32 array (users,)
        bit/s/Hz; zero where the beam is dark or the SINR too low.
    sums : int64 array (trials, beams, 5)
        Users attached; users served; sums over served users of efficiency · 2²⁴ and of
        2²⁴ / efficiency; sum over users of lit beams of SINR in dB · 2¹⁶.
    """
    sinr = carrier / (interference + np.float32(1.0))
    efficiency = link_efficiency(sinr, rate_table, shannon, mode)
    bins = trials * beams
    bin_of_user = user_trial.astype(np.int64) * beams + serving_beam
    nobody = serving_beam < 0
    if nobody.any():
        efficiency[nobody] = 0.0
        # Their sums go behind those of all beams, and are dropped.
        bin_of_user[nobody] = bins
    sinr_db = 10.0 * np.log10(np.maximum(sinr.astype(np.float64), 1e-30))
    np.rint(sinr_db * _FIXED_POINT_DB, out=sinr_db)
    if beam_lit is not None:
        lit = np.append(beam_lit.ravel(), np.uint8(0))[bin_of_user]
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


def link_efficiency(
    sinr: np.ndarray, rate_table: np.ndarray, shannon: np.ndarray, mode: int
) -> np.ndarray:
    """Efficiency of links by their SINR; twin of ``link_efficiency`` in ``throughput.cu``.

    Parameters
    ----------
    sinr : float32 array (users,)
        Linear.
    rate_table, shannon, mode
        As of `beam_sums`.

    Returns
    -------
    float32 array (users,)
        bit/s/Hz; zero where the SINR is too low.
    """
    if mode == 0:
        return np.append(np.float32(0.0), rate_table[:, 1]).take(_steps(sinr, rate_table[:, 0]))
    # In double precision and rounded once, so that both backends give the same.
    alpha, smallest, largest, ceiling = shannon.astype(np.float64)
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


def user_throughput(
    efficiency: np.ndarray,
    serving_beam: np.ndarray,
    user_trial: np.ndarray,
    sums: np.ndarray,
    policy: int,
) -> np.ndarray:
    """Throughput per Hz of beam bandwidth; twin of ``user_throughput`` in ``throughput.cu``.

    Parameters
    ----------
    efficiency : float32 array (users,)
    serving_beam, user_trial : int32 array (users,)
    sums : int64 array (trials, beams, 5)
        From `beam_sums`.
    policy : {0, 1}
        Equal time (round robin) or equal rate for the served users of a beam.

    Returns
    -------
    float32 array (users,)
        bit/s per Hz; zero for users not served.
    """
    beams = sums.shape[1]
    bin_of_user = user_trial.astype(np.int64) * beams + serving_beam
    # Equal time: users served. Equal rate: sum of inverse efficiencies.
    column = 1 if policy == 0 else 3
    shared = np.maximum(sums[:, :, column], 1).astype(np.float64).ravel().take(bin_of_user)
    efficiency = efficiency.astype(np.float64)
    if policy == 0:
        return (efficiency / shared).astype(np.float32)
    return (_FIXED_POINT_EFFICIENCY / shared * (efficiency > 0.0)).astype(np.float32)
