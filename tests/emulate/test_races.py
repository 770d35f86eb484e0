"""ThreadSanitizer watches the kernels with barriers: no race, and it would see one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .needs import skip_or_fail

ROOT = Path(__file__).parents[2]

# Runs in a process of its own, into which the sanitizer's library is loaded first.
SCRIPT = """
import sys
from pathlib import Path

import numpy as np

from capest.backend import cuda_launcher
from capest.backend.cuda_kernels import CudaKernels
from tests.emulate.constellation_scene import random_constellation
from tests.emulate.emulator import EmulatedDevice
from tests.emulate.scene import random_scene
from tests.emulate.uplink_scene import random_uplink

directory, barriers, link = Path(sys.argv[1]), sys.argv[2] == "with", sys.argv[3]
if not barriers:
    read = cuda_launcher.kernel_source
    cuda_launcher.kernel_source = lambda name: read(name).replace("__syncthreads();", "")
device = EmulatedDevice(directory, block_size=4, block_limit=2, flags=("-fsanitize=thread", "-g"))
kernels = CudaKernels(device)
if link == "downlink":
    scene = random_scene(1, beams=140, colours=3, users=40, lit_share=0.5)
    kernels.downlink_sinr(**scene.arguments())
elif link == "counts":
    values = np.random.default_rng(1).uniform(-1.0, 2.0, 200)
    kernels.count_values(values, None, 0.0, 10.0, 12, False)
elif link == "constellation":
    kernels.constellation_sinr(**random_constellation(1, users=20, colours=3))
else:
    scene = random_uplink(1, satellites=2, beams=10, colours=3, drops=6)
    kernels.uplink_sinr(**scene.arguments())
"""

# The sanitizer and nothing else: two threads write one variable without order.
RACE = """
#include <thread>
int shared = 0;
int main() {
    std::thread one([] { shared = 1; }), two([] { shared = 2; });
    one.join(), two.join();
    return 0;
}
"""

RACE_FOUND = 66
FILE_OF_LINK = {
    "downlink": "sinr.cu",
    "uplink": "uplink.cu",
    "counts": "histogram.cu",
    "constellation": "pattern.cuh",  # only the pattern's table is shared
}


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    # The sanitizer cannot map its memory where addresses are spread too randomly.
    fixed = ["setarch", "-R"] if shutil.which("setarch") else []
    settings = {
        "TSAN_OPTIONS": f"exitcode={RACE_FOUND}:ignore_noninstrumented_modules=1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return subprocess.run(
        [*fixed, *command],
        env={**os.environ, **settings, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def sanitizer(build_directory: Path) -> str:
    """Path of the sanitizer's library, if it is here and sees a plain race."""
    text, program = build_directory / "race.cpp", build_directory / "race"
    text.write_text(RACE, encoding="utf-8")
    built = subprocess.run(
        ["g++", "-std=c++20", "-O0", "-fsanitize=thread", str(text), "-o", str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        skip_or_fail(f"g++ cannot build with -fsanitize=thread: {built.stderr.strip()[:200]}")
    probe = run([str(program)])
    if probe.returncode != RACE_FOUND:
        pytest.skip(f"ThreadSanitizer does not work here: {probe.stderr.strip()[:200]}")
    return subprocess.run(
        ["g++", "-print-file-name=libtsan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()


def run_kernel(barriers: str, link: str, build_directory: Path, library: str):
    command = [sys.executable, "-c", SCRIPT, str(build_directory), barriers, link]
    return run(command, LD_PRELOAD=library)


@pytest.mark.parametrize("link", FILE_OF_LINK)
def test_barriers_order_the_tiles(link, build_directory, sanitizer):
    done = run_kernel("with", link, build_directory, sanitizer)
    assert done.returncode == 0, done.stderr
    assert "data race" not in done.stderr


@pytest.mark.parametrize("link", FILE_OF_LINK)
def test_without_barriers_a_race_is_seen(link, build_directory, sanitizer):
    done = run_kernel("without", link, build_directory, sanitizer)
    assert done.returncode == RACE_FOUND, done.stderr
    assert "data race" in done.stderr
    assert FILE_OF_LINK[link] in done.stderr
