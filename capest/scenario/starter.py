"""A first scenario to edit, for any satellite preset."""

from __future__ import annotations

from capest.errors import InputError
from capest.scenario.layout_fit import largest_count
from capest.scenario.load import load_scenario
from capest.scenario.presets import load_preset
from capest.scenario.write import toml_value

_RINGS = 4
_STATISTICS_COUNT = 19


def starter(preset_name: str) -> str:
    """Return a short commented scenario around a satellite preset, ready to run.

    Parameters
    ----------
    preset_name : str

    Returns
    -------
    str
        TOML; 61 beams, or as many as lie wholly on the Earth.

    Raises
    ------
    InputError
        If there is no such preset or it is not of a satellite.
    """
    preset = load_preset(preset_name)
    if preset.kind != "satellite":
        raise InputError(
            f"{preset_name} is a {preset.kind} preset; a scenario starts from a satellite preset, "
            "see: capest presets list"
        )
    single = {"satellite": {"preset": preset_name}, "beams": {"count": 1, "statistics_count": 1}}
    scenario = load_scenario(single)
    satellite = scenario.satellite
    count = largest_count(
        _RINGS, scenario.beam_spacing_uv, satellite.altitude_km, satellite.elevation_deg
    )
    beams = count or 1
    return f"""\
title = {toml_value(preset.title)}

[satellite]
preset = {toml_value(preset_name)}  # figures and sources: capest presets show {preset_name}

[beams]
{f"count = {beams}":<22}# 1, 7, 19, 37, 61, ...: a centre beam and its rings
{f"statistics_count = {min(beams, _STATISTICS_COUNT)}":<22}# results come from these inner beams
frequency_reuse = 1   # 3: neighbouring beams on different thirds of the bandwidth

[users]
per_beam = 10         # handsets in every beam

[run]
trials = 1000         # more trials, narrower confidence intervals
"""
