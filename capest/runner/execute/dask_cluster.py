"""Run batches on Dask workers: a local cluster of our own, or a scheduler that is there already."""

from __future__ import annotations

import contextlib
import functools
import logging
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import CancelledError, Client, KilledWorker, LocalCluster, as_completed
from distributed.comm import CommClosedError

from capest.errors import CapestError, InputError
from capest.runner.execute.scheduler_file import scheduler_address
from capest.shown import one_line

_RETRIES = 2  # for a batch that raises; deaths of workers are counted by Dask itself
_BATCHES_PER_WORKER = 4  # submitted at once: workers never wait, the scheduler stays small
_CONNECT_TIMEOUT_S = 10
_START_ATTEMPTS = 3
_POLL_S = 0.005
_WITHOUT_WORKERS_S = 30.0
_KEPT = "finished blocks are kept: run the same command again to go on"

_MOST_STARTS = 3
"""Times that the thread of a client is started, if it does not come in time."""


class DaskExecutor:
    """Futures in a bounded window over the workers of a Dask client.

    Parameters
    ----------
    client : distributed.Client
    cluster : distributed.LocalCluster, optional
        Closed together with the executor.
    """

    def __init__(self, client: Client, cluster: LocalCluster | None = None) -> None:
        self._client = client
        self._cluster = cluster

    @property
    def workers(self) -> int:
        """Threads that take tasks at the moment, at least 1."""
        return max(1, sum(self._client.nthreads().values()))

    @property
    def address(self) -> str:
        """Address of the scheduler."""
        return str(self._client.scheduler.address)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function once on some worker; raises as `run`."""
        (result,) = self.run(functools.partial(_apply, function), [arguments])
        return result

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call a function on all workers that are there, on one at least; raises as `run`."""
        try:
            found = list(self._client.run(function, *arguments).values())
        except CommClosedError as error:
            raise CapestError(f"a worker is gone; {_KEPT}") from error
        return found or [self.call(function, *arguments)]

    def run(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of every task, as it is done.

        Raises
        ------
        CapestError
            If a task keeps killing its workers, all workers are gone for a while, or the
            scheduler is.
        """
        waiting = iter(tasks)
        names: dict[Any, Any] = {}

        def submit(task: Any) -> Any:
            future = self._client.submit(function, task, pure=False, retries=_RETRIES)
            names[future.key] = task
            return future

        window = self.workers * _BATCHES_PER_WORKER
        try:
            first = [submit(task) for _, task in zip(range(window), waiting, strict=False)]
            running = as_completed(first, loop=self._client.loop)
            while running.count():
                self._wait_for(running)
                future = next(running)
                task = names.pop(future.key)
                result = future.result()
                for following in waiting:
                    running.add(submit(following))
                    break
                yield result
        except KilledWorker as error:
            raise CapestError(
                f"batch {task} killed its worker {error.allowed_failures + 1} times: "
                "out of memory? try fewer users, or --workers 0 to see it fail here"
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise CapestError(f"the Dask scheduler at {self.address} is gone; {_KEPT}") from error

    def _wait_for(self, running: Any) -> None:
        """Wait for a finished task; give up when nobody is left to finish one."""
        since = time.monotonic()
        while not running.has_ready():
            time.sleep(_POLL_S)
            if time.monotonic() - since < _WITHOUT_WORKERS_S:
                continue
            if self._client.status != "running":
                raise CommClosedError(f"client is {self._client.status}")
            if not self._client.scheduler_info()["workers"]:
                raise CapestError(
                    f"the Dask scheduler at {self.address} has had no workers for "
                    f"{_WITHOUT_WORKERS_S:.0f} s; {_KEPT}"
                )
            since = time.monotonic()

    def close(self) -> None:
        """Disconnect, and stop the workers if they are ours."""
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=10)


def local_cluster(workers: int | None = None) -> DaskExecutor:
    """Start workers on this machine, one process a core, reachable from this machine only.

    Parameters
    ----------
    workers : int, optional
        Number of processes; the cores this process may use if not given.

    Returns
    -------
    DaskExecutor

    Raises
    ------
    CapestError
        If the workers do not start.
    """
    count = workers or usable_cores()
    # Dask's own log is silenced: it calls ordinary events errors.
    quiet = {
        "logging": {"distributed": "critical", "tornado": "critical"},
        "distributed.worker.memory.terminate": 0.95,
        "distributed.admin.system-monitor.interval": "5s",
    }
    with dask.config.set(quiet), _interrupts_held_back():
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        for attempt in range(1, _START_ATTEMPTS + 1):
            try:
                return _start(count)
            except (RuntimeError, OSError) as error:  # a worker that died while it started
                if attempt == _START_ATTEMPTS:
                    raise CapestError(
                        f"{count} Dask workers did not start ({error}); --workers 0 computes "
                        "without them"
                    ) from error
    raise AssertionError("unreachable")


def _start(count: int) -> DaskExecutor:
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
    try:
        return DaskExecutor(_client(cluster), cluster)
    except BaseException:
        cluster.close(timeout=_CONNECT_TIMEOUT_S)
        raise


def _client(address: str | LocalCluster | None = None) -> Client:
    # Never the default client: what else the caller computes with Dask or xarray, during a run
    # and after a scheduler is lost, stays where it was.
    for _ in range(_MOST_STARTS - 1):
        # The library gives its thread ten seconds to start, and on a machine under load it may
        # take longer; it then asserts that it had.
        with contextlib.suppress(AssertionError):
            return Client(address, timeout=_CONNECT_TIMEOUT_S, set_as_default=False)
    return Client(address, timeout=_CONNECT_TIMEOUT_S, set_as_default=False)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait while workers start, and never reach the workers themselves.

    A terminal sends SIGINT to all processes of the job. Threads and processes inherit the mask
    of the thread that starts them, so workers (those that replace dead ones too) never see it;
    the client gets a pending one as KeyboardInterrupt at the end.
    """
    # Started by the first worker, the tracker would lift the mask of the thread that does it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def join_scheduler(address: str | None, scheduler_file: Path | None) -> DaskExecutor:
    """Join a Dask scheduler that is running.

    Parameters
    ----------
    address : str, optional
        Such as ``tcp://node7:8786``.
    scheduler_file : Path, optional
        File written by ``dask scheduler --scheduler-file``.

    Raises
    ------
    InputError
        If nothing answers there, or the scheduler has no workers.
    """
    where, join = str(address), str(address)
    if scheduler_file is not None:
        address = scheduler_address(scheduler_file)
        where, join = f"{address} ({scheduler_file})", f"--scheduler-file {scheduler_file}"
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = _client(address)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {where}: {one_line(str(error))}") from error
    try:
        client.wait_for_workers(1, timeout=_CONNECT_TIMEOUT_S)
    except TimeoutError as error:
        client.close()
        raise InputError(
            f"the Dask scheduler at {where} has no workers: start some with 'dask worker {join}'"
        ) from error
    return DaskExecutor(client)


def _apply(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return function(*arguments)


def usable_cores() -> int:
    """Cores this process may run on: affinity and cgroup limits are respected by Dask."""
    return int(CPU_COUNT)
