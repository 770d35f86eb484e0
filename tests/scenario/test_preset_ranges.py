"""Every uncertain figure of a preset says how far it may be off, and its ends make sense."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest

from capest.errors import InputError
from capest.scenario.assumed import assumptions_of
from capest.scenario.default_figures import default_figures
from capest.scenario.figure import DECISION, NOT_KNOWN, value_of_text
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import Preset, load_preset, preset_names, presets_of
from capest.scenario.starter import starter
from capest.scenario.write import toml_value

from .preset_checks import APERTURE, GAINS, faults_of_preset, physics_faults, tables_of
from .stated_checks import ends_of, overused_reasons

POSTURE = "handset.body_loss_db"


def start_of(preset: Preset) -> dict[str, Any]:
    """The scenario that reads a preset: one that starts from it, or of a system it goes with."""
    if preset.kind in ("satellite", "constellation"):
        return tomllib.loads(starter(preset.name))
    if preset.kind == "service":
        raw = tomllib.loads(starter("guowang-gw-a59"))
    else:
        band = "ka" if preset.name == "3gpp-vsat" else "s"
        raw = tomllib.loads(starter(f"tr38821-set1-leo600-{band}"))
    return {**raw, preset.kind: {"preset": preset.name}}


def overrides_of(preset: Preset) -> list[tuple[str, ...]]:
    """Settings of every end and option of every figure, with those of what follows it."""
    found = []
    for table in tables_of(preset):
        for key, figure in table.items():
            children = [(k, one) for k, one in table.items() if one.follows == key]
            for side, value in enumerate(ends_of(figure)):
                settings = [f"{key}={toml_value(value)}"]
                settings += [f"{k}={toml_value(one.range[side])}" for k, one in children]
                found.append(tuple(settings))
    return found


def load(raw: dict[str, Any], settings: tuple[str, ...]) -> Scenario:
    """Load it as a study does, which draws only what is read."""
    return load_scenario(raw, list(settings), excused=[])


@pytest.mark.parametrize("name", preset_names())
def test_tables_are_sound(name):
    assert faults_of_preset(load_preset(name)) == []


def test_no_reason_serves_more_than_five_figures_of_presets_and_defaults():
    tables = [table for name in preset_names() for table in tables_of(load_preset(name))]
    assert sum(bool(one.reason) for table in tables for one in table.values()) > 150
    assert overused_reasons([*tables, default_figures()]) == []


@pytest.mark.parametrize("name", preset_names())
def test_children_of_an_aperture_obey_physics(name):
    for table in tables_of(load_preset(name)):
        assert physics_faults(table) == []


def test_cells_of_a_start_follow_the_aperture_of_its_satellites():
    preset = load_preset("starlink-dtc-2016")
    cells = preset.starter["cells.diameter_km"].figure
    satellite = load_preset("starlink-dtc-calibrated").figures
    table = {APERTURE: satellite["antenna_diameter_m"], "cells.diameter_km": cells}
    assert cells.follows == APERTURE
    assert physics_faults(table) == []


@pytest.mark.parametrize("name", preset_names())
def test_every_end_loads(name):
    preset = load_preset(name)
    raw = start_of(preset)
    load(raw, ())
    for settings in overrides_of(preset):
        scenario = load(raw, settings)
        values = dict(scenario.items())
        for key, _, value in (text.partition("=") for text in settings):
            assert values[key] == value_of_text(value)


@pytest.mark.parametrize("preset", presets_of("constellation"), ids=lambda preset: preset.name)
def test_a_study_draws_what_stands_in_for_figures_that_are_not_known(preset):
    """All at its ends in turn, and all at their low ends together: neither is refused."""
    # Calls make the uplink count, and with it the receiver's figure of merit.
    raw = {**tomllib.loads(starter(preset.name)), "service": {"preset": "video-call-480p"}}
    drawn = assumptions_of(load_scenario(raw))
    assert all(one.kind != DECISION for one in drawn)
    wanted = {key for key, one in preset.stand_ins.items() if one.kind == NOT_KNOWN}
    found = {one.key for one in drawn} | {
        key for one in drawn for follower in one.followers for key in follower.keys
    }
    assert wanted <= found
    for one in drawn:
        for value in one.ends():
            load_scenario(raw, list(one.settings(value)))
    for side in (0, -1):
        load_scenario(raw, [text for one in drawn for text in one.settings(one.ends()[side])])


def test_guowang_has_an_aperture_of_either_set_of_the_study():
    """TR 38.821 V16.2.0 Table 6.1.1.1-2: 1 m, 24 dBi, 28 dBW/MHz, -4.9 dB/K, 8.832 degrees."""
    stand_ins = load_preset("guowang-gw-a59").stand_ins
    low = {key: one.range[0] for key, one in stand_ins.items()}
    second = load_preset("tr38821-set2-leo600-s").figures
    assert low.keys() == {APERTURE, *(f"satellite.{key}" for key in (*GAINS, "hpbw_deg"))}
    for key, value in low.items():
        assert value == pytest.approx(second[key.partition(".")[2]].value, abs=0.03)


@pytest.mark.parametrize("name", [preset.name for preset in presets_of("constellation")])
def test_stand_ins_are_what_the_starting_satellite_has(name):
    """With another value they would say nothing of the scenario."""
    preset = load_preset(name)
    values = load_preset(str(preset.starter["satellite.preset"].value)).values_by("0.3")
    for key, figure in preset.stand_ins.items():
        assert values[key] == figure.value


@pytest.mark.parametrize(
    ("calibrated", "filed"),
    [
        ("starlink-dtc-calibrated", "starlink-dtc-filed"),
        ("ast-bluebird-calibrated", "ast-bluebird-filed"),
    ],
)
def test_the_range_of_a_filed_power_holds_what_is_known_of_the_operating_one(calibrated, filed):
    first, second = (
        load_preset(name).figures["eirp_density_dbw_per_mhz"] for name in (calibrated, filed)
    )
    assert first.kind == second.kind == NOT_KNOWN
    assert second.range[0] <= first.value < second.value <= second.range[1]


@pytest.mark.parametrize("name", ["smartphone-typical", "smartphone-worst", "exynos-5400"])
def test_a_phone_in_a_hand_is_one_posture(name):
    """One parent, from the best hand to the worst: all that follows gets worse with it."""
    figures = load_preset(name).figures
    assert figures["body_loss_db"].range == (2, 6)
    for key in ("antenna_gain_dbi", "transmit_gain_dbi"):
        assert figures[key].follows == POSTURE
        best, worst = figures[key].range
        assert best > figures[key].value > worst
    # A wave with an axial ratio of 1.5 dB leaves the stronger or the weaker axis to the antenna.
    ratio = 10.0**0.15
    shares = (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
    losses_db = [-10.0 * math.log10(share) for share in shares]
    assert figures["polarisation_loss_db"].follows == POSTURE
    assert figures["polarisation_loss_db"].range == pytest.approx(losses_db, abs=0.05)


def test_an_end_that_does_not_load_is_found():
    raw = start_of(load_preset("tr38821-set1-leo600-s"))
    with pytest.raises(InputError, match=r"antenna_diameter_m"):
        load(raw, ("satellite.antenna_diameter_m=1000",))
