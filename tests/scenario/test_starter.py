"""Scenarios that start from a preset: loadable, the system's own, and those of ``runs/``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.errors import InputError
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import load_preset, presets_of
from capest.scenario.starter import starter

from .systems import CONSTELLATIONS, HANDSETS, SYSTEM_SATELLITES

RUNS = Path(__file__).parents[2] / "runs"

STUDIES = [
    preset.name for preset in presets_of("satellite") if preset.name not in SYSTEM_SATELLITES
]

RUN_OF = {
    "ast-bluebird-248": "ast-bluebird-usa",
    "beidou-3-geo": "beidou-messages",
    "guowang-complete": "guowang-complete-china",
    "guowang-gw-2": "guowang-gw-2-china",
    "guowang-gw-a59": "guowang-gw-a59-china",
    "guowang-test-satellite": "guowang-test-satellite-china",
    "lynk-10": "lynk-usa",
    "starlink-dtc-15000": "starlink-dtc-15000-usa",
    "starlink-dtc-2016": "starlink-dtc-2016-usa",
    "starlink-dtc-652": "starlink-dtc-usa",
    "tiantong-1": "tiantong-china",
}
"""What ships of a constellation; of Globalstar and Iridium nothing does."""

OF_SATELLITE = {
    "ast-bluebird-calibrated": "ast-bluebird-usa",
    "beidou-3": "beidou-messages",
    "lynk": "lynk-usa",
    "starlink-dtc-calibrated": "starlink-dtc-usa",
}


def content(name: str) -> dict[str, Any]:
    return tomllib.loads(starter(name))


def started(name: str) -> Scenario:
    return load_scenario(content(name))


def keys(tables: dict[str, Any]) -> set[str]:
    return {
        f"{section}.{key}"
        for section, table in tables.items()
        if isinstance(table, dict)
        for key in table
    }


@pytest.mark.parametrize("name", [*STUDIES, *SYSTEM_SATELLITES, *CONSTELLATIONS])
def test_every_starter_loads_and_fits_the_terminal(name: str) -> None:
    preset, scenario = load_preset(name), started(name)
    assert scenario.title == preset.title
    assert getattr(scenario, preset.kind).preset == name
    assert f"capest presets show {name}" in starter(name)
    assert max(map(len, starter(name).splitlines())) <= 80
    assert scenario.has_constellation is (name not in STUDIES)


@pytest.mark.parametrize("name", [*SYSTEM_SATELLITES, *CONSTELLATIONS])
def test_a_system_says_what_it_is(name: str) -> None:
    written = keys(content(name))
    assert written >= {
        *("satellite.preset", "constellation.preset", "region.kind", "carrier.bandwidth_mhz"),
        *("users.placement", "users.count", "handset.preset", "run.trials"),
    }
    # A constellation reads none of these: its beams follow cells, its users stand in a region.
    unread = ("beams.count", "beams.statistics_count", "satellite.elevation_deg", "users.per_beam")
    assert not written & set(unread)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_case_has_one_satellite_and_its_beams(name: str) -> None:
    written = content(name)
    assert not written.keys() & {"constellation", "region", "cells"}
    scenario = started(name)
    # 61 beams of this width do not fit on the Earth.
    assert scenario.beams.count == (37 if name == "tr38821-set2-geo-s" else 61)
    # TR 38.821 V16.2.0 Tables 6.1.1.1-3 and -5: Ka band is for terminals with a dish.
    band = (400.0, "3gpp-vsat") if name.endswith("-ka") else (30.0, "3gpp-handheld")
    assert (scenario.carrier.bandwidth_mhz, scenario.handset.preset) == band


@pytest.mark.parametrize(("name", "run"), [*RUN_OF.items(), *OF_SATELLITE.items()])
def test_a_system_is_that_of_its_run(name: str, run: str) -> None:
    own, shipped = started(name), load_scenario(RUNS / f"{run}.toml")
    assert own.effective() == shipped.effective()
    assert own.run.trials == shipped.run.trials
    for section in ("satellite", "constellation", "handset"):
        assert getattr(own, section).preset == getattr(shipped, section).preset


@pytest.mark.parametrize("name", ["starlink-dtc-filed", "ast-bluebird-filed"])
def test_a_filed_power_changes_nothing_else(name: str) -> None:
    calibrated = name.replace("filed", "calibrated")
    filed = started(name)
    assert filed.replace(satellite=started(calibrated).satellite.model_dump()).effective() == (
        started(calibrated).effective()
    )
    assert filed.satellite.eirp_density_dbw_per_mhz == pytest.approx(
        load_preset(name).figures["eirp_density_dbw_per_mhz"].value
    )


@pytest.mark.parametrize("name", CONSTELLATIONS)
def test_what_stands_for_an_unpublished_satellite_is_said_to_be_assumed(name: str) -> None:
    stand_in = load_preset(name).starter["satellite.preset"]
    assert stand_in.remark
    if str(stand_in.value).startswith("tr38821"):
        assert stand_in.remark.startswith("assumed: ")
        assert f"# {stand_in.remark[:40]}" in starter(name)
    assert load_preset(str(stand_in.value)).kind == "satellite"


@pytest.mark.parametrize("preset", [*presets_of("satellite"), *presets_of("constellation")])
def test_starters_of_presets_are_keys_of_a_scenario(preset: Any) -> None:
    """A key that no section has would be left out of the text without a word."""
    assert preset.starter.keys() <= dict(started(preset.name).items()).keys()
    assert preset.starter.keys() <= keys(content(preset.name))
    for section in ("handset", "service"):
        assert all(not other.starter for other in presets_of(section))


@pytest.mark.parametrize("name", ["beidou-3", "tiantong-1", "guowang-gw-a59"])
def test_a_system_runs(name: str) -> None:
    scenario = started(name).replace(users__count=50)
    block = compute_block(build(scenario), NumpyKernels(), 0, 1)
    assert block.trial["users"].tolist() == [50]
    assert block.trial["throughput"] > 0.0


def test_a_study_case_runs() -> None:
    scenario = started("tr38821-set1-geo-ka").replace(users__per_beam=1)
    block = compute_block(build(scenario), NumpyKernels(), 0, 1)
    assert block.trial["throughput"] > 0.0


@pytest.mark.parametrize("name", [*HANDSETS, "voice"])
def test_no_scenario_starts_from_a_handset_or_a_service(name: str) -> None:
    kind = load_preset(name).kind
    with pytest.raises(InputError) as refused:
        starter(name)
    assert str(refused.value) == (
        f"{name} is a {kind} preset; a scenario starts from a satellite or a constellation, "
        "see: capest presets list"
    )
