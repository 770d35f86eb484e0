"""Wrong keys and values: exact key, value and suggestion."""

import math
from datetime import date
from typing import Any

import pytest

from capest.errors import Problem, ScenarioError
from capest.scenario.load import load_scenario

PRESET = {"preset": "tr38821-set1-leo600-s"}


def problems_of(raw: dict[str, Any]) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario({"satellite": PRESET, **raw})
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)
    return list(caught.value.problems)


def only_problem(raw: dict[str, Any]) -> Problem:
    problems = problems_of(raw)
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    ("raw", "key", "hint"),
    [
        ({"beams": {"cuont": 7}}, "beams.cuont", "did you mean count"),
        ({"beams": {"Count": 7}}, "beams.Count", "did you mean count"),
        (
            {"satellite": PRESET | {"altitude_m": 6e5}},
            "satellite.altitude_m",
            "did you mean altitude_km (in km)",
        ),
        (
            {"satellite": PRESET | {"altitude": 600}},
            "satellite.altitude",
            "did you mean altitude_km (in km)",
        ),
        (
            {"satellite": PRESET | {"frequency_hz": 2e9}},
            "satellite.frequency_hz",
            "did you mean frequency_ghz (in GHz)",
        ),
        (
            {"satellite": PRESET | {"eirp_density_dbm_per_mhz": 64}},
            "satellite.eirp_density_dbm_per_mhz",
            "did you mean eirp_density_dbw_per_mhz (in dBW/MHz)",
        ),
        (
            {"beams": {"bandwidth_mhz": 5}},
            "beams.bandwidth_mhz",
            "did you mean carrier.bandwidth_mhz (in MHz)",
        ),
        ({"trials": 5}, "trials", "did you mean run.trials"),
        (
            {"users": {"hotspots": {"radius_m": 5}}},
            "users.hotspots.radius_m",
            "did you mean radius_km (in km)",
        ),
        ({"scheduler": {"quota": 5}}, "scheduler.quota", "known: policy, admission"),
        ({"beams.count": 7}, '"beams.count"', "write beams.count without quotes"),
        ({"a\nb": 7}, '"a\\nb"', "known: title, rules"),
    ],
)
def test_unknown_key(raw, key, hint):
    problem = only_problem(raw)
    assert (problem.key, problem.allowed, problem.hint) == (key, "unknown key", hint)
    assert problem.value in (7, 6e5, 600, 2e9, 64, 5)


@pytest.mark.parametrize(
    ("raw", "key", "hint"),
    [
        ({"beam": {"count": 7}}, "beam", "did you mean [beams]"),
        ({"users": {"hotspot": {"count": 7}}}, "users.hotspot", "did you mean [users.hotspots]"),
        (
            {"orbit": {}},
            "orbit",
            "sections: beams, carrier, cells, channel, constellation, constellation.select, "
            "handset, link, region, run, satellite, scheduler, service, uplink, users, "
            "users.hotspots",
        ),
    ],
)
def test_unknown_section(raw, key, hint):
    assert only_problem(raw) == Problem(key, None, "unknown section", hint)


@pytest.mark.parametrize("value", [3, "beams", [], [{"count": 7}], True])
def test_section_that_is_no_table(value):
    assert only_problem({"users": value}) == Problem("users", value, "must be a table, [users]")


TABLES = 'must be one of "64qam", "256qam", "64qam-low-se"'
REUSE = "must be one of 1, 2, 3, 4, 7"
ALTITUDE = "number, in km, at least 0.001 and at most 100000"
TRIALS = "whole number, at least 1 and at most 1000000000"


@pytest.mark.parametrize(
    ("section", "name", "value", "allowed", "hint"),
    [
        ("satellite", "altitude_km", "600 km", f"must be a bare {ALTITUDE}", "write 600"),
        ("satellite", "altitude_km", "600", f"must be a bare {ALTITUDE}", "write 600"),
        ("satellite", "altitude_km", "600000 m", f"must be a bare {ALTITUDE}", ""),
        ("satellite", "altitude_km", "high", f"must be a bare {ALTITUDE}", ""),
        (
            "satellite",
            "altitude_km",
            True,
            f"must be a {ALTITUDE}",
            "true and false are not numbers",
        ),
        ("satellite", "altitude_km", math.inf, f"must be a {ALTITUDE}", "it must be finite"),
        ("satellite", "altitude_km", -math.inf, f"must be a {ALTITUDE}", "it must be finite"),
        ("satellite", "altitude_km", [600], f"must be a {ALTITUDE}", ""),
        ("satellite", "altitude_km", date(2024, 1, 1), f"must be a {ALTITUDE}", ""),
        ("satellite", "altitude_km", 0, f"must be a {ALTITUDE}", ""),
        ("satellite", "altitude_km", 100000.1, f"must be a {ALTITUDE}", ""),
        ("satellite", "altitude_km", 10**400, f"must be a {ALTITUDE}", ""),
        ("run", "trials", 0, f"must be a {TRIALS}", ""),
        ("run", "trials", 10**9 + 1, f"must be a {TRIALS}", ""),
        ("run", "trials", 1e3, f"must be a {TRIALS}", "write 1000"),
        ("run", "trials", 2.5, f"must be a {TRIALS}", ""),
        ("run", "trials", True, f"must be a {TRIALS}", "true and false are not numbers"),
        ("run", "trials", "1000", f"must be a bare {TRIALS}", "write 1000"),
        ("run", "seed", -1, "must be a whole number, at least 0 and below 2**64", ""),
        ("run", "seed", 2**64, "must be a whole number, at least 0 and below 2**64", ""),
        ("run", "block_trials", 0, "must be a whole number, at least 1 and at most 1000000", ""),
        ("link", "overhead", 1.0, "must be a number, at least 0 and below 1", ""),
        ("link", "overhead", -0.1, "must be a number, at least 0 and below 1", ""),
        (
            "beams",
            "spacing_uv",
            0.0,
            "must be a number, in direction cosine, at least 1e-09 and at most 2",
            "",
        ),
        ("beams", "count", 0, "must be a whole number, at least 1 and at most 1261", ""),
        ("beams", "count", 1387, "must be a whole number, at least 1 and at most 1261", ""),
        ("channel", "gas_loss", "true", "must be true or false", "write true without quotes"),
        ("channel", "gas_loss", 1, "must be true or false", "write true or false"),
        ("link", "table", "265qam", TABLES, 'did you mean "256qam"'),
        ("link", "table", 64, TABLES, "put it in quotes"),
        ("link", "table", ["64qam"], TABLES, ""),
        ("beams", "frequency_reuse", 5, REUSE, ""),
        ("beams", "frequency_reuse", 3.0, REUSE, "write 3"),
        ("beams", "frequency_reuse", True, REUSE, "true and false are not numbers"),
        ("handset", "preset", 5, "must be text", "put it in quotes"),
    ],
)
def test_wrong_value(section, name, value, allowed, hint):
    table = PRESET | {name: value} if section == "satellite" else {name: value}
    problem = only_problem({section: table})
    assert problem == Problem(f"{section}.{name}", value, allowed, hint)


@pytest.mark.parametrize("section", ["satellite.altitude_km", "link.overhead", "beams.spacing_uv"])
def test_nan_is_refused_everywhere(section):
    section, name = section.split(".")
    table = PRESET | {name: math.nan} if section == "satellite" else {name: math.nan}
    problem = only_problem({section: table})
    assert problem.key == f"{section}.{name}"
    assert math.isnan(problem.value)
    assert problem.hint == "it must be finite"


def test_text_no_file_could_store():
    problem = only_problem({"title": "caf\udce9"})
    assert (problem.key, problem.allowed) == ("title", "must be text")


@pytest.mark.parametrize(
    ("section", "name", "value", "expected"),
    [
        ("satellite", "elevation_deg", 0, "above 0"),
        ("satellite", "elevation_deg", 90.1, "at most 90"),
        ("satellite", "frequency_ghz", 0.09, "at least 0.1"),
        ("satellite", "frequency_ghz", 51, "at most 50"),
        ("satellite", "antenna_diameter_m", 0, "at least 0.001"),
        ("satellite", "hpbw_deg", 0, "at least 0.000001"),
        ("satellite", "hpbw_deg", 90, "below 90"),
        ("users", "per_beam", 0, "at least 1"),
        ("carrier", "bandwidth_mhz", 0, "at least 0.001"),
        ("handset", "antenna_temperature_k", 0, "above 0"),
        ("handset", "noise_figure_db", -1, "at least 0"),
    ],
)
def test_range_limits(section, name, value, expected):
    table = PRESET | {name: value} if section == "satellite" else {name: value}
    problem = only_problem({section: table})
    assert problem.key == f"{section}.{name}"
    assert expected in problem.allowed


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_share_of_hotspots(share):
    problem = only_problem({"users": {"hotspots": {"share": share}}})
    assert problem == Problem(
        "users.hotspots.share", share, "must be a number, at least 0 and at most 1"
    )


def test_unknown_preset_names_the_nearest_and_all():
    problem = only_problem({"satellite": {"preset": "tr38821-set1-leo60-s", "hpbw_deg": 4}})
    assert problem.key == "satellite.preset"
    assert problem.value == "tr38821-set1-leo60-s"
    assert problem.hint.startswith("did you mean tr38821-set1-leo600-s; satellite presets: ")
    assert "tr38821-set2-geo-ka" in problem.hint
    assert "3gpp-handheld" not in problem.hint


def test_preset_of_another_kind():
    problem = only_problem({"handset": {"preset": "tr38821-set1-geo-s"}})
    assert problem.key == "handset.preset"
    assert problem.hint.startswith("it is a satellite preset; handset presets: 3gpp-handheld, ")


def test_missing_satellite_figures():
    given = {"altitude_km": 600, "frequency_ghz": 2, "antenna_gain_dbi": 30}
    problem = only_problem({"satellite": given})
    assert problem.key == "satellite"
    assert problem.allowed == "eirp_density_dbw_per_mhz, antenna_diameter_m, hpbw_deg are required"
    rest = {"eirp_density_dbw_per_mhz": 34, "antenna_diameter_m": 2}
    problem = only_problem({"satellite": given | rest})
    assert problem.key == "satellite.hpbw_deg"
    assert problem.allowed == "required: a number, in degree, at least 0.000001 and below 90"
    assert "capest presets list" in problem.hint


def test_all_faults_come_out_together():
    problems = problems_of(
        {
            "title": 3,
            "satellite": {"preset": "nothing-like-it", "altitude_m": 1.0},
            "beams": {"count": 60, "allocation": "all", "frequency_reuse": 2},
            "user": {},
            "users": {"placement": "uniform", "count": 2**21},
            "run": {"trials": "many", "seed": -1},
        }
    )
    assert sorted(problem.key for problem in problems) == [
        "beams.allocation",
        "beams.count",
        "beams.frequency_reuse",
        "run.seed",
        "run.trials",
        "satellite.altitude_m",
        "satellite.preset",
        "title",
        "user",
        "users.count",
    ]
