"""Every uncertain figure of a preset says how far it may be off, and its ends make sense."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from capest.errors import InputError
from capest.scenario.assumed import Assumption, assumptions_of
from capest.scenario.assumed.assumptions import Follower
from capest.scenario.assumed.lookup import default_figures
from capest.scenario.figure import DECISION, NOT_KNOWN, Figure, figure_of, value_of_text
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import Preset, load_preset, preset_names, presets_of, read_preset
from capest.scenario.starter import starter
from capest.scenario.write import toml_value

from .stated_checks import ends_of, faults_of, not_allowed, overused_reasons

APERTURE = "satellite.antenna_diameter_m"
POSTURE = "handset.body_loss_db"
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


# --- Small bad tables, each of which has to be found --------------------------------------------

GOOD = """
kind = "satellite"
title = "a satellite"
[figures]
altitude_km = { value = 600, confidence = "standard", source = "s" }
antenna_diameter_m = { value = 2, NOT_KNOWN, range = [1, 4], shape = "log-uniform", reason = "r" }
antenna_gain_dbi = { value = 30, NOT_KNOWN, range = [23.98, 36.02], FOLLOWS, reason = "g" }
hpbw_deg = { value = 4.4, NOT_KNOWN, range = [8.8, 2.2], shape = "log-uniform", FOLLOWS }
frequency_ghz = { value = 2, NOT_KNOWN, options = { "2" = 1, "2.2" = 1 }, reason = "f" }
[stand_ins]
"carrier.bandwidth_mhz" = { value = 30, NOT_KNOWN, options = { "30" = 1, "5" = 2 }, reason = "b" }
[starter]
"users.count" = { value = 10, remark = "assumed", DECISION, range = [1, 100], reason = "u" }
"""
for short, long in (
    ("NOT_KNOWN", 'confidence = "assumed", source = "s", kind = "not known"'),
    ("DECISION", 'confidence = "assumed", kind = "decision"'),
    ("FOLLOWS }", 'follows = "antenna_diameter_m", reason = "w" }'),
    ("FOLLOWS", 'follows = "antenna_diameter_m"'),
):
    GOOD = GOOD.replace(short, long)


def bad(*changes: tuple[str, str]) -> Preset:
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return read_preset("bad", text)


def test_the_good_table_is_good():
    preset = read_preset("good", GOOD)
    assert faults_of_preset(preset) == []
    assert physics_faults(tables_of(preset)[0]) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            ', kind = "not known", range = [1, 4], shape = "log-uniform", reason = "r"',
            "",
            "satellite.antenna_diameter_m: is assumed and has neither a range nor options",
        ),
        ('"standard"', '"assumed"', "satellite.altitude_km: is assumed and has neither"),
        (
            ', options = { "30" = 1, "5" = 2 }, reason = "b"',
            "",
            "carrier.bandwidth_mhz: is assumed",
        ),
        (', range = [1, 100], reason = "u"', "", "users.count: is assumed and has neither"),
        (
            ', confidence = "assumed", kind = "decision", range = [1, 100], reason = "u"',
            "",
            "users.count: is assumed and says nothing",
        ),
        ("[1, 4]", "[4, 1]", "the low end of (4, 1) does not lie below"),
        ("[1, 4]", "[2.5, 4]", "its value 2 lies outside of (2.5, 4)"),
        ("[23.98, 36.02]", "[31, 36.02]", "its value 30 lies outside of (31, 36.02)"),
        ('"2" = 1, "2.2"', '"2.1" = 1, "2.2"', "its value 2 is no option"),
        ('"5" = 2', '"5" = 0', "has an option without weight"),
        ('"30" = 1, "5" = 2', '"30" = 1, "5" = -2', "has an option without weight"),
        ("[1, 4]", "[1, 400]", "satellite.antenna_diameter_m: 400: Input should be less than"),
        ('"5" = 2', "five = 2", "carrier.bandwidth_mhz: 'five': Input should be a valid number"),
        ("[1, 100]", "[1, 100.5]", "users.count: 100.5: Input should be a valid integer"),
        (
            'range = [23.98, 36.02], follows = "antenna_diameter_m"',
            'range = [23.98, 36.02], follows = "antenna_diameter"',
            "follows satellite.antenna_diameter, which has no range here",
        ),
        (', reason = "r"', "", "satellite.antenna_diameter_m: has a range without a reason"),
        ('kind = "not known", range = [1, 4]', "range = [1, 4]", "has a range and no kind"),
    ],
)
def test_a_bad_table_is_found(old, new, words):
    assert any(words in fault for fault in faults_of_preset(bad((old, new))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[23.98, 36.02]", "[23.92, 36.02]"),
        ("[23.98, 36.02]", "[23.98, 36.1]"),
        ("[8.8, 2.2]", "[8.9, 2.2]"),
        ("[8.8, 2.2]", "[8.8, 2.22]"),
        # Right at both ends, wrong between them.
        ('shape = "log-uniform", follows', 'shape = "uniform", follows'),
        ('shape = "log-uniform", reason = "r"', 'shape = "uniform", reason = "r"'),
    ],
)
def test_children_that_do_not_obey_physics_are_found(old, new):
    assert physics_faults(tables_of(bad((old, new)))[0])


def test_a_reason_of_six_figures_is_found():
    table = tables_of(read_preset("good", GOOD))[0]
    figure = table[APERTURE]
    five = {f"a.k{k}": replace(figure, reason="the same") for k in range(5)}
    assert overused_reasons([five, table]) == []
    assert overused_reasons(
        [five, {"link.overhead": figure_of({"value": 1, "reason": "The same"}, "link")}]
    )


def test_an_end_that_does_not_load_is_found():
    raw = start_of(load_preset("tr38821-set1-leo600-s"))
    with pytest.raises(InputError, match=r"antenna_diameter_m"):
        load(raw, ("satellite.antenna_diameter_m=1000",))
