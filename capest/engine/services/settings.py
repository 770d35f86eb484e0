"""Services in numbers: who asks for what, and how the uplink carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capest.engine.radio import UplinkAccess
from capest.physics.packet_delay import PacketDelay
from capest.physics.uplink_budget import UplinkBudget
from capest.scenario.service_classes import ServiceClass

if TYPE_CHECKING:
    from capest.engine.services.demand import Demand

_NO_MINIMUM_NOTE = (
    "calls that come and go (service.simulated_holding_times) take their beam as if nobody held "
    "cells.minimum_share of it: blocking_share does not know it"
)


@dataclass(frozen=True)
class CallUplink:
    """The uplink as far as calls need it.

    Attributes
    ----------
    budget : UplinkBudget
    access : UplinkAccess
    frequency_hz : float
    interference : {"off", "load", "full-buffer"}
        What beams hear: nobody, who is carried, or everybody. "off" also where the turns of one
        satellite's users are computed before calls, see `engine.uplink`.
    only_heard : bool
        With "full-buffer" users whose SNR is too low even alone take no turns.
    """

    budget: UplinkBudget
    access: UplinkAccess
    frequency_hz: float
    interference: str
    only_heard: bool


@dataclass(frozen=True)
class Services:
    """What the users of a scenario ask for.

    Attributes
    ----------
    classes : tuple of ServiceClass
        At least one.
    random_order : bool
        Calls are admitted in a drawn order, not by efficiency.
    policy : int
        Of the scheduler, for what calls leave; see ``radio.POLICIES``.
    bandwidth_mhz : float
        Of a beam, left to user data.
    delay : PacketDelay
    uplink : CallUplink or None
        ``None`` where satellite or handset lack the figures.
    missing_note : str
        What of the uplink is not computed; empty if it is as a whole.
    holding_times : int
        For which calls that come and go are simulated; 0: not.
    minimum_share : float
        Part of the wanted rate that every caller holds before any call is carried.
    counts_reachable : bool
        Trials count the callers whose own links would carry their calls in an empty network.
    """

    classes: tuple[ServiceClass, ...]
    random_order: bool
    policy: int
    bandwidth_mhz: float
    delay: PacketDelay
    uplink: CallUplink | None
    missing_note: str
    holding_times: int
    minimum_share: float = 0.0
    counts_reachable: bool = False

    @property
    def has_calls(self) -> bool:
        """Whether some users ask for a guaranteed rate."""
        return bool(self.calls)

    @property
    def calls(self) -> tuple[ServiceClass, ...]:
        """Classes of calls."""
        return tuple(each for each in self.classes if each.guaranteed)

    @property
    def has_pauses(self) -> bool:
        """Whether some calls send in a part of their time only."""
        return any(each.talk_share < 1.0 for each in self.calls)

    @property
    def is_adaptive(self) -> bool:
        """Whether some calls want more than the least rate with which they are carried."""
        return any(each.is_adaptive for each in self.calls)

    @property
    def has_rest(self) -> bool:
        """Whether some users take what calls leave."""
        return not all(each.guaranteed for each in self.classes)

    def wanted_up_mbps(self, demand: Demand, xp: Any) -> Any:
        """Rates that the width of users' uplinks goes by, float64 array (users,).

        A call is sent as wide as its least rate asks. Who asks for no call has one place; where
        calls come and go, idle users will ask.
        """
        if self.holding_times:
            return xp.full(demand.call.shape, self.calls[0].least_mbps[1])
        return xp.where(demand.call, demand.up_mbps, 0.0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, one line each."""
        holds_less = self.holding_times > 0 and self.minimum_share > 0.0
        told = (self.missing_note, _NO_MINIMUM_NOTE if holds_less else "")
        return tuple(filter(None, told)) if self.has_calls else ()
