"""What capest wrote a dataset for, told from its attributes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.results.ours import CAPACITY_MARK, STUDY_MARK
from capest.results.sweep_file import AXES as SWEEP_AXES

if TYPE_CHECKING:
    import xarray as xr

RUN, SWEEP, UNCERTAINTY, CAPACITY = "run", "sweep", "uncertainty", "capacity"

KIND_WORDS = {
    RUN: "a run",
    SWEEP: "a sweep",
    UNCERTAINTY: "a study of uncertainty",
    CAPACITY: "a search of capacities",
}


def kind_of(dataset: xr.Dataset) -> str:
    """Tell what capest wrote a dataset for: one of `KIND_WORDS`.

    Raises
    ------
    InputError
        Nothing of capest.
    """
    marks = {STUDY_MARK: UNCERTAINTY, CAPACITY_MARK: CAPACITY, SWEEP_AXES: SWEEP}
    found = next((kind for mark, kind in marks.items() if mark in dataset.attrs), "")
    if not found and "scenario_fingerprint" in dataset.attrs:
        found = RUN
    if not found:
        raise InputError("this dataset is not of capest: it says nothing of a scenario")
    return found
