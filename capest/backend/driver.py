"""What the NVIDIA driver says of itself, without CuPy and without touching a device."""

from __future__ import annotations

import ctypes
import importlib.util
import os


def driver_cuda_version() -> int | None:
    """Newest CUDA version that the installed driver can run.

    Returns
    -------
    int or None
        1000 · major + 10 · minor, as CUDA counts (13000 is CUDA 13.0); None without a driver.
    """
    library = "nvcuda.dll" if os.name == "nt" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(library)
    except OSError:
        return None
    version = ctypes.c_int(0)
    status = driver.cuDriverGetVersion(ctypes.byref(version))
    return version.value if status == 0 and version.value > 0 else None


def local_workers(workers: int | None, backend: str, *, sharing_a_gpu: int = 1) -> int | None:
    """How many processes to start on this machine.

    Where there are a driver and CuPy, as many as keep a GPU busy: several share it in turns, each
    with its own context and memory.

    Parameters
    ----------
    workers : int or None
        What was asked for.
    backend : {"auto", "numpy", "native", "cupy"}
    sharing_a_gpu : int
        Processes that keep a GPU busy, see ``Scenario.workers_sharing_a_gpu``.

    Returns
    -------
    int or None
        None: one a core.
    """
    if workers is not None or backend in ("numpy", "native"):
        return workers
    gpu = importlib.util.find_spec("cupy") is not None and driver_cuda_version() is not None
    if not gpu:
        return None
    return min(sharing_a_gpu, os.cpu_count() or 1)


def version_text(version: int) -> str:
    """Write a CUDA version number for people: 12080 becomes ``12.8``."""
    return f"{version // 1000}.{version % 1000 // 10}"


def fitting_extra(version: int | None) -> str | None:
    """Name the extra of capest for a driver.

    Wheels of CUDA 12 run on every driver of CUDA 12 or newer, those of CUDA 13 on CUDA 13 or
    newer (minor version compatibility).

    Parameters
    ----------
    version : int or None
        From `driver_cuda_version`.

    Returns
    -------
    {"cuda13", "cuda12"} or None
        None if there is no driver, or one too old for either.
    """
    if version is None or version < 12000:
        return None
    return "cuda13" if version >= 13000 else "cuda12"
