"""A merge killed at any moment leaves the target whole or absent, and the next one sweeps."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from capest.results.netcdf import read_identity, sweep
from tests.results.test_netcdf import content, listing, write

MERGE_FOR_EVER = """
import sys
from tests.results import synthetic
from tests.results.test_netcdf import write
blocks = list(synthetic.blocks(90, 4))
print("ready", flush=True)
while True:
    write(sys.argv[1], iter(blocks))
"""


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path):
    wanted_path, folder = tmp_path / "wanted.nc", tmp_path / "out"
    folder.mkdir()
    write(wanted_path)
    wanted = content(wanted_path)
    target = folder / "out.nc"
    chance = random.Random(1)
    temporaries = 0
    for _ in range(6):
        target.unlink(missing_ok=True)
        merge = subprocess.Popen(
            [sys.executable, "-c", MERGE_FOR_EVER, str(target)], stdout=subprocess.PIPE, text=True
        )
        assert merge.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.3))
        os.kill(merge.pid, signal.SIGKILL)
        merge.wait()
        merge.stdout.close()
        if target.exists():
            assert content(target) == wanted
            assert read_identity(target).trials == 90
        left = [name for name in listing(folder) if name != "out.nc"]
        assert all(name.startswith(".out.nc.") and name.endswith(".tmp") for name in left)
        temporaries += len(left)
        sweep(target)
        assert set(listing(folder)) <= {"out.nc"}
    # Otherwise the kills never struck in the middle and the test proved nothing.
    assert temporaries > 0
    write(target)
    assert content(target) == wanted


KILL_ITSELF = """
import os, signal, sys
from tests.results import synthetic
from tests.results.test_netcdf import write
def blocks():
    for index, block in synthetic.blocks(90, 4):
        if index == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield index, block
write(sys.argv[1], blocks())
"""


@pytest.mark.parametrize("block", [1, 22])
def test_killed_with_an_old_result_in_place(tmp_path, block):
    target = tmp_path / "out.nc"
    write(target, trials=8)
    before = target.read_bytes()
    command = [sys.executable, "-c", KILL_ITSELF, str(target), str(block)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert target.read_bytes() == before
    assert len(listing(tmp_path)) == 2
    sweep(target)
    assert listing(tmp_path) == ["out.nc"]
