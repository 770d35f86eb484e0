"""Beams that a satellite's feeder link has room for."""

from __future__ import annotations

import math

_ROUNDING = 1e-9


def beams_of_feeder(feeder_mhz: float, channel_mhz: float) -> int:
    """Beams whose channels lie side by side in the feeder link.

    A transparent payload moves every channel of a beam to the feeder link as it is, a colour that
    several beams have as often as it is lit.

    Parameters
    ----------
    feeder_mhz : float
        Bandwidth of the feeder link, both polarisations together.
    channel_mhz : float
        Of a beam.

    Returns
    -------
    int
        0 where not one channel has room.
    """
    return math.floor(feeder_mhz / channel_mhz * (1.0 + _ROUNDING))
