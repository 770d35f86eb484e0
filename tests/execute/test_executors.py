"""The same results from every executor; failures come out as one clear error."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from capest.errors import CapestError, InputError
from capest.execute.dask_cluster import join_scheduler, local_cluster
from capest.execute.inline import InlineExecutor


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


def test_no_scheduler_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        join_scheduler(None, tmp_path / "none.json")
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        join_scheduler("tcp://127.0.0.1:9", None)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at nonsense"):
        join_scheduler("nonsense://x", None)


@pytest.mark.slow
def test_joins_a_scheduler_by_file_and_by_address(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    common = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [
            sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
            "--port", "0", "--no-dashboard", "--scheduler-file", str(file),
        ],
        **common,
    )  # fmt: skip
    worker = subprocess.Popen(
        [
            sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file),
            "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
        ],
        **common,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        executor = join_scheduler(None, file)
        address = executor.address
        assert sorted(executor.run(double, range(20))) == [2 * value for value in range(20)]
        executor.close()
        executor = join_scheduler(address, None)
        assert executor.call(double, 21) == 42
        executor.close()
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait(timeout=20)
