"""The file of a study of uncertainty: NetCDF, with a dimension of samples and one of assumptions.

It opens with plain ``xarray.open_dataset``. Times stand nowhere in it: a study that was cut off
ends with the bytes of one that was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.results.ours import STUDY_MARK
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.study_model import (
    StudiedFigure,
    Study,
)

if TYPE_CHECKING:
    import netCDF4

TEXTS = {
    "kind": "kind of the assumption",
    "centre": "stated value, as TOML",
    "low": "lower end of the range, as TOML; empty of a choice",
    "high": "upper end of the range, as TOML; empty of a choice",
    "shape": "how likely the values of the range are",
    "options": "options of a choice with their weights",
    "reason": "why this range",
    "source": "source of the stated value",
    "confidence": "how well the stated value is known",
    "follow": "keys that follow it",
}
"""Variables of an assumption beside its key."""

PARTS = ("value", "difference", "percent")
ENDS = ("", "_low", "_high")
PAIRED = {"end": "at an end of an assumption", "margin": "with another link margin"}


def write_study(path: Path, study: Study, more: Sequence[tuple[str, str, str, Any]] = ()) -> None:
    """Write the file of a study.

    Parameters
    ----------
    path : Path
        New file.
    study : Study
    more : sequence of (name, units, long_name, values)
        Further numbers of figures; scalars, or one value an assumption.

    Raises
    ------
    OSError, RuntimeError
        The file cannot be written.
    """
    import netCDF4

    with netCDF4.Dataset(path, "x", format="NETCDF4") as dataset:
        dataset.setncatts(dict(study.about))
        dataset.setncatts({STUDY_MARK: ", ".join(each.figure.name for each in study.figures)})
        if study.assumptions:
            _write_assumptions(dataset, study)
        _write_paired_dimensions(dataset, study)
        if study.samples:
            _write_sample(dataset, study)
        for figure in study.figures:
            _write_figure(dataset, figure)
        for name, units, long_name, values in more:
            array = np.asarray(values, dtype=np.float64)
            dims = ("assumption",) if array.ndim else ()
            _numbers(dataset, name, dims, array, units, long_name)


def _write_assumptions(dataset: netCDF4.Dataset, study: Study) -> None:
    dataset.createDimension("assumption", len(study.assumptions))
    keys = [each.key for each in study.assumptions]
    _texts(dataset, "assumption", "assumption", keys, "key of the scenario that is assumed")
    for name, text in TEXTS.items():
        values = [getattr(each, name) for each in study.assumptions]
        _texts(dataset, f"assumption_{name}", "assumption", values, text)


def _write_paired_dimensions(dataset: netCDF4.Dataset, study: Study) -> None:
    if study.ends:
        dataset.createDimension("end", len(study.ends))
        of = np.array([each.assumption for each in study.ends], np.int32)
        text = "place of the assumption that is at another value, counted from 0"
        _numbers(dataset, "end_assumption", ("end",), of, "1", text)
        values = [each.value for each in study.ends]
        _texts(dataset, "end_value", "end", values, "its value there, as TOML")
    if study.margins_db:
        dataset.createDimension("margin", len(study.margins_db))
        text = "link margin added: both gains of the phone"
        _numbers(dataset, "margin", ("margin",), np.array(study.margins_db), "dB", text)


def _write_sample(dataset: netCDF4.Dataset, study: Study) -> None:
    dataset.createDimension("sample", study.samples)
    dims = ("sample", "assumption")
    trial = np.arange(study.samples, dtype=np.int64)
    text = "sample, also the number of its trial of the scenario's seed"
    _numbers(dataset, "sample", ("sample",), trial, "1", text)
    text = "uniform number of a Latin hypercube, from which the value is"
    _numbers(dataset, "uniform", dims, study.uniforms, "1", text)
    text = "value used, in the unit of its key; missing of a choice"
    _numbers(dataset, "assumed_value", dims, study.values, "1", text)
    text = (
        "option of a choice used, counted from 0 in the order of assumption_options; -1 of a range"
    )
    _numbers(dataset, "assumed_option", dims, study.options, "1", text)
    repeated = max((len(each.second) for each in study.figures), default=0)
    dataset.createDimension("repeated", repeated)
    trials = study.samples + np.arange(repeated, dtype=np.int64)
    text = "trial of the second answer of the first samples"
    _numbers(dataset, "repeated", ("repeated",), trials, "1", text)
    if study.failures:
        dataset.createDimension("failure", len(study.failures))
        for name in ("sample", "trial"):
            numbers = np.array([getattr(each, name) for each in study.failures], np.int64)
            text = f"{name} without an answer"
            _numbers(dataset, f"failed_{name}", ("failure",), numbers, "1", text)
        for name, text in (("values", "what it assumes"), ("message", "what went wrong")):
            texts = [getattr(each, name) for each in study.failures]
            _texts(dataset, f"failed_{name}", "failure", texts, text)


def _write_figure(dataset: netCDF4.Dataset, found: StudiedFigure) -> None:
    figure, stem = found.figure, found.figure.stem
    said = f"{figure.name}"
    for end, value in zip(ENDS, _ends(found.base), strict=True):
        text = f"{_LIMIT[end]}{said} at the stated values, mean over trials"
        _numbers(dataset, f"{stem}_base{end}", (), np.float64(value), figure.units, text)
    for dim, where in PAIRED.items():
        answers = getattr(found, f"{dim}s")
        if dim not in dataset.dimensions or not answers:
            continue
        for part in PARTS:
            every = [getattr(each, part) for each in answers]
            units = "percent" if part == "percent" else figure.units
            what = "" if part == "value" else "difference from the stated values: "
            for column, end in enumerate(ENDS):
                numbers = np.array([_ends(each)[column] for each in every])
                text = f"{_LIMIT[end]}{what}{said} {where}"
                _numbers(dataset, f"{stem}_{dim}_{part}{end}", (dim,), numbers, units, text)
        notes = [each.difference.note for each in answers]
        text = "why the difference has no limits; empty where it has some"
        _texts(dataset, f"{stem}_{dim}_note", dim, notes, text)
    if "sample" in dataset.dimensions:
        text = f"{said} of one trial of every sample"
        _numbers(dataset, stem, ("sample",), found.answers, figure.units, text)
        text = f"{said} of another trial of the first samples"
        _numbers(dataset, f"{stem}_second", ("repeated",), found.second, figure.units, text)


_LIMIT = {"": "", "_low": "lower limit of ", "_high": "upper limit of "}


def _ends(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


def _numbers(
    dataset: netCDF4.Dataset,
    name: str,
    dims: tuple[str, ...],
    values: Any,
    units: str,
    long_name: str,
) -> None:
    array = np.asarray(values)
    fill = np.nan if array.dtype.kind == "f" and name not in dims else False
    made = dataset.createVariable(name, array.dtype, dims, fill_value=fill)
    made.setncatts({"units": units, "long_name": long_name})
    made[...] = array


def _texts(
    dataset: netCDF4.Dataset, name: str, dim: str, values: Sequence[str], long_name: str
) -> None:
    """Texts in characters of fixed number, which any library reads."""
    encoded = np.char.encode(np.array(values, dtype=np.str_), "utf-8")
    # A length of 0 is one without end.
    encoded = encoded.astype(f"S{max(1, encoded.dtype.itemsize)}")
    length = f"{name}_length"
    dataset.createDimension(length, encoded.dtype.itemsize)
    made = dataset.createVariable(name, "S1", (dim, length))
    made.setncatts({"long_name": long_name})
    made.set_auto_chartostring(False)
    made[:] = encoded.view("S1").reshape(len(values), encoded.dtype.itemsize)
    made._Encoding = "utf-8"
