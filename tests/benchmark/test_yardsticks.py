"""What the benchmark compares with computes the same, and is timed as it should be."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from capest.backend.arguments import ConstellationUplink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import HEARD_UNIT
from capest.benchmark import trials, whole
from capest.benchmark.baseline import ObviousPattern
from capest.benchmark.cases import CHINA, NINETEEN_BEAMS, SATELLITE_FIXED, WholeCase
from capest.benchmark.machine import caches, machine_text
from capest.benchmark.many_satellites import constellation_speeds
from capest.benchmark.plain_sums import pairs_and_links, plain_downlink, plain_uplink
from capest.benchmark.turns import least_in_turns, medians
from capest.engine.build import build
from capest.engine.trial import compute
from capest.errors import CapestError
from capest.scenario.load import load_scenario
from capest.statistics.quantities import AXES

from ..emulate.constellation_scene import brute_force, random_constellation
from .small import SMALL_RUNS, SMALL_TRIALS


def plain_sinr_db(name: str, tmp_path: Path, count: int) -> np.ndarray:
    """SINR of the served users of a plain script, in dB."""
    script = Path(whole.__file__).with_name(name)
    words = [sys.executable, str(script), str(count), str(tmp_path / "plain.npz")]
    subprocess.run(words, check=True, capture_output=True)
    found: np.ndarray = np.load(tmp_path / "plain.npz")["sinr_db"]
    return found


@pytest.mark.parametrize(
    ("script", "scenario", "count"),
    [("plain_beams.py", NINETEEN_BEAMS, 100), ("plain_constellation.py", SATELLITE_FIXED, 6)],
)
def test_plain_scripts_compute_the_same_case(
    script: str, scenario: str, count: int, tmp_path: Path
) -> None:
    """The laws of SINR agree, of thousands of users each."""
    plain = plain_sinr_db(script, tmp_path, count)
    (tmp_path / "case.toml").write_text(scenario)
    changes = trials.changes_of(scenario, trials.HERE)
    world = build(load_scenario(tmp_path / "case.toml", changes))
    block = compute(world, NumpyKernels(), 0, count)
    axis = AXES["sinr_db"]
    counts = block.histograms["sinr_db"]
    middle = axis.edges()[:-1] + 0.5 * axis.step
    found = np.repeat(middle, counts[1:-1])
    assert len(found) == counts.sum() > 3_000
    assert abs(len(plain) / len(found) - 1.0) < 0.08
    places = (0.05, 0.5, 0.95)
    np.testing.assert_allclose(np.quantile(found, places), np.quantile(plain, places), atol=0.3)


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("system", ["LEO", "GEO"])
def test_plain_downlink_is_the_truth(colours: int, system: str) -> None:
    links = random_constellation(3, system=system, colours=colours, dark_share=0.2)
    found = plain_downlink(links, ObviousPattern())
    true_carrier, true_interference, _ = brute_force(links)
    np.testing.assert_allclose(found[1], true_interference, rtol=1e-3, atol=1e-6)
    # The own satellite counts below the horizon only in the kernel.
    heard = found[0] > 0.0
    assert heard.sum() > 20
    np.testing.assert_allclose(found[0][heard], true_carrier[heard], rtol=1e-3, atol=1e-6)


def test_plain_uplink_is_a_sum_over_users() -> None:
    """One user at a time: each beam hears its downlink turned round."""
    links = random_constellation(4, users=8, colours=2)
    power = np.random.default_rng(1).uniform(1e8, 1e9, (2, 8)).astype(np.float32)
    whole_sum = plain_uplink(ConstellationUplink(links=links, power=power), ObviousPattern())
    kernel = NumpyKernels().constellation_uplink(ConstellationUplink(links=links, power=power))
    assert (kernel > 0).any()
    noise = 1.0 / HEARD_UNIT
    np.testing.assert_allclose(whole_sum + noise, kernel + noise, rtol=2e-3)


def test_pairs_are_counted_by_hand() -> None:
    """With nothing culled and one colour: every served user and every lit beam."""
    links = random_constellation(5, lowest_sine=-1.0, dark_share=0.5)
    served = np.flatnonzero(links.serving >= 0)
    lit = int((links.beam_power > 0.0).sum())
    assert pairs_and_links(links, served) == (len(served) * lit, len(served) * 8)


def test_sums_of_a_trial_are_within_their_errors() -> None:
    down, up = constellation_speeds(NumpyKernels(), seconds=0.001, users=300)
    assert 0.0 < down.error_db < 0.1
    assert 0.0 < up.error_db < 0.1
    assert min(down.pairs, down.links) > down.users > 100
    assert 0 < up.users <= down.users
    assert min(down.pairs_per_s, down.numpy_pairs_per_s, down.baseline_pairs_per_s) > 0.0


def test_trials_are_timed_beside_another_checkout(tmp_path: Path) -> None:
    rows = list(trials.trial_speeds(SMALL_TRIALS, "numpy", trials.HERE, rounds=2))
    assert [row.part for row in rows] == ["trial", "downlink_sinr"]
    for row in rows:
        assert set(row.seconds) == {"here", "other"}
        assert row.ratio["other"] > 0.0
    assert rows[0].seconds["here"] > rows[1].seconds["here"]
    with pytest.raises(CapestError, match="no capest there"):
        trials.checked(tmp_path)
    package = tmp_path / "capest" / "__init__.py"
    package.parent.mkdir()
    package.write_text("raise RuntimeError('of another kind')\n")
    with pytest.raises(CapestError, match=r"does not compute 'one satellite': .*of another kind"):
        list(trials.trial_speeds(SMALL_TRIALS, "numpy", tmp_path, rounds=1))
    with pytest.raises(CapestError, match=r"failed \(other\): .*of another kind"):
        list(whole.whole_speeds(SMALL_RUNS, "numpy", 20, tmp_path, rounds=1))


def test_whole_runs_are_timed_beside_others() -> None:
    (row,) = whole.whole_speeds(SMALL_RUNS, "numpy", 40, whole.HERE, rounds=1)
    assert row.trials == 4
    assert set(row.seconds) == {"here", "plain", "other"}
    assert set(row.ratio) == {"plain", "other"}
    assert row.ratio["plain"] == row.seconds["plain"] / row.seconds["here"]
    assert all(0.0 < value < 60.0 for value in row.seconds.values())
    assert row.memory_mib["plain"] < row.memory_mib["here"]


def test_a_run_that_fails_is_named() -> None:
    case = WholeCase("broken", "rules = 0.2\n[satellite]\npreset = 'none'\n", 1.0)
    with pytest.raises(CapestError, match=r"failed \(here\): .*none"):
        list(whole.whole_speeds((case,), "numpy", 1, rounds=1))


def test_another_version_is_compared_by_its_own_rules(tmp_path: Path) -> None:
    both = ["rules=0.2", "uplink.interference=off"]
    assert trials.changes_of(CHINA, trials.HERE) == both
    assert trials.changes_of(NINETEEN_BEAMS, trials.HERE) == both[:1]
    assert trials.changes_of(CHINA, tmp_path) == []
    assert trials.other_backend(tmp_path, "native") == "numpy"
    assert trials.other_backend(trials.HERE, "native") == "native"


def test_the_least_of_turns_is_taken() -> None:
    calls: list[str] = []
    ways = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    found = least_in_turns(ways, 0.0)
    assert calls == ["a", "b", "a", "b"]
    assert set(found) == {"a", "b"}
    rounds = [{"here": 1.0, "other": 4.0}, {"here": 2.0, "other": 6.0}, {"here": 9.0, "other": 9.0}]
    assert medians(rounds, "here") == {
        "seconds": {"here": 2.0, "other": 6.0},
        "ratio": {"other": 3.0},
    }


def test_caches_are_read_or_not_known(tmp_path: Path) -> None:
    there = ("1 Data 48K", "1 Instruction 64K", "2 Unified 2048K", "3 Unified")
    for number, line in enumerate(there):
        folder = tmp_path / f"index{number}"
        folder.mkdir()
        for name, text in zip(("level", "type", "size"), line.split(), strict=False):
            (folder / name).write_text(f"{text}\n")
    found = caches(tmp_path)
    assert found == {"L1d": 48 * 1024, "L2": 2**21}
    known = {"processor": "P", "instruction_set": "AVX2", "caches": found}
    assert machine_text(known) == "P, AVX2, caches: L1d 48 KiB, L2 2 MiB"
    unknown = {"processor": "P", "instruction_set": "", "caches": caches(tmp_path / "nowhere")}
    assert machine_text(unknown) == "P, instruction set not known, caches: not known"
