"""Constants of a scenario's services: who asks for what, and how the uplink carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capest.engine.radio import UplinkAccess, uplink_access, uplink_budget
from capest.physics.packet_delay import PacketDelay
from capest.physics.uplink_budget import UplinkBudget
from capest.scenario.service_classes import ServiceClass, service_classes

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

DOWNLINK_ONLY_NOTE = (
    "calls are admitted by the downlink only, as the satellite or the handset has no figures of an "
    "uplink: with one, fewer would be carried"
)
NOISE_ONLY_NOTE = (
    "the uplink of calls has no interference; uplink.enabled = true adds it, and fewer are carried"
)
NETWORK_NOISE_ONLY_NOTE = (
    "the uplink of calls has no interference, which is not computed in constellations: with it, "
    "fewer would be carried"
)
_LACKING = {
    DOWNLINK_ONLY_NOTE: "by the downlink only",
    NOISE_ONLY_NOTE: "no interference in the uplink",
    NETWORK_NOISE_ONLY_NOTE: "no interference in the uplink",
}


@dataclass(frozen=True)
class CallUplink:
    """The uplink as far as calls need it.

    Attributes
    ----------
    budget : UplinkBudget
    access : UplinkAccess
    frequency_hz : float
    """

    budget: UplinkBudget
    access: UplinkAccess
    frequency_hz: float


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
        Of the scheduler, for what calls leave; see ``link_constants.POLICIES``.
    bandwidth_mhz : float
        Of a beam, left to user data.
    delay : PacketDelay
    uplink : CallUplink or None
        ``None`` where satellite or handset lack the figures.
    missing_note : str
        What of the uplink is not computed; empty if it is as a whole.
    holding_times : int
        For which calls that come and go are simulated; 0: not.
    """

    classes: tuple[ServiceClass, ...]
    random_order: bool
    policy: int
    bandwidth_mhz: float
    delay: PacketDelay
    uplink: CallUplink | None
    missing_note: str
    holding_times: int

    @property
    def has_calls(self) -> bool:
        """Whether some users ask for a guaranteed rate."""
        return bool(self.calls)

    @property
    def calls(self) -> tuple[ServiceClass, ...]:
        """Classes of calls."""
        return tuple(each for each in self.classes if each.guaranteed)

    @property
    def has_rest(self) -> bool:
        """Whether some users take what calls leave."""
        return not all(each.guaranteed for each in self.classes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, one line each."""
        return (self.missing_note,) if self.has_calls and self.missing_note else ()


def services_of(scenario: Scenario, policy: int, bandwidth_mhz: float) -> Services | None:
    """Work out the services, ``None`` where there are none.

    Parameters
    ----------
    scenario : Scenario
    policy, bandwidth_mhz
        See ``link_constants.Link``.
    """
    classes = service_classes(scenario.service)
    if not classes:
        return None
    uplink = _uplink(scenario)
    return Services(
        classes=classes,
        random_order=scenario.scheduler.admission == "random",
        policy=policy,
        bandwidth_mhz=bandwidth_mhz,
        delay=PacketDelay(
            scenario.service.inter_satellite_hops,
            scenario.service.harq_retransmissions,
            scenario.satellite.payload == "transparent",
        ),
        uplink=uplink,
        missing_note=_missing_note(scenario, uplink),
        holding_times=scenario.service.simulated_holding_times,
    )


def call_attributes(scenario: Scenario) -> dict[str, str]:
    """Return what a result file says of its calls, as global attributes; empty without calls.

    Returns
    -------
    dict of str to str
        ``delay_budgets``, a line ``name: ms`` for each budget; ``calls_lack``, what stands against
        calls in fact and is not computed, empty if nothing does.
    """
    services = services_of(scenario, 0, 0.0)
    if services is None or not services.has_calls:
        return {}
    budgets: dict[float, str] = {}
    for each in services.calls:
        budgets.setdefault(each.delay_budget_ms, each.budget_name)
    return {
        "delay_budgets": "\n".join(f"{name}: {ms:g}" for ms, name in sorted(budgets.items())),
        "calls_lack": _LACKING.get(services.missing_note, ""),
    }


def service_notes(scenario: Scenario) -> tuple[str, ...]:
    """What the user should know of the services, one line each."""
    services = services_of(scenario, 0, 0.0)
    return () if services is None else services.notes


def _missing_note(scenario: Scenario, uplink: CallUplink | None) -> str:
    if uplink is None:
        return DOWNLINK_ONLY_NOTE
    if scenario.has_constellation:
        return NETWORK_NOISE_ONLY_NOTE
    return "" if scenario.uplink.enabled else NOISE_ONLY_NOTE


def _uplink(scenario: Scenario) -> CallUplink | None:
    budget, access = uplink_budget(scenario), uplink_access(scenario)
    frequency_ghz = scenario.satellite.uplink_frequency_ghz
    if budget is None or access is None or frequency_ghz is None:
        return None
    if not scenario.has_constellation and scenario.satellite.uplink_antenna_diameter_m is None:
        return None
    return CallUplink(budget, access, frequency_ghz * 1e9)
