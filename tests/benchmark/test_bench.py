"""The benchmark measures, and what it measures is right; how fast is no test's business."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.special
from click.testing import CliRunner
from rich.console import Console

from capest.backend.choose import cupy_obstacle
from capest.backend.numpy_kernels import NumpyKernels
from capest.benchmark import baseline, floor
from capest.benchmark.downlink import kernel_speed
from capest.benchmark.run import run_speed
from capest.benchmark.scenario import plainest_scenario
from capest.benchmark.uplink import uplink_speed
from capest.cli import cli
from capest.cli.bench_tables import print_tables
from capest.errors import CapestError
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario

from .small import make_small


@pytest.fixture
def small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few and small figures where nobody asks how fast."""
    make_small(monkeypatch)


@pytest.mark.parametrize(("beams", "reuse"), [(19, 1), (61, 3)])
def test_kernels_are_within_their_errors(beams: int, reuse: int, small_calls: None) -> None:
    down = kernel_speed(NumpyKernels(), beams, reuse, seconds=0.01)
    assert 0.0 < down.gain_error_db < 0.01
    assert 0.0 < down.sinr_error_db < 0.02
    up = uplink_speed(NumpyKernels(), beams, reuse, seconds=0.01)
    assert up.colours == reuse
    assert 0.0 < up.sinr_error_db < 0.02
    for speed in (down, up):
        assert speed.pairs_per_s > 0.0
        assert speed.baseline_pairs_per_s > 0.0
        assert speed.numpy_pairs_per_s > 0.0


def test_command_line(small_calls: None) -> None:
    arguments = ["bench", "--all", "--seconds", "0.001", "--trials", "20", "--workers", "0"]
    arguments += ["--rounds", "1", "--json"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    found = json.loads(result.stdout)
    assert [row["beams"] for row in found["uplink"]] == [19]
    assert [row["trials"] for row in found["run"]] == [20, 10, 20, 40]
    assert [row["pairs_per_trial"] for row in found["run"]] == [37_210] * 3 + [3_610]
    assert [row["trials"] for row in found["scaling"]] == [20, 2, 20, 200]
    assert all(row["peak_memory_mib"] > 10.0 for row in found["run"])
    assert [row["kernel"] for row in found["constellation"]] == [
        "constellation_sinr",
        "constellation_uplink",
    ]
    assert found["against"] is None
    assert set(found["machine"]) >= {"instruction_set", "caches"}
    assert found["limit_pairs_per_s"] >= 0.0
    assert found["worst_uneven_ratio"] > 0.0

    console = Console(file=io.StringIO(), width=80)
    print_tables(found, console)
    table = console.file.getvalue()
    titles = ("uplink drops × beams", "sum of a constellation", "trial, without files", "whole run")
    for title in (*titles, "satellites", "uneven work", "scaling"):
        assert title in table
    assert max(map(len, table.splitlines())) <= 80


def test_the_plainest_scenario_is_the_one_under_runs() -> None:
    ready = load_scenario(Path(__file__).parents[2] / "runs" / "leo600-19-beams.toml")
    here = plainest_scenario().replace(run__trials=ready.run.trials)
    assert fingerprint(here) == fingerprint(ready)


def test_floor_on_paper() -> None:
    """By hand: 132 multiprocessors, 32 lanes, 7.2 turns of the shared memory a pair."""
    h200 = floor.Card("H200 SXM", 132, 1.98e9)
    assert floor.gpu_pairs_per_s(h200) == pytest.approx(132 * 32 * 1.98e9 / 7.2)
    # Fewer turns than instructions would take: then the issue of instructions is the limit.
    assert 4 * floor.SHARED_TURNS_PER_PAIR > floor.INSTRUCTIONS_PER_PAIR
    # 14 instructions, two a cycle and on 16 lanes, and a gather of 0.65 cycles a lane.
    assert floor.core_pairs_per_s(2.6e9, 16) == pytest.approx(2.6e9 / 1.0875)


@pytest.mark.parametrize("with_scipy", [True, False])
def test_obvious_pattern(with_scipy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_scipy:
        monkeypatch.setattr(baseline, "baseline_name", lambda: "NumPy interp")
    x = np.linspace(0.0, 60.0, 1001)
    expected = np.append(1.0, (2.0 * scipy.special.j1(x[1:]) / x[1:]) ** 2)
    np.testing.assert_allclose(baseline.ObviousPattern()(x), expected, atol=1e-5)


def test_a_run_that_fails_says_why() -> None:
    if cupy_obstacle() is None:
        pytest.skip("there is a GPU: the run would not fail")
    with pytest.raises(CapestError, match="a run of the benchmark failed"):
        run_speed("broken", plainest_scenario(), "cupy", 2, 0)
