"""Admission and interference of the uplink, which depend on each other.

Who is carried sends, and who sends disturbs: interference lowers the efficiency of other uplinks,
calls take more of their beams or are refused, and send for longer or not at all. Two chains of
steps go towards what both agree on, from a network in which nobody disturbs and from one in which
every place of a beam that carries calls is taken all the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from capest.backend.arguments import LinkAdaptation
from capest.backend.protocol import Kernels
from capest.engine.services.admission import CallLinks
from capest.engine.services.demand import Demand
from capest.engine.services.settings import Services
from capest.engine.services.uplink_door import CHAINS, Door

_ROUGH_STEPS = 3
"""First steps, in which some of the users stand for all if there are many."""

_MOST_FOR_ONE = 8
"""Users that one stands for in a rough step at most."""

_ENOUGH = 5_000
"""Users of a trial that stand for all of them, at least."""


class Senders(Protocol):
    """Users of some trials as the beams of satellites hear them.

    See ``uplink_of_many.SendersToMany`` and ``uplink_of_one.SendersToOne``.
    """

    @property
    def beam(self) -> Any:
        """Each user's own beam among those of all trials, whole numbers (users,)."""

    @property
    def beams(self) -> int:
        """Beams of all trials."""

    @property
    def new_shares(self) -> tuple[float, ...]:
        """For each step, share of the interference worked out last in that of the next step.

        The first is 1. Chains would swing around what they go to with 1 all the time, and come
        slowly with less; see `docs/services.md` for how close they come.
        """

    def hear(self, kernels: Kernels, sending: Any) -> Any:
        """Sum what beams hear of the users of others, float64 array (sums, beams).

        Parameters
        ----------
        kernels : Kernels
        sending : float64 array (sums, users)
            Share of a beam's time and subchannels in which each user sends; a difference of two
            may be negative.
        """


@dataclass(frozen=True)
class Settled:
    """What the uplink came to.

    Attributes
    ----------
    own_snr : float64 array (users,)
        Of each user's uplink, at its own beam and without the others.
    ready : bool array (users,)
        Who has an uplink: the others are too weak even alone, or have no beam.
    interference : float32 array (users,)
        That each user's beam hears, in units of its noise.
    calls : int64 array (2, trials) or None
        Calls carried of users that count, from the empty and from the full network; ``None`` where
        nothing was to settle. Interference is that of the chain with fewer calls of all users, so
        that it does not depend on who counts.
    """

    own_snr: Any
    ready: Any
    interference: Any
    calls: Any | None = None


def always_sending(
    kernels: Kernels, links: CallLinks, senders: Senders, own_snr: Any, ready: Any
) -> Settled:
    """Have every place of a beam taken all the time, by its users in equal turns.

    Parameters
    ----------
    kernels : Kernels
    links : CallLinks
    senders : Senders
    own_snr, ready
        See `Settled`; who is ready takes turns.
    """
    xp = kernels.xp
    number = xp.where(ready, links.own_beam, -1)
    of_beam = kernels.count_numbers(number, links.trials * links.beams)
    sending = xp.where(ready, 1.0 / xp.maximum(of_beam, 1)[xp.maximum(number, 0)], 0.0)
    heard = senders.hear(kernels, sending[None])
    return Settled(own_snr, ready, heard[0][senders.beam].astype(xp.float32))


def settle(
    services: Services,
    kernels: Kernels,
    links: CallLinks,
    demand: Demand,
    senders: Senders,
    own_snr: Any,
    ready: Any,
    counted: Any,
    adaptation: LinkAdaptation,
    lit_share: Any | None = None,
    headroom: Any | None = None,
) -> Settled:
    """Find the interference that the calls carried under it make.

    Parameters
    ----------
    services : Services
        With an uplink.
    kernels : Kernels
    links : CallLinks
        Without an uplink.
    demand : Demand
    senders : Senders
    own_snr, ready
        See `Settled`.
    counted : bool array (users,)
        Users that count.
    adaptation : LinkAdaptation
    lit_share : float array (users,), optional
        Share of a frame's slots in which each user's beam is lit, and can hear it.
    headroom : float64 array (users,), optional
        How much more power a user has than it sends in one place.
    """
    if services.uplink is None:
        raise ValueError("there is no uplink to settle")
    xp, beams = kernels.xp, senders.beams
    door = Door(services, services.uplink, kernels, links, demand, counted, headroom)

    def of_chains(interference: Any) -> tuple[Any, Any | None]:
        return door.efficiency(own_snr / (interference + 1.0), adaptation, lit_share)

    heard, before = xp.zeros((CHAINS, beams)), xp.zeros((CHAINS, len(own_snr)))
    interference = heard
    per_trial = len(own_snr) // max(links.trials, 1)
    for_one = min(max(per_trial // _ENOUGH, 1), _MOST_FOR_ONE)
    stands_for_all = xp.arange(len(own_snr)) % max(per_trial, 1) % for_one == 0
    for step, new_share in enumerate(senders.new_shares):
        of_users = interference[:, senders.beam]
        found = door.admit(*of_chains(of_users))
        sending = found.sending
        if step == 0:
            sending = xp.stack([sending[0], sending[1] * found.fills[1, links.own_beam]])
        if step < _ROUGH_STEPS and for_one > 1:
            sending = xp.where(stands_for_all, sending * for_one, 0.0)
        # Only who sends more or less than before is summed.
        heard = heard + senders.hear(kernels, sending - before)
        before = sending
        last = xp.maximum(heard, 0.0)
        interference = interference + new_share * (last - interference)
    of_users = interference[:, senders.beam]
    found = door.admit(*of_chains(of_users))
    fewer = (found.all_calls[1] < found.all_calls[0])[links.user_trial]
    lower = xp.where(fewer, of_users[1], of_users[0]).astype(xp.float32)
    return Settled(own_snr, ready, lower, found.calls)
