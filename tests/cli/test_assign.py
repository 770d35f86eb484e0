"""``capest assign``: a paired sweep over choices of satellites for cells, and what is possible."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy import stats

import capest
from capest.allocation import cells
from capest.cli import cli
from capest.studies import assign as study
from capest.studies.assignment_choices import parse_choice

SCENARIO = """
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
beams_at_once = 4
[constellation]
shells = "60: 200/10/1 @ 600"
minimum_elevation_deg = 20.0
[region]
kind = "box"
south_deg = 46.0
north_deg = 52.0
west_deg = 6.0
east_deg = 15.0
[cells]
diameter_km = 120.0
[beams]
frequency_reuse = 1
[users]
placement = "uniform"
count = 300
[service]
preset = "voice"
[uplink]
interference = "off"
[run]
seed = 3
"""
WHERE = ("--workers", "0", "--backend", "numpy")
TRIALS = 8
NAMES = ("max-sinr", "greedy-demand", "demand-first")
WORDS = ("--trials", str(TRIALS), *(word for name in NAMES for word in ("--strategy", name)))


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, ["assign", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A scenario, and three strategies compared on it, with the results of the points."""
    path = tmp_path_factory.mktemp("assign")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        Path("s.toml").write_text(SCENARIO)
        done = call("s.toml", *WHERE, *WORDS, "--json", "-o", "all.nc", "--keep-points")
        assert done.exit_code == 0, done.output
        Path("all.json").write_text(done.stdout)
        yield path


@pytest.fixture
def found(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "all.json").read_text())


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "s.toml"
    path.write_text(SCENARIO)
    return path


def test_what_is_printed_is_one_object(found: dict[str, Any]) -> None:
    assert found["schema"] == 1
    assert (found["compared"], found["users"], found["trials"], found["seed"]) == (
        *("calls", 300, TRIALS, 3),
    )
    assert found["bound"] == "interference-free"
    assert tuple(one["strategy"] for one in found["strategies"]) == NAMES
    names = ("calls", "difference", "calls_bound", "bound_over_calls", "bound_over_free",
             "free_over_calls")  # fmt: skip
    for one in found["strategies"]:
        assert one["trials"] == TRIALS
        for name in names:
            low, high = one[f"{name}_ci95"]
            assert low <= one[name] <= high, name


def test_all_combinations_are_compared_by_default() -> None:
    names, left_out = study.compared()
    assert sorted((*names, *left_out)) == sorted(cells.STRATEGIES.names())
    assert names[0] == cells.DEFAULT
    assert left_out == ()


def of_point(folder: Path, name: str) -> dict[str, np.ndarray]:
    """Values of every trial from the result of a strategy's own run."""
    for path in (folder / "all.nc.points").glob("*.nc"):
        with capest.open(path) as dataset:
            if f'assignment = "{name}"' in dataset.attrs["scenario_toml"]:
                wanted = ("calls", "calls_bound", "calls_without_interference")
                return {each: dataset[each].values.astype(float) for each in wanted}
    raise AssertionError(name)


def test_differences_are_those_of_pairs_of_kept_points(folder: Path, found: dict[str, Any]) -> None:
    first = of_point(folder, NAMES[0])["calls"]
    t = stats.t.ppf(0.975, TRIALS - 1)
    for name, one in zip(NAMES, found["strategies"], strict=True):
        calls = of_point(folder, name)["calls"]
        assert one["calls"] == pytest.approx(calls.mean(), abs=1e-6)
        less = calls - first
        assert one["difference"] == pytest.approx(less.mean(), abs=1e-6)
        half = t * less.std(ddof=1) / math.sqrt(TRIALS)
        limits = [less.mean() - half, less.mean() + half]
        assert one["difference_ci95"] == pytest.approx(limits, abs=1e-5)


def test_no_choice_exceeds_the_bound_and_the_gap_has_two_parts(
    folder: Path, found: dict[str, Any]
) -> None:
    for name, one in zip(NAMES, found["strategies"], strict=True):
        calls, bound, free = of_point(folder, name).values()
        assert (calls <= bound).all()
        assert (free <= bound).all()
        for ratio, above, below in (
            ("bound_over_calls", bound, calls),
            ("bound_over_free", bound, free),
            ("free_over_calls", free, calls),
        ):
            assert one[ratio] == pytest.approx(above.sum() / below.sum(), abs=1e-6), ratio
        parts = one["bound_over_free"] * one["free_over_calls"]
        assert one["bound_over_calls"] == pytest.approx(parts, rel=1e-5)


def test_who_is_served_is_what_the_results_of_the_points_say(
    folder: Path, found: dict[str, Any]
) -> None:
    paths = {}
    for path in (folder / "all.nc.points").glob("*.nc"):
        with capest.open(path) as dataset:
            (name,) = (n for n in NAMES if f'assignment = "{n}"' in dataset.attrs["scenario_toml"])
            paths[name] = path
    for name, one in zip(NAMES, found["strategies"], strict=True):
        with capest.open(paths[name]) as dataset:
            share = dataset.capest.by_density()["share"].values
            carried, asked = dataset["cell_calls"].values, dataset["cell_calls_offered"].values
            dark = dataset["cells_dark"].values
        assert one["worst_decile_served_share"] == pytest.approx(share.min(), abs=1e-6)
        shares = carried[asked > 0] / asked[asked > 0]
        jain = shares.sum() ** 2 / (len(shares) * (shares**2).sum())
        assert one["jain_over_cells"] == pytest.approx(jain, rel=1e-4)
        assert one["cells_dark"] == pytest.approx(dark.mean(), abs=1e-6)


def test_all_get_the_same_users_and_satellites(folder: Path) -> None:
    with capest.open(folder / "all.nc") as dataset:
        for name in ("calls_offered", "calls_bound", "satellites_in_reach", "users"):
            values = dataset[name].values
            assert (values == values[0]).all(), name
        assert list(dataset["strategy"].values) == list(NAMES)
        assert "demand-first: cells.assignment=demand-first" in dataset["strategy"].comment


def test_it_opens_as_every_sweep_does(folder: Path, found: dict[str, Any]) -> None:
    done = CliRunner().invoke(cli, ["show", str(folder / "all.nc")])
    assert done.exit_code == 0
    assert "strategy" in done.stdout
    with capest.open(folder / "all.nc") as dataset:
        summary = dataset.capest.summary()
        assert [one["strategy"] for one in summary.to_list()] == list(NAMES)
        last = dataset.sel(strategy=NAMES[2])
        difference = last.capest.difference_to(dataset.sel(strategy=NAMES[0]))
    assert difference["calls", "mean"].value == pytest.approx(
        found["strategies"][2]["difference"], abs=1e-6
    )


def test_it_goes_on_where_it_was_killed(
    folder: Path, scenario: Path, found: dict[str, Any]
) -> None:
    """A process killed in its second strategy; the file is that of one never killed."""
    words = [sys.executable, "-m", "capest", "assign", "s.toml", *WHERE, *WORDS]
    words += ["-o", "all.nc", "--keep-points"]
    points = Path("all.nc.points")
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        until = time.monotonic() + 300.0
        while not list(points.glob("*.nc")) and killed.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        os.kill(killed.pid, signal.SIGKILL)
    finished = {path: path.stat().st_mtime_ns for path in points.glob("*.nc")}
    assert finished
    assert not Path("all.nc").exists()
    table = call("s.toml", *WHERE, *WORDS, "-o", "all.nc", "--keep-points")
    assert table.exit_code == 0, table.output
    assert finished == {path: path.stat().st_mtime_ns for path in finished}
    assert same_values(Path("all.nc"), folder / "all.nc")


def same_values(path: Path, other: Path) -> bool:
    with capest.open(path) as one, capest.open(other) as two:
        return bool(one.identical(two.assign_attrs(command_line=one.attrs["command_line"])))


def test_workers_make_no_difference(folder: Path, scenario: Path) -> None:
    done = call("s.toml", *WORDS, "--backend", "numpy", "--workers", "2", "-o", "two.nc")
    assert done.exit_code == 0, done.output
    assert Path("two.nc").read_bytes() == (folder / "all.nc").read_bytes()


def test_tables_of_80_columns(folder: Path, scenario: Path, found: dict[str, Any]) -> None:
    shutil.copytree(folder, scenario.parent, dirs_exist_ok=True)
    table = call("s.toml", *WHERE, *WORDS, "-o", "all.nc", "--overwrite", "--keep-points").stdout
    assert max(map(len, table.splitlines()[:-1])) <= 80
    assert f"300 users of voice, {TRIALS} trials; the same users and satellites for all" in table
    assert "less max-sinr" in table
    for one in found["strategies"]:
        rows = [line for line in table.splitlines() if line.startswith(one["strategy"])]
        carried, ratios, people = (re.findall(r" (\d[\d.,]*)(?= |$)", row) for row in rows)
        assert rounded(carried[0], one["calls"])
        names = ("bound_over_calls", "bound_over_free", "free_over_calls")
        assert all(rounded(*each) for each in zip(ratios, map(one.get, names), strict=False))
        assert rounded(people[0], one["cells_dark"])
        assert rounded(people[-1], one["jain_over_cells"])


def rounded(shown: str, value: float) -> bool:
    """Whether a number is another one to as many decimals as it shows."""
    decimals = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 0.5 * 10.0**-decimals + 1e-6


def test_two_names_of_the_same_choice(scenario: Path) -> None:
    words = ("--trials", "6", "--strategy", "greedy-demand", "--strategy", "demand:elevation",
             "--keep-points")  # fmt: skip
    done = call("s.toml", *WHERE, *words, "--json", "-o", "same.nc")
    assert done.exit_code == 0, done.output
    first, second = json.loads(done.stdout)["strategies"]
    assert second["strategy"] == "demand:elevation"
    assert second["calls"] == first["calls"]
    assert (second["difference"], second["difference_ci95"]) == (0.0, [None, None])
    assert second["difference_note"] == "same: equal in all trials"
    again = call("s.toml", *WHERE, *words, "--overwrite", "-o", "same.nc").stdout
    assert re.search(r"^demand:elevation +[\d,]+ +±\d+ +0 +same$", again, re.MULTILINE)


def test_a_name_given_twice_is_one() -> None:
    assert parse_choice("demand×snr").label == parse_choice(" demand : snr ").label == "demand:snr"


def test_parts_beside_the_combination_are_replaced(scenario: Path) -> None:
    """A strategy is what its name says, whatever parts the scenario has."""
    scenario.write_text(
        SCENARIO.replace("[cells]", '[cells]\norder = "random"\nrefinement = "local-search"')
    )
    plan = study.plan_points(scenario, [], ["demand-first", "none:elevation"])
    first, second = (point.scenario.cells for point in plan.points)
    assert (first.assignment, first.order, first.refinement) == ("demand-first", None, "none")
    assert (second.order, second.preference) == ("none", "elevation")


def test_a_search_that_coverage_leaves_out_is_said(scenario: Path) -> None:
    names, objectives = ["max-sinr", "max-sinr+local-search"], ["calls", "coverage"]
    plan = study.plan_points(scenario, [], names, objectives)
    assert [note for note in plan.notes if "searches nothing" in note]
    plan = study.plan_points(scenario, [], names)
    assert not [note for note in plan.notes if "searches nothing" in note]


def test_objectives_that_are_not_read_are_shown_once(scenario: Path) -> None:
    words = ("--trials", "5", "--strategy", "demand-first", "--objective", "calls",
             "--objective", "coverage", "--no-bound", "--json", "-o", "o.nc")  # fmt: skip
    done = call("s.toml", *WHERE, *words)
    assert done.exit_code == 0, done.output
    one, other = json.loads(done.stdout)["strategies"]
    assert "objective" not in one
    assert other["objective"] == "coverage"
    with capest.open("o.nc") as dataset:
        assert dataset["calls_mean"].dims == ("strategy", "cells__objective")


def test_a_search_goes_on_from_a_combination(scenario: Path) -> None:
    words = ("--trials", "5", "--strategy", "max-sinr", "--strategy", "max-sinr+local-search",
             "--moves", "500", "--no-bound", "--json", "-o", "search.nc")  # fmt: skip
    done = call("s.toml", "--workers", "0", *words)
    assert done.exit_code == 0, done.output
    single, refined = json.loads(done.stdout)["strategies"]
    assert refined["strategy"] == "max-sinr+local-search"
    assert "calls_from_start" not in single
    assert refined["calls_from_start"] == pytest.approx(single["calls"])
    with capest.open("search.nc") as dataset:
        calls = dataset["calls"].values
        assert "moves = 500" in dataset.attrs["scenario_toml"]
    assert (calls[1] >= calls[0]).all()
    assert refined["difference"] == pytest.approx((calls[1] - calls[0]).mean(), abs=1e-6)
    assert refined["difference"] > 0.0
    assert "cells.moves is not read" not in done.stderr


def test_two_trials_are_too_few_and_the_notes_of_a_search_are_there(scenario: Path) -> None:
    words = ("--trials", "2", "--strategy", "low-spill", "--strategy", "low-spill+local-search",
             "--objective", "calls", "--moves", "50", "--no-bound", "-o", "two.nc",
             "--set", "satellite.rf_power_w=20")  # fmt: skip
    done = call("s.toml", "--workers", "0", *words, "--json")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    first, second = content["strategies"]
    assert first["calls_note"] == "not known: 2 trials are too few; about 20 would do"
    assert second.get("difference_note", "").startswith(("same", "not known: 2 trials are too few"))
    # One of the strategies does search: the objective is read.
    assert "cells.objective is not read" not in done.stderr
    of_search = [note for note in content["notes"] if note.startswith("at some points: local")]
    assert of_search
    assert of_search[0] in done.stderr
    assert ".." not in repr(capest.open("two.nc").capest.summary())
    shown = CliRunner().invoke(cli, ["show", "two.nc", "--json"])
    assert "2 trials are too few" in shown.stdout
    assert "too few trials had any" not in shown.stdout


@pytest.mark.parametrize(
    ("names", "objective", "reached"),
    [
        # "calls" is the default, also of the strategy that no search refines.
        (["low-spill", "low-spill+local-search"], "max-min", ["calls", "max-min"]),
        (["low-spill", "demand-first"], "coverage", ["coverage", "coverage"]),
    ],
)
def test_an_objective_reaches_every_strategy_that_reads_it(
    scenario: Path, names: list[str], objective: str, reached: list[str]
) -> None:
    plan = study.plan_points(scenario, [], names, [objective])
    assert [point.scenario.cells.objective for point in plan.points] == reached
    assert not any("not read" in note for p in plan.points for note in p.scenario.notes)


def test_a_file_that_asks_for_coverage_gives_way_at_every_strategy(scenario: Path) -> None:
    text = scenario.read_text().replace("[cells]", '[cells]\nobjective = "coverage"')
    scenario.write_text(text)
    plan = study.plan_points(scenario, [], ["low-spill", "low-spill+local-search"], ["calls"])
    assert [point.scenario.cells.objective for point in plan.points] == ["calls"] * 2


def test_throughput_where_nobody_calls(scenario: Path) -> None:
    words = ("--unset", "service", "--unset", "uplink", "--trials", "6", "--keep-points",
             "--strategy", "max-sinr", "--strategy", "greedy-demand")  # fmt: skip
    done = call("s.toml", *WHERE, *words, "--json", "-o", "t.nc")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert (content["compared"], content["bound"]) == ("throughput", "none")
    with capest.open("t.nc") as dataset:
        means = dataset["throughput"].values.mean(axis=1)
    assert [one["throughput"] for one in content["strategies"]] == pytest.approx(means, abs=1e-5)
    assert "bound_over_calls" not in content["strategies"][0]
    table = call("s.toml", *WHERE, *words, "--overwrite", "-o", "t.nc").stdout
    assert "Throughput, Mbit/s, mean over trials" in table
    assert "bound" not in table


def test_without_scipy_a_note_and_no_bound(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "scipy" else find(name)
    )
    plan = study.plan_points(scenario, [])
    assert [point.scenario.cells.bound for point in plan.points] == ["none"] * len(plan.points)
    assert "solved" not in plan.axes[0].values
    install = 'it needs the package scipy: pip install "capest[solve]"'
    assert plan.notes == (f"solved is left out: {install}", f"no bound: {install}")
    done = call("s.toml", "--strategy", "solved", *WHERE)
    assert done.exit_code == 2
    assert 'solved needs the package scipy: pip install "capest[solve]"' in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strategy", "gredy-demand"], "did you mean greedy-demand"),
        (["--strategy", "what"], "there are demand-first"),
        (["--strategy", "demnd:snr"], 'no order of cells is called "demnd": did you mean'),
        (["--strategy", "demand:sn"], "did you mean demand:snr"),
        (["--strategy", "demand:snr:more"], "an order and a preference"),
        (["--moves", "5"], "--moves 5: no strategy searches"),
        (["--objective", "cals"], "did you mean calls"),
        (["--objective", "calls", "--objective", "max-min"], "cells.objective is not read"),
        (["--set", "cells.assignment=solved"], "name each by --strategy"),
        (["--set", "cells.order=random"], "name each by --strategy"),
        (["--set", "cells.layout=satellite-fixed"], "no choice of cells to compare"),
        (["--trials", "1"], "--trials"),
        (["--set", "run.trials=1"], "run.trials = 1"),
        (["-o", "old.json"], "is written as NetCDF"),
        (["-o", "s.toml"], "was not made by capest"),
        (["--set", "link.shannon=sharc"], "link.shannon is not read"),
        (["--unset", "service", "--unset", "uplink", "--bound"], "nobody calls"),
    ],
)
def test_bad_input(scenario: Path, words: list[str], said: str) -> None:
    result = call("s.toml", *WHERE, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_one_satellite_has_no_choice(scenario: Path) -> None:
    scenario.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    result = call("s.toml", *WHERE)
    assert result.exit_code == 2
    assert "one satellite lights the beams of its own layout" in result.stderr
    assert result.stderr.count("\n") == 1
