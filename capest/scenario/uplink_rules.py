"""In what width phones may send: what resource blocks and a beam's bandwidth leave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from capest.errors import Problem
from capest.physics.resource_grid import block_hz
from capest.scenario.constellation_rules import SOURCES
from capest.scenario.derived import UPLINK_MHZ
from capest.scenario.network_rules import later_rules_hold
from capest.scenario.reading import (
    Values,
    has_calls,
    is_constellation,
    uplink_interference,
    uplink_is_read,
)
from capest.scenario.reading_table import is_read

WIDTH_KEYS = (
    *("rules", "uplink.bandwidth_mhz", "uplink.width", "uplink.interference"),
    *("carrier.bandwidth_mhz", "beams.frequency_reuse"),
    *("service.mix", "service.downlink_kbps", "service.guaranteed"),
    *("satellite.uplink_frequency_ghz", "satellite.g_over_t_db_per_k"),
    *("satellite.uplink_antenna_diameter_m", "handset.transmit_power_dbm"),
    *("handset.transmit_gain_dbi", *SOURCES),
)
"""What `width_problem` reads."""

_ROUNDING = 1.0 + 1e-9


def width_problem(*values: Any) -> Problem | None:
    """Refuse a width of less than a resource block, or of more than a beam has.

    More than a beam has is right where it only says how much a phone may have at most.
    """
    found = dict(zip(WIDTH_KEYS, values, strict=True))
    user_mhz = found["uplink.bandwidth_mhz"]
    if user_mhz is None or not uplink_is_read(found):
        return None
    beam_mhz = found["carrier.bandwidth_mhz"] / found["beams.frequency_reuse"]
    takes_turns = uplink_interference(found) == "full-buffer"
    is_most = found["uplink.width"] == "least-share" and not takes_turns and has_calls(found)
    if not is_most and _says_width(found) and user_mhz > beam_mhz * _ROUNDING:
        return Problem(
            "uplink.bandwidth_mhz",
            user_mhz,
            f"a user cannot transmit in more than the beam's bandwidth, {beam_mhz:g} MHz "
            "(carrier.bandwidth_mhz over beams.frequency_reuse)",
            f"write at most {math.floor(beam_mhz * 1e4) / 1e4:.8g}",
        )
    frequency_ghz = found["satellite.uplink_frequency_ghz"]
    if not has_calls(found) or frequency_ghz is None or not later_rules_hold(found["rules"]):
        return None
    block_mhz = block_hz(frequency_ghz * 1e9) / 1e6
    if user_mhz * _ROUNDING >= block_mhz:
        return None
    return Problem(
        "uplink.bandwidth_mhz",
        user_mhz,
        f"a phone cannot send its call in less than a resource block, {block_mhz:g} MHz",
        f"write at least {block_mhz:g}",
    )


def _says_width(values: Values) -> bool:
    """Tell whether a scenario means its width: by the rules of 0.2 a beam's is the most otherwise.

    These give a width to all, and asked only where one satellite was told of interference.
    """
    if later_rules_hold(values["rules"]):
        return True
    told = values["uplink.interference"] in ("load", "full-buffer")
    return told and not is_constellation(values)


def width_notes(values: Values) -> Iterator[str]:
    """Say which width all phones have where nobody wrote it."""
    alike = values["uplink.width"] == "fixed" and is_read("uplink.width", values)
    if alike and values["uplink.bandwidth_mhz"] is None:
        yield (
            f'uplink.width = "fixed" without uplink.bandwidth_mhz: every phone sends in '
            f"{UPLINK_MHZ:g} MHz, as in TR 38.821; write the width that all have"
        )
