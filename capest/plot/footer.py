"""What stands at the foot of a picture: all that anybody needs to get it again."""

from __future__ import annotations

import numpy as np
import xarray as xr

from capest.plot.stored_scenario import fingerprint_of
from capest.results.columns import printable
from capest.results.ours import CAPACITY_MARK
from capest.results.sweep_file import AXES as SWEEP_AXES

_LETTERS = 8
"""Of a fingerprint."""


def footer_of(dataset: xr.Dataset) -> str:
    """Trials, seed, version and scenario.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a run, a sweep or a study.
    """
    about = dataset.attrs
    parts = [_trials(dataset)]
    if "seed" in about:
        parts.append(f"seed {about['seed']}")
    if "capest_version" in about:
        parts.append(f"capest {printable(str(about['capest_version']))}")
    if found := fingerprint_of(about):
        which = ""
        if SWEEP_AXES in about:
            which = " of the last point"
        elif CAPACITY_MARK in about:
            which = " of the lower end"
        parts.append(f"scenario{which} {found[:_LETTERS]}")
    return " · ".join(filter(None, parts))


def _trials(dataset: xr.Dataset) -> str:
    about = dataset.attrs
    if SWEEP_AXES in about:
        return _trials_of_points(dataset)
    name = next((name for name in ("trials_done", "trials") if name in about), "")
    if not name:
        return ""
    value = " a value" if CAPACITY_MARK in about else ""
    return f"{_counted(int(about[name]))}{value}"


def _trials_of_points(dataset: xr.Dataset) -> str:
    """Trials of each point of a sweep, from the least to the most."""
    if "trials" not in dataset:
        return ""
    counts = np.unique(dataset["trials"].values)
    if len(counts) == 1:
        return f"{_counted(int(counts[0]))} a point"
    return f"{counts[0]:,} to {_counted(int(counts[-1]))} a point" if len(counts) else ""


def _counted(trials: int) -> str:
    return f"{trials:,} trial{'' if trials == 1 else 's'}"
