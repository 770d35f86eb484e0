"""Every default says how well it is known, and what it says can be drawn."""

from __future__ import annotations

from typing import Any

import pytest

from capest.scenario.assumed import assumptions_of
from capest.scenario.default_figures import default_figures
from capest.scenario.figure import DECISION, Figure, figure_of
from capest.scenario.load import load_scenario
from capest.scenario.model import fields
from capest.scenario.network_rules import RULES
from capest.scenario.presets import load_preset, preset_names
from capest.scenario.reference_page import key_reference

from .stated_checks import (
    ends_of,
    faults_of,
    nested,
    not_allowed,
    overused_reasons,
    unloadable,
)
from .test_reading import BOX, CALL, KA, ONE, READ

# What a satellite and a handset must have: each of their presets gives it, with its own range.
WITHOUT_DEFAULT = {
    *("satellite.altitude_km", "satellite.frequency_ghz", "satellite.eirp_density_dbw_per_mhz"),
    *("satellite.antenna_gain_dbi", "satellite.antenna_diameter_m", "satellite.hpbw_deg"),
    *("handset.antenna_gain_dbi", "handset.noise_figure_db", "handset.antenna_temperature_k"),
}

# Keys whose options need more than the scenario that shows that the key is read.
SCENARIOS: dict[str, dict[str, Any]] = {
    **{key: scenario for key, (scenario, _) in READ.items()},
    "rules": ONE,
    "cells.layout": BOX,
    "cells.objective": {**BOX, **CALL, "cells.refinement": "local-search"},
    "beams.count": {**ONE, "beams.statistics_count": 19, "beams.count": 61},
    "beams.statistics_count": {**ONE, "beams.count": 61},
    "beams.allocation": BOX,
    "uplink.interference": {**ONE, **CALL},
    "users.placement": {key: value for key, value in ONE.items() if key != "users.per_beam"},
    "channel.ionosphere": {**ONE, "channel.latitude_deg": 40.0, "channel.longitude_deg": 9.0},
}

RANGED = [key for key, figure in default_figures().items() if ends_of(figure)]


def _of_model() -> dict[str, Any]:
    """Default of every key that has one, by the newest rules."""
    found = {key: field.default for key, field in fields().items() if not field.is_required()}
    return {**found, **{key: row.of_03 for key, row in RULES.items()}}


def test_every_key_has_a_row_or_no_default():
    assert list(default_figures()) == [key for key in fields() if key not in WITHOUT_DEFAULT]
    assert {key for key, field in fields().items() if field.is_required()} == WITHOUT_DEFAULT


def test_presets_give_what_has_no_default():
    presets = map(load_preset, preset_names())
    of_kind = {preset.kind: preset for preset in presets if preset.kind in ("satellite", "handset")}
    for key in WITHOUT_DEFAULT:
        section, _, name = key.partition(".")
        assert name in of_kind[section].figures


def test_values_are_those_of_the_model():
    stated = {key: figure.value for key, figure in default_figures().items()}
    assert stated == _of_model()
    assert all(type(stated[key]) is type(value) for key, value in _of_model().items())


def test_rows_are_sound():
    assert faults_of(default_figures()) == []
    assert not_allowed(default_figures()) == []
    assert overused_reasons([default_figures()]) == []


def test_a_figure_without_a_source_is_assumed_or_decided():
    trusted = ("standard", "filed", "measured", "reported", "derived")
    rows = default_figures().items()
    assert [k for k, row in rows if row.confidence in trusted and not key_reference(k).source] == []


@pytest.mark.parametrize("key", RANGED)
def test_a_scenario_that_reads_the_key_takes_every_end(key: str):
    assert unloadable(key, default_figures()[key], SCENARIOS[key]) == []


def test_what_is_drawn_is_not_a_decision():
    for settings in (ONE, BOX | CALL, KA):
        for assumption in assumptions_of(load_scenario(nested(settings))):
            assert assumption.kind != DECISION


GOOD = {"value": 0.25, "confidence": "assumed", "kind": "not known", "range": [0.2, 0.3]}
GOOD["reason"] = "a reason"


def _faults(*without: str, **fields_of_row: Any) -> list[str]:
    row = {key: value for key, value in {**GOOD, **fields_of_row}.items() if key not in without}
    return faults_of({"link.overhead": figure_of(row, "link")})


def test_a_good_row_is_good():
    assert _faults() == []
    assert _faults("range", options={"0.25": 1, "0.3": 2}) == []
    assert _faults(value=0.3) == []


@pytest.mark.parametrize(
    ("without", "row", "words"),
    [
        (["range", "reason"], {}, "is assumed and has neither a range nor options"),
        (["range", "reason"], {"kind": "decision"}, "is assumed and has neither"),
        (["range", "reason"], {"confidence": "standard"}, "is not known and has neither"),
        (["reason"], {}, "has a range without a reason"),
        (["kind"], {}, "has a range and no kind"),
        (["range"], {"confidence": "derived", "kind": "decision"}, "a reason without a range"),
        ([], {"kind": "unknown"}, "'unknown' is no kind"),
        ([], {"confidence": "guessed"}, "'guessed' is no confidence"),
        (["confidence"], {}, "has no confidence"),
        ([], {"shape": "normal"}, "'normal' is no shape"),
        ([], {"range": [0.3, 0.2]}, "does not lie below"),
        ([], {"range": [0.25, 0.25]}, "does not lie below"),
        ([], {"range": [0.26, 0.3]}, "its value 0.25 lies outside of (0.26, 0.3)"),
        ([], {"range": [0.0, 0.3], "shape": "log-uniform"}, "cannot begin at 0.0"),
        ([], {"options": {"0.25": 1, "0.3": 1}}, "has a range and options"),
        (["range"], {"options": {"0.25": 1}}, "has one option"),
        (["range"], {"options": {"0.25": 1, "0.250": 1}}, "has an option twice"),
        (["range"], {"options": {"0.2": 1, "0.3": 1}}, "its value 0.25 is no option"),
        (["range"], {"options": {"0.25": 1, "0.3": 0}}, "has an option without weight"),
        (["range"], {"options": {"0.25": 1, "0.3": 1}, "shape": "triangular"}, "has a shape"),
        (["value"], {}, "is not known and has no value"),
        ([], {"follows": "link.table"}, "follows link.table, which has no range here"),
    ],
)
def test_a_bad_row_is_found(without: list[str], row: dict[str, Any], words: str):
    (fault,) = _faults(*without, **row)
    assert fault.startswith("link.overhead: ")
    assert words in fault


def test_a_grandchild_is_found():
    rows = {
        "a.parent": figure_of(GOOD, "a"),
        "a.child": figure_of({**GOOD, "follows": "parent"}, "a"),
        "a.grandchild": figure_of({**GOOD, "follows": "child"}, "a"),
    }
    assert faults_of(rows) == ["a.grandchild: follows a.child, which itself follows another"]


def test_a_child_may_fall_while_its_parent_grows():
    rows = {
        "a.parent": figure_of(GOOD, "a"),
        "a.child": figure_of({**GOOD, "range": [0.3, 0.2], "follows": "parent"}, "a"),
    }
    assert faults_of(rows) == []


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("link.overhead", {"range": [0.2, 1.0]}),
        ("link.overhead", {"range": [-0.1, 0.3]}),
        ("link.thresholds", {"options": {"lte-sim-awgn": 1, "lte": 1}}),
        ("satellite.pattern", {"options": {"bessel": 1, "gauss": 1}}),
        ("link.harq_processes", {"range": [1, 2.5]}),
        ("beams.frequency_reuse", {"options": {"1": 1, "5": 1}}),
        ("link.over", {"range": [0.2, 0.3]}),
    ],
)
def test_an_end_that_the_key_does_not_take_is_found(key: str, row: dict[str, Any]):
    (fault,) = not_allowed({key: figure_of({**row, "value": None}, "")})
    assert fault.startswith(f"{key}: ")


def test_a_reason_for_six_is_found():
    def rows(count: int) -> dict[str, Figure]:
        return {f"a.k{k}": figure_of({**GOOD, "reason": "Alike"}, "a") for k in range(count)}

    assert overused_reasons([rows(5)]) == []
    (fault,) = overused_reasons([rows(5), {"b.k": figure_of({**GOOD, "reason": "alike "}, "b")}])
    assert fault.startswith("6 figures have one reason, 'alike': a.k0, ")


def test_an_end_that_does_not_load_is_found():
    figure = figure_of({**GOOD, "value": 7, "range": [7, 8]}, "beams")
    (fault,) = unloadable("beams.count", figure, ONE)
    assert fault.startswith("beams.count = 8: ")
    figure = figure_of({**GOOD, "range": [1.0, 1.5]}, "satellite")
    both = unloadable("satellite.element_exponent", figure, ONE)
    assert [fault.partition(": ")[0] for fault in both] == [
        "satellite.element_exponent = 1.0",
        "satellite.element_exponent = 1.5",
    ]
