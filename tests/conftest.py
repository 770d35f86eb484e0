"""What holds for every test: threads, hypothesis on slow machines, and folders for all workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# Tests run on all cores, one worker on each: more threads would only wait for one another. Set
# here, since NumPy reads it once, when a test imports it.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# A slow machine is no fault of an example.
settings.register_profile(
    "capest", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("capest")


@pytest.fixture(scope="session", autouse=True)
def _patterns_once() -> Iterator[None]:
    """Remember Bessel functions: thousands of worlds are built with the same few antennas."""
    from capest.physics import antenna

    j1 = antenna.bessel_j1

    @lru_cache(maxsize=32)
    def kept(content: bytes, shape: tuple[int, ...]) -> np.ndarray:
        return j1(np.frombuffer(content).reshape(shape))

    def remembered(x: np.ndarray) -> np.ndarray:
        x = np.ascontiguousarray(x, dtype=np.float64)
        return kept(x.tobytes(), x.shape).copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(antenna, "bessel_j1", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(folder_of_all_workers: Path) -> Iterator[None]:
    """Build compiled kernels once for all processes of a test run, in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPEST_CACHE", str(folder_of_all_workers / "cache"))
        yield


@pytest.fixture(scope="session")
def folder_of_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run have in common."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = common / "of-all-workers"
    folder.mkdir(exist_ok=True)
    return folder
