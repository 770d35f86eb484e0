"""Whose result a file holds, and its figures, read without xarray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.schema import NOTE
from capest.shown import cut, one_line
from capest.statistics.quantities import quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate

_LIMITS = ("_low", "_high")
_VERSION = "capest_version"
_ATTRIBUTES = {
    *("scenario_fingerprint", "capest_version", "backend"),
    *("trials_done", "block_trials"),
}

GROWING = "growing"
"""Attribute ``block_trials`` of a result whose blocks grow by themselves."""


@dataclass(frozen=True)
class ResultIdentity:
    """What a result file says of the run that made it.

    Attributes
    ----------
    fingerprint : str
        Of the scenario.
    trials : int
        Trials in the file.
    block_trials : int or None
        Trials per block; ``None`` where they grow by themselves.
    version, backend : str
        Version of capest, and what computed.
    """

    fingerprint: str
    trials: int
    block_trials: int | None
    version: str
    backend: str


def read_identity(path: str | Path) -> ResultIdentity:
    """Identity of an existing result file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ResultIdentity

    Raises
    ------
    InputError
        Missing, unreadable, not NetCDF, or not written by capest.
    """
    path = Path(path)
    return identity_in(*_header(path), path)


def _header(path: Path) -> tuple[dict[str, Any], int | None]:
    """Global attributes of a NetCDF file and the size of its dimension of trials, if it has one."""
    import netCDF4

    check_regular(path)
    if not path.is_file():
        raise InputError(f"{path}: {'is not a file' if path.exists() else 'no such file'}")
    try:
        with netCDF4.Dataset(path, "r") as dataset:
            found = {str(name): dataset.getncattr(name) for name in dataset.ncattrs()}
            trials = dataset.dimensions["trial"].size if "trial" in dataset.dimensions else None
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a NetCDF file that can be read") from error
    return found, trials


def attributes_of_file(path: str | Path) -> dict[str, Any]:
    """Return the global attributes of any dataset that capest writes: results, sweeps, studies.

    Raises
    ------
    InputError
        Missing, unreadable, not NetCDF, or not written by capest.
    """
    path = Path(path)
    found, _ = _header(path)
    if _VERSION not in found:
        raise InputError(
            f"{path}: a NetCDF file, but not a result of capest (no attribute {_VERSION})"
        )
    return found


def identity_in(found: Mapping[Any, Any], size: int | None, path: Path) -> ResultIdentity:
    """Identity that the attributes of a file tell.

    Parameters
    ----------
    found : mapping
        Global attributes.
    size : int or None
        Length of the dimension ``trial``, ``None`` without it.
    path : Path
        Named in error messages.

    Raises
    ------
    InputError
        Not of capest, or damaged.
    """
    if missing := _ATTRIBUTES - set(found):
        raise InputError(
            f"{path}: a NetCDF file, but not a result of capest (no attribute {min(missing)})"
        )
    trials = _count(found["trials_done"], "trials_done", path)
    length = found["block_trials"]
    block_trials = None if str(length) == GROWING else _count(length, "block_trials", path)
    if size != trials:
        raise InputError(
            f"{path}: damaged: attribute trials_done is {trials}, but it "
            + ("has no dimension trial" if size is None else f"holds {size} trials")
        )
    texts = (str(found[name]) for name in ("capest_version", "backend"))
    return ResultIdentity(str(found["scenario_fingerprint"]), trials, block_trials, *texts)


def _count(value: object, name: str, path: Path) -> int:
    """Attribute that is a whole number of 1 or more."""
    if isinstance(value, (int, np.integer)) and value >= 1:
        return int(value)
    raise InputError(
        f"{path}: damaged: attribute {name} is {cut(one_line(str(value)))}; expected a whole "
        "number of 1 or more"
    )


def read_estimate(path: str | Path, metric: str, statistic: str) -> Estimate:
    """One figure of a result file with its interval.

    Parameters
    ----------
    path : str or Path
        A result of capest, see ``read_identity``.
    metric, statistic : str
        As in ``Estimate``.

    Raises
    ------
    InputError
        The file does not have it, or is damaged.
    """
    import netCDF4

    mean = statistic == "mean"
    stem = f"{metric}_{'mean' if mean else 'quantile'}"
    place = () if mean else list(QUANTILES).index(statistic)
    try:
        with netCDF4.Dataset(path, "r") as dataset:
            dataset.set_auto_mask(False)
            value, low, high = (float(dataset[f"{stem}{end}"][place]) for end in ("", *_LIMITS))
            note = str(getattr(dataset[stem], NOTE, ""))
    except (OSError, RuntimeError, IndexError) as error:
        raise InputError(f"{path}: has no {metric}.{statistic}, or is damaged") from error
    return Estimate(metric, statistic, value, low, high, quantity(metric).units or "1", note)
