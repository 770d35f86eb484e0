"""What a summary rests on, from an xarray dataset or from a file by the NetCDF library alone.

xarray and what it imports take most of a second to start, and a summary reads a hundred small
variables: the command line does without it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.identity import identity_in, read_identity
from capest.results.old_names import RENAMED
from capest.results.schema import NOTE, means_in
from capest.statistics.quantities import AXES
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import netCDF4
    import xarray as xr


class Stored(Protocol):
    """Content of a result, by the names of this version."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Global attributes."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Length of every dimension."""

    @property
    def names(self) -> frozenset[str]:
        """Names of all variables."""

    def values(self, name: str, place: Any = ...) -> np.ndarray:
        """Values of a variable, or a part of them."""

    def attributes_of(self, name: str) -> Mapping[str, Any]:
        """Attributes of a variable."""

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Dimensions of a variable."""


class OfDataset:
    """Content of a result that xarray has open.

    Parameters
    ----------
    dataset : xarray.Dataset
        With the names of this version.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset
        self.attributes: Mapping[str, Any] = dict(dataset.attrs)
        self.sizes = {str(name): int(size) for name, size in dataset.sizes.items()}
        self.names = frozenset(map(str, dataset.variables))

    def values(self, name: str, place: Any = ...) -> np.ndarray:
        """Values of a variable, or a part of them."""
        return np.asarray(self._dataset[name][place].values)

    def attributes_of(self, name: str) -> Mapping[str, Any]:
        """Attributes of a variable."""
        return {str(key): value for key, value in self._dataset[name].attrs.items()}

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Dimensions of a variable."""
        return tuple(map(str, self._dataset[name].dims))


class OfFile:
    """Content of a result that the NetCDF library has open.

    Parameters
    ----------
    dataset : netCDF4.Dataset
        Of any version.
    """

    def __init__(self, dataset: netCDF4.Dataset) -> None:
        dataset.set_auto_mask(False)
        self._dataset = dataset
        self._new = new = RENAMED if "beam" in dataset.dimensions else {}
        self.attributes: Mapping[str, Any] = {
            name: dataset.getncattr(name) for name in dataset.ncattrs()
        }
        self.sizes = {new.get(name, name): each.size for name, each in dataset.dimensions.items()}
        self._written = {new.get(name, name): name for name in dataset.variables}
        self.names = frozenset(self._written)

    def values(self, name: str, place: Any = ...) -> np.ndarray:
        """Values of a variable, or a part of them."""
        return np.asarray(self._dataset[self._written[name]][place])

    def attributes_of(self, name: str) -> Mapping[str, Any]:
        """Attributes of a variable."""
        variable = self._dataset[self._written[name]]
        return {key: variable.getncattr(key) for key in variable.ncattrs()}

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Dimensions of a variable."""
        written = self._dataset[self._written[name]].dimensions
        return tuple(self._new.get(each, each) for each in written)


@contextlib.contextmanager
def open_stored(path: Path) -> Iterator[OfFile]:
    """Open a result by the NetCDF library alone.

    Raises
    ------
    InputError
        Missing, not NetCDF, or not a result of capest.
    """
    import netCDF4

    check_regular(path)
    try:
        dataset = netCDF4.Dataset(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        read_identity(path)  # says what is wrong
        raise InputError(f"{path}: damaged: {error}") from error
    with dataset:
        stored = OfFile(dataset)
        identity_in(stored.attributes, stored.sizes.get("trial"), path)
        yield stored


def stored_estimates(stored: Stored) -> list[Estimate]:
    """Every figure of a result: quantiles of every metric, then means over trials and shares."""
    found = []
    metrics = [metric for metric in AXES if f"{metric}_quantile" in stored.names]
    # By their values: somebody may have turned the axis round.
    there = stored.values("quantile").tolist() if metrics else []
    places = {statistic: there.index(p) for statistic, p in QUANTILES.items() if metrics}
    for metric in metrics:
        limits = _limits(stored, f"{metric}_quantile")
        units, note = _about(stored, f"{metric}_quantile")
        for statistic, place in places.items():
            value, low, high = (float(each[place]) for each in limits)
            found.append(Estimate(metric, statistic, value, low, high, units, note))
    for metric in means_in(stored.names):
        value, low, high = map(float, _limits(stored, f"{metric}_mean"))
        found.append(Estimate(metric, "mean", value, low, high, *_about(stored, f"{metric}_mean")))
    return found


def _limits(stored: Stored, name: str) -> list[np.ndarray]:
    """Values of a figure, its lower limits and its upper ones."""
    return [stored.values(f"{name}{end}") for end in ("", "_low", "_high")]


def _about(stored: Stored, name: str) -> tuple[str, str]:
    """Units, and why there is no interval; empty where there is one."""
    attributes = stored.attributes_of(name)
    return attributes["units"], str(attributes.get(NOTE, ""))
