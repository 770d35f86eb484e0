"""Which backend a run takes: one that all its workers have."""

from __future__ import annotations

from dataclasses import dataclass

from capest.backend import choose
from capest.runner.batches import Executor

WITHOUT_NATIVE = "NumPy computes, compiled kernels would be several times as fast"
"""What a run says where a compiler would help, with what is missing."""


@dataclass(frozen=True)
class ChosenBackend:
    """The backend of a run.

    Attributes
    ----------
    backend : {"numpy", "native", "cupy"}
    device : str
        What it computes on, by its name.
    note : str
        What the user should know, one line; may be empty.
    """

    backend: str
    device: str
    note: str = ""


def choose_backend(executor: Executor, asked: str) -> ChosenBackend:
    """Turn what was asked for into a backend that all workers have.

    Parameters
    ----------
    executor : Executor
    asked : {"auto", "numpy", "native", "cupy"}
        "auto" takes compiled kernels only where every worker has them.

    Raises
    ------
    BackendError
        If what was asked for is missing; says what.
    """
    backend, device = executor.call(choose.resolve_device, asked)
    if backend == "cupy" or asked == "numpy":
        return ChosenBackend(backend, device)
    lacking = [each for each in executor.everywhere(choose.native_obstacle) if each is not None]
    if not lacking:
        return ChosenBackend(backend, device)
    if asked == "native":
        # Asks again where it is missing, and so raises.
        executor.everywhere(choose.resolve_device, asked)
    note = f"{WITHOUT_NATIVE}: {lacking[0]}"
    backend, device = executor.call(choose.resolve_device, "numpy")
    return ChosenBackend(backend, device, note)
