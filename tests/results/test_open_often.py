"""Results are opened again and again in one process, as in a notebook."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import capest
from capest.errors import InputError
from tests.engine.small_network import network_scenario

SCRIPT = """
import sys
import capest

path = sys.argv[1]
held = capest.open(path)
capest.open(path).close()
for _ in range(5):
    opened = capest.open(path)
    assert len(opened.capest.estimates()) > 10
    assert opened.capest.by_country().sizes["country"] >= 1
for _ in range(3):
    first, second = capest.open(path), capest.open(path)
    second.close()
    beside = capest.open(sys.argv[2])
    assert capest.open(path)["cell_country"].size == first["cell_country"].size
    del first, second
assert held["cell_country"].size == beside["cell_country"].size
print("done")
"""


def test_a_constellation_is_opened_many_times(tmp_path: Path) -> None:
    """The NetCDF library crashes where a file with texts is opened twice on its own."""
    path = tmp_path / "result.nc"
    scenario = network_scenario(users__count=20, service__preset="voice", run__trials=2)
    capest.run(scenario, output=path, workers=0, backend="numpy").close()
    other = tmp_path / "other.nc"
    shutil.copy(path, other)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(other)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


def test_a_file_that_was_replaced_is_not_taken_for_the_one_that_was_opened(tmp_path: Path) -> None:
    path, other = tmp_path / "result.nc", tmp_path / "other.nc"
    for target, seed in ((path, 1), (other, 2)):
        scenario = network_scenario(users__count=20, run__trials=2, run__seed=seed)
        capest.run(scenario, output=target, workers=0, backend="numpy").close()
    held = capest.open(path)
    first = held["throughput"].values.copy()
    capest.open(path).close()
    assert (held["users"].values == 20).all()
    capest.open(path).close()
    other.replace(path)
    with pytest.raises(InputError, match="was replaced or changed since it was opened"):
        held["served_users"].values  # noqa: B018
    assert not (capest.open(path)["throughput"].values == first).all()
