"""Which backend computes: a GPU through CuPy, compiled kernels, or NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capest.backend import driver
from capest.backend.obstacle import Obstacle, Unusable
from capest.backend.protocol import Kernels
from capest.errors import BackendError

if TYPE_CHECKING:
    from capest.backend.cuda_kernels import CudaKernels

NAMES = ("auto", "numpy", "native", "cupy")
"""What may be asked for."""

_TOO_OLD = 35  # cudaErrorInsufficientDriver
_NO_DEVICE = 100  # cudaErrorNoDevice

_DEVICE_REMEDY = (
    "`nvidia-smi -L` must list a GPU; if it does, see that CUDA_VISIBLE_DEVICES does not hide it, "
    "and in a batch job ask for one (such as --gres=gpu:1)"
)

# Philox4x64-10 with key and counter zero, from the known-answer tests of Random123.
_KNOWN_WORDS = (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)


def resolve(name: str) -> str:
    """Turn what was asked for into a backend that works here.

    Parameters
    ----------
    name : {"auto", "numpy", "native", "cupy"}
        "auto" takes CuPy if a GPU really runs a kernel and gives the right answer, else compiled
        kernels if they are there or can be built, else NumPy.

    Returns
    -------
    {"numpy", "native", "cupy"}

    Raises
    ------
    BackendError
        For an unknown name, or for a backend that cannot be used; says what is missing.
    """
    if name not in NAMES:
        raise BackendError(f"no backend is called {name!r}; choose one of {', '.join(NAMES)}")
    if name == "numpy":
        return name
    # CuPy takes half a second to import, and says no more than its driver where there is none.
    if name == "cupy" or (name == "auto" and driver.driver_cuda_version() is not None):
        obstacle = cupy_obstacle()
        if obstacle is None:
            return "cupy"
        if name == "cupy":
            raise BackendError(f"the cupy backend cannot be used: {obstacle}")
    obstacle = native_obstacle()
    if obstacle is None:
        return "native"
    if name == "native":
        raise BackendError(f"the native backend cannot be used: {obstacle}")
    return "numpy"


def resolve_device(name: str) -> tuple[str, str]:
    """Turn what was asked for into a backend, and name what it computes on.

    Parameters
    ----------
    name : {"auto", "numpy", "native", "cupy"}

    Returns
    -------
    backend : {"numpy", "native", "cupy"}
    device : str
        Name of the GPU, "native" with the processor's widest vectors, or "NumPy".

    Raises
    ------
    BackendError
        As `resolve`.
    """
    backend = resolve(name)
    if backend == "numpy":
        return backend, "NumPy"
    if backend == "native":
        from capest.backend.native.processor import instruction_set

        vectors = instruction_set()
        return backend, f"native ({vectors})" if vectors else "native"
    import cupy

    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    return backend, properties["name"].decode()


def kernels(name: str) -> Kernels:
    """Make the array kernels of a backend.

    Parameters
    ----------
    name : {"auto", "numpy", "native", "cupy"}

    Returns
    -------
    NumpyKernels, NativeKernels or CudaKernels
        Same methods; ``xp`` is the array module, ``name`` the backend.

    Raises
    ------
    BackendError
        As `resolve`.
    """
    backend = resolve(name)
    if backend == "cupy":
        return _cuda_kernels()
    if backend == "native":
        from capest.backend.native.kernels import NativeKernels
        from capest.backend.native.library import library

        return NativeKernels(library())
    from capest.backend.numpy_kernels import NumpyKernels

    return NumpyKernels()


def native_obstacle() -> Obstacle | None:
    """Find out what keeps compiled kernels from being used here; builds them if nothing does.

    Returns
    -------
    Obstacle or None
        None if they are there.
    """
    from capest.backend.native.library import library

    try:
        library()
    except Unusable as error:
        return error.obstacle
    return None


def _cuda_kernels() -> CudaKernels:
    # Imported where they are used: without a GPU nobody waits for them.
    from capest.backend.cuda_kernels import CudaKernels
    from capest.backend.cupy_device import CupyDevice

    return CudaKernels(CupyDevice())


def cupy_obstacle() -> Obstacle | None:
    """Find out what keeps CuPy from computing here; runs one tiny kernel if nothing does.

    Returns
    -------
    Obstacle or None
        None if a GPU answered with the right numbers.
    """
    version = driver.driver_cuda_version()
    try:
        import cupy
    except ModuleNotFoundError as error:
        if error.name == "cupy":
            return Obstacle("CuPy is not installed", _which_extra(version))
        return _broken_installation(error, version)
    except Exception as error:  # a broken installation may raise anything
        return _broken_installation(error, version)
    # CuPy's own exceptions cannot be named here, hence the wide nets below.
    try:
        available = cupy.cuda.is_available()
        if not available:
            cupy.cuda.runtime.getDeviceCount()  # tells why
    except Exception as error:
        return _no_device(error, version, cupy)
    if not available:
        return Obstacle("CuPy finds no CUDA device", _DEVICE_REMEDY)
    try:
        return _wrong_answer()
    except BackendError as error:
        return Obstacle("the GPU has nothing to run", str(error))
    except Exception as error:
        return Obstacle(
            f"a GPU is there but does not run a kernel ({type(error).__name__}: {error})",
            f"`nvidia-smi` shows whether other processes fill it; otherwise {_reinstall(version)}",
        )


def _wrong_answer() -> Obstacle | None:
    """Run Philox on the device and compare with the published words."""
    words = _cuda_kernels().philox_words(seed=0, purpose=0, first_trial=0, trials=1, entities=1)
    if tuple(words.ravel().tolist()) == _KNOWN_WORDS:
        return None
    return Obstacle(
        "the GPU computed wrong numbers in a test of 256 bits",
        "look into `nvidia-smi` for memory errors, update the driver, or use --backend numpy",
    )


def _no_device(error: Exception, version: int | None, cupy: Any) -> Obstacle:
    """Translate an error of the CUDA runtime on the way to the device."""
    status = getattr(error, "status", None)
    if status == _NO_DEVICE:
        return Obstacle("the NVIDIA driver finds no CUDA device", _DEVICE_REMEDY)
    if status == _TOO_OLD and version is None:
        return Obstacle(
            "CuPy is installed but there is no NVIDIA driver",
            "install the driver of your GPU (https://www.nvidia.com/drivers; in a container, start "
            "it with GPU access), or use --backend numpy",
        )
    if status == _TOO_OLD and version is not None:
        needed = driver.version_text(cupy.cuda.runtime.runtimeGetVersion())
        return Obstacle(
            f"the NVIDIA driver is too old: it runs CUDA {driver.version_text(version)}, "
            f"CuPy is built for CUDA {needed}",
            "update the driver, or uninstall CuPy (`pip list` shows its name) and then: "
            + _which_extra(version),
        )
    return Obstacle(f"CUDA does not start ({type(error).__name__}: {error})", _DEVICE_REMEDY)


def _broken_installation(error: Exception, version: int | None) -> Obstacle:
    return Obstacle(f"CuPy is installed but cannot be imported ({error})", _reinstall(version))


def _which_extra(version: int | None) -> str:
    """Say which of the two extras to install."""
    extra = driver.fitting_extra(version)
    if extra is not None and version is not None:
        text = driver.version_text(version)
        return f"pip install 'capest[{extra}]' (the driver here runs CUDA {text})"
    if version is not None:
        return (
            f"the driver here runs CUDA {driver.version_text(version)}; update it to run CUDA 12 "
            "or newer, then pip install 'capest[cuda12]' or 'capest[cuda13]'"
        )
    return (
        "pip install 'capest[cuda13]' if `nvidia-smi` shows CUDA 13 or newer, 'capest[cuda12]' if "
        "it shows CUDA 12 (no NVIDIA driver was found here; without a GPU, use --backend numpy)"
    )


def _reinstall(version: int | None) -> str:
    extra = driver.fitting_extra(version) or "cuda13"
    return f"pip install --force-reinstall 'capest[{extra}]', which brings CUDA's libraries along"
