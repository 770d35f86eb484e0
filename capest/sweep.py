"""Many values of any keys of a scenario, run one after another into one dataset.

Every combination is a scenario of its own with the same seed: trials of different points share
their random numbers wherever they draw for the same purpose, so differences are sharper than the
points themselves. Finished points are kept until the sweep is whole; one that was cut off
goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from capest import loop
from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.open import open_result
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.scenario.write import toml_value
from capest.stopping import Verdict
from capest.sweep_points import Axis, Point, parse_axis, points_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["AXES", "Axis", "Point", "axes_of", "gather", "parse_axis", "points_folder", "points_of"]
__all__ += ["run_sweep"]

AXES = "sweep_axes"
"""Attribute of a sweep's file: names of its dimensions."""


class _Shared:
    """Keeps the workers of one point for the next: closing is left to the end of the sweep."""

    def __init__(self, executor: loop.Executor) -> None:
        self._executor = executor
        self.workers = executor.workers
        self.call = executor.call
        self.run = executor.run

    def close(self) -> None:
        """Do nothing."""


def run_sweep(
    points: Sequence[Point],
    axes: Sequence[Axis],
    output: Path,
    make_executor: Callable[[], loop.Executor],
    *,
    backend: Literal["auto", "numpy", "cupy"] = "auto",
    keep_points: bool = False,
    overwrite: bool = False,
    on_point: Callable[[int, Point], None] | None = None,
    on_progress: Callable[[loop.Progress], None] | None = None,
) -> tuple[str, ...]:
    """Run every point and gather the estimates.

    Parameters
    ----------
    points, axes
        From `points_of` and `parse_axis`.
    output : Path
        NetCDF file of the sweep; results of points lie beside it in ``<output>.points`` until it
        is whole.
    make_executor : callable
        Starts the workers, once for the sweep.
    backend : {"auto", "numpy", "cupy"}
    keep_points : bool
        Leave the results of the points where they are.
    overwrite : bool
        Replace a file that is there.
    on_point, on_progress : callable, optional
        Called before each point, and after each of its batches.

    Returns
    -------
    tuple of str
        What the user should know, one line each.

    Raises
    ------
    InputError, CapestError
        As of ``loop.run``; if the output is there and not to be replaced.
    """
    if output.exists() and not overwrite:
        raise InputError(f"{output}: is there; choose another -o, or replace it with --overwrite")
    folder = points_folder(output)
    started: list[loop.Executor] = []

    def shared() -> loop.Executor:
        if not started:
            started.append(make_executor())
        return _Shared(started[0])

    notices: list[str] = []
    paths = []
    try:
        for number, point in enumerate(points):
            if on_point is not None:
                on_point(number, point)
            path = folder / _file_name(point.scenario)
            outcome = loop.run(
                point.scenario, path, shared, backend=backend, on_progress=on_progress
            )
            notices += [note for note in outcome.notices if not note.startswith(path.name)]
            if outcome.verdict is not None and not outcome.verdict.holds:
                notices.append(_not_reached(point, axes, outcome.verdict))
            paths.append(path)
    finally:
        for executor in started:
            executor.close()
    _write(gather(points, axes, paths), output)
    if not keep_points:
        for path in paths:
            path.unlink(missing_ok=True)
        # What else somebody put there stays.
        with contextlib.suppress(OSError):
            folder.rmdir()
    return tuple(dict.fromkeys(notices))


def points_folder(output: Path) -> Path:
    """Folder of the results of a sweep's points, beside its output."""
    return output.with_name(output.name + ".points")


def _file_name(scenario: Scenario) -> str:
    run = scenario.run
    rule = "" if run.until is None else f"-{hashlib.sha256(run.until.encode()).hexdigest()[:12]}"
    return f"{fingerprint(scenario)[:24]}-{run.trials}-{scenario.block_trials}{rule}.nc"


def _not_reached(point: Point, axes: Sequence[Axis], verdict: Verdict) -> str:
    values = zip(axes, point.place, strict=True)
    where = ", ".join(f"{axis.name} = {axis.values[place]}" for axis, place in values)
    return f"{where}: {verdict.rule} not reached in {verdict.trials:,} trials"


def gather(points: Sequence[Point], axes: Sequence[Axis], paths: Sequence[Path]) -> xr.Dataset:
    """Put the estimates of all points into one dataset.

    Returns
    -------
    xarray.Dataset
        A dimension for every axis, ``quantile`` beside them; every quantile and mean with its
        limits, and the number of satellites and of trials of each point.
    """
    import xarray as xr

    shape = tuple(len(axis.values) for axis in axes)
    names = tuple(axis.name for axis in axes)
    found: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, Any]]] = {}
    attributes: dict[str, Any] = {}
    unlike = {"scenario_fingerprint", "users_per_trial", "elapsed_s", "created", "history"}
    unlike |= {"trials_done", "stopped_by", "source"}
    quantiles = None
    for point, path in zip(points, paths, strict=True):
        with open_result(path) as dataset:
            if attributes:
                unlike |= {
                    name for name in _OF_A_POINT if dataset.attrs.get(name) != attributes.get(name)
                }
            attributes = dict(dataset.attrs)
            quantiles = dataset["quantile"].load()
            kept = {name: dataset[name] for name in map(str, dataset.data_vars) if _is_figure(name)}
            for name, variable in kept.items():
                if name not in found:
                    values = np.full((*shape, *variable.shape), np.nan)
                    attrs = {k: v for k, v in variable.attrs.items() if k in ("units", "long_name")}
                    found[name] = ((*names, *map(str, variable.dims)), values, attrs)
                found[name][1][point.place] = variable.values
            if "satellites" not in found:
                about = {"units": "1", "long_name": "satellites of the scenario"}
                found["satellites"] = (names, np.ones(shape, dtype=np.int32), about)
            found["satellites"][1][point.place] = dataset.sizes.get("satellite", 1)
            if "trials" not in found:
                about = {"units": "1", "long_name": "trials of the point"}
                found["trials"] = (names, np.zeros(shape, dtype=np.int64), about)
            found["trials"][1][point.place] = dataset.sizes["trial"]
    coordinates: dict[str, Any] = {
        axis.name: [
            toml_value(value) if isinstance(value, list) else value for value in axis.values
        ]
        for axis in axes
    }
    swept = xr.Dataset(found, coords=coordinates | {"quantile": quantiles})
    for axis in axes:
        swept[axis.name].attrs["long_name"] = f"{axis.key} of the scenario"
    swept.attrs = {name: value for name, value in attributes.items() if name not in unlike}
    swept.attrs[AXES] = ", ".join(names)
    swept.attrs["comment"] = (
        "Figures of a sweep: one scenario a point, all with the same seed; scenario_toml is of "
        "the last point."
    )
    return swept


_OF_A_POINT = ("notes", "calls_lack", "delay_budgets")
"""Attributes that a sweep has only if all its points have the same."""


def axes_of(path: Path) -> list[str]:
    """Names of a sweep's axes, from its file; none if it is anything else."""
    import netCDF4

    try:
        with netCDF4.Dataset(path, "r") as dataset:
            return str(dataset.getncattr(AXES)).split(", ")
    except (OSError, RuntimeError, AttributeError):
        return []


def _is_figure(name: str) -> bool:
    stem = name.removesuffix("_low").removesuffix("_high")
    return stem.endswith(("_quantile", "_mean"))


def _write(swept: xr.Dataset, output: Path) -> None:
    temporary = files.temporary_path(output)
    try:
        swept.to_netcdf(temporary, engine="netcdf4")
        files.publish(temporary, output)
    except OSError as error:
        raise StorageError(
            f"cannot write {output}: {files.reason(error)} ({files.free_space(output.parent)}); "
            "finished points are kept"
        ) from error
    finally:
        files.discard(temporary)
