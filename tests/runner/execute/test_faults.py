"""Runs killed at any moment resume and end with the bytes of an undisturbed run.

Moments are events, not times, so that they are the same on a slow machine and on a busy one.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import netCDF4
import numpy as np
import psutil
import pytest

from capest.results.blockfile import decode_blocks

pytestmark = pytest.mark.slow

SCENARIO = """
title = "killed again and again"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 19
statistics_count = 7
[run]
trials = 3000
block_trials = 20
"""
BLOCKS = 150

LONG = "50000"
"""Trials of a run that does not end by itself before something happens to it."""

MOST_TRIES = 30
"""A kill may come too late, since the test itself has to wait for a core; not always."""

HANGS_S = 600.0
"""No limit for a machine, however slow: who takes as long waits for ever."""

Client = subprocess.Popen[bytes]

SHORT_FILES = """
import capest.runner.task
capest.runner.task.FILE_BYTES = 1
"""
"""Imported by every process, workers too: a file for each block, so a moment after each."""


@contextlib.contextmanager
def start(folder: Path, workers: int, *more: str, imports: Path | None = None) -> Iterator[Client]:
    """A run in a process and a group of its own; 0 workers: it computes in this one process.

    Its processes import ``sitecustomize`` from the folder ``imports``.
    """
    scenario = folder / "killed.toml"
    if not scenario.exists():
        scenario.write_text(SCENARIO)
    command = [
        sys.executable, "-m", "capest", "run", str(scenario),
        "-o", str(folder / "out.nc"), "--workers", str(workers), *more,
    ]  # fmt: skip
    client = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=None if imports is None else os.environ | {"PYTHONPATH": str(imports)},
    )
    try:
        yield client
    finally:
        if client.poll() is None:
            os.killpg(client.pid, signal.SIGKILL)
            client.communicate()


def wait(client: Client, until: Callable[[], object]) -> None:
    """Wait for an event, or the end of the run."""
    while client.poll() is None and not until():
        time.sleep(0.005)


def contents(path: Path) -> dict[str, bytes]:
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return {name: np.asarray(file[name][...]).tobytes() for name in file.variables}


def blocks_there(folder: Path) -> int:
    """Blocks that a run has on disk."""
    found = set()
    for path in (folder / "out.nc.blocks").glob("block-*.bin"):
        # Whole at any moment; a run that ends removes them.
        with contextlib.suppress(FileNotFoundError):
            found |= {span.index for span in decode_blocks(path.read_bytes()).spans}
    return len(found)


def has_blocks(folder: Path, number: int) -> bool:
    return blocks_there(folder) >= number


def has_merged(folder: Path, size: int) -> bool:
    """Whether a result is being written and is at least so long."""
    with contextlib.suppress(FileNotFoundError):
        return any(path.stat().st_size >= size for path in folder.glob(".out.nc.*"))
    return False


def workers_of(client: Client) -> list[psutil.Process]:
    """Workers of a client; none before they start and after they stop."""
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(client.pid).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    return []


@dataclass
class Disturbed:
    """A folder for runs that are killed, and the result that they must come to all the same."""

    folder: Path
    expected: dict[str, bytes]
    size: int
    imports: Path

    @property
    def result(self) -> Path:
        return self.folder / "out.nc"

    def check(self) -> None:
        """Whatever is at the final name is whole; it goes, so that the next run has work."""
        if self.result.exists():
            assert contents(self.result) == self.expected
            self.result.unlink()

    def kill_client(self, workers: int, until: Callable[[], object]) -> bool:
        """SIGKILL a run at an event; False if it ended before."""
        with start(self.folder, workers, imports=self.imports) as client:
            wait(client, until)
            client.kill()
            _, errors = client.communicate()
        assert client.returncode in (0, -signal.SIGKILL), errors.decode()
        self.check()
        return client.returncode != 0

    def kill_worker(self, blocks: int) -> bool:
        """SIGKILL one worker when so many blocks are there; False if all are gone by then."""
        with start(self.folder, 2, imports=self.imports) as client:
            wait(client, lambda: blocks_there(self.folder) >= blocks and workers_of(client))
            workers = workers_of(client)
            with contextlib.suppress(psutil.Error):
                for worker in workers[:1]:
                    worker.kill()
            _, errors = client.communicate()
        assert client.returncode == 0, errors.decode()
        assert self.result.exists()
        self.check()
        return bool(workers)

    def finish(self) -> None:
        """A run that nobody disturbs goes on from what is there, and leaves nothing behind.

        Its files are as long as usual.
        """
        there = blocks_there(self.folder)
        with start(self.folder, 0) as client:
            _, errors = client.communicate()
        assert client.returncode == 0, errors.decode()
        assert (b"resumed" in errors) == (there > 0)
        assert contents(self.result) == self.expected
        assert sorted(path.name for path in self.folder.iterdir()) == ["killed.toml", "out.nc"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], int]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with start(folder, 0) as client:
        _, errors = client.communicate()
    assert client.returncode == 0, errors.decode()
    return contents(folder / "out.nc"), (folder / "out.nc").stat().st_size


@pytest.fixture
def disturbed(tmp_path: Path, undisturbed: tuple[dict[str, bytes], int]) -> Disturbed:
    imports, folder = tmp_path / "imports", tmp_path / "run"
    imports.mkdir()
    folder.mkdir()
    (imports / "sitecustomize.py").write_text(SHORT_FILES)
    return Disturbed(folder, *undisturbed, imports)


def test_killed_workers(disturbed: Disturbed) -> None:
    for blocks in (0, BLOCKS // 2):
        assert any(disturbed.kill_worker(blocks) for _ in range(MOST_TRIES))


@pytest.mark.parametrize(("workers", "kills"), [(2, 3), (0, 8)])
def test_killed_clients(workers: int, kills: int, disturbed: Disturbed) -> None:
    rng = random.Random(1)
    killed = 0
    for _ in range(MOST_TRIES):
        # The start-up is a moment too, as is the end.
        more = rng.randint(0, BLOCKS // 4)
        goal = min(BLOCKS, blocks_there(disturbed.folder) + more)
        killed += disturbed.kill_client(workers, partial(has_blocks, disturbed.folder, goal))
        if killed == kills:
            break
    assert killed == kills
    disturbed.finish()


def test_killed_clients_with_files_of_many_blocks(disturbed: Disturbed) -> None:
    """As long as usual: of what was in none yet, nothing is left, and it is computed again."""
    (disturbed.imports / "sitecustomize.py").write_text("")
    for goal in (1, BLOCKS // 4, BLOCKS // 2):
        until = partial(has_blocks, disturbed.folder, goal)
        assert any(disturbed.kill_client(0, until) for _ in range(MOST_TRIES))
        there = list((disturbed.folder / "out.nc.blocks").glob("block-*.bin"))
        assert goal <= blocks_there(disturbed.folder)
        assert len(there) < blocks_there(disturbed.folder) / 5
    disturbed.finish()


def test_killed_merges(disturbed: Disturbed) -> None:
    rng = random.Random(1)
    killed = 0
    for _ in range(MOST_TRIES):
        size = rng.randint(1, disturbed.size)
        killed += disturbed.kill_client(0, partial(has_merged, disturbed.folder, size))
        if killed == 4:
            break
    assert killed == 4
    disturbed.finish()


def test_killed_client_leaves_no_workers(tmp_path: Path) -> None:
    with start(tmp_path, 2, "--trials", LONG) as client:
        wait(client, lambda: blocks_there(tmp_path))
        children = psutil.Process(client.pid).children(recursive=True)
        assert children
        client.kill()
        client.communicate()
        _, alive = psutil.wait_procs(children, timeout=HANGS_S)
    assert not alive


def mapped(library: str, client: Client) -> bool:
    """Whether a process has loaded a library."""
    with contextlib.suppress(OSError):
        return library in Path(f"/proc/{client.pid}/maps").read_text()
    return False


MOMENTS: dict[str, Callable[[Client, Path], object]] = {
    "libraries": lambda client, _: mapped("_multiarray_umath", client),
    "Dask": lambda client, _: mapped("_cmsgpack", client),
    "first process": lambda client, _: psutil.Process(client.pid).children(),
    "first worker": lambda client, _: workers_of(client),
    "folder of blocks": lambda _, folder: (folder / "out.nc.blocks").exists(),
    "first block": lambda _, folder: blocks_there(folder),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupt_at_any_moment_leaves_no_traceback(moment: str, tmp_path: Path) -> None:
    """Ctrl-C is SIGINT to all processes of the job."""
    with start(tmp_path, 2, "--trials", LONG) as client:
        wait(client, lambda: MOMENTS[moment](client, tmp_path))
        os.killpg(client.pid, signal.SIGINT)
        _, errors = client.communicate()
    said = errors.decode()
    assert client.returncode == 130, said
    assert "Interrupted." in said
    assert "Traceback" not in said
    if moment == "first block":
        assert "run the same command again" in said
        assert blocks_there(tmp_path) > 0
