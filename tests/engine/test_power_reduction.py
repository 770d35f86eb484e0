"""What a phone transmits below its largest power, wherever power counts."""

from typing import Any

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.engine.budget import budget
from capest.engine.build.radio import uplink_budget
from capest.scenario.load import load_scenario

from .small import assert_same_bits, compute, small_scenario
from .small_network import network_scenario

CALLS = {"service__mix": "video-call-480p 40%, voice 60%", "users__count": 200}
SCENARIOS: dict[str, tuple[Any, dict[str, Any]]] = {
    "turns": (small_scenario, {"uplink__interference": "full-buffer"}),
    "calls of one": (small_scenario, {"service__preset": "voice", "users__per_beam": 20}),
    "power control": (
        small_scenario,
        {
            "uplink__interference": "full-buffer", "uplink__power_control": "fractional",
            "uplink__p0_dbm": -100.0, "uplink__alpha": 0.9,
        },
    ),
    "calls of many": (network_scenario, CALLS),
    "a frame of many": (
        network_scenario,
        {**CALLS, "beams__allocation": "proportional", "beams__slots": 3},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_two_decibels_less_are_a_phone_of_21_dbm(name):
    of, changes = SCENARIOS[name]
    less = compute(of(**changes, handset__power_reduction_db=2.0), trials=3)
    weaker = compute(of(**changes, handset__transmit_power_dbm=21.0), trials=3)
    assert_same_bits(less, weaker)
    whole = compute(of(**changes), trials=3)
    with pytest.raises(AssertionError):
        assert_same_bits(less, whole)


def test_the_uplink_of_the_budget_has_it_and_the_downlink_has_not():
    scenario = load_scenario(
        {
            "rules": "0.2",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "handset": {"power_reduction_db": 1.5},
        }
    )
    none = scenario.replace(handset__power_reduction_db=0.0)
    up, before = (budget(each, "UL", 30.0) for each in (scenario, none))
    assert before.cnr_db - up.cnr_db == pytest.approx(1.5)
    assert (up.power_reduction_db, up.eirp_dbm) == (1.5, before.eirp_dbm)
    assert budget(scenario, "DL", 30.0) == budget(none, "DL", 30.0)
    power = uplink_budget(scenario)
    assert power is not None
    assert power.largest_power_dbw == pytest.approx(23.0 - 1.5 - 30.0)


def test_the_budget_adds_two_branches_to_the_downlink_alone():
    scenario = load_scenario(
        {
            "rules": "0.2",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "handset": {"preset": "smartphone-typical"},
        }
    )
    two = scenario.replace(handset__branches=2)
    down, before = (budget(each, "DL", 30.0) for each in (two, scenario))
    assert down.cnr_db - before.cnr_db == pytest.approx(3.0103, abs=1e-4)
    assert down.g_over_t_db_per_k == before.g_over_t_db_per_k
    assert budget(two, "UL", 30.0) == budget(scenario, "UL", 30.0)


def test_the_command_shows_both(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('rules = 0.2\n[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    keys = ["handset.power_reduction_db=2", "handset.branches=2", "handset.antenna_gain_dbi=-4"]
    options = [part for key in keys for part in ("--set", key)]
    shown = CliRunner().invoke(cli, ["budget", str(path), *options]).stdout.splitlines()
    rows = {line[:30].strip(): line[30:].split() for line in shown}
    assert rows["phone's power reduction, dB"] == ["0.00", "2.00"]
    assert rows["gain by two branches, dB"] == ["3.01", "0.00"]


@pytest.mark.parametrize(
    ("handset", "reduction_db"),
    [("3gpp-handheld", 1.0), ("smartphone-typical", 1.0), ("3gpp-vsat", 0.0)],
)
def test_the_rules_of_0_3_take_a_decibel_of_phones(handset, reduction_db):
    file = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "handset": {"preset": handset},
    }
    assert load_scenario({**file, "rules": "0.2"}).handset.power_reduction_db == 0.0
    assert load_scenario({**file, "rules": "0.3"}).handset.power_reduction_db == reduction_db
    own = load_scenario({**file, "rules": "0.3"}, ["handset.power_reduction_db=4"])
    assert own.handset.power_reduction_db == 4.0
