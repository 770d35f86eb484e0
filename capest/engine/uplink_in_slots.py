"""What beams of many satellites hear over a frame: in slots in which they are lit themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.backend.protocol import Kernels
from capest.engine.uplink_of_many import SendersToMany

_SENDING_AT_ONCE = 2**23
"""Users of all slots that are heard together: bounds the memory."""


@dataclass(frozen=True)
class SendersInSlots:
    """Users who send while their beam is lit; see ``settle.Senders``.

    Attributes
    ----------
    senders : SendersToMany
        Of a moment in which all beams are lit.
    lit : bool array (slots, beams)
        Beams of all trials.
    """

    senders: SendersToMany
    lit: Any

    @property
    def beam(self) -> Any:
        """Each user's own beam among those of all trials."""
        return self.senders.beam

    @property
    def beams(self) -> int:
        """Beams of all trials."""
        return self.senders.beams

    @property
    def new_shares(self) -> tuple[float, ...]:
        """As of a moment."""
        return self.senders.new_shares

    def hear(self, kernels: Kernels, sending: Any) -> Any:
        """Sum what beams hear, mean over the slots in which they are lit.

        Parameters
        ----------
        kernels : Kernels
        sending : float64 array (sums, users)
            Share of the time in which its beam is lit, and of its places, in which each user sends.

        Returns
        -------
        float64 array (sums, beams)
            0 of a beam that never is lit.
        """
        xp, lit, (sums, users) = kernels.xp, self.lit, sending.shape
        total = xp.zeros((sums, self.beams))
        step = max(1, _SENDING_AT_ONCE // max(sums * users, 1))
        for first in range(0, len(lit), step):
            some = lit[first : first + step]
            # One sum for each slot: the pairs of all of them are worked out once.
            power = xp.where(some[:, self.beam], sending[:, None, :], 0.0)
            heard = self.senders.hear(kernels, power.reshape(-1, users))
            # Whole numbers of one unit add exactly.
            total += (heard.reshape(sums, -1, self.beams) * some).sum(axis=1)
        return total / xp.maximum(lit.sum(axis=0), 1)
