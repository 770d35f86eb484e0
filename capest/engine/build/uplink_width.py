"""In how many resource blocks a phone may send: what a beam's uplink is cut into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.physics import resource_grid

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def uplink_place_hz(scenario: Scenario) -> float:
    """Bandwidth of a place in the uplink: of a user, or of a resource block if users have several.

    Where a user's most is less than a block, a user has that.
    """
    given_hz = scenario.user_bandwidth_mhz * 1e6
    frequency_ghz = scenario.satellite.uplink_frequency_ghz
    if not scenario.chooses_uplink_width or frequency_ghz is None:
        return given_hz
    block_hz = resource_grid.block_hz(frequency_ghz * 1e9)
    return block_hz if scenario.uplink.bandwidth_mhz is None else min(given_hz, block_hz)


def widths_of(scenario: Scenario, place_hz: float, places: int) -> tuple[int, ...]:
    """Of how many places a user may have all."""
    if not scenario.chooses_uplink_width:
        return (1,)
    widest_mhz = scenario.uplink.bandwidth_mhz
    if widest_mhz is not None:
        places = min(places, max(1, int(widest_mhz * 1e6 / place_hz * (1.0 + 1e-9))))
    return resource_grid.dft_widths(places)
