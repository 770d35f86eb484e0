"""Kernels that run on the processor: NumPy's, and those compiled for it."""

from __future__ import annotations

import pytest

from capest.backend.choose import native_obstacle
from capest.backend.native.kernels import NativeKernels
from capest.backend.native.library import library
from capest.backend.numpy_kernels import NumpyKernels

from ..emulate.needs import skip_or_fail


@pytest.fixture(scope="session")
def native_kernels() -> NativeKernels:
    """Kernels compiled for the processor."""
    obstacle = native_obstacle()
    if obstacle is not None:
        skip_or_fail(obstacle.reason)
    return NativeKernels(library())


@pytest.fixture(params=["numpy", "native"])
def host_kernels(request: pytest.FixtureRequest) -> NumpyKernels:
    """Both, one after the other."""
    if request.param == "native":
        return request.getfixturevalue("native_kernels")
    return NumpyKernels()
