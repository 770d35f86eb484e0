"""The result's variables are the same bytes however the work was cut and done."""

import random
import tempfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capest.errors import CapestError, InputError
from capest.runner import loop
from capest.runner import task as batch
from capest.runner.execute.dask_cluster import local_cluster
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 6},
            "beams": {
                "count": 19,
                "statistics_count": 7,
                "allocation": "random",
            },
            "users": {"placement": "hotspots"},
            "run": {"trials": 110, "block_trials": 10},
        }
    )


def contents(path: Path) -> dict[str, bytes]:
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return {name: np.asarray(file[name][...]).tobytes() for name in file.variables}


@pytest.fixture(scope="module")
def expected(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("expected") / "out.nc"
    loop.run(scenario, path, lambda: InlineExecutor(check_pickling=True))
    return contents(path)


@pytest.mark.parametrize("workers", [1, 3])
def test_number_of_workers(
    workers: int, scenario: Scenario, expected: dict[str, bytes], tmp_path: Path
) -> None:
    loop.run(scenario, tmp_path / "out.nc", lambda: local_cluster(workers))
    assert contents(tmp_path / "out.nc") == expected


class Backwards(InlineExecutor):
    """Finishes tasks in the opposite order, one of them twice."""

    def run(self, function, tasks):  # type: ignore[no-untyped-def]
        tasks = list(tasks)[::-1]
        return super().run(function, [tasks[-1], *tasks])


def test_order_and_repetition(
    scenario: Scenario, expected: dict[str, bytes], tmp_path: Path
) -> None:
    loop.run(scenario, tmp_path / "out.nc", Backwards)
    assert contents(tmp_path / "out.nc") == expected


class Dies(InlineExecutor):
    """Fails after some tasks."""

    def run(self, function, tasks):  # type: ignore[no-untyped-def]
        for number, result in enumerate(super().run(function, tasks)):
            if number == 2:
                raise RuntimeError("power failure")
            yield result


def test_restart(scenario: Scenario, expected: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    for _ in range(2):
        with pytest.raises(RuntimeError, match="power failure"):
            loop.run(scenario, path, Dies)
        assert not path.exists()
    outcome = loop.run(scenario, path, InlineExecutor)
    assert any("resumed" in notice for notice in outcome.notices)
    assert contents(path) == expected
    assert not loop.blocks_folder(path).exists()


def test_more_trials_begin_with_the_same_ones(
    scenario: Scenario, expected: dict[str, bytes], tmp_path: Path
) -> None:
    longer = scenario.replace(run__trials=150)
    loop.run(longer, tmp_path / "out.nc", InlineExecutor)
    got = contents(tmp_path / "out.nc")
    for name in ("cell_throughput", "cell_sinr_db", "throughput", "users"):
        assert got[name].startswith(expected[name])


def test_blocks_of_another_version_are_refused(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.nc"
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario, path, Dies)
    with monkeypatch.context() as later:
        later.setattr(loop, "__version__", "9.9.9")
        later.setattr(batch, "__version__", "9.9.9")
        with pytest.raises(InputError, match="version") as caught:
            loop.run(scenario, path, InlineExecutor)
    assert "9.9.9" in str(caught.value)
    assert loop.run(scenario, path, InlineExecutor).notices


def test_blocks_of_another_scenario_are_refused(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario, path, Dies)
    with pytest.raises(InputError, match="scenario"):
        loop.run(scenario.replace(run__seed=99), path, InlineExecutor)


def test_a_worker_of_another_version_is_refused(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "__version__", "0.0.1")
    with pytest.raises(CapestError, match=r"a worker runs capest 0\.0\.1"):
        loop.run(scenario, tmp_path / "out.nc", InlineExecutor)


def test_running_estimate_is_the_final_one(scenario: Scenario, tmp_path: Path) -> None:
    seen: list[loop.Progress] = []
    loop.run(scenario, tmp_path / "out.nc", InlineExecutor, on_progress=seen.append)
    assert [progress.trials_done for progress in seen] == sorted(p.trials_done for p in seen)
    assert seen[-1].trials_done == seen[-1].trials == 110
    with netCDF4.Dataset(tmp_path / "out.nc") as file:
        assert seen[-1].throughput.value == pytest.approx(float(file["throughput"][:].mean()))
    assert seen[-1].throughput.low < seen[-1].throughput.value < seen[-1].throughput.high


@given(
    workers=st.integers(1, 9),
    seed=st.integers(0, 2**32),
    dies=st.lists(st.integers(0, 8), max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_any_batches_order_and_restarts(
    workers: int, seed: int, dies: list[int], scenario: Scenario, expected: dict[str, bytes]
) -> None:
    rng = random.Random(seed)

    class Disorderly(InlineExecutor):
        """Another number of workers, so other batches; tasks shuffled, repeated and cut off."""

        def run(self, function, tasks):  # type: ignore[no-untyped-def]
            shuffled = list(tasks)
            rng.shuffle(shuffled)
            shuffled += rng.sample(shuffled, k=min(2, len(shuffled)))
            for number, result in enumerate(super().run(function, shuffled)):
                if dies and number == dies[0]:
                    dies.pop(0)
                    raise RuntimeError("power failure")
                yield result

    Disorderly.workers = workers
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.nc"
        for _ in range(10):
            try:
                loop.run(scenario, path, Disorderly)
                break
            except RuntimeError:
                assert not path.exists()
        assert contents(path) == expected


def test_blocks_left_by_a_finished_run_are_removed(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    with pytest.MonkeyPatch.context() as dying:
        dying.setattr(loop.BlockStore, "remove", lambda store: None)
        loop.run(scenario, path, InlineExecutor)
    assert loop.blocks_folder(path).exists()
    assert "nothing to do" in loop.run(scenario, path, InlineExecutor).notices[0]
    assert not loop.blocks_folder(path).exists()


def test_overwrite_drops_blocks_of_another_scenario(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario.replace(run__seed=7), path, Dies)
    outcome = loop.run(scenario, path, InlineExecutor, overwrite=True)
    assert "dropped" in outcome.notices[0]


def test_result_of_another_version_is_not_replaced_unasked(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.nc"
    loop.run(scenario, path, InlineExecutor, backend="numpy")
    before = path.read_bytes()
    monkeypatch.setattr(loop, "__version__", "9.9.9")
    monkeypatch.setattr(batch, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"by capest .* with numpy; .*--overwrite"):
        loop.run(scenario, path, InlineExecutor)
    assert path.read_bytes() == before
    loop.run(scenario, path, InlineExecutor, overwrite=True)


def test_another_block_length_is_computed_anew(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    loop.run(scenario, path, InlineExecutor)
    loop.run(scenario.replace(run__block_trials=11), path, InlineExecutor)
    with netCDF4.Dataset(path) as file:
        assert file.block_trials == 11
        assert len(file.dimensions["group"]) == 10


def test_a_late_worker_does_not_write_among_the_blocks_of_the_next_run(
    scenario: Scenario, tmp_path: Path
) -> None:
    path = tmp_path / "out.nc"
    jobs: list[batch.Job] = []

    class Spy(Dies):
        def run(self, function, tasks):  # type: ignore[no-untyped-def]
            jobs.append(function.args[0])
            return super().run(function, tasks)

    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario, path, Spy)
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario.replace(run__block_trials=11), path, Spy)
    with pytest.raises(CapestError, match="now belongs to another run"):
        batch.run_batch(jobs[0], [5])
