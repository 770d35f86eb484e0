"""The CuPy side of the launcher, on a CuPy that runs the sources on the CPU."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from capest.backend import choose

from .emulator import EmulatedDevice
from .scene import random_scene

# Of an H100, but for the number of multiprocessors.
ATTRIBUTES = {
    "MultiProcessorCount": 2,
    "MaxSharedMemoryPerMultiprocessor": 228 * 1024,
    "MaxSharedMemoryPerBlockOptin": 227 * 1024,
}


@pytest.fixture
def cupy_on_the_cpu(build_directory, monkeypatch):
    """CuPy's RawModule as its manual describes it, around the emulator."""

    class RawModule:
        def __init__(self, *, code, options, backend):
            assert backend == "nvrtc"
            self._module = EmulatedDevice(build_directory).compile(code, options)

        def get_function(self, name):
            return Kernel(self._module, name)

    class Kernel:
        max_dynamic_shared_size_bytes = 44 * 1024  # 48 KiB less the kernel's own tile

        def __init__(self, module, name):
            self._module, self._name = module, name

        def __call__(self, grid, block, arguments, *, shared_mem):
            (blocks,), (threads,) = grid, block
            assert threads <= 256
            assert shared_mem <= self.max_dynamic_shared_size_bytes
            self._module.launch(self._name, blocks, threads, arguments, shared_mem)

    module = ModuleType("cupy")
    for name in ("empty", "zeros", "asarray", "ascontiguousarray"):
        setattr(module, name, getattr(np, name))
    module.RawModule = RawModule
    module.cuda = SimpleNamespace(
        is_available=lambda: True,
        Device=lambda: SimpleNamespace(attributes=ATTRIBUTES),
    )
    monkeypatch.setitem(sys.modules, "cupy", module)


def test_auto_takes_it_and_gets_the_same_bits(cupy_on_the_cpu, emulated_kernels):
    assert choose.resolve("auto") == "cupy"
    kernels = choose.kernels("auto")
    scene = random_scene(3, beams=19, colours=4, lit_share=0.5, users=300)
    expected = emulated_kernels.downlink_sinr(**scene.arguments())
    for result, wanted in zip(kernels.downlink_sinr(**scene.arguments()), expected, strict=True):
        np.testing.assert_array_equal(result, wanted, strict=True)
