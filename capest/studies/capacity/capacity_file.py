"""The file of searched capacities: NetCDF, with dimensions of points, of crossings, and of axes.

It opens with plain ``xarray.open_dataset``. Times stand nowhere in it: a search that was cut off
ends with the bytes of one that was not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.results.ours import CAPACITY_MARK
from capest.results.rests_on import ATTRIBUTE
from capest.results.schema import GLOBAL_ATTRIBUTES
from capest.results.stored import OfFile, Stored
from capest.results.sweep_file import KEY
from capest.runner.sweep_axis import Axis
from capest.scenario.assumed import rests_on_json
from capest.scenario.fingerprint import fingerprint
from capest.scenario.not_modelled import LARGE_PERCENT, not_modelled
from capest.statistics.intervals import Interval
from capest.statistics.quantities import quantity
from capest.studies.capacity.crossing import LACKS
from capest.studies.capacity.plan import CapacityPlan
from capest.studies.capacity.search import Capacity
from capest.studies.capacity.visited import BESIDE
from capest.version import __version__

if TYPE_CHECKING:
    import netCDF4

_AXES = "capacity_axes"
_ENDS = ("", "_low", "_high")
_OF_CROSSING = {
    "capacity": ("key", "by the estimate"),
    "capacity_low": ("low", "lower limit of its 95 % interval"),
    "capacity_high": ("high", "upper limit of its 95 % interval"),
    "safe_capacity": ("safe_key", "by the limit of the figure's own 95 % interval"),
    "capacity_low_is_open": ("low_is_open", "whether the interval may reach below the range"),
    "capacity_high_is_open": ("high_is_open", "whether the interval may reach above the range"),
    "capacity_lacks_interval": (
        "lack",
        "0: it has an interval; 1: too few trials for one; 2: none, as the trials beside it are "
        "all alike",
    ),
    "met_below": ("rising", "1: values below meet the condition; 0: values above"),
}
_ONE_WAY = {1: True, 0: False, -1: None}
VERDICTS = ("found", "several", "everywhere", "nowhere")
"""Meanings of the flags 0, 1, ... of ``verdict``."""


@dataclass(frozen=True)
class StoredPoint:
    """A value that was visited, from a file."""

    value: float
    figure: Interval
    is_met: bool
    beside: dict[str, Interval]


@dataclass(frozen=True)
class StoredCrossing:
    """A key, from a file; see ``crossing.Crossing``."""

    key: float
    low: float
    high: float
    low_is_open: bool
    high_is_open: bool
    safe_key: float
    rising: bool
    why_no_interval: str


@dataclass(frozen=True)
class StoredCapacity:
    """One capacity, from a file.

    Attributes
    ----------
    place : dict
        Value of each axis, by its key; empty of one capacity.
    verdict : str
    is_monotone : bool or None
        Nothing speaks against the figure going one way; ``None`` of one trial.
    points, crossings : list
    """

    place: dict[str, Any]
    verdict: str
    is_monotone: bool | None
    points: list[StoredPoint]
    crossings: list[StoredCrossing]


@dataclass(frozen=True)
class StoredCapacities:
    """What a file holds.

    Attributes
    ----------
    about : dict
        Global attributes.
    capacities : list of StoredCapacity
    """

    about: dict[str, Any]
    capacities: list[StoredCapacity]


def write_capacities(
    path: Path, found: Sequence[Capacity], axes: Sequence[Axis], plan: CapacityPlan
) -> None:
    """Write capacities into a new file.

    Parameters
    ----------
    path : Path
    found : sequence of Capacity
        One, or one for every combination of the axes, the last of them fastest.
    axes : sequence of Axis
    plan : CapacityPlan
        The first one.

    Raises
    ------
    OSError, RuntimeError
        The file cannot be written.
    """
    import netCDF4

    shape = tuple(len(axis.values) for axis in axes)
    dims = tuple(axis.name for axis in axes)
    with netCDF4.Dataset(path, "x", format="NETCDF4") as dataset:
        dataset.setncatts(_about(plan, found, axes))
        for axis in axes:
            dataset.createDimension(axis.name, len(axis.values))
            _coordinate(dataset, axis)
        dataset.createDimension("point", max(len(each.points) for each in found))
        crossings = max(1, *(len(each.crossings) for each in found), 1)
        dataset.createDimension("crossing", crossings)
        verdicts = [VERDICTS.index(each.verdict) for each in found]
        flags = {
            "flag_values": np.arange(len(VERDICTS), dtype=np.int8),
            "flag_meanings": " ".join(VERDICTS),
        }
        _put(dataset, "verdict", dims, np.array(verdicts, np.int8).reshape(shape), flags)
        told = [-1 if each.goes_one_way is None else each.goes_one_way for each in found]
        one_way = np.array(told, np.int8).reshape(shape)
        text = (
            "1: nothing speaks against the figure going one way as the key grows; -1: one trial "
            "does not tell"
        )
        _put(dataset, "goes_one_way", dims, one_way, {"long_name": text})
        key, condition = plan.key_range.key, str(plan.condition)
        for name, (attribute, text) in _OF_CROSSING.items():
            rows = [[getattr(each, attribute) for each in one.crossings] for one in found]
            long_name = f"{key} up to, or from, which {condition}: {text}"
            _put(dataset, name, (*dims, "crossing"), _padded(rows, crossings, shape), long_name)
        _write_points(dataset, found, plan, dims, shape)


def _write_points(
    dataset: netCDF4.Dataset,
    found: Sequence[Capacity],
    plan: CapacityPlan,
    dims: tuple[str, ...],
    shape: tuple[int, ...],
) -> None:
    size = dataset.dimensions["point"].size

    def put(name: str, rows: list[list[float]], long_name: str, units: str | None = None) -> None:
        about = {"long_name": long_name} | ({"units": units} if units else {})
        _put(dataset, name, (*dims, "point"), _padded(rows, size, shape), about)

    values = [[each.value for each in one.points] for one in found]
    put("value", values, f"{plan.key_range.key} of the scenario, values that were visited")
    met = [[float(each.is_met) for each in one.points] for one in found]
    put("is_met", met, f"1: the estimate meets {plan.condition}", "1")
    asked = plan.condition.metric, plan.condition.statistic
    for metric, statistic in dict.fromkeys([asked, *BESIDE]):
        of_figure = (metric, statistic) == asked
        every = [
            [each.figure if of_figure else each.beside.get((metric, statistic)) for each in row]
            for row in (one.points for one in found)
        ]
        if not any(each is not None for row in every for each in row):
            continue
        for end, attribute in zip(_ENDS, ("value", "low", "high"), strict=True):
            rows = [
                [math.nan if each is None else getattr(each, attribute) for each in row]
                for row in every
            ]
            limit = {"": "", "_low": "lower 95 % limit of ", "_high": "upper 95 % limit of "}[end]
            row = quantity(metric)
            text = f"{limit}{row.long_name}"
            put(f"{metric}_{statistic}{end}", rows, text, row.units or "1")


_OF_RUNS = ("backend", "rules", "package_versions", "python_version", "device")
"""What a file says as the runs do that it rests on."""


def _about(plan: CapacityPlan, found: Sequence[Capacity], axes: Sequence[Axis]) -> dict[str, Any]:
    import netCDF4

    scenario, condition, span = plan.first, plan.condition, plan.key_range
    effects = not_modelled(dict(scenario.items()))
    with netCDF4.Dataset(found[0].results[0]) as result:
        kept = {name: result.getncattr(name) for name in _OF_RUNS if name in result.ncattrs()}
    return {
        "Conventions": GLOBAL_ATTRIBUTES["Conventions"],
        "title": scenario.title or "capest result",
        "comment": "Capacities: up to, or from, which value of a key a figure meets a condition; "
        "scenario_toml is of the lower end of the range",
        CAPACITY_MARK: span.key,
        "condition": str(condition),
        "condition_metric": condition.metric,
        "condition_statistic": condition.statistic,
        "condition_is_share": np.int8(condition.is_share),
        "range": np.array([span.low, span.high], dtype=np.float64),
        "whole_numbers": np.int8(span.whole),
        "trials": found[0].points[0].trials,
        "seed": str(scenario.run.seed),
        "scenario_fingerprint": fingerprint(scenario),
        "capest_version": __version__,
        "scenario_toml": scenario.to_toml(),
        "not_modelled": "\n".join(map(str, effects)),
        "large_effects": sum(row.largest_percent >= LARGE_PERCENT for row in effects),
        ATTRIBUTE: rests_on_json(scenario),
        _AXES: ", ".join(axis.name for axis in axes),
        **kept,
    }


def _coordinate(dataset: netCDF4.Dataset, axis: Axis) -> None:
    values = axis.coordinate
    about = {"long_name": axis.long_name, KEY: axis.key}
    if values.dtype.kind in "OU":
        made = dataset.createVariable(axis.name, str, (axis.name,))
        made[:] = values.astype(object)
    else:
        kind = np.int8 if values.dtype.kind == "b" else values.dtype
        made = dataset.createVariable(axis.name, kind, (axis.name,))
        made[:] = values
    made.setncatts(about)


def _padded(rows: Sequence[Sequence[float]], size: int, shape: tuple[int, ...]) -> np.ndarray:
    """Rows of different lengths in one array (..., size), NaN where there is nothing."""
    found = np.full((len(rows), size), math.nan)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found.reshape(*shape, size)


def _put(
    dataset: netCDF4.Dataset, name: str, dims: tuple[str, ...], values: np.ndarray, about: Any
) -> None:
    made = dataset.createVariable(name, values.dtype, dims, fill_value=False)
    made[...] = values
    made.setncatts(about if isinstance(about, dict) else {"long_name": about})


def read_capacities(path: Path) -> StoredCapacities:
    """Read a file of capacities.

    Raises
    ------
    InputError
        Damaged, or not of capacities.
    """
    import netCDF4

    try:
        with netCDF4.Dataset(path, "r") as dataset:
            return capacities_of(OfFile(dataset))
    except (OSError, RuntimeError, KeyError, IndexError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: damaged ({error}); search its capacity again") from error


def capacities_of(stored: Stored) -> StoredCapacities:
    """Read capacities from what is open, a file or a dataset.

    Parameters
    ----------
    stored : Stored

    Raises
    ------
    KeyError, IndexError, ValueError
        Parts of it are missing.
    """
    about = dict(stored.attributes)
    names = [name for name in str(about[_AXES]).split(", ") if name]
    keys = [str(stored.attributes_of(name)[KEY]) for name in names]
    values = [stored.values(name).tolist() for name in names]
    shape = tuple(map(len, values))
    metric, statistic = str(about["condition_metric"]), str(about["condition_statistic"])
    beside = [
        f"{other}_{how}"
        for other, how in BESIDE
        if (other, how) != (metric, statistic) and f"{other}_{how}" in stored.names
    ]
    found = []
    for place in np.ndindex(*shape):
        at = {name: stored.values(name, place) for name in _OF_CROSSING}
        crossings = [
            StoredCrossing(
                float(at["capacity"][k]),
                float(at["capacity_low"][k]),
                float(at["capacity_high"][k]),
                bool(at["capacity_low_is_open"][k] == 1),
                bool(at["capacity_high_is_open"][k] == 1),
                float(at["safe_capacity"][k]),
                bool(at["met_below"][k] == 1),
                LACKS[int(at["capacity_lacks_interval"][k])],
            )
            for k in range(len(at["capacity"]))
            if not math.isnan(at["capacity"][k])
        ]
        columns = {
            name: [stored.values(f"{name}{end}", place) for end in _ENDS]
            for name in (f"{metric}_{statistic}", *beside)
        }
        met = stored.values("is_met", place)
        points = [
            StoredPoint(
                float(value),
                _interval(columns[f"{metric}_{statistic}"], k),
                bool(met[k] == 1),
                {name: _interval(columns[name], k) for name in beside},
            )
            for k, value in enumerate(stored.values("value", place))
            if not math.isnan(value)
        ]
        found.append(
            StoredCapacity(
                {key: each[i] for key, each, i in zip(keys, values, place, strict=True)},
                VERDICTS[int(stored.values("verdict", place))],
                _ONE_WAY[int(stored.values("goes_one_way", place))],
                points,
                crossings,
            )
        )
    return StoredCapacities(about, found)


def _interval(columns: Sequence[np.ndarray], k: int) -> Interval:
    value, low, high = (float(each[k]) for each in columns)
    unknown = math.isnan(low) and math.isnan(high)
    return Interval(value, low, high, "not known: too few trials" if unknown else "")
