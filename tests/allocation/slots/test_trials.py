"""Trials of beam hopping: the users of `capest run`, and pairs that tell more than single runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capest.allocation.slots import STRATEGIES
from capest.backend.numpy_kernels import NumpyKernels
from capest.cli import cli
from capest.cli.hopping import NAMES
from capest.engine.build import build
from capest.engine.slots import draw_links
from capest.engine.trial import compute
from capest.errors import InputError
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.studies.hopping import compare, over_trials, ratio_over_trials
from capest.studies.hopping_trials import (
    Played,
    Settings,
    compared,
    play,
    play_trials,
    problem_of,
)

from .problems import Dense

RUN = Path(__file__).parents[3] / "runs/hopping-hotspots.toml"


def small(*overrides: str) -> Scenario:
    """19 cells, 5 of them lit."""
    sizes = ("beams.count=19", "beams.statistics_count=19", "satellite.beams_at_once=5")
    return load_scenario(RUN, [*sizes, "users.count=120", "run.trials=30", *overrides])


def settings(*strategies: str, demand: float = 3.0) -> Settings:
    return Settings(strategies or NAMES, beams=5, slots=16, demand_per_user=demand)


@pytest.mark.parametrize("reuse", [1, 3])
def test_all_beams_lit_are_those_of_capest_run(reuse: int) -> None:
    scenario = small(
        f"beams.frequency_reuse={reuse}", "link.adaptation=truncated-shannon",
    ).replace(beams__allocation="all-on", satellite__beams_at_once=None)  # fmt: skip
    world = build(scenario)
    links = draw_links(world, NumpyKernels(), Draws(NumpyKernels(), scenario.run.seed, 3, 4))
    users = problem_of(world, links, settings()).users
    wanted = compute(world, NumpyKernels(), 3, 4).trial_cell
    assert (users.member.sum(axis=-1) == wanted["cell_users"]).all()
    lit = np.ones((4, 1, 19), dtype=bool)
    rates = links.rates(lit)[:, 0]
    reached = users.by_cell(rates > 0)
    assert (reached == wanted["cell_served_users"]).all()
    assert (reached < wanted["cell_users"]).sum() > 5
    found = users.by_cell(rates) / np.maximum(reached, 1)
    assert found == pytest.approx(wanted["cell_throughput"], rel=1e-6)


def test_rates_in_slots_are_those_of_powers_at_the_users() -> None:
    world, kernels = build(small("beams.frequency_reuse=3")), NumpyKernels()
    links = draw_links(world, kernels, Draws(kernels, 5, 0, 3))
    problem = problem_of(world, links, settings())
    lit = np.asarray(STRATEGIES.find("random")(problem, Draws(kernels, 5, 0, 3)))
    assert (problem.users.own > 0).all()
    assert (problem.users.own >= problem.users.gain.max(axis=-1)).all()
    found, wanted = links.rates(lit), Dense(problem.users, problem.rate_of).rates(lit)
    assert (found > 0).sum() > 1000
    # Rounding decides about few that stand on a step of link adaptation.
    assert (np.abs(found - wanted) > 1e-6 * wanted).mean() < 1e-4
    one = links.of_trial(2)
    assert (one.rates(lit[2:]) == found[2:]).all()
    assert (one.powers() == problem.users.gain[2:]).all()


def test_a_trial_depends_on_its_number_alone() -> None:
    world = build(small())
    whole = play_trials(world, NumpyKernels(), settings(), 0, 5)
    parts = [
        play_trials(world, NumpyKernels(), settings(), first, count)
        for first, count in ((0, 2), (2, 3))
    ]
    for name in NAMES:
        joined = np.concatenate([part.served[name] for part in parts])
        assert joined == pytest.approx(whole.served[name], rel=1e-12)


def test_strategies_share_the_trials() -> None:
    alone, together = play(small(), settings("max-min")), play(small(), settings())
    assert (alone.served["max-min"] == together.served["max-min"]).all()
    assert (alone.limit == together.limit).all()
    assert len(np.unique(together.served["random"])) > 20  # trials differ


def test_nobody_exceeds_the_bound() -> None:
    played = play(small(), settings())
    for served in played.served.values():
        assert (served <= played.limit * (1 + 1e-12)).all()
        assert (played.limit <= played.offered * (1 + 1e-12)).all()


def test_intervals_of_pairs_are_narrower() -> None:
    # At a load at which some trials have time for all and others have not.
    found = compare(play(small("run.trials=60"), settings(demand=1.5)))
    for one in found[1:]:
        half = one.difference.high - one.difference.value
        unpaired = np.hypot(
            one.of_bound.high - one.of_bound.value,
            found[0].of_bound.high - found[0].of_bound.value,
        )
        assert half < 0.7 * unpaired, one.strategy


def test_comparison_by_hand() -> None:
    limit = np.array([10.0, 20.0, 0.0])
    served = {"a": np.array([5.0, 12.0, 0.0]), "b": np.array([6.0, 15.0, 0.0])}
    least = {"a": np.array([0.1, 0.2, 1.0]), "b": np.array([0.2, 0.2, 1.0])}
    first, second = compare(Played(2 * limit, limit, served, least))
    # A trial without any demand adds nothing to either sum, and has no cell that is worst off.
    assert first.of_bound.value == pytest.approx(17 / 30)
    assert first.of_offered.value == pytest.approx(17 / 60)
    assert second.least_satisfaction == over_trials(np.array([0.2, 0.2]))
    assert second.difference.value == pytest.approx(4 / 30)
    assert (first.difference.low, first.difference.high) == (0.0, 0.0)
    # Student: 4.303 standard errors with two degrees of freedom.
    left = np.array([1.0, 3.0, 0.0]) - 4 / 30 * limit
    error = np.std(left, ddof=1) / 3**0.5 / 10.0
    assert second.difference.high - second.difference.value == pytest.approx(4.3027 * error, 1e-4)


def test_intervals_of_ratios_hold_the_ratio() -> None:
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(1000):
        whole = generator.gamma(4.0, size=40) * (generator.uniform(size=40) < 0.9)
        found = ratio_over_trials(whole * generator.uniform(0.2, 0.8, size=40), whole)
        held += found.low <= 0.5 <= found.high
    assert 0.92 < held / 1000 < 0.98


def test_nothing_can_be_served() -> None:
    words = ["--set", "handset.antenna_gain_dbi=-60", "--trials", "3", "--slots", "8"]
    table = invoke(str(RUN), *words)
    assert "Nothing can be served in any trial" in table
    assert "100" not in table
    found = json.loads(invoke(str(RUN), *words, "--json"))["strategies"]
    assert all(one["of_bound"] is None and one["of_offered"] == 0.0 for one in found)


def test_bound_with_interference() -> None:
    pytest.importorskip("scipy")
    scenario = small("beams.count=7", "beams.statistics_count=7", "satellite.beams_at_once=2")
    fluid = Settings(("max-min",), 2, 16, 1.0)
    exact = Settings(("max-min",), 2, 16, 1.0, bound="interference")
    loose, tight = play(scenario, fluid), play(scenario, exact)
    assert (tight.limit <= loose.limit * (1 + 1e-9)).all()
    assert (tight.limit < loose.limit * 0.999).any()
    assert (tight.served["max-min"] <= tight.limit * (1 + 1e-9)).all()


def test_the_command_compares_all_strategies_that_hop() -> None:
    assert sorted(compared()) == sorted(NAMES) == sorted({*STRATEGIES.names()} - {"all-on"})
    # Differences are to one that knows nothing.
    assert compared()[0] == "periodic"


def invoke(*words: str) -> str:
    result = CliRunner().invoke(cli, ["hopping", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_command_line() -> None:
    words = [str(RUN), "--trials", "10", "--slots", "16"]
    table = invoke(*words)
    assert all(name in table for name in NAMES)
    assert "61 cells, 12 lit at a time, 16 slots, 600 users of 1 Mbit/s, 10 trials" in table
    assert max(map(len, table.splitlines())) <= 80
    found = json.loads(invoke(*words, "--json", "--strategy", "max-min", "--strategy", "random"))
    first, second = found["strategies"]
    assert (first["strategy"], second["strategy"]) == ("max-min", "random")
    assert first["difference"] == 0.0
    assert second["difference"] == pytest.approx(second["of_bound"] - first["of_bound"], abs=2e-6)
    low, high = second["of_bound_ci95"]
    assert low < second["of_bound"] < high


def test_the_table_prints_the_intervals_of_the_json() -> None:
    words = [str(RUN), "--trials", "6", "--slots", "8", "--strategy", "random", "--strategy"]
    table = invoke(*words, "max-min").splitlines()[-1].split()
    one = json.loads(invoke(*words, "max-min", "--json"))["strategies"][1]
    names = ("of_bound", "of_offered", "least_satisfaction", "difference")
    value = np.array([one[name] for name in names])
    half = np.array([one[f"{name}_ci95"][1] for name in names]) - value
    assert [float(word) for word in table[1::2]] == pytest.approx(100 * value, abs=0.051)
    printed = [float(word.removeprefix("±")) for word in table[2::2]]
    assert printed == pytest.approx(100 * half, abs=0.051)
    assert min(printed) > 0.2


def test_trials_are_those_of_the_scenario() -> None:
    words = [str(RUN), "--slots", "4", "--strategy", "random", "--json"]
    assert json.loads(invoke(*words))["trials"] == 100
    assert json.loads(invoke(*words, "--set", "run.trials=7"))["trials"] == 7
    assert json.loads(invoke(*words, "--set", "run.trials=7", "--trials", "5"))["trials"] == 5


def test_one_of_each() -> None:
    sizes = ["beams.count=1", "beams.statistics_count=1", "satellite.beams_at_once=1"]
    words = [word for size in (*sizes, "users.count=1") for word in ("--set", size)]
    table = invoke(
        str(RUN), *words, "--slots", "1", "--trials", "2", "--strategy", "max-min"
    )  # fmt: skip
    assert "1 cell, 1 lit at a time, 1 slot, 1 user of" in table
    assert "less" not in table


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    words = ["hopping", str(RUN), "--trials", "2", "--slots", "2", "--strategy", "random", "--json"]
    result = CliRunner().invoke(cli, words)
    assert result.stderr == ""
    more = tmp_path / "more.toml"
    more.write_text(
        RUN.read_text(encoding="utf-8").replace("[run]", '[run]\nuntil = "sinr_db.p05±0.1"')
        + '[service]\npreset = "voice"\n[scheduler]\npolicy = "max-ci"\n[uplink]\nenabled = true\n',
        encoding="utf-8",
    )
    result = CliRunner().invoke(cli, ["hopping", str(more), *words[2:]])
    assert result.exit_code == 0
    assert [line.split(" is not read: ")[0] for line in result.stderr.splitlines()] == [
        "[service]", "[scheduler]", "uplink.enabled", "run.until",
    ]  # fmt: skip
    json.loads(result.stdout)


@pytest.mark.parametrize(
    "override",
    [
        *("service.preset=voice", "scheduler.policy=max-ci", "run.until=sinr_db.p05±0.1"),
        *("uplink.enabled=true", "satellite.rf_power_w=10", "satellite.payload=regenerative"),
        *(
            "beams.statistics_count=7",
            "beams.allocation=periodic",
            "satellite.antenna_gain_dbi=9",
        ),
        *("handset.transmit_power_dbm=20", "run.block_trials=7"),
    ],
)
def test_what_is_set_and_not_read_is_refused(override: str) -> None:
    key = override.partition("=")[0]
    result = CliRunner().invoke(cli, ["hopping", str(RUN), "--trials", "2", "--set", override])
    assert result.exit_code == 2
    assert f"{key} is not read: " in result.stderr
    assert f"see --set {override}" in result.stderr


def test_a_file_is_what_json_prints(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    words = [str(RUN), "--trials", "2", "--slots", "2", "-o", str(path)]
    assert "periodic" in invoke(*words)
    assert path.read_text() == invoke(*words, "--json")
    assert [one.name for one in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--active", "62"], "62 beams lit at a time are more than the 61 cells"),
        (["--bound", "interference"], "more than the 5000"),
        (["--slots", "50000"], "random numbers of a trial"),
        (["--demand", "nan"], "--demand"),
        (["--strategy", "best"], "'best' is not one of"),
        (["--set", "beams.allocation=all-on"], "satellite.beams_at_once"),
        (["--trials", "1"], "--trials"),
        (["--set", "run.trials=1"], "run.trials = 1"),
        (["--demand", "1e308"], "1e-06<=x<=1000000"),
        (["--demand", "5e-324"], "1e-06<=x<=1000000"),
        (["--demand", "inf"], "--demand"),
        (["-o", "no/such/folder.json"], "there is no folder no/such"),
        (["-o", str(RUN)], "is the scenario"),
    ],
)
def test_bad_input(words: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, ["hopping", str(RUN), *words])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_how_many_beams_must_be_said(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    result = CliRunner().invoke(cli, ["hopping", str(path)])
    assert result.exit_code == 2
    assert "give --active" in result.stderr


def test_not_for_a_constellation() -> None:
    with pytest.raises(InputError, match="one satellite"):
        play(load_scenario(RUN.parent / "starlink-dtc-usa.toml"), settings())
    # Said at once, and not only after --active was given.
    result = CliRunner().invoke(cli, ["hopping", str(RUN.parent / "starlink-dtc-usa.toml")])
    assert result.exit_code == 2
    assert "one satellite" in result.stderr
