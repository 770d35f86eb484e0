"""What the radiated power of a satellite leaves of its beams' EIRP when all of them are lit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capest.scenario.shell_tables import SHELL, PayloadFigures, base_payload, payloads_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_TOLD_DB = 1.0
"""What beams lose before the user is told."""


@dataclass(frozen=True)
class SharedPower:
    """What the beams of a satellite want, and what it feeds.

    Attributes
    ----------
    beams : int
        Lit at once, at most.
    wanted_w : float
        Radiated by all of them at their EIRP density.
    limit_w : float
    """

    beams: int
    wanted_w: float
    limit_w: float

    @property
    def reduction_db(self) -> float:
        """What the limit takes off every beam, at least 0."""
        return max(0.0, 10.0 * math.log10(self.wanted_w / self.limit_w))


def beams_lit(scenario: Scenario, payload: PayloadFigures) -> int:
    """Return how many beams a satellite lights at once, at most."""
    if scenario.beams.allocation != "all-on":
        return payload.beams_at_once
    if not scenario.has_constellation:
        return scenario.beam_count
    earth_fixed = scenario.cells.layout == "earth-fixed"
    return payload.beams_at_once if earth_fixed else scenario.beams.count


def shared_power(scenario: Scenario, payload: PayloadFigures | None = None) -> SharedPower | None:
    """Work out what the beams of a satellite want; ``None`` where nothing limits their sum.

    Parameters
    ----------
    scenario : Scenario
    payload : PayloadFigures, optional
        That of ``[satellite]`` if not given.
    """
    own = base_payload(scenario) if payload is None else payload
    if own.rf_power_w is None:
        return None
    beams = beams_lit(scenario, own)
    density_w = 10.0 ** (0.1 * (own.eirp_density_dbw_per_mhz - own.antenna_gain_dbi))
    wanted_w = density_w * scenario.beam_bandwidth_hz / 1e6 * beams
    return SharedPower(beams, wanted_w, own.rf_power_w)


def shared_power_notes(scenario: Scenario) -> tuple[str, ...]:
    """Say which satellites cannot feed all their beams at full EIRP, one line each.

    Where the ground sets a limit to the power-flux density, which may turn beams down before, the
    results alone tell.
    """
    flown = {
        f"{SHELL}.{number}.rf_power_w": each
        for number, each in enumerate(payloads_of(scenario), start=1)
        if each != base_payload(scenario)
    }
    found = []
    for key, payload in {"satellite.rf_power_w": base_payload(scenario), **flown}.items():
        shared = shared_power(scenario, payload)
        limited = payload.pfd_limit_dbw_per_m2_mhz is not None
        if shared is None or limited or shared.reduction_db <= _TOLD_DB:
            continue
        lower = f"{shared.reduction_db:.2f} dB lower"
        if shared.beams == 1:
            text = (
                f"one beam lit at full EIRP wants {shared.wanted_w:,.3g} W, so that it runs {lower}"
            )
        else:
            text = (
                f"{shared.beams:,} beams lit at full EIRP want {shared.wanted_w:,.0f} W, so that "
                f"each runs {lower}; fewer beams lit at once have more each"
            )
        found.append(f"{key} = {shared.limit_w:g}: {text}")
    return tuple(found)
