"""Whether a dataset is all of what capest wrote: figures of a file are those of all its trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.results.identity import GROWING
from capest.results.ours import CAPACITY_MARK, STUDY_MARK
from capest.results.schema import axis_of, means_in
from capest.results.sweep_figures import axes_of_dataset
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.statistics.growing_blocks import group_of_trials
from capest.statistics.quantities import AXES

if TYPE_CHECKING:
    import xarray as xr


def why_not_whole(dataset: xr.Dataset) -> str:
    """Say what lacks of a dataset of capest; empty where its figures are those of what it holds.

    Parameters
    ----------
    dataset : xarray.Dataset
        Points of a sweep may be selected, and cells: neither is in a figure of the others.

    Returns
    -------
    str
        Such as "this dataset holds 5 of the 40 trials that its figures are of: give the whole
        dataset".
    """
    if CAPACITY_MARK in dataset.attrs:
        return ""
    if STUDY_MARK in dataset.attrs:
        return _of_study(dataset)
    if not _has_figures(dataset):
        return (
            "this dataset has none of the figures of its file: variables were selected; give the "
            "whole dataset"
        )
    if "quantile" not in dataset.sizes:
        return "quantiles of this dataset were selected, or left out: give the whole dataset"
    is_sweep = SWEEP_AXES in dataset.attrs
    if is_sweep and not _has_trials(dataset):
        return ""  # a sweep of an earlier capest keeps figures alone
    _, groups = _sizes_of_points(dataset) if is_sweep else _sizes_of_run(dataset)
    return (
        why_not_all_trials(dataset)
        or _part(dataset, "group", groups)
        or next(filter(None, (_of_bins(dataset, metric) for metric in AXES)), "")
    )


def why_not_all_trials(dataset: xr.Dataset) -> str:
    """Say how many trials of a run or a sweep lack; empty where none does.

    Parameters
    ----------
    dataset : xarray.Dataset
        Variables may be selected: one without trials is of all.
    """
    if not _has_trials(dataset):
        return ""
    is_sweep = SWEEP_AXES in dataset.attrs
    trials, _ = _sizes_of_points(dataset) if is_sweep else _sizes_of_run(dataset)
    return _part(dataset, "trial", trials)


def _has_figures(dataset: xr.Dataset) -> bool:
    names = set(map(str, dataset.variables))
    return bool(list(means_in(names))) or any(f"{metric}_quantile" in names for metric in AXES)


def _has_trials(dataset: xr.Dataset) -> bool:
    """Whether there are trials, or was one selected: its number is left."""
    return "trial" in dataset.variables or "trial" in dataset.sizes


def _sizes_of_run(dataset: xr.Dataset) -> tuple[int, int]:
    trials = int(dataset.attrs.get("trials_done", 0))
    said = str(dataset.attrs.get("block_trials", ""))
    if said == GROWING:
        return trials, _groups(trials, None)
    return trials, _groups(trials, int(said)) if said.isdecimal() else 0


def _sizes_of_points(dataset: xr.Dataset) -> tuple[int, int]:
    """Most trials and groups that a point has."""
    if "trials" not in dataset or (not axes_of_dataset(dataset) and dataset["trials"].ndim):
        return 0, 0
    trials = np.ravel(dataset["trials"].values).astype(int)
    most = int(trials.max(initial=0))
    if "block_trials" not in dataset:
        return most, 0
    blocks = np.ravel(dataset["block_trials"].values).astype(int)
    each = (_groups(n, b or None) for n, b in zip(trials.tolist(), blocks.tolist(), strict=True))
    return most, max(each, default=0)


def _groups(trials: int, block_trials: int | None) -> int:
    return int(group_of_trials(trials, block_trials).max()) + 1 if trials > 0 else 0


def _part(dataset: xr.Dataset, name: str, whole: int) -> str:
    """What lacks of a dimension; of what a file does not say the size nothing does."""
    # One that is selected by its number leaves no dimension.
    held = dataset.sizes.get(name, 1)
    if held >= whole and (name in dataset.sizes or not whole):
        return ""
    what = {"trial": "trials", "group": "groups of trials"}[name]
    if held == whole:
        return f"this dataset has no dimension {name!r} any more: give the whole dataset"
    return (
        f"this dataset holds {held:,} of the {whole:,} {what} that its figures are of: give the "
        "whole dataset; figures of some trials come from xarray, such as ds['throughput'].mean()"
    )


def _of_bins(dataset: xr.Dataset, metric: str) -> str:
    """What lacks of the distribution of a metric."""
    name = f"{metric}_bin"
    if name not in dataset.variables or "bin_low" not in dataset[name].attrs:
        return ""
    axis = axis_of(metric, dataset.sizes.get(name, 1), dataset[name].attrs)
    whole = AXES[metric]
    is_ours = (axis.low, axis.step) == (whole.low, whole.step)
    if not is_ours or axis.regular_bins >= whole.regular_bins:
        return ""
    return (
        f"this dataset holds {axis.regular_bins:,} of the {whole.regular_bins:,} bins of {metric}: "
        "give the whole dataset"
    )


def _of_study(dataset: xr.Dataset) -> str:
    if "uniform" not in dataset:
        return "" if "end" in dataset.sizes or "margin" in dataset.sizes else _no_study()
    samples = int(dataset.sizes.get("sample", 1))
    # Second answers of the first samples are numbered after all samples.
    repeated = np.ravel(dataset["repeated"].values) if "repeated" in dataset else np.empty(0)
    whole = int(repeated[0]) if len(repeated) else samples
    if "sample" in dataset.sizes and samples >= whole:
        return ""
    return (
        f"this dataset holds {samples:,} of the {whole:,} samples that its range is of: give the "
        "whole dataset"
    )


def _no_study() -> str:
    return "this dataset has none of the answers of its study: give the whole dataset"
