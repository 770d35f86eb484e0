"""Fixtures that run the CUDA sources: on the CPU everywhere, on a GPU where one answers.

Most tests run on the kernels that are compiled for the processor, too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.backend.choose import cupy_obstacle, native_obstacle
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.cupy_device import CupyDevice
from capest.backend.native.kernels import NativeKernels
from capest.backend.native.library import library
from capest.backend.protocol import Kernels

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


GPU = pytest.param("gpu", marks=pytest.mark.gpu)


@pytest.fixture(params=["emulated", GPU])
def cuda_kernels(request: pytest.FixtureRequest) -> CudaKernels:
    """CUDA kernels, executed by the CPU and by a GPU."""
    return _cuda(request)


@pytest.fixture(params=["emulated", "native", GPU])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    """CUDA kernels, and those compiled for the processor: twins of NumPy's alike."""
    if request.param != "native":
        return _cuda(request)
    obstacle = native_obstacle()
    if obstacle is not None:
        skip_or_fail(obstacle.reason)
    return NativeKernels(library())


def _cuda(request: pytest.FixtureRequest) -> CudaKernels:
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
