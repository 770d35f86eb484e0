"""NumPy posing as a GPU's array module that lets nothing go to the host unasked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .emulator import EmulatedDevice, EmulatedFetch

# The host must learn a number before CuPy can make the result, or reads the array itself.
WAITING = {
    *("bincount", "nonzero", "flatnonzero", "argwhere", "unique", "compress", "extract"),
    *("array_equal", "allclose", "histogram", "repeat", "asnumpy", "count_nonzero", "histogram2d"),
}


class HostWaits(AssertionError):
    """An operation for which the host would wait for the GPU, or which mixes their arrays."""


class DeviceArray(np.ndarray):
    """An array that the host can neither read nor mix with arrays of its own."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        for value in inputs:
            if isinstance(value, np.ndarray) and not isinstance(value, DeviceArray) and value.ndim:
                raise HostWaits(f"{ufunc.__name__} of an array of the host")
        out = options.pop("out", None)
        if out is not None:
            options["out"] = tuple(bare(each) for each in out)
        return covered(getattr(ufunc, method)(*map(bare, inputs), **options))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        raise HostWaits(f"numpy.{function.__name__} of an array of the GPU")

    def __getitem__(self, key: Any) -> Any:
        _check_key(key)
        found = bare(self)[bare(key)]
        return covered(np.asarray(found))

    def __setitem__(self, key: Any, value: Any) -> None:
        _check_key(key)
        if isinstance(value, np.ndarray) and not isinstance(value, DeviceArray) and value.ndim:
            raise HostWaits("an array of the host put into one of the GPU")
        bare(self)[bare(key)] = bare(value)

    def __bool__(self) -> bool:
        raise HostWaits("bool")

    def _read(self, *_: Any, **__: Any) -> Any:
        raise HostWaits("a value read by the host")

    def __iter__(self) -> Any:
        # Rows are views of the device.
        return (self[row] for row in range(len(self))) if self.ndim > 1 else self._read()

    __int__ = __float__ = __index__ = __contains__ = _read
    item = tolist = tobytes = nonzero = _read


def _check_key(key: Any) -> None:
    for part in key if isinstance(key, tuple) else (key,):
        if isinstance(part, np.ndarray):
            if part.dtype == bool:
                raise HostWaits("a mask as an index: how many are left?")
            if not isinstance(part, DeviceArray):
                raise HostWaits("an index of the host")


def bare(value: Any) -> Any:
    """Take the cover off, also inside tuples and lists."""
    if isinstance(value, DeviceArray):
        return value.view(np.ndarray)
    if isinstance(value, (tuple, list)):
        return type(value)(bare(each) for each in value)
    return value


def covered(value: Any) -> Any:
    """Put the cover on arrays and numbers that NumPy returned."""
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value).view(DeviceArray)
    return value


def _at(ufunc: np.ufunc) -> Any:
    """``ufunc.at`` on arrays of the device alone."""

    def call(*args: Any) -> None:
        for value in args:
            if not isinstance(value, DeviceArray):
                raise HostWaits(f"{ufunc.__name__}.at of an array of the host")
            if value.dtype == bool:
                raise HostWaits("a mask as an index: how many are left?")
        ufunc.at(*map(bare, args))

    return call


class StrictModule:
    """NumPy's functions on `DeviceArray`, without those that make the host wait."""

    def __getattr__(self, name: str) -> Any:
        if name in WAITING:
            raise HostWaits(name)
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            host = {"asarray", "array", "ascontiguousarray"}
            if name not in host:
                for value in args:
                    if isinstance(value, np.ndarray) and not isinstance(value, DeviceArray):
                        raise HostWaits(f"{name} of an array of the host")
            if name == "where" and len(args) == 1:
                raise HostWaits("where with one argument")
            return covered(found(*map(bare, args), **{k: bare(v) for k, v in options.items()}))

        if isinstance(found, np.ufunc):
            call.at = _at(found)  # type: ignore[attr-defined]
        return call


class StrictDevice(EmulatedDevice):
    """The emulator on arrays that only `fetch` takes to the host."""

    xp: Any = StrictModule()

    def fetch(self, arrays: Sequence[np.ndarray]) -> EmulatedFetch:
        return super().fetch([bare(array) for array in arrays])
