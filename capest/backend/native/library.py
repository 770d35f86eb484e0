"""The library of compiled kernels, loaded, and how its functions are called."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any

import numpy as np

from capest.backend.native import cache
from capest.backend.native.compiler import WITHOUT
from capest.backend.obstacle import Obstacle, Unusable
from capest.errors import BackendError
from capest.shown import one_line

_NO_MEMORY = 1

Argument = np.ndarray | int | float | None
"""What a kernel takes: an array, an array that is not there, a whole number or another one."""


class Library:
    """Kernels of ``kernels/native`` by name.

    Parameters
    ----------
    loaded : ctypes.CDLL
    """

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._loaded = loaded

    def run(self, kernel: str, *arguments: Argument) -> None:
        """Call a kernel; its arrays must be contiguous, see `array_of`.

        Raises
        ------
        MemoryError
            If memory runs out.
        """
        status = getattr(self._loaded, kernel)(*map(_passed, arguments))
        if status == _NO_MEMORY:
            raise MemoryError(f"no memory for {kernel}")


def library() -> Library:
    """Load the library, once a process, and build it if it is not there.

    Raises
    ------
    Unusable
        If it cannot be built or loaded; says why in one line.
    """
    found = _loaded()
    if isinstance(found, Obstacle):
        raise Unusable(found.reason, found.remedy)
    return found


# What cannot be built is not tried again: a compiler that fails may take seconds to do so.
@lru_cache(maxsize=1)
def _loaded() -> Library | Obstacle:
    refused = None
    try:
        for path in cache.libraries():
            try:
                return Library(ctypes.CDLL(str(path)))
            except OSError as error:
                reason = f"compiled kernels do not load ({one_line(str(error))})"
                refused = Obstacle(reason, WITHOUT)
    except Unusable as error:
        return refused or error.obstacle
    except (BackendError, OSError) as error:
        return Obstacle(str(error), WITHOUT)
    return refused or Obstacle("there are no compiled kernels", WITHOUT)


def array_of(name: str, value: Any, dtype: type, shape: tuple[int, ...]) -> np.ndarray:
    """Return a contiguous array; wrong types are never converted silently.

    Raises
    ------
    TypeError, ValueError
        If type or shape is another one.
    """
    array = np.asarray(value)
    if array.dtype != dtype:
        raise TypeError(f"{name} has type {array.dtype}, the kernel reads {np.dtype(dtype)}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, the kernel reads {shape}")
    return np.ascontiguousarray(array)


def _passed(argument: Argument) -> Any:
    if argument is None:
        return ctypes.c_void_p(None)
    if isinstance(argument, np.ndarray):
        assert argument.flags.c_contiguous
        return ctypes.c_void_p(argument.ctypes.data)
    if isinstance(argument, (int, np.integer)):
        return ctypes.c_int64(int(argument))
    return ctypes.c_double(float(argument))
