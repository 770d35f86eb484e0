"""What has to hold of the ranges of a preset, besides what holds of any table.

Each check returns what is wrong, one line each, as `stated_checks` does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from capest.scenario.assumed import Assumption
from capest.scenario.assumed.assumptions import Follower
from capest.scenario.figure import Figure
from capest.scenario.presets import Preset, load_preset

from .stated_checks import ends_of, faults_of, not_allowed

APERTURE = "satellite.antenna_diameter_m"
GAINS = ("antenna_gain_dbi", "eirp_density_dbw_per_mhz", "g_over_t_db_per_k")
"""What goes with the area of an aperture, in dB."""

WIDTHS = ("satellite.hpbw_deg", "cells.diameter_km")
"""What goes with the inverse of the diameter of an aperture."""


def tables_of(preset: Preset) -> list[dict[str, Figure]]:
    """Its tables by dotted key."""
    own = (preset.figures, preset.figures_of_rules, preset.stand_ins)
    found = [{preset.dotted(key): one for key, one in table.items()} for table in own]
    rows = preset.starter.items()
    return [*found, {key: row.figure for key, row in rows if row.figure is not None}]


def faults_of_preset(preset: Preset) -> list[str]:
    """What is wrong with any table, where all that a start from it has may be a parent."""
    tables = tables_of(preset)
    around: dict[str, Figure] = {}
    if "satellite.preset" in preset.starter:
        satellite = load_preset(str(preset.starter["satellite.preset"].value))
        around = {satellite.dotted(key): one for key, one in satellite.figures.items()}
    for table in reversed(tables):
        around |= table
    found = []
    for table in tables:
        keys = tuple(f"{key}: " for key in table)
        found += [fault for fault in faults_of({**around, **table}) if fault.startswith(keys)]
        found += not_allowed({key: one for key, one in table.items() if ends_of(one)})
    for key, row in preset.starter.items():
        if row.figure is None and "assumed" in row.remark:
            found.append(f"{key}: is assumed and says nothing of how far it may be off")
    return found


def physics_faults(table: Mapping[str, Figure]) -> list[str]:
    """Children of an aperture that are not those of its diameter, at the ends or between."""
    parent = table.get(APERTURE)
    if parent is None or parent.range is None:
        return []
    followers = tuple(
        Follower((key,), figure) for key, figure in table.items() if figure.follows == APERTURE
    )
    assumption = Assumption(APERTURE, parent, False, "preset", (), followers)
    low, high = parent.range
    between = (math.sqrt(low * parent.value), math.sqrt(parent.value * high))
    found = []
    for diameter_m in (low, *between, high):
        drawn = dict(text.split("=") for text in assumption.settings(diameter_m))
        for key, figure in table.items():
            if figure.follows != APERTURE:
                continue
            value = float(drawn[key])
            ratio = diameter_m / parent.value
            if key.partition(".")[2] in GAINS:
                error = abs(value - figure.value - 20.0 * math.log10(ratio)) / 0.05
            else:
                assert key in WIDTHS
                error = abs(value * ratio / figure.value - 1.0) / 0.005
            if not error <= 1.0:
                found.append(f"{key} = {value} with {diameter_m:.4g} m")
    return found
