"""Choosing a backend on machines of every kind, with a pretended CuPy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from capest.backend import choose, driver
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.native import library
from capest.backend.native.kernels import NativeKernels
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.obstacle import Obstacle
from capest.errors import BackendError

RIGHT_WORDS = (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)
NO_DRIVER, NO_DEVICE = 35, 100  # cudaErrorInsufficientDriver, cudaErrorNoDevice


class RuntimeFault(RuntimeError):
    """Looks like CuPy's CUDARuntimeError."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


H100 = {
    "MultiProcessorCount": 132,
    "MaxSharedMemoryPerMultiprocessor": 228 * 1024,
    "MaxSharedMemoryPerBlockOptin": 227 * 1024,
}


def fake_cupy(
    *,
    devices: int = 1,
    fault: Exception | None = None,
    words: tuple[int, ...] = RIGHT_WORDS,
    kernel_fault: Exception | None = None,
) -> ModuleType:
    """A CuPy on NumPy arrays whose only kernel writes the words it is given."""

    class RawModule:
        def __init__(self, code: str, options: tuple[str, ...], backend: str) -> None:
            assert "philox4x64_10" in code
            assert backend == "nvrtc"
            if kernel_fault is not None:
                raise kernel_fault

        def get_function(self, name: str) -> Callable[..., None]:
            def run(grid: Any, block: Any, arguments: tuple[Any, ...], shared_mem: int) -> None:
                assert (grid, block, shared_mem) == ((1,), (256,), 0)
                arguments[0][...] = np.array(words, dtype=np.uint64)

            assert name == "philox_words"
            return run

    def count() -> int:
        if fault is not None:
            raise fault
        return devices

    module = ModuleType("cupy")
    module.empty = np.empty
    module.RawModule = RawModule
    module.cuda = SimpleNamespace(
        is_available=lambda: fault is None and devices > 0,
        runtime=SimpleNamespace(getDeviceCount=count, runtimeGetVersion=lambda: 13020),
        Device=lambda: SimpleNamespace(attributes=H100),
    )
    return module


NO_COMPILER = Obstacle("there is no C++ compiler", "install g++")


@pytest.fixture
def machine(monkeypatch):
    """Pretend a CuPy (None: not installed) and a driver (None: none), and that nothing compiles."""
    monkeypatch.setattr(library, "_loaded", lambda: NO_COMPILER)

    def build(cupy: ModuleType | None, driver_version: int | None) -> None:
        monkeypatch.setitem(sys.modules, "cupy", cupy)
        monkeypatch.setattr(driver, "driver_cuda_version", lambda: driver_version)

    return build


def refused() -> str:
    """Message for somebody who insists on CuPy; "auto" must fall back."""
    assert choose.resolve("auto") == "numpy"
    assert isinstance(choose.kernels("auto"), NumpyKernels)
    with pytest.raises(BackendError) as caught:
        choose.resolve("cupy")
    with pytest.raises(BackendError):
        choose.kernels("cupy")
    return str(caught.value)


def test_a_gpu_that_answers_is_taken(machine):
    machine(fake_cupy(), 13000)
    assert choose.cupy_obstacle() is None
    assert choose.resolve("auto") == choose.resolve("cupy") == "cupy"
    kernels = choose.kernels("auto")
    assert isinstance(kernels, CudaKernels)
    assert kernels.name == "cupy"
    assert kernels.device.blocks_at_once(0) == 8 * 132
    assert kernels.device.blocks_at_once(64 * 1024) == 3 * 132  # as shared memory has room


def test_numpy_is_always_there(machine):
    machine(None, None)
    assert choose.resolve("numpy") == "numpy"
    kernels = choose.kernels("numpy")
    assert (kernels.name, kernels.xp) == ("numpy", np)


def test_compiled_kernels_come_before_numpy_and_behind_a_gpu(machine, monkeypatch):
    machine(None, None)
    with pytest.raises(BackendError, match=r"native backend cannot be used: there is no C\+\+"):
        choose.kernels("native")
    monkeypatch.setattr(library, "_loaded", lambda: library.Library(None))
    assert choose.resolve("auto") == choose.resolve("native") == "native"
    assert isinstance(choose.kernels("auto"), NativeKernels)
    assert choose.resolve_device("auto")[1].startswith("native")
    assert choose.resolve("numpy") == "numpy"
    machine(fake_cupy(), 13000)
    assert choose.resolve("auto") == "cupy"
    assert choose.resolve("native") == "native"


def test_numpy_never_touches_cupy(machine):
    machine(fake_cupy(kernel_fault=AssertionError("touched")), 13000)
    assert isinstance(choose.kernels("numpy"), NumpyKernels)


def test_unknown_name():
    with pytest.raises(BackendError, match=r"'cuda'.*auto, numpy, native, cupy"):
        choose.resolve("cuda")


@pytest.mark.parametrize(
    ("driver_version", "expected"),
    [
        (13010, "pip install 'capest[cuda13]' (the driver here runs CUDA 13.1)"),
        (12080, "pip install 'capest[cuda12]' (the driver here runs CUDA 12.8)"),
        (11040, "the driver here runs CUDA 11.4; update it"),
        (None, "no NVIDIA driver was found here"),
    ],
)
def test_cupy_not_installed(driver_version, expected, machine):
    machine(None, driver_version)
    message = refused()
    assert "CuPy is not installed" in message
    assert expected in message
    assert "pip install cupy" not in message


def test_cupy_installed_but_broken(machine, monkeypatch):
    machine(None, 13000)
    monkeypatch.delitem(sys.modules, "cupy")

    class Finder:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> None:
            if name == "cupy":
                raise ImportError("libcublas.so.13: cannot open shared object file")

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    message = refused()
    assert "cannot be imported (libcublas.so.13" in message
    assert "pip install --force-reinstall 'capest[cuda13]'" in message


def test_no_driver(machine):
    fault = RuntimeFault("cudaErrorInsufficientDriver", NO_DRIVER)
    machine(fake_cupy(fault=fault), None)
    message = refused()
    assert "there is no NVIDIA driver" in message
    assert "nvidia.com/drivers" in message


def test_driver_too_old(machine):
    fault = RuntimeFault("cudaErrorInsufficientDriver", NO_DRIVER)
    machine(fake_cupy(fault=fault), 12040)
    message = refused()
    assert "it runs CUDA 12.4, CuPy is built for CUDA 13.2" in message
    assert "pip install 'capest[cuda12]'" in message


@pytest.mark.parametrize(
    "cupy", [fake_cupy(fault=RuntimeFault("cudaErrorNoDevice", NO_DEVICE)), fake_cupy(devices=0)]
)
def test_no_device(cupy, machine):
    machine(cupy, 13000)
    message = refused()
    assert "no CUDA device" in message
    assert "CUDA_VISIBLE_DEVICES" in message


def test_another_fault_of_cuda(machine):
    machine(fake_cupy(fault=RuntimeFault("cudaErrorUnknown", 999)), 13000)
    message = refused()
    assert "CUDA does not start (RuntimeFault: cudaErrorUnknown)" in message
    assert "nvidia-smi" in message


def test_kernel_does_not_run(machine):
    machine(fake_cupy(kernel_fault=RuntimeError("libnvrtc.so.13 not found")), 13000)
    message = refused()
    assert "does not run a kernel (RuntimeError: libnvrtc.so.13 not found)" in message
    assert "--force-reinstall 'capest[cuda13]'" in message


def test_wrong_numbers(machine):
    machine(fake_cupy(words=(1, 2, 3, 4)), 13000)
    assert "wrong numbers" in refused()


def test_missing_sources(machine, monkeypatch):
    from capest.backend import cuda_launcher

    def missing(name: str) -> str:
        raise BackendError("the CUDA sources are missing; reinstall capest")

    machine(fake_cupy(), 13000)
    monkeypatch.setattr(cuda_launcher, "kernel_source", missing)
    assert "the CUDA sources are missing; reinstall capest" in refused()


def test_import_touches_no_cuda():
    """A client that hands out work must not start CUDA, nor pay for importing CuPy."""
    program = (
        "import sys; from capest.backend import choose, cuda_kernels, cupy_device, numpy_kernels;"
        "print([m for m in sys.modules if m.split('.')[0] in ('cupy', 'cupy_backends', 'dask')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("version", "extra"),
    [(None, None), (11080, None), (12000, "cuda12"), (12090, "cuda12"), (13000, "cuda13")],
)
def test_extra_for_a_driver(version, extra):
    assert driver.fitting_extra(version) == extra


@pytest.mark.parametrize(("version", "text"), [(13000, "13.0"), (12080, "12.8"), (11040, "11.4")])
def test_version_text(version, text):
    assert driver.version_text(version) == text


def test_driver_library_is_asked(monkeypatch):
    def library(name: str) -> SimpleNamespace:
        def ask(pointer: Any) -> int:
            pointer._obj.value = 13010
            return 0

        return SimpleNamespace(cuDriverGetVersion=ask)

    monkeypatch.setattr(driver.ctypes, "CDLL", library)
    assert driver.driver_cuda_version() == 13010


def test_no_driver_library(monkeypatch):
    def library(name: str) -> SimpleNamespace:
        raise OSError(name)

    monkeypatch.setattr(driver.ctypes, "CDLL", library)
    assert driver.driver_cuda_version() is None


def test_one_worker_drives_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(cupy: bool, version: int | None) -> None:
        spec = SimpleNamespace() if cupy else None
        monkeypatch.setattr(driver.importlib.util, "find_spec", lambda name: spec)
        monkeypatch.setattr(driver, "driver_cuda_version", lambda: version)

    found(cupy=True, version=13000)
    assert driver.local_workers(None, "auto") == driver.local_workers(None, "cupy") == 1
    assert driver.local_workers(None, "numpy") is None
    monkeypatch.setattr(driver.os, "cpu_count", lambda: 16)
    assert driver.local_workers(None, "auto", sharing_a_gpu=4) == 4
    monkeypatch.setattr(driver.os, "cpu_count", lambda: 2)
    assert driver.local_workers(None, "auto", sharing_a_gpu=4) == 2
    assert driver.local_workers(None, "numpy", sharing_a_gpu=4) is None
    assert driver.local_workers(7, "cupy", sharing_a_gpu=4) == 7
    assert driver.local_workers(4, "cupy") == 4
    assert driver.local_workers(0, "auto") == 0
    for cupy, version in ((False, 13000), (True, None)):
        found(cupy, version)
        assert driver.local_workers(None, "auto") is None


def test_every_table_by_backend_has_all_backends():
    tables = 0
    for path in Path(choose.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            keys = {
                key.value
                for key in (node.keys if isinstance(node, ast.Dict) else [])
                if isinstance(key, ast.Constant)
            }
            if {"numpy", "cupy"} <= keys:
                assert {"numpy", "native", "cupy"} <= keys, path
                tables += 1
    assert tables >= 5
