"""The points of a sweep's dataset: figures of each, and their differences to the first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.results.differences import Difference
from capest.results.schema import means_in
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.results.sweep_file import KINDS, axis_name, key_of, note_of
from capest.statistics.quantities import AXES
from capest.statistics.quantity import QUANTILES
from capest.statistics.rare_events import FEWEST_CONTRIBUTING, why_not_known
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr

_ENDS = ("", "_low", "_high")

_SIZES = ("satellites", "trials", "beams", "statistics_beams")


@dataclass(frozen=True)
class SweepPoint:
    """One point of a sweep.

    Attributes
    ----------
    place : dict
        Value of each axis, by its dotted key.
    sizes : dict of str to int
        Satellites, trials, beams and statistics beams, those that the file has.
    estimates : dict of (metric, statistic) to Estimate
        Those that the point has.
    differences : dict of (metric, statistic) to Difference
        To the first point of the sweep; empty for that point and for files that have none.
    """

    place: dict[str, Any]
    sizes: dict[str, int]
    estimates: dict[tuple[str, str], Estimate]
    differences: dict[tuple[str, str], Difference]


def axes_of_dataset(dataset: xr.Dataset) -> list[str]:
    """Axes that a sweep's dataset still has: selecting a value of one takes it away."""
    said = str(dataset.attrs.get(SWEEP_AXES, "")).split(", ")
    return [name for name in said if name in dataset.sizes]


def one_point(dataset: xr.Dataset) -> xr.Dataset:
    """The only point of a sweep, or of what is selected of one; a result as it is.

    Raises
    ------
    InputError
        There are several.
    """
    names = axes_of_dataset(dataset)
    if any(dataset.sizes[name] > 1 for name in names):
        points = math.prod(dataset.sizes[name] for name in names)
        said = ", ".join(f"{name}=..." for name in names)
        raise InputError(f"this is a sweep of {points:,} points: select one with ds.sel({said})")
    return dataset.isel(dict.fromkeys(names, 0))


def select_point(dataset: xr.Dataset, place: Mapping[str, Any]) -> xr.Dataset:
    """One point of a sweep, by the values of its axes.

    Raises
    ------
    InputError
        Not a sweep; an axis or a value that it does not have; an axis left out that has several.
    """
    if SWEEP_AXES not in dataset.attrs:
        raise InputError("this is no sweep: give two results, as in a.capest.difference_to(b)")
    names = {key_of(dataset[name]): name for name in axes_of_dataset(dataset)}
    wanted = {axis_name(key): value for key, value in place.items()}
    if unknown := set(wanted) - set(names.values()):
        raise InputError(f"no axis {min(unknown)!r}: there are {', '.join(names) or 'none'}")
    at = {}
    for key, name in names.items():
        values = [plain_value(value) for value in dataset[name].values]
        if name not in wanted and len(values) == 1:
            at[name] = 0
        elif name in wanted and wanted[name] in values:
            at[name] = values.index(wanted[name])
        else:
            said = f"{key} = {wanted[name]!r}: no such point" if name in wanted else f"no {key}"
            raise InputError(f"{said}: give one of {', '.join(map(str, values))}")
    return dataset.isel(at)


def _why_no_limits(contributing: int | None, trials: int) -> str:
    """Why a figure of a point has no interval.

    Parameters
    ----------
    contributing : int or None
        Trials that have any of it; ``None`` where the sweep does not tell: the point's own result
        says how many would do.
    trials : int
        All trials; 0 where the sweep does not tell.
    """
    if contributing is None and 0 < trials < FEWEST_CONTRIBUTING:
        return f"not known: {trials} trials are too few"
    known = "" if contributing is None else why_not_known(contributing, trials)
    return known or "not known: too few trials had any"


def points_of_dataset(dataset: xr.Dataset) -> list[SweepPoint]:
    """Every point of a sweep, or of what is selected of one, with its figures."""
    names = axes_of_dataset(dataset)
    shape = tuple(dataset.sizes[name] for name in names)
    keys = [key_of(dataset[name]) for name in names]
    axes = [[plain_value(value) for value in dataset[name].values] for name in names]

    def flat(variable: str) -> np.ndarray:
        array = dataset[variable]
        return array.transpose(*names, ...).values.reshape(math.prod(shape), -1)

    sizes = {name: flat(name)[:, 0] for name in _SIZES if name in dataset}

    def trials(k: int) -> int:
        return int(sizes["trials"][k]) if "trials" in sizes else 0

    @cache
    def counts(metric: str) -> np.ndarray:
        # Trials that a point does not have are missing or negative.
        return np.count_nonzero(flat(metric) > 0, axis=1)

    def with_any(metric: str, statistic: str, k: int) -> int | None:
        of_trials = metric in dataset and "trial" in dataset[metric].dims
        return int(counts(metric)[k]) if statistic == "mean" and of_trials else None

    figures = list(_figures(dataset, flat))
    compared = list(_differences(dataset, flat))
    found = []
    for k, place in enumerate(np.ndindex(*shape)):
        estimates = {
            (metric, statistic): Estimate(
                metric,
                statistic,
                float(value[k]),
                float(low[k]),
                float(high[k]),
                units,
                _why_no_limits(with_any(metric, statistic, k), trials(k))
                if math.isnan(low[k]) and math.isnan(high[k])
                else "",
            )
            for metric, statistic, units, (value, low, high) in figures
            # A figure that a point does not have is missing in the file.
            if not (math.isnan(value[k]) and math.isnan(low[k]) and math.isnan(high[k]))
        }
        values = {key: axis[i] for key, axis, i in zip(keys, axes, place, strict=True)}
        of_point = {name: int(numbers[k]) for name, numbers in sizes.items()}
        differences = {
            (each.metric, each.statistic): each for of_point in compared if (each := of_point(k))
        }
        found.append(SweepPoint(values, of_point, estimates, differences))
    return found


def _figures(
    dataset: xr.Dataset, flat: Any
) -> Iterator[tuple[str, str, str, tuple[np.ndarray, ...]]]:
    """Metric, statistic, units, and value, lower and upper limit at every point."""
    for metric, statistic, name, column in _places(dataset):
        limits = tuple(flat(f"{name}{end}")[:, column] for end in _ENDS)
        yield metric, statistic, str(dataset[name].attrs["units"]), limits


def _places(dataset: xr.Dataset) -> Iterator[tuple[str, str, str, int]]:
    """Metric, statistic, variable and its column of every figure that is there."""
    for metric in AXES:
        name = f"{metric}_quantile"
        if name in dataset:
            for statistic, p in QUANTILES.items():
                column = int(np.flatnonzero(np.isclose(dataset["quantile"].values, p))[0])
                yield metric, statistic, name, column
    for metric in means_in(dataset):
        yield metric, "mean", f"{metric}_mean", 0


def _differences(
    dataset: xr.Dataset, flat: Callable[[str], np.ndarray]
) -> Iterator[Callable[[int], Difference | None]]:
    """For every figure: its difference at a point, None where there is none."""
    both = flat("common_trials")[:, 0] if "common_trials" in dataset else None
    for metric, statistic, name, column in _places(dataset):
        stem = f"{name}_difference"
        if f"{stem}_kind" not in dataset:
            continue
        kinds = flat(f"{stem}_kind")[:, column]
        ends = [flat(f"{stem}{end}")[:, column] for end in _ENDS]
        if f"{stem}_percent" in dataset:
            ends += [flat(f"{stem}_percent{end}")[:, column] for end in _ENDS]
        else:
            ends += [np.full(len(kinds), np.nan)] * 3
        units = str(dataset[name].attrs["units"])

        def at(
            k: int,
            about: tuple[str, str, str] = (metric, statistic, units),
            kinds: np.ndarray = kinds,
            ends: list[np.ndarray] = ends,
        ) -> Difference | None:
            kind = int(kinds[k])
            if KINDS[kind] == "not_compared":
                return None
            value, low, high, *percent = (float(each[k]) for each in ends)
            common = int(both[k]) or None if both is not None else None
            return Difference(
                metric=about[0],
                statistic=about[1],
                value=value,
                low=low,
                high=high,
                percent=percent[0],
                percent_low=percent[1],
                percent_high=percent[2],
                units=about[2],
                paired=KINDS[kind] != "independent",
                note=note_of(kind, common or 0),
                common_trials=common,
            )

        yield at


def plain_value(value: Any) -> Any:
    """A NumPy scalar as the value of Python that it stands for."""
    return value.item() if hasattr(value, "item") else value
