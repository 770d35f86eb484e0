"""Checks of the ranges of presets find what is wrong with small bad tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capest.scenario.figure import figure_of
from capest.scenario.presets import Preset, read_preset

from .preset_checks import APERTURE, faults_of_preset, physics_faults, tables_of
from .stated_checks import overused_reasons

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
