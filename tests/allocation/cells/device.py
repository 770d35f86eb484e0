"""NumPy posing as CuPy: arrays of a device that do not mix with those of the host.

What CuPy has not, or has with less, is refused. Waiting for the device is allowed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LACKING = {"insert", "lexsort", "delete", "apply_along_axis", "vectorize", "frompyfunc"}


class DeviceArray(np.ndarray):
    """An array of the device."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method not in ("__call__", "at"):
            raise AssertionError(f"CuPy has no {ufunc.__name__}.{method}")
        for value in inputs:
            check(value)
        out = options.pop("out", None)
        if out is not None:
            options["out"] = tuple(map(bare, out))
        return covered(getattr(ufunc, method)(*map(bare, inputs), **options))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        raise AssertionError(f"numpy.{function.__name__} of an array of the device")

    def __getitem__(self, key: Any) -> Any:
        for part in key if isinstance(key, tuple) else (key,):
            check(part)
        return covered(np.asarray(bare(self)[bare(key)]))

    def __setitem__(self, key: Any, value: Any) -> None:
        check(key)
        check(value)
        bare(self)[bare(key)] = bare(value)

    def sort(self, *args: Any, **options: Any) -> None:
        bare(self).sort(*args, **options)

    def _reduced(name: str) -> Any:  # type: ignore[misc]  # noqa: N805
        def call(self: Any, *args: Any, **options: Any) -> Any:
            return covered(getattr(bare(self), name)(*args, **options))

        return call

    any, all, max, min, sum = map(_reduced, ("any", "all", "max", "min", "sum"))  # type: ignore[arg-type]


def check(value: Any) -> None:
    """Refuse an array of the host."""
    if isinstance(value, np.ndarray) and not isinstance(value, DeviceArray) and value.ndim:
        raise AssertionError("an array of the host among those of the device")


def bare(value: Any) -> Any:
    if isinstance(value, DeviceArray):
        return value.view(np.ndarray)
    if isinstance(value, tuple | list):
        return type(value)(map(bare, value))
    return value


def covered(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value).view(DeviceArray)
    return value


class _Module:
    def __getattr__(self, name: str) -> Any:
        if name in LACKING:
            raise AssertionError(f"CuPy has no {name}")
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            if name == "repeat" and isinstance(args[1], np.ndarray):
                raise AssertionError("CuPy repeats as often as the host says")
            if name not in ("asarray", "array"):
                for value in (*args, *options.values()):
                    for part in value if isinstance(value, tuple | list) else (value,):
                        check(part)
            return covered(found(*map(bare, args), **{k: bare(v) for k, v in options.items()}))

        if isinstance(found, np.ufunc):
            call.at = lambda *args: found.at(*map(bare, args))  # type: ignore[attr-defined]
        return call


xp: Any = _Module()
