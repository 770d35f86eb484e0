"""Figures of presets that hold by the rules of 0.3 only."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

from capest.cli.presets import presets as command
from capest.scenario import presets
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import Figure, read_preset

ONE = {"satellite": {"preset": "tr38821-set1-leo600-s"}, "handset": {"preset": "lossy"}}
PHONE = "smartphone-typical"
TEXT = """
kind = "handset"
title = "a phone"

[figures]
antenna_gain_dbi = { value = 0, confidence = "assumed", source = "a table" }
noise_figure_db = { value = 7, confidence = "assumed", source = "a table" }
antenna_temperature_k = { value = 290, confidence = "assumed", source = "a table" }

[figures_of_rules]
noise_figure_db = { value = 9, confidence = "measured", source = "another table" }
polarisation_loss_db = { value = 3, confidence = "assumed", source = "two branches" }
"channel.vehicle_loss_db" = { value = 12, confidence = "assumed", source = "a third table" }
"""
OLD, NEW = (7.0, 0.0, 9.0), (9.0, 3.0, 12.0)


@pytest.fixture(autouse=True)
def _phone(monkeypatch: pytest.MonkeyPatch) -> None:
    known, load = (*presets.preset_names(), "lossy"), presets.load_preset
    monkeypatch.setattr(presets, "preset_names", lambda: known)

    def loaded(name: str) -> presets.Preset:
        return read_preset(name, TEXT) if name == "lossy" else load(name)

    monkeypatch.setattr(presets, "load_preset", loaded)
    presets._suppliers.cache_clear()
    yield
    presets._suppliers.cache_clear()


def having(rules: str, **changes: object) -> Scenario:
    channel = {"channel": {}, "users": {"vehicle_share": 0.5}}
    return load_scenario({**channel, **ONE, "rules": rules, **changes})


def figures(scenario: Scenario) -> tuple[float, float, float]:
    handset = scenario.handset
    vehicle_db = scenario.channel.vehicle_loss_db
    return handset.noise_figure_db, handset.polarisation_loss_db, vehicle_db


def test_they_stand_beside_the_others() -> None:
    preset = read_preset("lossy", TEXT)
    assert preset.figures["noise_figure_db"].value == 7
    assert preset.figures_of_rules["noise_figure_db"] == Figure(9, "measured", "another table")
    assert dataclasses.replace(preset, figures_of_rules={}).values_by("0.3") == preset.values_by(
        "0.2"
    )


@pytest.mark.parametrize(("rules", "expected"), [("0.2", OLD), ("0.3", NEW)])
def test_the_rules_of_the_scenario_decide(rules: str, expected: tuple[float, ...]) -> None:
    assert figures(having(rules)) == expected


@pytest.mark.parametrize("rules", ["0.2", "0.3"])
def test_what_is_written_stays(rules: str) -> None:
    handset = {"preset": "lossy", "noise_figure_db": 5.0}
    scenario = having(rules, handset=handset)
    assert scenario.handset.noise_figure_db == 5.0
    other = "0.3" if rules == "0.2" else "0.2"
    assert scenario.replace(rules=other).handset.noise_figure_db == 5.0


def test_replace_fills_them_anew() -> None:
    old, new = having("0.2"), having("0.3")
    assert old.replace(rules="0.3") == new
    assert new.replace(rules="0.2") == old


def test_a_new_preset_takes_them_along() -> None:
    bare = having("0.3").replace(handset__preset="3gpp-handheld")
    assert figures(bare) == (7.0, 0.0, 9.0)
    assert figures(bare.replace(handset__preset="lossy")) == NEW


@pytest.mark.parametrize("rules", ["0.2", "0.3"])
def test_the_text_of_a_scenario_loads_to_an_equal_one(tmp_path: Path, rules: str) -> None:
    scenario = having(rules)
    path = tmp_path / "s.toml"
    path.write_text(scenario.to_toml())
    assert load_scenario(path) == scenario


def test_the_command_lists_them_apart() -> None:
    shown = CliRunner().invoke(command, ["show", "lossy"], env={"COLUMNS": "80"}).stdout
    always, rest = shown.split('By rules = "0.3" of a scenario also, or instead:')
    assert "a third table" not in always
    assert [line.split()[1] for line in rest.splitlines()[3:6]] == ["9", "3", "12"]
    assert "measured: " in rest
