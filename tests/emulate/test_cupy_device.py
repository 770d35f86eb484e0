"""The CuPy side of the launcher, on a CuPy that runs the sources on the CPU."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from capest.backend import choose

from .emulator import EmulatedDevice
from .scene import random_scene


@pytest.fixture
def cupy_on_the_cpu(build_directory, monkeypatch):
    """CuPy's RawModule as its manual describes it, around the emulator."""

    class RawModule:
        def __init__(self, *, code, options, backend):
            assert backend == "nvrtc"
            self._module = EmulatedDevice(build_directory).compile(code, options)

        def get_function(self, name):
            def run(grid, block, arguments, *, shared_mem):
                (blocks,), (threads,) = grid, block
                assert threads <= 256
                self._module.launch(name, blocks, threads, arguments, shared_mem)

            return run

    module = ModuleType("cupy")
    for name in ("empty", "zeros", "asarray", "ascontiguousarray"):
        setattr(module, name, getattr(np, name))
    module.RawModule = RawModule
    module.cuda = SimpleNamespace(
        is_available=lambda: True,
        Device=lambda: SimpleNamespace(attributes={"MultiProcessorCount": 2}),
    )
    monkeypatch.setitem(sys.modules, "cupy", module)


def test_auto_takes_it_and_gets_the_same_bits(cupy_on_the_cpu, emulated_kernels):
    assert choose.resolve("auto") == "cupy"
    kernels = choose.kernels("auto")
    scene = random_scene(3, beams=19, colours=4, lit_share=0.5, users=300)
    expected = emulated_kernels.downlink_sinr(**scene.arguments())
    for result, wanted in zip(kernels.downlink_sinr(**scene.arguments()), expected, strict=True):
        np.testing.assert_array_equal(result, wanted, strict=True)
