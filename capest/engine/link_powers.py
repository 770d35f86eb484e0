"""Powers of links in units of the noise, and in decibels as people read them."""

from __future__ import annotations

import math
from typing import Any


def peak_gain(snr_db: Any, xp: Any) -> Any:
    """Power in units of the noise from an SNR at the peak of a beam in dB, float64 array (n,)."""
    # NumPy raises 10 to a power eight times slower.
    return xp.exp(snr_db * (math.log(10.0) / 10.0))


def link_quantities(carrier: Any, interference: Any, xp: Any) -> dict[str, Any]:
    """SNR, SIR and SINR in dB from powers in units of the noise, float64 arrays (n,)."""
    snr_db = 10.0 * xp.log10(xp.maximum(carrier, 1e-300))
    return {
        "snr_db": snr_db,
        # No interference at all lands in the open bin at the top.
        "sir_db": snr_db - 10.0 * xp.log10(xp.maximum(interference, 1e-300)),
        "sinr_db": snr_db - 10.0 * xp.log10(interference + 1.0),
    }
