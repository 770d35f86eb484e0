"""Beams that a satellite feeds at full EIRP."""

from __future__ import annotations

import math

_ROUNDING = 1e-9


def beams_at_full_power(rf_power_w: float, beam_power_w: float) -> int:
    """Beams that run at full EIRP together, at least one.

    One that wants more than the satellite feeds is lit all the same, and turned down. What the
    limit of the power-flux density takes off beams is not counted: then more of them would fit.

    Parameters
    ----------
    rf_power_w : float
        Radiated by all beams of a satellite at most.
    beam_power_w : float
        Radiated by one at its full EIRP density.
    """
    return max(1, math.floor(rf_power_w / beam_power_w * (1.0 + _ROUNDING)))
