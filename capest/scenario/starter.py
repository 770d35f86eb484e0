"""A first scenario to edit, for any preset of a satellite or a constellation."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from capest.errors import InputError
from capest.scenario.layout_fit import largest_count
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.paths import is_path
from capest.scenario.presets import STARTS, Preset, StarterValue, load_preset
from capest.scenario.write import toml_value

_RINGS = 4
_STATISTICS_COUNT = 19
_WIDTH = 80


def starter(preset_name: str) -> str:
    """Return a short commented scenario around a preset, ready to run.

    A constellation, and a satellite that flies in one, are taken with the region, bandwidth,
    handset and cells of their system, as ``[starter]`` of the preset says; other satellites with a
    layout of beams as in the study cases of TR 38.821.

    Parameters
    ----------
    preset_name : str

    Returns
    -------
    str
        TOML.

    Raises
    ------
    InputError
        If there is no such preset, or it is of a handset or a service.
    """
    preset = load_preset(preset_name)
    if preset.kind not in STARTS:
        raise InputError(
            f"{preset_name} is a {preset.kind} preset; a scenario starts from a satellite or a "
            "constellation, see: capest presets list"
        )
    look_up = StarterValue(preset_name, f"figures and sources: capest presets show {preset_name}")
    # The scenario may be written to another folder than that in which a path holds.
    named = os.path.abspath(preset_name) if is_path(preset_name) else preset_name
    own = {f"{preset.kind}.preset": replace(look_up, value=named)}
    if preset.kind == "constellation" or "constellation.preset" in preset.starter:
        values = _system(preset, own)
    else:
        values = {**_study_case(preset_name), **preset.starter, **own}
    return f"title = {toml_value(preset.title)}\n" + "".join(_sections(values))


def _system(preset: Preset, own: dict[str, StarterValue]) -> dict[str, StarterValue]:
    """Values of a system: what its constellation says, unless its satellite says otherwise."""
    values = {**preset.starter, **own}
    if preset.kind == "constellation":
        return values
    return {**load_preset(str(values["constellation.preset"].value)).starter, **values}


def _study_case(satellite_name: str) -> dict[str, StarterValue]:
    """Values of one satellite: 61 beams, or as many as lie wholly on the Earth."""
    single = {"satellite": {"preset": satellite_name}, "beams": {"count": 1, "statistics_count": 1}}
    scenario = load_scenario(single)
    satellite = scenario.satellite
    count = largest_count(
        _RINGS, scenario.beam_spacing_uv, satellite.altitude_km, satellite.elevation_deg
    )
    beams = count or 1
    return {
        "beams.count": StarterValue(beams, "1, 7, 19, 37, 61, ...: a centre beam and its rings"),
        "beams.statistics_count": StarterValue(
            min(beams, _STATISTICS_COUNT), "results come from these inner beams"
        ),
        "beams.frequency_reuse": StarterValue(
            1, "3: neighbours on different thirds of the bandwidth"
        ),
        "users.per_beam": StarterValue(10, "handsets in every beam"),
        "run.trials": StarterValue(1000, "more trials, narrower confidence intervals"),
    }


def _sections(values: dict[str, StarterValue]) -> Iterator[str]:
    """Write sections and their keys in the order of a scenario's."""
    for section, model in Scenario.model_fields.items():
        names = getattr(model.annotation, "model_fields", ())
        found = {name: values[key] for name in names if (key := f"{section}.{name}") in values}
        if not found:
            continue
        lines = {name: f"{name} = {toml_value(value.value)}" for name, value in found.items()}
        column = 2 + max((len(lines[name]) for name in lines if found[name].remark), default=0)
        written = [_commented(lines[name], found[name].remark, column) for name in lines]
        yield f"\n[{section}]\n" + "".join(written)


def _commented(line: str, remark: str, column: int) -> str:
    """Put a remark behind a line, or above it where it is long."""
    if not remark:
        return f"{line}\n"
    if column + len("# " + remark) <= _WIDTH:
        return f"{line:<{column}}# {remark}\n"
    above = textwrap.wrap(remark, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {part}\n" for part in above) + f"{line}\n"
