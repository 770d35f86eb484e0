"""From a scenario to its named values, through the public interface and the command line.

Variables are read by their names in the result, and how they are added up follows from their
dimensions: what happens inside capest does not matter here.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
from click.testing import CliRunner

import capest
from capest.cli import cli

SCENARIOS = Path(__file__).parent / "scenarios"

NAMES = tuple(sorted(path.stem for path in SCENARIOS.glob("*.toml")))

SWEEPS: dict[str, tuple[str, ...]] = {
    "sweep-one": ("beams.frequency_reuse=1,3", "handset.body_loss_db=0,3"),
    "sweep-net": ("constellation.deployed_fraction=0.2,0.6,1.0",),
}
"""Scenarios that are swept, with what ``--vary`` gets."""

HOPPING: dict[str, tuple[str, ...]] = {
    "hopping": ("--slots", "16", "--demand", "1.5"),
    "hopping-bound": ("--slots", "12", "--demand", "2", "--bound", "interference"),
    "net-turns": ("--slots", "5", "--demand", "3"),
}
"""Scenarios whose strategies of beam hopping are compared, with options."""

NEEDS = {
    "one-weather-exceeded": "itur",
    "one-weather-random": "itur",
    "net-catalogue": "sgp4",
    "net-weather": "itur",
    "net-solved-file": "scipy",
    "hopping-bound": "scipy",
}
"""Packages beside those that capest always needs."""

WITH_INTERVAL = (
    "throughput_mean",
    "uplink_throughput_mean",
    "calls_mean",
    "best_effort_throughput_mean",
    "served_share_mean",
    "uplink_share_mean",
    "beam_share_mean",
    "refused_share_mean",
    "blocking_share_mean",
    "satellites_in_use_mean",
)
"""Means that are named with the limits of their intervals; of the others the trials stand there."""

TRIALS_SHOWN = 8
"""Up to so many trials every trial has a line of its own; of more, their sum has one."""

PARTS = 4
"""Into so many parts cells and satellites are divided, in their order; a sum for each."""

Values = dict[str, int | float]
Backend = Literal["numpy", "native"]


def compute(name: str, folder: Path, backend: Backend = "numpy") -> Values:
    """Run the scenario of this name through the public interface; files go into ``folder``."""
    # Paths inside a scenario start in its folder, whether they are relative to it or to where
    # capest is started.
    with contextlib.chdir(SCENARIOS):
        if name in SWEEPS:
            return dict(_of_sweep(_swept(name, folder, backend)))
        if name in HOPPING:
            return dict(_of_comparison(_compared(name, folder, backend)))
        output = folder / f"{name}.nc"
        return dict(_of_run(capest.run(f"{name}.toml", output=output, backend=backend)))


def _command(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    if result.exit_code:
        raise RuntimeError(f"capest {' '.join(arguments)}: {result.output}")
    return result.stdout


def _swept(name: str, folder: Path, backend: Backend) -> xr.Dataset:
    axes = [part for axis in SWEEPS[name] for part in ("--vary", axis)]
    output = str(folder / f"{name}.nc")
    _command("sweep", f"{name}.toml", *axes, "--backend", backend, "--workers", "0", "-o", output)
    with xr.open_dataset(output, engine="netcdf4") as swept:
        return swept.load()


def _compared(name: str, folder: Path, backend: Backend) -> Mapping[str, Any]:
    where = ("--backend", backend, "--workers", "0", "-o", str(folder / f"{name}.nc"))
    return json.loads(_command("hopping", f"{name}.toml", *HOPPING[name], *where, "--json"))


def _of_run(result: xr.Dataset) -> Iterator[tuple[str, int | float]]:
    with result:
        yield "trials", result.sizes["trial"]
        for dimension in ("cell", "satellite"):
            if dimension in result.sizes:
                yield f"{dimension}s", result.sizes[dimension]
        for name in map(str, result.variables):
            variable = result[name]
            if np.issubdtype(variable.dtype, np.number) and name not in result.sizes:
                yield from _of_variable(name, variable.dims, variable.values)


def _of_variable(
    name: str, dims: tuple[Any, ...], values: np.ndarray
) -> Iterator[tuple[str, int | float]]:
    if dims == () and _is_named(name):
        yield name, _plain(values)
    elif dims == ("trial",) and len(values) <= TRIALS_SHOWN:
        yield from ((f"{name}.trial_{k}", _plain(value)) for k, value in enumerate(values))
    elif dims == ("trial",):
        yield f"{name}.sum", _plain(values.sum())
    elif dims == ("quantile",):
        yield from _of_quantiles(name, values)
    elif dims == ("trial", "cell"):
        yield from _of_parts(name, _sum(values, axis=0))
    elif dims in (("cell",), ("satellite",)):
        yield from _of_parts(name, values)
    elif dims and dims[0] == "group" and name.endswith(("_count", "_below", "_above")):
        yield f"{name}.sum", int(values.sum())


def _is_named(name: str) -> bool:
    stem = name.removesuffix("_low").removesuffix("_high")
    return stem in WITH_INTERVAL or name.endswith("_share_mean")


def _of_quantiles(name: str, values: np.ndarray) -> Iterator[tuple[str, int | float]]:
    lower, median, upper = values
    if name.endswith("_quantile"):
        yield f"{name}.p05", _plain(lower)
    yield f"{name}.p50", _plain(median)
    if name.endswith("_quantile"):
        yield f"{name}.p95", _plain(upper)


def _of_parts(name: str, values: np.ndarray) -> Iterator[tuple[str, int | float]]:
    parts = np.array_split(values, min(PARTS, len(values)))
    for k, part in enumerate(parts, start=1):
        yield f"{name}.part_{k}_of_{len(parts)}", _plain(_sum(part))


def _sum(values: np.ndarray, axis: int | None = None) -> Any:
    """Sum in 64 bits; what is missing counts nothing."""
    wide = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float64
    return np.nansum(values, axis=axis, dtype=wide)


def _of_sweep(swept: xr.Dataset) -> Iterator[tuple[str, int | float]]:
    for name in map(str, swept.data_vars):
        variable = swept[name]
        axes = [dimension for dimension in variable.dims if dimension != "quantile"]
        for place in np.ndindex(*(swept.sizes[axis] for axis in axes)):
            point = "point_" + "_".join(map(str, place))
            values = variable.values[place]
            if "quantile" in variable.dims:
                of_point = _of_quantiles(name, values)
            elif _is_named(name) or name in ("trials", "satellites"):
                of_point = iter([(name, _plain(values))])
            else:
                continue
            yield from ((f"{each}.{point}", value) for each, value in of_point)


def _of_comparison(found: Mapping[str, Any]) -> Iterator[tuple[str, int | float]]:
    for one in found["strategies"]:
        for name, value in one.items():
            if name in ("strategy", "trials") or name.endswith("_note"):
                continue
            limits = value if isinstance(value, list) else [value]
            labels = ("_low", "_high") if isinstance(value, list) else ("",)
            for label, number in zip(labels, limits, strict=True):
                plain = math.nan if number is None else float(number)
                yield f"{name}{label}.{one['strategy']}", plain


def _plain(value: Any) -> int | float:
    return int(value) if np.issubdtype(np.asarray(value).dtype, np.integer) else float(value)
