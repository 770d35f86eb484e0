"""Studies of uncertainty made by hand, written and opened as their files are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from capest.plot.source import Source
from capest.results.open import open_result
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.study_file import write_study
from capest.studies.uncertainty.study_model import (
    PairedAnswer,
    StudiedAssumption,
    StudiedEnd,
    StudiedFigure,
    Study,
)

TITLE = "a study, 中国 <script>"
UNKNOWN = math.nan


def around(value: float, half: float) -> Interval:
    """An interval of so much on either side; NaN: no limits."""
    return Interval(value, value - half, value + half)


def answers(base: float, values: Sequence[float], half: float) -> tuple[PairedAnswer, ...]:
    """Answers with their differences to the base, each known to so much."""
    return tuple(
        PairedAnswer(
            around(value, half),
            around(value - base, half),
            around(100.0 * (value - base) / base if base else math.nan, half),
        )
        for value in values
    )


def study(
    base: float = 100.0,
    ends: dict[str, dict[str, float]] | None = None,
    margins: dict[float, float] | None = None,
    sample: tuple[np.ndarray, np.ndarray] | None = None,
    half: float = 5.0,
    metric: str = "calls",
) -> Study:
    """A study of one figure.

    Parameters
    ----------
    base : float
        Answer at stated values.
    ends : dict
        By assumption, the answer at each of its values.
    margins : dict
        Answer by link margin.
    sample : (array (samples, assumptions), array (samples,))
        Values of the assumptions, and answers.
    half : float
        Half of every interval; NaN: none has limits.
    """
    ends = ends or {}
    figure = AskedFigure(metric, "mean")
    ranges = {key: sorted(values) for key, values in ends.items()}
    assumptions = tuple(
        StudiedAssumption(
            key, "not known", "1.5", low, high, "even", "", "a reason", "a source", "low", ""
        )
        for key, (low, *_, high) in ((key, [*values, *values]) for key, values in ranges.items())
    )
    values, found = sample if sample is not None else (np.empty((0, len(ends))), np.empty(0))
    every = [
        (StudiedEnd(k, value), answer)
        for k, of_key in enumerate(ends.values())
        for value, answer in of_key.items()
    ]
    return Study(
        {"title": TITLE, "seed": "1", "capest_version": "0.3.0", "paired_trials": np.int64(6)},
        assumptions,
        tuple(end for end, _ in every),
        tuple(margins or ()),
        (
            StudiedFigure(
                figure,
                around(base, half),
                answers(base, [answer for _, answer in every], half),
                answers(base, list((margins or {}).values()), half),
                found,
                found[:4],
            ),
        ),
        np.full(values.shape, 0.5),
        values,
        np.full(values.shape, -1, np.int32),
    )


def opened(path: Path, made: Study) -> Source:
    """The study as anybody opens its file; the file is gone afterwards."""
    write_study(path, made)
    with open_result(path) as dataset:
        source = Source(dataset.load(), path.stem)
    path.unlink()
    return source
