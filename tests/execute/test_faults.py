"""Runs killed at any moment resume and end with the bytes of an undisturbed run."""

import os
import random
import signal
import subprocess
import sys
import time
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
    subprocess.run(command(folder), check=True, capture_output=True)
    return contents(folder / "out.nc"), time.monotonic() - started


def kill_workers(client: subprocess.Popen[bytes], rng: random.Random) -> None:
    """SIGKILL one worker of a client that still runs."""
    try:
        children = psutil.Process(client.pid).children(recursive=True)
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        if workers:
            rng.choice(workers).kill()
    except psutil.Error:
        return  # the client or a worker ended meanwhile


def test_twenty_kills(tmp_path: Path, undisturbed: tuple[dict[str, bytes], float]) -> None:
    expected, seconds = undisturbed
    rng = random.Random(1)
    survived = 0
    for moment in range(20):
        # Starting takes a good second; spread the kills over computing and merging too.
        after = rng.uniform(0.2, 1.05) * seconds
        client = subprocess.Popen(
            command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + after
        while time.monotonic() < deadline and client.poll() is None:
            time.sleep(0.01)
        if moment % 4 == 0:
            kill_workers(client, rng)
            _, errors = client.communicate(timeout=120)
            assert client.returncode == 0, errors.decode()
        elif client.poll() is None:
            os.kill(client.pid, signal.SIGKILL)
            client.wait(timeout=10)
        if (tmp_path / "out.nc").exists():
            # Whatever is at the final name is whole.
            assert contents(tmp_path / "out.nc") == expected
            survived += 1
            (tmp_path / "out.nc").unlink()
    assert survived >= 5
    subprocess.run(command(tmp_path), check=True, capture_output=True)
    assert contents(tmp_path / "out.nc") == expected
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


def test_interrupt_keeps_blocks_and_says_how_to_go_on(tmp_path: Path) -> None:
    client = subprocess.Popen(
        command(tmp_path, "--trials", "2000000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any((tmp_path).glob("out.nc.blocks/block-*")):
        time.sleep(0.05)
    os.killpg(client.pid, signal.SIGINT)  # what Ctrl-C sends: the whole foreground group
    _, errors = client.communicate(timeout=60)
    assert client.returncode == 130
    text = errors.decode()
    assert "run the same command again" in text
    assert "Traceback" not in text
    assert any((tmp_path / "out.nc.blocks").glob("block-*.npz"))
