"""Block errors: what repairing them by HARQ takes of a rate, and what doing without it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S
from capest.physics.packet_delay import HOP_M, SLOT_MS

BLOCK_ERROR_RATE = 0.1
"""Of first transmissions: that of the published lists of thresholds, and of CQI in TS 38.214 clause
5.2.2.1."""

RATE_FACTOR = 1.0 / (1.0 + BLOCK_ERROR_RATE + BLOCK_ERROR_RATE**2)
"""Blocks per transmission: one in ten is sent again, and one in a hundred a third time, after which
the 10⁻³ that calls allow is kept (each transmission fails as often as the first: assumed, as
combining makes later ones better)."""

DB_PER_DECADE = 0.5
"""Of SINR, for block errors that are ten times rarer (assumed; 0.25 to 1: 10⁻³ takes 0.5 to 2 dB
more than 10⁻¹)."""

PROCESS_SLOTS = 6
"""Slots that a process is taken beyond the propagation of its block and of the answer: for each of
the two a wait for a slot's start, the slot itself, and decoding (assumed, see `packet_delay`)."""


def threshold_shift_db(packet_error_rate: float) -> float:
    """How much more SINR a step takes than at 10 % block errors.

    Parameters
    ----------
    packet_error_rate : float
        That links without HARQ have to keep; one above 10 % takes nothing off.

    Returns
    -------
    float
        In dB, at least 0.
    """
    return DB_PER_DECADE * max(0.0, math.log10(BLOCK_ERROR_RATE / packet_error_rate))


@dataclass(frozen=True)
class HarqProcesses:
    """Blocks that one user may have under way at a time.

    Attributes
    ----------
    number : int
        At most 32 (Rel-17, TS 38.300 clause 16.14), 16 without that.
    hops : int
        Between satellites.
    transparent : bool
        Answers come from the ground, over all satellites; else from the user's satellite.
    """

    number: int
    hops: int
    transparent: bool

    def largest_share(self, range_m: Any, feeder_range_m: Any, xp: Any) -> Any:
        """Share of the time in which one user's blocks can be sent, at most.

        A block takes a slot, and its process is free again when the answer is there: in a round
        trip as many slots are filled as there are processes.

        Parameters
        ----------
        range_m : float64 array (users,)
            Slant range of the user link.
        feeder_range_m : float or float64 array (users,)
            Slant range of the feeder link.
        xp : module
            ``numpy`` or ``cupy``.

        Returns
        -------
        float64 array (users,)
            At most 1.
        """
        way_m = range_m + (feeder_range_m + self.hops * HOP_M if self.transparent else 0.0)
        round_trip_ms = way_m * (2e3 / SPEED_OF_LIGHT_M_PER_S) + PROCESS_SLOTS * SLOT_MS
        return xp.minimum(self.number * SLOT_MS / round_trip_ms, 1.0)
