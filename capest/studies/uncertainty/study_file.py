"""The file of a study of uncertainty: NetCDF, with a dimension of samples and one of assumptions.

It opens with plain ``xarray.open_dataset``. Times stand nowhere in it: a study that was cut off
ends with the bytes of one that was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.ours import STUDY_MARK
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.study_model import (
    Failure,
    PairedAnswer,
    StudiedAssumption,
    StudiedEnd,
    StudiedFigure,
    Study,
)

if TYPE_CHECKING:
    import netCDF4

_TEXTS = {
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

_PARTS = ("value", "difference", "percent")
_ENDS = ("", "_low", "_high")
_PAIRED = {"end": "at an end of an assumption", "margin": "with another link margin"}


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
    for name, text in _TEXTS.items():
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
    for end, value in zip(_ENDS, _ends(found.base), strict=True):
        text = f"{_LIMIT[end]}{said} at the stated values, mean over trials"
        _numbers(dataset, f"{stem}_base{end}", (), np.float64(value), figure.units, text)
    for dim, where in _PAIRED.items():
        answers = getattr(found, f"{dim}s")
        if dim not in dataset.dimensions or not answers:
            continue
        for part in _PARTS:
            every = [getattr(each, part) for each in answers]
            units = "percent" if part == "percent" else figure.units
            what = "" if part == "value" else "difference from the stated values: "
            for column, end in enumerate(_ENDS):
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
    made[:] = encoded.view("S1").reshape(len(values), -1)
    made._Encoding = "utf-8"


def read_study(path: str | Path) -> Study:
    """Read the file of a study.

    Raises
    ------
    InputError
        Missing, damaged, or of something else.
    """
    path = Path(path)
    with _opened(path) as dataset:
        about = {name: dataset.getncattr(name) for name in dataset.ncattrs()}
        names = str(about.pop(STUDY_MARK)).split(", ")
        figures = [AskedFigure(*name.split(".", 1)) for name in names]
        there = dataset.dimensions
        ends = tuple(
            StudiedEnd(int(k), value)
            for k, value in (
                zip(
                    _read(dataset, "end_assumption"), _read_texts(dataset, "end_value"), strict=True
                )
                if "end" in there
                else ()
            )
        )
        margins = _read(dataset, "margin") if "margin" in there else ()
        keys = _read_texts(dataset, "assumption")
        columns = {name: _read_texts(dataset, f"assumption_{name}") for name in _TEXTS}
        assumptions = tuple(
            StudiedAssumption(key, **{name: column[k] for name, column in columns.items()})
            for k, key in enumerate(keys)
        )
        empty = np.empty((0, len(keys)))
        sampled = "sample" in there
        return Study(
            about,
            assumptions,
            ends,
            tuple(float(each) for each in margins),
            tuple(_read_figure(dataset, figure) for figure in figures),
            _read(dataset, "uniform") if sampled else empty,
            _read(dataset, "assumed_value") if sampled else empty,
            _read(dataset, "assumed_option") if sampled else empty.astype(np.int32),
            _read_failures(dataset) if "failure" in there else (),
        )


@contextmanager
def _opened(path: Path) -> Iterator[netCDF4.Dataset]:
    import netCDF4

    check_regular(path)
    if not path.is_file():
        raise InputError(f"{path}: {'is not a file' if path.exists() else 'no such file'}")
    try:
        with netCDF4.Dataset(path) as dataset:
            dataset.set_auto_mask(False)
            if STUDY_MARK not in dataset.ncattrs():
                raise InputError(f"{path}: is not of a study of uncertainty")
            yield dataset
    except (OSError, RuntimeError, IndexError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); run its study again") from error


def is_study(path: str | Path) -> bool:
    """Whether a file says that it is of a study of uncertainty."""
    import netCDF4

    check_regular(Path(path))
    try:
        with netCDF4.Dataset(path) as dataset:
            return STUDY_MARK in dataset.ncattrs()
    except (OSError, RuntimeError):
        return False


def _read(dataset: netCDF4.Dataset, name: str) -> np.ndarray:
    return np.asarray(dataset[name][...])


def _read_texts(dataset: netCDF4.Dataset, name: str) -> list[str]:
    variable = dataset[name]
    variable.set_auto_chartostring(False)
    rows = np.asarray(variable[...])
    return [row.tobytes().rstrip(b"\0").decode("utf-8") for row in rows]


def _read_failures(dataset: netCDF4.Dataset) -> tuple[Failure, ...]:
    numbers = (_read(dataset, f"failed_{name}") for name in ("sample", "trial"))
    texts = (_read_texts(dataset, f"failed_{name}") for name in ("values", "message"))
    rows = zip(*numbers, *texts, strict=True)
    return tuple(Failure(int(a), int(b), c, d) for a, b, c, d in rows)


def _read_figure(dataset: netCDF4.Dataset, figure: AskedFigure) -> StudiedFigure:
    stem = figure.stem
    base = _interval([float(dataset[f"{stem}_base{end}"][...]) for end in _ENDS])
    paired = {}
    for dim in _PAIRED:
        columns: list[np.ndarray] = []
        notes = []
        if f"{stem}_{dim}_value" in dataset.variables:
            notes = _read_texts(dataset, f"{stem}_{dim}_note")
            columns += [
                np.stack([_read(dataset, f"{stem}_{dim}_{part}{end}") for end in _ENDS], axis=1)
                for part in _PARTS
            ]
        paired[f"{dim}s"] = tuple(
            PairedAnswer(
                _interval(columns[0][k]),
                _interval(columns[1][k], note),
                _interval(columns[2][k], note),
            )
            for k, note in enumerate(notes)
        )
    answers = _read(dataset, stem) if stem in dataset.variables else np.empty(0)
    second = f"{stem}_second"
    again = _read(dataset, second) if second in dataset.variables else np.empty(0)
    return StudiedFigure(figure, base, paired["ends"], paired["margins"], answers, again)


def _interval(ends: Sequence[float] | np.ndarray, note: str = "") -> Interval:
    value, low, high = map(float, ends)
    return Interval(value, low, high, note)
