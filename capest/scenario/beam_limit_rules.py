"""What limits of a satellite's beams, and how it chooses among cells, demand of other keys."""

from __future__ import annotations

from typing import Any

from capest.allocation.cells import PREFERENCES, parts_of
from capest.allocation.cells.limits.band import beams_of_feeder
from capest.errors import Problem
from capest.scenario.shell_tables import SHELL, tables_of

FEEDER_KEYS = (
    *("satellite.payload", "satellite.feeder_bandwidth_mhz", "constellation.shell"),
    *("carrier.bandwidth_mhz", "beams.frequency_reuse"),
)

PREFERENCE_KEYS = (
    *("cells.assignment", "cells.preference", "cells.layout"),
    *("constellation.shells", "constellation.catalogue", "constellation.shell"),
)


def feeder_problem(
    payload: str, feeder_mhz: float | None, shells: Any, bandwidth_mhz: float, reuse: int
) -> Problem | None:
    """Refuse a feeder link without room for the channel of one beam."""
    if payload != "transparent":
        return None
    channel_mhz = bandwidth_mhz / reuse
    widths = {"satellite.feeder_bandwidth_mhz": feeder_mhz}
    for number, table in enumerate(tables_of(shells), 1):
        widths[f"{SHELL}.{number}.feeder_bandwidth_mhz"] = table.get("feeder_bandwidth_mhz")
    for key, width_mhz in widths.items():
        if width_mhz is not None and beams_of_feeder(width_mhz, channel_mhz) < 1:
            return Problem(
                key,
                width_mhz,
                f"has no room for one beam, whose channel is {channel_mhz:.4g} MHz wide",
                f"write at least {channel_mhz:.4g}, or a smaller carrier.bandwidth_mhz",
            )
    return None


def preference_problem(
    assignment: str,
    preference: str | None,
    layout: str,
    shells: str | None,
    catalogue: str | None,
    tables: Any,
) -> Problem | None:
    """Refuse to ask how long satellites stay in view that do not move."""
    parts = parts_of(assignment, preference=preference)
    if parts is None or layout != "earth-fixed":
        return None
    moves = shells is not None or catalogue is not None
    moves = moves or any(table.get("orbit") for table in tables_of(tables))
    if moves or not PREFERENCES.constant(parts[1], "LOOKS_AHEAD", default=False):
        return None
    return Problem(
        "cells.preference" if preference is not None else "cells.assignment",
        parts[1] if preference is not None else assignment,
        "asks how long satellites stay in view, and geostationary ones stay for ever",
        'write "snr-times-sine" or "snr"',
    )
