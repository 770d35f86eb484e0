"""What the user should know of a beam's guard band, which no channel of the tables has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.physics.resource_grid import between_channels_mhz, guard_hz

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def guard_band_note(scenario: Scenario) -> tuple[str, ...]:
    """Name a width between two channels and the guard band it gets, in one line."""
    width_hz, frequency_hz = scenario.beam_bandwidth_hz, scenario.satellite.frequency_ghz * 1e9
    of_wider = scenario.carrier.guard_band == "wider-channel"
    between = between_channels_mhz(width_hz, frequency_hz)
    if not of_wider or between is None or scenario.link.adaptation == "truncated-shannon":
        return ()
    smaller, wider = between
    return (
        f"a beam has {width_hz / 1e6:.4g} MHz (carrier.bandwidth_mhz over beams.frequency_reuse), "
        f"between the channels of {smaller} and {wider} MHz of TS 38.101-5: it has the guard band "
        f"of {wider} MHz, {guard_hz(wider, frequency_hz) / 1e6:.3g} MHz, or the resource blocks of "
        f"{smaller} MHz where they are more",
    )
