"""Reads a search of capacities, from its file or from a dataset that xarray opened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.results.stored import OfFile, Stored
from capest.results.sweep_file import KEY
from capest.statistics.intervals import Interval
from capest.studies.capacity.capacity_file import (
    ATTRIBUTE_OF_AXES,
    ENDS,
    OF_CROSSING,
    VERDICTS,
    StoredCapacities,
    StoredCapacity,
    StoredCrossing,
    StoredPoint,
)
from capest.studies.capacity.crossing import LACKS
from capest.studies.capacity.visited import BESIDE

_ONE_WAY = {1: True, 0: False, -1: None}


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
            return capacities_in(OfFile(dataset))
    except (OSError, RuntimeError, LookupError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: damaged ({error}); search its capacity again") from error


def capacities_in(stored: Stored) -> StoredCapacities:
    """Return what a search found, from its open file or from its dataset.

    Parameters
    ----------
    stored : Stored
        Of a search of capacities.

    Raises
    ------
    LookupError, ValueError
        Something is missing: values were selected, or the file is damaged.
    """
    about = dict(stored.attributes)
    names = [name for name in str(about[ATTRIBUTE_OF_AXES]).split(", ") if name]
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
        at = {name: stored.values(name, place) for name in OF_CROSSING}
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
            name: [stored.values(f"{name}{end}", place) for end in ENDS]
            for name in (f"{metric}_{statistic}", *beside)
        }
        points = [
            StoredPoint(
                float(value),
                _interval(columns[f"{metric}_{statistic}"], k),
                bool(stored.values("is_met", place)[k] == 1),
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
