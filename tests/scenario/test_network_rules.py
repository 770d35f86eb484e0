"""The key ``rules``: which values it gives, and to which keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from capest.errors import ScenarioError
from capest.scenario import network_rules
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario, fields
from capest.scenario.network_rules import RULES, RuleValues

ONE = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
KEY = "channel.vehicle_loss_db"


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a key, of which no preset knows, one of a rule."""
    monkeypatch.setitem(RULES, KEY, RuleValues(of_02=9.0, of_03=12.0))
    return KEY


def value(scenario: Scenario) -> float:
    return scenario.channel.vehicle_loss_db


@pytest.mark.parametrize(("rules", "expected"), [("0.2", 9.0), ("0.3", 12.0)])
def test_rules_fill_what_nobody_gives(rule: str, rules: str, expected: float) -> None:
    assert value(load_scenario(ONE | {"rules": rules})) == expected


@pytest.mark.parametrize("rules", ["0.2", "0.3"])
def test_a_written_key_stays(rule: str, rules: str) -> None:
    written = ONE | {"rules": rules, "users": {"vehicle_share": 0.5}}
    scenario = load_scenario(written | {"channel": {"vehicle_loss_db": 5.0}})
    assert value(scenario) == 5.0
    other = "0.3" if rules == "0.2" else "0.2"
    assert value(scenario.replace(rules=other)) == 5.0


@pytest.mark.parametrize("rules", ["0.2", "0.3"])
def test_a_figure_of_a_preset_stays(monkeypatch: pytest.MonkeyPatch, rules: str) -> None:
    monkeypatch.setitem(RULES, "handset.noise_figure_db", RuleValues(of_02=1.0, of_03=2.0))
    assert load_scenario(ONE | {"rules": rules}).handset.noise_figure_db == 7.0
    scenario = load_scenario(ONE).replace(rules=rules)
    assert scenario.handset.noise_figure_db == 7.0


@pytest.mark.parametrize("text", ["rules=0.2", 'rules="0.2"'])
def test_the_command_line_switches_them_off(rule: str, text: str) -> None:
    assert value(load_scenario(ONE | {"rules": "0.3"}, [text])) == 9.0


def test_a_number_is_a_version_too(tmp_path: Path, rule: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text('rules = 0.3\n[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    assert load_scenario(path).rules == "0.3"
    assert value(load_scenario(path)) == 12.0


@pytest.mark.parametrize("wrong", ["0.1", "on", 2, True, 0.25, "1.0"])
def test_another_version_is_refused(wrong: object) -> None:
    with pytest.raises(ScenarioError, match=r'rules.*one of "0.2", "0.3"'):
        load_scenario(ONE | {"rules": wrong})


def test_replace_gives_what_the_other_rules_give(rule: str) -> None:
    scenario = load_scenario(ONE | {"rules": "0.2"})
    new = scenario.replace(rules="0.3")
    assert (value(new), value(new.replace(rules="0.2"))) == (12.0, 9.0)
    assert new == load_scenario(ONE | {"rules": "0.3"})


def test_a_key_named_in_the_same_call_wins(rule: str) -> None:
    scenario = load_scenario(ONE | {"rules": "0.2", "users": {"vehicle_share": 0.5}})
    assert value(scenario.replace(rules="0.3", channel__vehicle_loss_db=4.0)) == 4.0


def test_the_text_of_a_scenario_loads_to_an_equal_one(tmp_path: Path, rule: str) -> None:
    for rules in ("0.2", "0.3"):
        scenario = load_scenario(ONE | {"rules": rules})
        path = tmp_path / f"{rules}.toml"
        path.write_text(scenario.to_toml())
        assert load_scenario(path) == scenario


def test_a_result_that_knew_no_rules_has_those_of_0_2(tmp_path: Path, rule: str) -> None:
    scenario = load_scenario(ONE | {"rules": "0.2"})
    lines = scenario.to_toml().splitlines()
    later = {key.rpartition(".")[2] for key in RULES} - {"overhead", "bandwidth_mhz"}
    unknown = ("rules =", *(f"{name} =" for name in later))
    path = tmp_path / "old.toml"
    path.write_text("\n".join(line for line in lines if not line.startswith(unknown)))
    assert load_scenario(path) == scenario


def test_only_values_enter_the_fingerprint(rule: str) -> None:
    base = ONE | {"users": {"vehicle_share": 0.5}}
    old = load_scenario(base | {"rules": "0.2"})
    written = load_scenario(base | {"rules": "0.3", "channel": {"vehicle_loss_db": 9.0}})
    new = load_scenario(base | {"rules": "0.3"})
    by_hand = load_scenario(base | {"rules": "0.3", "channel": {"vehicle_loss_db": 12.0}})
    if RULES.keys() == {rule}:
        assert fingerprint(written) == fingerprint(old)
    assert fingerprint(new) == fingerprint(by_hand) != fingerprint(old)


def test_rules_are_of_keys_that_exist() -> None:
    assert RULES.keys() <= fields().keys()
    assert list(RULES) == sorted(RULES)
    for key, row in RULES.items():
        assert fields()[key].default == row.of_03, key


def test_the_default_is_a_version() -> None:
    assert load_scenario(ONE).rules == network_rules.DEFAULT


def complete(path: Path, rules: str) -> Path:
    path.write_text(load_scenario(ONE | {"rules": rules}).to_toml())
    return path


@pytest.mark.parametrize(("kept", "other"), [("0.3", "0.2"), ("0.2", "0.3")])
def test_other_rules_on_the_command_line_move_a_complete_file(
    tmp_path: Path, kept: str, other: str
) -> None:
    path = complete(tmp_path / "s.toml", kept)
    assert load_scenario(path).rules == kept
    moved = load_scenario(path, [f"rules={other}"])
    assert moved == load_scenario(ONE | {"rules": other})
    assert moved == load_scenario(path).replace(rules=other)
    assert load_scenario(path, [f"rules={kept}"]) == load_scenario(path)
    chosen = load_scenario(path, [f"rules={other}", "link.overhead=0.3"])
    assert chosen.link.overhead == 0.3


def test_a_complete_file_of_today_without_rules_has_those_of_today(tmp_path: Path) -> None:
    path = complete(tmp_path / "s.toml", "0.3")
    path.write_text(path.read_text().replace('rules = "0.3"\n', ""))
    assert load_scenario(path) == load_scenario(ONE)


def test_later_rules_by_those_of_0_2_are_named() -> None:
    assert network_rules.later_rules(dict(load_scenario(ONE | {"rules": "0.2"}).items())) == []
    assert network_rules.later_rules(dict(load_scenario(ONE).items())) == []
    keys = ["rules=0.2", "link.harq=on", "link.overhead=0.25"]
    found = network_rules.later_rules(dict(load_scenario(ONE, keys).items()))
    assert found == ["link.harq", "link.overhead"]
