"""The estimates of a sweep's points, put into one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.results.open import open_result
from capest.results.sweep_file import AXES, KEY
from capest.runner.sweep_points import Axis, Point

if TYPE_CHECKING:
    import xarray as xr

_NEVER = {"scenario_fingerprint", "users_per_trial", "elapsed_s", "created", "history"}
_NEVER |= {"trials_done", "stopped_by", "most_trials", "source", "notes"}
"""Attributes of a result that say nothing of a sweep."""

_OF_A_POINT = ("title", "seed", "until", "calls_lack", "delay_budgets")
"""Attributes that a sweep has only if all its points have the same."""

_SIZES = {
    "satellites": "satellites of the scenario",
    "trials": "trials of the point",
    "beams": "beams of the satellite, 0 for a constellation",
    "statistics_beams": "beams that count in the statistics, 0 for a constellation",
}


def gather(points: Sequence[Point], axes: Sequence[Axis], paths: Sequence[Path]) -> xr.Dataset:
    """Put the estimates of all points into one dataset.

    Parameters
    ----------
    points, axes
        Of the sweep.
    paths : sequence of Path
        Result of every point.

    Returns
    -------
    xarray.Dataset
        A dimension for every axis, ``quantile`` beside them; every quantile and mean with its
        limits, and the number of satellites, trials, beams and counted beams of each point.
    """
    import xarray as xr

    shape = tuple(len(axis.values) for axis in axes)
    names = tuple(axis.name for axis in axes)
    found: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, Any]]] = {
        name: (names, np.zeros(shape, dtype=np.int64), {"units": "1", "long_name": text})
        for name, text in _SIZES.items()
    }
    attributes: list[dict[str, Any]] = []
    quantiles = None
    for point, path in zip(points, paths, strict=True):
        with open_result(path) as dataset:
            attributes.append(dict(dataset.attrs))
            quantile = dataset["quantile"]
            quantiles = (("quantile",), quantile.values, dict(quantile.attrs))
            for name in filter(_is_figure, map(str, dataset.data_vars)):
                variable = dataset[name]
                if name not in found:
                    values = np.full((*shape, *variable.shape), np.nan)
                    attrs = {k: v for k, v in variable.attrs.items() if k in ("units", "long_name")}
                    found[name] = ((*names, *map(str, variable.dims)), values, attrs)
                found[name][1][point.place] = variable.values
            for name, size in _sizes(dataset).items():
                found[name][1][point.place] = size
    coordinates: dict[str, Any] = {axis.name: axis.coordinate for axis in axes}
    swept = xr.Dataset(found, coords=coordinates | {"quantile": quantiles})
    for axis in axes:
        swept[axis.name].attrs |= {"long_name": f"{axis.key} of the scenario", KEY: axis.key}
    swept.attrs = _attributes(attributes)
    swept.attrs[AXES] = ", ".join(names)
    swept.attrs["comment"] = (
        "Figures of a sweep: one scenario a point; scenario_toml is of the last point."
    )
    return swept


def _sizes(dataset: xr.Dataset) -> dict[str, int]:
    beams = 0 if "satellite" in dataset.sizes else dataset.sizes["cell"]
    return {
        "satellites": dataset.sizes.get("satellite", 1),
        "trials": dataset.sizes["trial"],
        "beams": beams,
        "statistics_beams": int(dataset["cell_counted"].sum()) if beams else 0,
    }


def _attributes(of_points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all points say, and the notes of all and of some of them."""
    last = of_points[-1]
    unlike = {name for name in _OF_A_POINT if len({str(a.get(name)) for a in of_points}) > 1}
    kept = {name: value for name, value in last.items() if name not in unlike | _NEVER}
    notes = [str(each.get("notes", "")).splitlines() for each in of_points]
    once = dict.fromkeys(note for each in notes for note in each)
    of_all = [note for note in once if all(note in each for each in notes)]
    of_some = [note for note in once if note not in of_all]
    if of_all:
        kept["notes"] = "\n".join(of_all)
    if of_some:
        kept["notes_of_some_points"] = "\n".join(of_some)
    return kept


def _is_figure(name: str) -> bool:
    stem = name.removesuffix("_low").removesuffix("_high")
    return stem.endswith(("_quantile", "_mean"))
