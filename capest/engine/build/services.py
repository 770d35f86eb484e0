"""The services of a scenario: who asks for what, and how the uplink carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.engine.build.radio import uplink_access, uplink_budget
from capest.engine.radio import Link
from capest.engine.services.settings import CallUplink, Services
from capest.physics.packet_delay import PacketDelay
from capest.scenario.service_classes import service_classes

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

DOWNLINK_ONLY_NOTE = (
    "calls are admitted by the downlink only, as the satellite or the handset has no figures of an "
    "uplink: with one, fewer would be carried"
)
NOISE_ONLY_NOTE = (
    'the uplink of calls has no interference, as uplink.interference = "off": with it, fewer would '
    "be carried"
)
BORDER_NOTE = (
    "no phones beyond the region's border disturb the uplink: with them, region.guard_km above 0, "
    "fewer calls would be carried near the border"
)
_LACKING = {
    DOWNLINK_ONLY_NOTE: "by the downlink only",
    NOISE_ONLY_NOTE: "uplink without interference",
    BORDER_NOTE: "no phones beyond the border",
}


def services_of(scenario: Scenario, link: Link) -> Services | None:
    """Work out the services on a downlink, ``None`` where there are none."""
    classes = service_classes(scenario.service, scenario.rules)
    if not classes:
        return None
    uplink = _uplink(scenario)
    return Services(
        classes=classes,
        random_order=scenario.scheduler.admission == "random",
        policy=link.policy,
        bandwidth_mhz=link.bandwidth_mhz,
        delay=PacketDelay(
            scenario.service.inter_satellite_hops,
            scenario.harq_round_trips,
            scenario.satellite.payload == "transparent",
        ),
        uplink=uplink,
        missing_note=_missing_note(scenario, uplink),
        holding_times=scenario.service.simulated_holding_times,
        minimum_share=scenario.cells.minimum_share if scenario.covers_first else 0.0,
        counts_reachable=scenario.service.count_reachable,
    )


def call_attributes(services: Services | None) -> dict[str, str]:
    """Return what a result file says of its calls, as global attributes; empty without calls.

    Parameters
    ----------
    services : Services or None
        Of the world.

    Returns
    -------
    dict of str to str
        ``delay_budgets``, a line ``name: ms`` for each budget; ``calls_lack``, what stands against
        calls in fact and is not computed, empty if nothing does.
    """
    if services is None or not services.has_calls:
        return {}
    budgets: dict[float, str] = {}
    for each in services.calls:
        budgets.setdefault(each.delay_budget_ms, each.budget_name)
    return {
        "delay_budgets": "\n".join(f"{name}: {ms:g}" for ms, name in sorted(budgets.items())),
        "calls_lack": _LACKING.get(services.missing_note, ""),
    }


def _missing_note(scenario: Scenario, uplink: CallUplink | None) -> str:
    if uplink is None:
        return DOWNLINK_ONLY_NOTE
    if scenario.uplink_interference == "off":
        return NOISE_ONLY_NOTE
    if not scenario.has_constellation:
        return ""
    surrounded = scenario.region.kind == "earth" or scenario.guard_km > 0.0
    return "" if surrounded else BORDER_NOTE


def _uplink(scenario: Scenario) -> CallUplink | None:
    budget, access = uplink_budget(scenario), uplink_access(scenario)
    frequency_ghz = scenario.satellite.uplink_frequency_ghz
    if budget is None or access is None or frequency_ghz is None:
        return None
    if not scenario.has_constellation and scenario.satellite.uplink_antenna_diameter_m is None:
        return None
    interference = scenario.uplink_interference
    if not scenario.has_constellation and interference == "full-buffer":
        interference = "off"  # turns are taken before calls
    return CallUplink(
        budget,
        access,
        frequency_ghz * 1e9,
        interference,
        scenario.uplink.scheduled == "decodable",
    )
