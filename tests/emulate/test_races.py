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

# Runs in a process of its own, into which the sanitizer's library is loaded first. Its report on a
# kernel stands between the kernel's name and the next one's.
SCRIPT = """
import os
import sys
from pathlib import Path

import numpy as np

from capest.backend import cuda_launcher
from capest.backend.arguments import ConstellationUplink
from capest.backend.cuda_kernels import CudaKernels
from tests.emulate.constellation_scene import random_constellation
from tests.emulate.emulator import EmulatedDevice
from tests.emulate.scene import random_scene
from tests.emulate.uplink_scene import random_uplink

directory, barriers = Path(sys.argv[1]), sys.argv[2] == "with"
if not barriers:
    read = cuda_launcher.kernel_source
    cuda_launcher.kernel_source = lambda name: read(name).replace("__syncthreads();", "")
del os.environ["LD_PRELOAD"]  # the compiler needs no watching
watched = ("-fsanitize=thread", "-g1", "-O1")
device = EmulatedDevice(directory, block_size=4, block_limit=2, flags=watched)
kernels = CudaKernels(device)
downlink = random_scene(1, beams=140, colours=3, users=40, lit_share=0.5)
uplink = random_uplink(1, satellites=2, beams=10, colours=3, drops=6)
network = random_constellation(1, users=80, colours=3)
values = np.random.default_rng(1).uniform(-1.0, 2.0, 200)
calls = {
    "downlink": lambda: kernels.downlink_sinr(downlink.links()),
    "uplink": lambda: kernels.uplink_sinr(uplink.links()),
    "counts": lambda: kernels.count_values(
        values, None, low=0.0, inverse_step=10.0, bins=12, logarithmic=False
    ),
    "constellation": lambda: kernels.constellation_sinr(
        random_constellation(1, users=20, colours=3)
    ),
    "two branches": lambda: kernels.constellation_sinr(
        random_constellation(1, users=20, colours=4, branches=2, polarisations=2)
    ),
    "constellation's uplink": lambda: kernels.constellation_uplink(
        ConstellationUplink(links=network, power=network.gain[None])
    ),
}
for link, call in calls.items():
    print(f"### {link}", file=sys.stderr, flush=True)
    # A process each: the sanitizer names the lines of the first library only.
    child = os.fork()
    if not child:
        call()
        sys.exit()
    print(f"exit code {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", file=sys.stderr)
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
    "two branches": "pattern.cuh",
    "constellation's uplink": "constellation_uplink.cu",
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


def reports(barriers: str, build_directory: Path, library: str) -> dict[str, str]:
    """Run every kernel once; what the sanitizer says of each, and its exit code."""
    command = [sys.executable, "-c", SCRIPT, str(build_directory), barriers]
    done = run(command, LD_PRELOAD=library)
    assert done.returncode == 0, done.stderr
    parts = [part.partition("\n") for part in done.stderr.split("### ")[1:]]
    assert [link for link, _, _ in parts] == list(FILE_OF_LINK), done.stderr
    return {link: text for link, _, text in parts}


@pytest.fixture(scope="module")
def ordered(build_directory: Path, sanitizer: str) -> dict[str, str]:
    return reports("with", build_directory, sanitizer)


@pytest.fixture(scope="module")
def disordered(build_directory: Path, sanitizer: str) -> dict[str, str]:
    return reports("without", build_directory, sanitizer)


@pytest.mark.parametrize("link", FILE_OF_LINK)
def test_barriers_order_the_tiles(link, ordered):
    assert ordered[link] == "exit code 0\n"


@pytest.mark.parametrize("link", FILE_OF_LINK)
def test_without_barriers_a_race_is_seen(link, disordered):
    said = disordered[link]
    assert said.endswith(f"exit code {RACE_FOUND}\n"), said
    assert "data race" in said
    assert FILE_OF_LINK[link] in said
