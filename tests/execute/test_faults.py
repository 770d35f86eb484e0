"""Runs killed at any moment resume and end with the bytes of an undisturbed run."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import netCDF4
import numpy as np
import psutil
import pytest

pytestmark = pytest.mark.slow

SCENARIO = """
title = "killed again and again"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 19
statistics_count = 7
[run]
trials = 6000
block_trials = 20
"""


def command(folder: Path, *more: str) -> list[str]:
    scenario = folder / "killed.toml"
    if not scenario.exists():
        scenario.write_text(SCENARIO)
    return [
        sys.executable, "-m", "capest", "run", str(scenario),
        "-o", str(folder / "out.nc"), "--workers", "2", *more,
    ]  # fmt: skip


def contents(path: Path) -> dict[str, bytes]:
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return {name: np.asarray(file[name][...]).tobytes() for name in file.variables}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    folder = tmp_path_factory.mktemp("undisturbed")
    started = time.monotonic()
    done = subprocess.run(command(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return contents(folder / "out.nc"), time.monotonic() - started


def workers_of(client: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Workers of a client; none before they start and after they stop."""
    try:
        children = psutil.Process(client.pid).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def kill_a_worker(client: subprocess.Popen[bytes], rng: random.Random) -> bool:
    """SIGKILL one worker of a client; False if it has none any more."""
    workers = workers_of(client)
    try:
        if workers:
            rng.choice(workers).kill()
        return bool(workers)
    except psutil.Error:
        return False


def wait(client: subprocess.Popen[bytes], seconds: float, until: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and client.poll() is None and not until():
        time.sleep(0.002)


def test_twenty_kills(tmp_path: Path, undisturbed: tuple[dict[str, bytes], float]) -> None:
    expected, seconds = undisturbed
    rng = random.Random(1)
    result = tmp_path / "out.nc"
    workers_hit = clients_hit = merges_hit = resumed = 0
    for moment in range(24):
        client = subprocess.Popen(
            command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if moment % 4 == 0:
            wait(client, 60.0, partial(workers_of, client))
            wait(client, rng.uniform(0.0, 0.5) * seconds, lambda: False)
            workers_hit += kill_a_worker(client, rng)
            _, errors = client.communicate(timeout=120)
            assert client.returncode == 0, errors.decode()
        else:
            merging = moment % 4 == 1
            if merging:
                wait(client, 60.0, lambda: any(tmp_path.glob(".out.nc.*")))
                wait(client, rng.uniform(0.0, 0.3), lambda: False)
            else:
                # Starting takes a good second; spread the kills over the whole run.
                wait(client, rng.uniform(0.2, 1.05) * seconds, lambda: False)
            if client.poll() is None:
                clients_hit += 1
                merges_hit += any(tmp_path.glob(".out.nc.*"))
                os.kill(client.pid, signal.SIGKILL)
            _, errors = client.communicate(timeout=60)
        resumed += b"resumed" in errors
        if result.exists():
            # Whatever is at the final name is whole.
            assert contents(result) == expected
            result.unlink()
    assert workers_hit >= 2
    assert clients_hit >= 10
    assert merges_hit >= 3
    assert resumed >= 3
    subprocess.run(command(tmp_path), check=True, capture_output=True)
    assert contents(result) == expected
    # Nothing is left behind but the result and the scenario.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed.toml", "out.nc"]


def test_killed_client_leaves_no_workers(tmp_path: Path) -> None:
    client = subprocess.Popen(
        command(tmp_path, "--trials", "2000000"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    children: list[psutil.Process] = []
    while time.monotonic() < deadline and not any((tmp_path).glob("out.nc.blocks/block-*")):
        time.sleep(0.05)
    children = psutil.Process(client.pid).children(recursive=True)
    assert children
    os.kill(client.pid, signal.SIGKILL)
    client.wait(timeout=10)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def interrupt(folder: Path, seconds: float, until: Callable[[], object]) -> tuple[int, str]:
    """Press Ctrl-C: SIGINT to all processes of the job. Exit code and stderr."""
    client = subprocess.Popen(
        command(folder, "--trials", "2000000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait(client, seconds, until)
    os.killpg(client.pid, signal.SIGINT)
    _, errors = client.communicate(timeout=60)
    return client.returncode, errors.decode()


def test_interrupt_keeps_blocks_and_says_how_to_go_on(tmp_path: Path) -> None:
    code, errors = interrupt(tmp_path, 30.0, lambda: any((tmp_path).glob("out.nc.blocks/block-*")))
    assert code == 130
    assert "run the same command again" in errors
    assert "Traceback" not in errors
    assert any((tmp_path / "out.nc.blocks").glob("block-*.npz"))


@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0, 1.2, 1.4, 1.7, 2.1, 2.6])
def test_interrupt_at_any_moment_leaves_no_traceback(tmp_path: Path, seconds: float) -> None:
    code, errors = interrupt(tmp_path, seconds, lambda: False)
    assert code == 130, errors
    assert "Interrupted." in errors
    assert "Traceback" not in errors
