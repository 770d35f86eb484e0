"""From SINR to throughput; the NumPy twin of ``kernels/throughput.cu``."""

from __future__ import annotations

import numpy as np

_FIXED_POINT_EFFICIENCY = 2.0**24
_FIXED_POINT_DB = 2.0**16


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
    if mode == 0:
        step = np.searchsorted(rate_table[:, 0], sinr, side="right")
        efficiency = np.append(np.float32(0.0), rate_table[:, 1])[step]
    else:
        # In double precision and rounded once, so that both backends give the same.
        alpha, smallest, largest, ceiling = shannon.astype(np.float64)
        rate = alpha * np.log2(1.0 + np.minimum(sinr.astype(np.float64), largest))
        efficiency = np.where(sinr < smallest, 0.0, np.minimum(rate, ceiling))
        efficiency = efficiency.astype(np.float32)
    bin_of_user = user_trial.astype(np.int64) * beams + serving_beam
    bins = trials * beams
    sums = np.zeros((5, bins), dtype=np.int64)
    sums[0] = np.bincount(bin_of_user, minlength=bins)
    if beam_lit is not None:
        lit = beam_lit.ravel()[bin_of_user] > 0
        efficiency = np.where(lit, efficiency, np.float32(0.0))
        lit_bin, lit_sinr = bin_of_user[lit], sinr[lit]
    else:
        lit_bin, lit_sinr = bin_of_user, sinr
    served = efficiency > 0.0
    served_bin = bin_of_user[served]
    served_efficiency = efficiency[served].astype(np.float64)
    sinr_db = 10.0 * np.log10(np.maximum(lit_sinr.astype(np.float64), 1e-30))
    sums[1] = np.bincount(served_bin, minlength=bins)
    for row, bin_of_value, fixed_point in (
        (2, served_bin, served_efficiency * _FIXED_POINT_EFFICIENCY),
        (3, served_bin, _FIXED_POINT_EFFICIENCY / served_efficiency),
        (4, lit_bin, sinr_db * _FIXED_POINT_DB),
    ):
        # Whole numbers below 2**53 add exactly in double precision.
        sums[row] = np.bincount(bin_of_value, np.rint(fixed_point), minlength=bins)
    return efficiency, np.ascontiguousarray(sums.T).reshape(trials, beams, 5)


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
    own = sums[user_trial, serving_beam]
    if policy == 0:
        rate = efficiency.astype(np.float64) / np.maximum(own[:, 1], 1)
    else:
        rate = _FIXED_POINT_EFFICIENCY / np.maximum(own[:, 3], 1).astype(np.float64)
    return np.where(efficiency > 0.0, rate, 0.0).astype(np.float32)
