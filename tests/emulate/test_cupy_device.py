"""The CuPy side of the launcher, on a CuPy that runs the sources on the CPU."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from capest.backend import choose
from capest.backend.cupy_device import CupyDevice

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
    module.log = log = []

    class Stream:
        def __init__(self, non_blocking=False):
            self.name = "copies" if non_blocking else "default"

        def record(self):
            log.append(f"record on {self.name}")
            return SimpleNamespace(stream=self, synchronize=lambda: log.append("synchronize"))

        def wait_event(self, event):
            log.append(f"{self.name} waits for {event.stream.name}")

    pool = SimpleNamespace(free_bytes=lambda: 30, free_all_blocks=lambda: log.append("free"))
    module.get_default_memory_pool = lambda: pool
    module.cuda = SimpleNamespace(
        is_available=lambda: True,
        Device=lambda: SimpleNamespace(attributes=ATTRIBUTES),
        Stream=Stream,
        get_current_stream=Stream,
        runtime=SimpleNamespace(memGetInfo=lambda: (100, 1000)),
    )
    monkeypatch.setitem(sys.modules, "cupy", module)
    pinned = SimpleNamespace(empty_pinned=np.empty)
    monkeypatch.setitem(sys.modules, "cupyx", pinned)
    return module


def test_auto_takes_it_and_gets_the_same_bits(cupy_on_the_cpu, emulated_kernels, monkeypatch):
    monkeypatch.setattr(choose.driver, "driver_cuda_version", lambda: 13_000)
    assert choose.resolve("auto") == "cupy"
    kernels = choose.kernels("auto")
    scene = random_scene(3, beams=19, colours=4, lit_share=0.5, users=300)
    expected = emulated_kernels.downlink_sinr(scene.links())
    for result, wanted in zip(kernels.downlink_sinr(scene.links()), expected, strict=True):
        np.testing.assert_array_equal(result, wanted, strict=True)


class OnDevice(np.ndarray):
    """An array with CuPy's `get`."""

    def get(self, *, stream, out, blocking):
        assert not blocking
        np.copyto(out, self)
        self.log.append(f"copy on {stream.name}")


def test_results_are_copied_on_a_stream_of_their_own(cupy_on_the_cpu):
    device = CupyDevice()
    log = cupy_on_the_cpu.log
    arrays = [np.arange(3.0).view(OnDevice), np.arange(4).view(OnDevice)]
    cupy_on_the_cpu.ascontiguousarray = lambda array: array
    for array in arrays:
        array.log = log
    fetch = device.fetch(arrays)
    # Behind what was launched, and before anything is waited for.
    assert log == [
        *("record on default", "copies waits for default"),
        *("copy on copies", "copy on copies", "record on copies"),
    ]
    found = fetch.wait()
    assert log[-1] == "synchronize"
    assert [values.tolist() for values in found] == [[0.0, 1.0, 2.0], [0, 1, 2, 3]]


def test_memory_is_what_is_free_and_what_the_pool_keeps(cupy_on_the_cpu):
    device = CupyDevice()
    assert device.free_bytes() == 130
    device.release_memory()
    assert cupy_on_the_cpu.log == ["free"]
