"""Fixtures that run the CUDA sources: on the CPU everywhere, on a GPU where one answers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.backend.choose import cupy_obstacle
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.cupy_device import CupyDevice

from .emulator import EmulatedDevice
from .needs import skip_or_fail


@pytest.fixture(scope="session")
def build_directory(folder_of_all_workers: Path) -> Path:
    """Where libraries are built; each text is compiled once a session."""
    if shutil.which("g++") is None:
        skip_or_fail("there is no g++ to run the CUDA sources on the CPU")
    directory = folder_of_all_workers / "emulate"
    directory.mkdir(exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def emulated_kernels(build_directory: Path) -> CudaKernels:
    return CudaKernels(EmulatedDevice(build_directory))


@pytest.fixture(params=["emulated", pytest.param("gpu", marks=pytest.mark.gpu)])
def kernels(request: pytest.FixtureRequest) -> CudaKernels:
    """CUDA kernels, executed by the CPU and by a GPU."""
    if request.param == "emulated":
        return request.getfixturevalue("emulated_kernels")
    obstacle = cupy_obstacle()
    if obstacle is not None:
        pytest.skip(obstacle.reason)
    return CudaKernels(CupyDevice())


@pytest.fixture
def to_host() -> Callable[[Any], np.ndarray]:
    """Bring a result of either kind of device to NumPy."""
    return lambda array: array if isinstance(array, np.ndarray) else array.get()
