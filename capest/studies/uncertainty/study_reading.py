"""Reads a study of uncertainty, from its file or from a dataset that xarray has open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.ours import STUDY_MARK
from capest.results.stored import OfFile, Stored
from capest.results.texts import texts_of
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


def read_study(path: str | Path) -> Study:
    """Read the file of a study.

    Raises
    ------
    InputError
        Missing, damaged, or of something else.
    """
    with _opened(Path(path)) as stored:
        return study_of(stored)


def study_of(stored: Stored) -> Study:
    """Read a study from what is open.

    Parameters
    ----------
    stored : Stored

    Raises
    ------
    KeyError, IndexError, ValueError
        Parts of it are missing.
    """
    about = dict(stored.attributes)
    names = str(about.pop(STUDY_MARK)).split(", ")
    figures = [AskedFigure(*name.split(".", 1)) for name in names]
    there = stored.sizes
    ends = tuple(
        StudiedEnd(int(k), value)
        for k, value in (
            zip(stored.values("end_assumption"), texts_of(stored, "end_value"), strict=True)
            if "end" in there
            else ()
        )
    )
    margins = stored.values("margin") if "margin" in there else ()
    assumptions = tuple(_read_assumptions(stored)) if "assumption" in there else ()
    empty = np.empty((0, len(assumptions)))
    sampled = "sample" in there
    return Study(
        about,
        assumptions,
        ends,
        tuple(float(each) for each in margins),
        tuple(_read_figure(stored, figure) for figure in figures),
        stored.values("uniform") if sampled else empty,
        stored.values("assumed_value") if sampled else empty,
        stored.values("assumed_option") if sampled else empty.astype(np.int32),
        _read_failures(stored) if "failure" in there else (),
    )


@contextmanager
def _opened(path: Path) -> Iterator[Stored]:
    import netCDF4

    check_regular(path)
    if not path.is_file():
        raise InputError(f"{path}: {'is not a file' if path.exists() else 'no such file'}")
    try:
        with netCDF4.Dataset(path) as dataset:
            dataset.set_auto_chartostring(False)
            if STUDY_MARK not in dataset.ncattrs():
                raise InputError(f"{path}: is not of a study of uncertainty")
            yield OfFile(dataset)
    except (OSError, RuntimeError, IndexError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); run its study again") from error


def _read_assumptions(stored: Stored) -> Iterator[StudiedAssumption]:
    columns = {name: texts_of(stored, f"assumption_{name}") for name in TEXTS}
    for k, key in enumerate(texts_of(stored, "assumption")):
        yield StudiedAssumption(key, **{name: column[k] for name, column in columns.items()})


def _read_failures(stored: Stored) -> tuple[Failure, ...]:
    numbers = (stored.values(f"failed_{name}") for name in ("sample", "trial"))
    texts = (texts_of(stored, f"failed_{name}") for name in ("values", "message"))
    rows = zip(*numbers, *texts, strict=True)
    return tuple(Failure(int(a), int(b), c, d) for a, b, c, d in rows)


def _read_figure(stored: Stored, figure: AskedFigure) -> StudiedFigure:
    stem = figure.stem
    base = _interval([float(stored.values(f"{stem}_base{end}")) for end in ENDS])
    paired = {}
    for dim in PAIRED:
        columns: list[np.ndarray] = []
        notes = []
        if f"{stem}_{dim}_value" in stored.names:
            notes = texts_of(stored, f"{stem}_{dim}_note")
            columns += [
                np.stack([stored.values(f"{stem}_{dim}_{part}{end}") for end in ENDS], axis=1)
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
    answers = stored.values(stem) if stem in stored.names else np.empty(0)
    second = f"{stem}_second"
    again = stored.values(second) if second in stored.names else np.empty(0)
    return StudiedFigure(figure, base, paired["ends"], paired["margins"], answers, again)


def _interval(ends: Sequence[float] | np.ndarray, note: str = "") -> Interval:
    value, low, high = map(float, ends)
    return Interval(value, low, high, note)
