"""Sweeps made by hand, as their files are once they are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from capest.plot.source import Source
from capest.statistics.quantities import quantity


def sweep(
    axes: Mapping[str, Sequence[Any]],
    figures: Mapping[str, Any],
    half: float | None = 0.1,
    satellites: Any = None,
    title: str = "a sweep",
    trials: int = 8,
) -> Source:
    """A sweep over keys, with means of quantities and intervals of so much of them.

    Parameters
    ----------
    axes : mapping of str to sequence
        Values by dotted key.
    figures : mapping of str to array
        Means at every point, by quantity.
    half : float, optional
        Half of each interval, of its value; none has limits where it is None.
    satellites : array, optional
    """
    dims = [key.replace(".", "__") for key in axes]
    shape = tuple(map(len, axes.values()))
    data: dict[str, Any] = {"trials": (dims, np.full(shape, trials))}
    if satellites is not None:
        data["satellites"] = (dims, np.asarray(satellites))
    for name, values in figures.items():
        array = np.asarray(values, dtype=np.float64)
        width = np.full(shape, np.nan) if half is None else half * np.abs(array)
        about = {"units": quantity(name).units}
        data[f"{name}_mean"] = (dims, array, about)
        data[f"{name}_mean_low"] = (dims, array - width, about)
        data[f"{name}_mean_high"] = (dims, array + width, about)
    coords: dict[str, Any] = {
        dim: (dim, list(values), {"scenario_key": key})
        for dim, (key, values) in zip(dims, axes.items(), strict=True)
    }
    coords["quantile"] = ("quantile", [0.05, 0.5, 0.95], {})
    attrs = {"sweep_axes": ", ".join(dims), "title": title, "seed": "1", "capest_version": "0.3.0"}
    return Source(xr.Dataset(data, coords, attrs), "sweep")
