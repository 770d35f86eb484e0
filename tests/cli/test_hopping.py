"""``capest hopping``: a paired sweep over strategies, and what is wrong with what was asked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import capest
from capest.allocation.slots import STRATEGIES
from capest.cli import cli
from capest.scenario.choices import HOPPING
from capest.studies.hopping import compare, compared, plan_points

RUN = Path(__file__).parents[2] / "runs/hopping-hotspots.toml"
SMALL = ("beams.count=19", "beams.statistics_count=7", "satellite.beams_at_once=5",
         "users.count=120")  # fmt: skip
SIZES = [word for size in SMALL for word in ("--set", size)]
WHERE = ["--workers", "0", "--backend", "numpy"]


NAMES = ("periodic", "proportional", "max-min")
WORDS = ["--trials", "24", "--slots", "16", "--demand", "1.5",
         *(word for name in NAMES for word in ("--strategy", name))]  # fmt: skip


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ["hopping", str(RUN), *SIZES, *WHERE, *words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A comparison of strategies, at a load at which some trials have time for all."""
    path = tmp_path_factory.mktemp("hopping")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        done = call(*WORDS, "--json", "-o", "all.nc")
        assert done.exit_code == 0, done.output
        Path("all.json").write_text(done.stdout)
        yield path


@pytest.fixture
def found(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "all.json").read_text())


def test_all_strategies_that_hop_are_compared(found: dict[str, Any]) -> None:
    assert sorted(compared()) == sorted(HOPPING) == sorted({*STRATEGIES.names()} - {"all-on"})
    # Differences are to one that knows nothing.
    assert compared()[0] == "periodic"
    assert tuple(one["strategy"] for one in found["strategies"]) == NAMES
    assert (found["cells"], found["active"], found["slots"]) == (19, 5, 16)
    assert (found["demand_mbit_s"], found["bound"], found["trials"]) == (1.5, "fluid", 24)


def test_what_is_compared_is_in_the_dataset(folder: Path, found: dict[str, Any]) -> None:
    with capest.open(folder / "all.nc") as dataset:
        bound = dataset["bound_traffic"].values
        served = dataset["throughput_all_beams"].values
        offered = dataset["offered_traffic_all_beams"].values
    # Strategies have the same users, and nobody exceeds the bound.
    assert (bound == bound[0]).all()
    assert (served <= bound * (1 + 1e-6)).all()
    assert (bound <= offered * (1 + 1e-6)).all()
    for one, own in zip(found["strategies"], served, strict=True):
        assert one["of_bound"] == pytest.approx(own.sum() / bound[0].sum(), abs=1e-6)
        assert one["of_offered"] == pytest.approx(own.sum() / offered[0].sum(), abs=1e-6)
        difference = (own - served[0]).sum() / bound[0].sum()
        assert one["difference"] == pytest.approx(difference, abs=1e-6)
        for name in ("of_bound", "of_offered", "least_satisfaction"):
            low, high = one[f"{name}_ci95"]
            assert 0.0 <= low < one[name] < high <= 1.0


def test_the_table_of_the_sweep_has_percent_too(folder: Path, found: dict[str, Any]) -> None:
    done = CliRunner().invoke(cli, ["show", str(folder / "all.nc")])
    rows = [line for line in done.stdout.splitlines() if line.strip()]
    worst = 100.0 * found["strategies"][0]["least_satisfaction"]
    assert any(f" {worst:.1f}" in row or f" {worst:.0f} " in row for row in rows), done.stdout


def test_intervals_of_pairs_are_narrower(found: dict[str, Any]) -> None:
    first, *others = found["strategies"]
    assert first["difference_ci95"] == [0.0, 0.0]
    for one in others:
        half = np.diff(one["difference_ci95"])[0] / 2
        unpaired = np.hypot(np.diff(one["of_bound_ci95"]), np.diff(first["of_bound_ci95"]))[0] / 2
        assert half < 0.7 * unpaired, one["strategy"]


def test_it_goes_on_where_it_stopped_and_prints_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, Any]
) -> None:
    from capest.runner import loop

    monkeypatch.chdir(tmp_path)
    run, calls = loop.run, []

    def cut_off(scenario: Any, *rest: Any, **more: Any) -> Any:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(scenario.beams.allocation)
        return run(scenario, *rest, **more)

    monkeypatch.setattr(loop, "run", cut_off)
    assert call(*WORDS, "-o", "cut.nc").exit_code != 0
    assert calls == list(NAMES[:2])
    monkeypatch.setattr(loop, "run", run)
    table = call(*WORDS, "-o", "cut.nc").stdout
    assert [one.name for one in tmp_path.iterdir()] == ["cut.nc"]
    assert "19 cells, 5 lit at a time, 16 slots, 120 users of 1.5 Mbit/s, 24 trials" in table
    assert "Calls" not in table
    assert max(map(len, table.splitlines())) <= 80
    for one in found["strategies"]:
        line = next(line for line in table.splitlines() if line.startswith(one["strategy"]))
        for name in ("of_bound", "of_offered", "least_satisfaction"):
            assert f" {100 * one[name]:.1f} " in line


@pytest.mark.parametrize(
    ("overrides", "slots", "demand_mbps"),
    [
        ([], 64, 1.0),
        (["beams.slots=3", "users.demand_mbps=2"], 3, 2.0),
        (["beams.slots=3", "beams.slots=4"], 4, 1.0),
        (["beams.slots=1"], 1, 1.0),
    ],
)
def test_slots_and_demand(overrides: list[str], slots: int, demand_mbps: float) -> None:
    points, _ = plan_points(RUN, overrides, ["random", "max-min"])
    for point in points:
        assert point.scenario.has_frame
        assert (point.scenario.slots, point.scenario.demand_mbps) == (slots, demand_mbps)


def test_calls_are_compared_where_traffic_says_little(tmp_path: Path) -> None:
    """Nearly all traffic is served either way; who waits longer than a call bears is refused."""
    words = ["--set", "rules=0.2", "--set", "service.preset=voice",
             "--set", "service.delay_budget_ms=70",
             "--set", "channel.shadow_fading=false", "--set", "handset.antenna_gain_dbi=20",
             "--trials", "12", "--slots", "16",
             "--strategy", "periodic", "--strategy", "random"]  # fmt: skip
    path = tmp_path / "calls.nc"
    table = call(*words, "-o", str(path)).stdout
    with capest.open(path) as dataset:
        own = dataset["calls_all_beams"].values.mean(axis=1)
    assert own[0] > own[1] > 0.0
    first, other = compare(path)
    assert math.isnan(other.difference.low) if other.difference else False
    assert first.calls is not None
    assert first.calls.value == pytest.approx(own[0])
    assert first.calls_difference is None
    assert other.calls_difference is not None
    assert other.calls_difference.value == pytest.approx(own[1] - own[0])
    assert "Calls carried at once" in table
    line = next(line for line in reversed(table.splitlines()) if line.startswith("random"))
    assert f" {own[1]:.4g} " in line
    assert f" {own[1] - own[0]:+.4g} " in line
    found = json.loads(call(*words, "--json", "-o", str(tmp_path / "j.nc")).stdout)["strategies"]
    assert [one["calls"] for one in found] == pytest.approx(own, rel=1e-5)
    assert found[0]["calls_difference"] == 0.0
    assert found[1]["calls_difference_ci95"][1] < 0.0


def test_nothing_can_be_served(tmp_path: Path) -> None:
    words = ["--set", "handset.antenna_gain_dbi=-60", "--trials", "5", "--slots", "4",
             "--strategy", "random", "--strategy", "max-min"]  # fmt: skip
    path = tmp_path / "none.nc"
    assert "Nothing can be served in any trial" in call(*words, "-o", str(path)).stdout
    for one in compare(path):
        assert math.isnan(one.of_bound.value)
        assert one.of_offered.value == 0.0


def test_an_old_name_is_told_and_taken(tmp_path: Path) -> None:
    done = call("--strategy", "round-robin", "--trials", "2", "--slots", "2", "--json",
                "-o", str(tmp_path / "old.nc"))  # fmt: skip
    assert "--strategy round-robin: is now called periodic" in done.stderr
    (only,) = json.loads(done.stdout)["strategies"]
    assert only["strategy"] == "periodic"
    assert only["of_bound_ci95"] == [None, None]
    assert only["of_bound_note"].startswith("not known: 2 trials are too few")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--active", "20"], "must be at most beams.count, 19"),
        (["--bound", "interference", "--active", "9"], "more than the 5000"),
        (["--slots", "60000"], "random numbers of a trial"),
        (["--demand", "nan"], "--demand"),
        (["--demand", "1e308"], "1e-06<=x<=1000000"),
        (["--demand", "5e-324"], "1e-06<=x<=1000000"),
        (["--demand", "inf"], "--demand"),
        (["--strategy", "best"], "there are periodic, random"),
        (["--strategy", "maxmin"], "did you mean max-min"),
        (["--strategy", "roundrobin"], "did you mean periodic"),
        (["--strategy", "all-on"], "leaves nothing to plan"),
        (["--set", "beams.allocation=random"], "name each with --strategy"),
        (["--set", "beams.bound=none"], "strategies are compared with a bound"),
        (["--trials", "1"], "--trials"),
        (["--set", "run.trials=1"], "run.trials = 1"),
        (["-o", "old.json"], "is written as NetCDF"),
        (["-o", str(RUN)], "was not made by capest"),
        (["--until", "calls.mean±1%"], "calls.mean is not computed here"),
        (["--set", "link.shannon=sharc"], "link.shannon is not read"),
        (
            ["--demand", "2", "--set", "service.preset=voice"],
            "users.demand_mbps is not read: every service has a guaranteed rate",
        ),
    ],
)
def test_bad_input(words: list[str], said: str) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_how_many_beams_must_be_said(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[satellite]\npreset = "tr38821-set1-leo600-s"\n')
    result = CliRunner().invoke(cli, ["hopping", str(path)])
    assert result.exit_code == 2
    assert "give --active" in result.stderr


CONSTELLATION = """
[satellite]
preset = "tr38821-set1-leo600-s"
beams_at_once = 2
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
[users]
placement = "uniform"
count = 80
"""


def test_satellites_of_a_constellation_are_compared_too(tmp_path: Path) -> None:
    path, out = tmp_path / "many.toml", tmp_path / "many.nc"
    path.write_text(CONSTELLATION)
    names = ("periodic", "max-min")
    words = [str(path), *WHERE, "--trials", "6", "--slots", "5", "--demand", "2", "-o", str(out),
             *(word for name in names for word in ("--strategy", name))]  # fmt: skip
    done = CliRunner().invoke(cli, ["hopping", *words, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["cells"], found["active"], found["slots"]) == (8, 2, 5)
    with capest.open(out) as dataset:
        bound = dataset["bound_traffic"].values
        served = dataset["throughput"].values
        offered = dataset["offered_traffic"].values
        shares = dataset["region_bound_share_mean"].values
    assert (bound == bound[0]).all()
    assert (served <= bound * (1 + 1e-6)).all()
    assert (bound <= offered * (1 + 1e-6)).all()
    for one, own, share in zip(found["strategies"], served, shares, strict=True):
        assert one["of_bound"] == pytest.approx(own.sum() / bound[0].sum(), abs=1e-6)
        assert one["of_bound"] == pytest.approx(share, abs=1e-6)
        assert one["of_offered"] == pytest.approx(own.sum() / offered[0].sum(), abs=1e-6)
        assert one["difference"] == pytest.approx(
            (own - served[0]).sum() / bound[0].sum(), abs=1e-6
        )
    table = CliRunner().invoke(cli, ["hopping", *words, "--overwrite"]).stdout
    assert "8 cells at most for a satellite, 2 lit at a time, 5 slots, 80 users of 2" in table


def test_a_constellation_has_no_bound_with_interference(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text(CONSTELLATION)
    done = CliRunner().invoke(cli, ["hopping", str(path), "--bound", "interference"])
    assert done.exit_code == 2
    assert "not with a constellation" in done.stderr
