"""The GPU's benchmark on the processor: what it compares, that it fails, and what it needs."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capest.backend.choose import cupy_obstacle
from capest.benchmark import gpu, gpu_check
from capest.benchmark.downlink import kernel_speed
from capest.benchmark.scenario import bench_scenario
from capest.cli import cli
from capest.scenario.plain_scenario import PlainScenario

CASE9 = Path(gpu.__file__).with_name("case9.json")

# Nothing but NumPy (and CuPy): not even Pydantic, with which scenarios are checked.
ALONE = """
import sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {
            "pydantic", "dask", "distributed", "xarray", "netCDF4", "click", "rich", "scipy",
            "pandas", "matplotlib", "itur", "sgp4",
        }:
            raise ModuleNotFoundError(f"{name} is forbidden here")

sys.meta_path.insert(0, Forbid())
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: (
    None if name in ("pydantic", "scipy") else find_spec(name, *more)
)
from capest.backend.numpy_kernels import NumpyKernels
from capest.benchmark import gpu, gpu_check

found = gpu_check.check_trials(NumpyKernels(), trials=2)
assert gpu_check.trials_are_right(found) and found["moved_users"] == 0.0, found
assert gpu.pipeline(NumpyKernels(), 0.01, 4)["trials_per_s"] > 0.0
print("done")
"""


def test_it_needs_numpy_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False
    )
    assert done.stdout == "done\n", done.stderr


def test_the_scenario_without_pydantic_is_the_checked_one() -> None:
    written = json.loads(CASE9.read_text(encoding="utf-8"))
    assert written == bench_scenario().model_dump(mode="json"), "write case9.json again"
    plain = PlainScenario(written).replace(beams__frequency_reuse=3, users__hotspots__share=0.25)
    checked = bench_scenario(beams__frequency_reuse=3)
    names = ("beam_count", "users_per_trial", "colours", "beam_bandwidth_hz")
    for name in (*names, "harq", "harq_round_trips"):
        assert getattr(plain, name) == getattr(checked, name)
    assert plain.users.hotspots.share == 0.25
    with pytest.raises(KeyError, match="beams__frequency_rescue"):
        plain.replace(beams__frequency_rescue=3)


def test_the_comparison_holds(emulated_kernels) -> None:
    found = gpu_check.check_trials(emulated_kernels, trials=1)
    assert found["users"] == 610
    assert gpu_check.trials_are_right(found)


def test_variants_of_the_kernel_are_compared(emulated_kernels) -> None:
    found = gpu_check.check_kernel(emulated_kernels, users=700)
    assert gpu_check.kernel_is_right(found)


def test_the_comparison_finds_a_wrong_kernel(emulated_kernels, monkeypatch) -> None:
    right = emulated_kernels.downlink_sinr

    def wrong(links):
        serving, carrier, interference = right(links)
        return serving, carrier * np.float32(1.01), interference

    monkeypatch.setattr(emulated_kernels, "downlink_sinr", wrong)
    assert not gpu_check.trials_are_right(gpu_check.check_trials(emulated_kernels, trials=1))
    assert not gpu_check.kernel_is_right(gpu_check.check_kernel(emulated_kernels, users=700))


def test_kernel_figures(emulated_kernels) -> None:
    speed = kernel_speed(emulated_kernels, 19, 1, seconds=0.01, pairs=2**12)
    assert speed.pairs_per_s > 0.0
    assert speed.gain_error_db < 0.01
    assert speed.sinr_error_db < 0.02


def test_without_a_sanitizer(monkeypatch) -> None:
    monkeypatch.setattr(gpu.shutil, "which", lambda _: None)
    assert gpu.sanitize() == {"present": False}


def test_without_a_gpu_one_line_says_why() -> None:
    if cupy_obstacle() is None:
        pytest.skip("there is one")
    result = CliRunner().invoke(cli, ["bench", "--gpu"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.gpu
def test_everything_on_a_gpu() -> None:
    obstacle = cupy_obstacle()
    if obstacle is not None:
        pytest.skip(obstacle.reason)
    assert gpu.main(["0.05"]) == 0
