"""The same results from every executor; failures come out as one clear error."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import dask
import distributed
import pytest

from capest.errors import CapestError, InputError
from capest.runner.execute import dask_cluster
from capest.runner.execute.dask_cluster import join_scheduler, local_cluster
from capest.runner.execute.inline import InlineExecutor


def double(value: int) -> int:
    return 2 * value


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(value: int) -> int:
    raise CapestError(f"task {value} fails")


def fail_at_first(marker: Path) -> str:
    if not marker.exists():
        marker.write_text("")
        raise OSError("a passing fault")
    return "done"


@pytest.fixture(scope="module")
def cluster():
    executor = local_cluster(2)
    yield executor
    executor.close()


def test_inline_round_trips_through_pickle() -> None:
    executor = InlineExecutor(check_pickling=True)
    assert list(executor.run(double, range(5))) == [0, 2, 4, 6, 8]
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        list(executor.run(lambda value: value, range(1)))


def test_local_cluster_runs_every_task_once(cluster) -> None:
    assert cluster.workers == 2
    assert cluster.call(double, 4) == 8
    assert sorted(cluster.run(double, range(200))) == [2 * value for value in range(200)]


def test_the_callers_own_dask_stays_where_it_was(cluster) -> None:
    assert dask.config.get("scheduler", None) is None
    with pytest.raises(ValueError, match="No clients found"):
        distributed.default_client()


def test_a_passing_fault_is_retried(cluster, tmp_path: Path) -> None:
    assert list(cluster.run(fail_at_first, [tmp_path / "marker"])) == ["done"]


def test_a_lasting_fault_comes_out_as_itself(cluster) -> None:
    with pytest.raises(CapestError, match="task 7 fails"):
        list(cluster.run(fail, [7]))


def test_a_deadly_batch_is_named(cluster) -> None:
    with pytest.raises(CapestError, match=r"batch 3 killed its worker \d+ times"):
        list(cluster.run(die, [3]))


def test_nobody_listens_outside_this_machine(cluster) -> None:
    addresses = cluster.call(own_listening_addresses)
    assert addresses
    assert {address.rsplit(":", 1)[0] for address in addresses} <= {"127.0.0.1", "::1"}


def own_listening_addresses() -> list[str]:
    import psutil

    parent = psutil.Process(os.getpid())
    family = [parent, *parent.parents()[:2]]
    return [
        f"{connection.laddr.ip}:{connection.laddr.port}"
        for process in family
        if "python" in process.name()
        for connection in process.net_connections("tcp")
        if connection.status == "LISTEN"
    ]


def test_no_scheduler_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT_TIMEOUT_S", 1)
    with pytest.raises(InputError, match="no such file"):
        join_scheduler(None, tmp_path / "none.json")
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        join_scheduler("tcp://127.0.0.1:9", None)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at nonsense"):
        join_scheduler("nonsense://x", None)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for workers that a slow machine takes long to start."""
    monkeypatch.setattr(dask_cluster, "_CONNECT_TIMEOUT_S", 300)


@contextlib.contextmanager
def own_scheduler(folder: Path, workers: int = 1) -> Iterator[tuple[Path, list[Popen[bytes]]]]:
    """A scheduler and workers outside of capest: scheduler file, processes (scheduler first)."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    module = [sys.executable, "-m"]
    common = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]
    processes = [
        Popen([*module, "distributed.cli.dask_scheduler", "--port", "0", *common], **quiet)
    ]
    for _ in range(workers):
        alone = ["--nthreads", "1", "--no-nanny"]
        processes.append(Popen([*module, "distributed.cli.dask_worker", *common, *alone], **quiet))
    try:
        while not file.exists() and processes[0].poll() is None:
            time.sleep(0.05)
        yield file, processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_joins_a_scheduler_by_file_and_by_address(tmp_path: Path) -> None:
    with own_scheduler(tmp_path) as (file, _):
        executor = join_scheduler(None, file)
        address = executor.address
        assert sorted(executor.run(double, range(20))) == [2 * value for value in range(20)]
        executor.close()
        executor = join_scheduler(address, None)
        assert executor.call(double, 21) == 42
        executor.close()


@pytest.mark.slow
def test_a_scheduler_without_workers_says_how_to_start_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def nobody_comes(self: distributed.Client, count: int, timeout: float) -> None:
        waits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(distributed.Client, "wait_for_workers", nobody_comes)
    with own_scheduler(tmp_path, workers=0) as (file, _):
        with pytest.raises(InputError, match=f"'dask worker --scheduler-file {file}'"):
            join_scheduler(None, file)
        with pytest.raises(InputError, match=r"'dask worker tcp://127.0.0.1:"):
            join_scheduler(json.loads(file.read_text())["address"], None)
    assert waits == [dask_cluster._CONNECT_TIMEOUT_S] * 2


def test_the_file_of_a_scheduler_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT_TIMEOUT_S", 1)
    file = tmp_path / "js.json"
    file.write_text(json.dumps({"type": "Scheduler", "address": "tcp://127.0.0.1:9"}))
    with pytest.raises(InputError, match=r"answers at tcp://127\.0\.0\.1:9 \(.*js\.json\): .*1 s"):
        join_scheduler(None, file)


def linger(started: Path) -> None:
    started.write_text("")
    time.sleep(600.0)


def kill_once_there(file: Path, victim: Popen[bytes]) -> None:
    while not file.exists() and victim.poll() is None:
        time.sleep(0.05)
    victim.kill()


@pytest.mark.slow
@pytest.mark.parametrize(("victim", "message"), [(0, "is gone"), (1, "has had no workers for")])
def test_lost_scheduler_and_lost_workers_end_the_run(
    victim: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_scheduler(tmp_path) as (file, processes):
        executor = join_scheduler(None, file)
        assert executor.call(double, 1) == 2
        # From here on a worker is there: before, a slow machine may need longer to start it.
        monkeypatch.setattr(dask_cluster, "_WITHOUT_WORKERS_S", 2.0)
        started = tmp_path / "started"
        killer = threading.Thread(target=kill_once_there, args=[started, processes[victim]])
        killer.start()
        with pytest.raises(CapestError, match=message) as caught:
            list(executor.run(linger, [started]))
        killer.join()
        assert "finished blocks are kept" in str(caught.value)
        executor.close()
    assert dask.config.get("scheduler", None) is None
