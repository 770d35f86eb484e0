"""One-way delay of a packet between a user and the network's edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S

SLOT_MS = 1.0
"""Slot at a subcarrier spacing of 15 kHz (TS 38.211 clause 4.3.2)."""

SCHEDULING_SLOTS = 4
"""Slots that a transmission takes: wait for a slot's start and for its turn, the slot itself, and
decoding (assumed; TS 38.214 clauses 5.3 and 6.4 give the handset about a slot for each). Uplinks
have a configured grant (TS 38.321 clause 5.8.2): to ask for one would take a round trip."""

CORE_MS = 20.0
"""From the radio network to the edge of the network (assumed)."""

HOP_M = 2_000e3
"""Length of a hop between satellites (assumed: neighbours of one plane with 22 satellites at 550 km
are 1,970 km apart)."""


@dataclass(frozen=True)
class PacketDelay:
    """What the way of a packet is made of.

    Attributes
    ----------
    hops : int
        Between satellites.
    retransmissions : int
        HARQ retransmissions to allow for; each costs a round trip and the slots of two
        transmissions, one of them of the answer (TS 38.321 clause 5.3.2).
    transparent : bool
        Retransmissions come from the ground, over all satellites; else from the user's satellite.
    """

    hops: int
    retransmissions: int
    transparent: bool

    def one_way_ms(self, range_m: Any, feeder_range_m: Any) -> Any:
        """Delay of packets.

        Parameters
        ----------
        range_m : float64 array (users,)
            Slant range of the user link.
        feeder_range_m : float or float64 array (users,)
            Slant range of the feeder link, of a regenerative payload too.

        Returns
        -------
        float64 array (users,)
        """
        ms_per_m = 1e3 / SPEED_OF_LIGHT_M_PER_S
        once_ms = SCHEDULING_SLOTS * SLOT_MS
        round_trips = 2.0 * self.retransmissions
        fixed_ms = (1.0 + round_trips) * once_ms + CORE_MS
        fixed_m = feeder_range_m + self.hops * HOP_M
        if self.transparent:
            return (range_m + fixed_m) * ((1.0 + round_trips) * ms_per_m) + fixed_ms
        return range_m * ((1.0 + round_trips) * ms_per_m) + (fixed_m * ms_per_m + fixed_ms)
