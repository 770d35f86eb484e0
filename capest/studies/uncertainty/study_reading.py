"""Reads the file of a study of uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.ours import STUDY_MARK
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.study_file import ENDS, PAIRED, PARTS, TEXTS
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
        assumptions = tuple(_read_assumptions(dataset)) if "assumption" in there else ()
        empty = np.empty((0, len(assumptions)))
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


def _read(dataset: netCDF4.Dataset, name: str) -> np.ndarray:
    return np.asarray(dataset[name][...])


def _read_texts(dataset: netCDF4.Dataset, name: str) -> list[str]:
    variable = dataset[name]
    variable.set_auto_chartostring(False)
    rows = np.asarray(variable[...])
    return [row.tobytes().rstrip(b"\0").decode("utf-8") for row in rows]


def _read_assumptions(dataset: netCDF4.Dataset) -> Iterator[StudiedAssumption]:
    columns = {name: _read_texts(dataset, f"assumption_{name}") for name in TEXTS}
    for k, key in enumerate(_read_texts(dataset, "assumption")):
        yield StudiedAssumption(key, **{name: column[k] for name, column in columns.items()})


def _read_failures(dataset: netCDF4.Dataset) -> tuple[Failure, ...]:
    numbers = (_read(dataset, f"failed_{name}") for name in ("sample", "trial"))
    texts = (_read_texts(dataset, f"failed_{name}") for name in ("values", "message"))
    rows = zip(*numbers, *texts, strict=True)
    return tuple(Failure(int(a), int(b), c, d) for a, b, c, d in rows)


def _read_figure(dataset: netCDF4.Dataset, figure: AskedFigure) -> StudiedFigure:
    stem = figure.stem
    base = _interval([float(dataset[f"{stem}_base{end}"][...]) for end in ENDS])
    paired = {}
    for dim in PAIRED:
        columns: list[np.ndarray] = []
        notes = []
        if f"{stem}_{dim}_value" in dataset.variables:
            notes = _read_texts(dataset, f"{stem}_{dim}_note")
            columns += [
                np.stack([_read(dataset, f"{stem}_{dim}_{part}{end}") for end in ENDS], axis=1)
                for part in PARTS
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
