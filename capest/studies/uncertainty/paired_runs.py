"""Runs in pairs of a study, kept beside its output, and their answers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from capest.results.open import open_result
from capest.results.sweep_figures import SweepPoint, points_of_dataset
from capest.runner.loop import Executor, Progress
from capest.runner.sweep import Point, points_folder, run_sweep
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.paired_points import PairedPoints
from capest.studies.uncertainty.study_model import UNKNOWN, PairedAnswer

Backend = Literal["auto", "numpy", "native", "cupy"]

_FILE = "paired.nc"
_POINT = re.compile(r"[0-9a-f]{24}-(\d+|growing)-\d+\.nc")


def run_paired(
    planned: PairedPoints,
    folder: Path,
    make_executor: Callable[[], Executor],
    backend: Backend,
    on_point: Callable[[int, Point], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> tuple[list[SweepPoint], tuple[str, ...]]:
    """Run every point that is not there yet; finished ones are kept in a folder.

    Returns
    -------
    points : list of SweepPoint
        In the order of the plan, with differences to the first.
    notices : tuple of str
    """
    path = folder / _FILE
    notices = run_sweep(
        planned.points,
        planned.axes,
        path,
        make_executor,
        backend=backend,
        keep_points=True,
        # What is there is of this study, and its points are kept.
        overwrite=True,
        on_point=on_point,
        on_progress=on_progress,
    )
    with open_result(path) as dataset:
        return points_of_dataset(dataset), notices


def finished_runs(folder: Path) -> int:
    """Results of paired runs that are there."""
    points = points_folder(folder / _FILE)
    if not points.is_dir():
        return 0
    return sum(_POINT.fullmatch(each.name) is not None for each in points.iterdir())


def remove_paired(folder: Path) -> None:
    """Remove the results of paired runs; what is not ours stays."""
    path = folder / _FILE
    path.unlink(missing_ok=True)
    points = points_folder(path)
    if points.is_dir():
        for each in points.iterdir():
            if _POINT.fullmatch(each.name):
                each.unlink(missing_ok=True)
        with suppress(OSError):
            points.rmdir()


def base_of(points: Sequence[SweepPoint], figure: AskedFigure) -> Interval:
    """Answer at the stated values."""
    found = points[0].estimates.get((figure.metric, figure.statistic))
    return UNKNOWN if found is None else Interval(found.value, found.low, found.high, found.note)


def answers_in_pairs(points: Sequence[SweepPoint], figure: AskedFigure) -> tuple[PairedAnswer, ...]:
    """Answers of every point but the first, with what they differ from it by."""
    key = (figure.metric, figure.statistic)
    found = []
    for point in points[1:]:
        estimate, difference = point.estimates.get(key), point.differences.get(key)
        value = UNKNOWN
        if estimate is not None:
            value = Interval(estimate.value, estimate.low, estimate.high, estimate.note)
        if difference is None:
            # A point that has nothing of it, such as no user in reach.
            found.append(PairedAnswer(value))
            continue
        note = difference.note
        found.append(
            PairedAnswer(
                value,
                Interval(difference.value, difference.low, difference.high, note),
                Interval(difference.percent, difference.percent_low, difference.percent_high, note),
            )
        )
    return tuple(found)


def share_on_fading(points: Sequence[SweepPoint]) -> float:
    """Share of the calls at stated values that rest on fading gains; NaN without calls."""
    estimates = points[0].estimates
    calls, lifted = estimates.get(("calls", "mean")), estimates.get(("calls_on_fading", "mean"))
    if calls is None or lifted is None or not calls.value > 0:
        return math.nan
    return lifted.value / calls.value
