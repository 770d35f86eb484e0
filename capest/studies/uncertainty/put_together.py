"""What a study found, put together from its runs and its answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from capest.results.sweep_figures import SweepPoint
from capest.scenario.assumed import Assumption
from capest.scenario.write import toml_value
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.paired_runs import answers_in_pairs, base_of
from capest.studies.uncertainty.sample_files import Answer
from capest.studies.uncertainty.sample_plan import SamplePlan
from capest.studies.uncertainty.study_model import (
    Failure,
    PairedAnswer,
    StudiedAssumption,
    StudiedEnd,
    StudiedFigure,
    Study,
)
from capest.studies.uncertainty.study_plan import StudyPlan


def study_of(
    plan: StudyPlan,
    of_ends: Sequence[SweepPoint],
    of_margins: Sequence[SweepPoint],
    margins_db: Sequence[float],
    answers: Sequence[Answer],
) -> Study:
    """Put together what was found."""
    base = of_ends or of_margins
    figures = []
    for figure in plan.figures:
        # A sample that has nothing of a figure has a missing answer.
        every = np.array([each.figures.get(figure.name, math.nan) for each in answers])
        count = 0 if plan.samples is None else plan.samples.samples
        figures.append(
            StudiedFigure(
                figure,
                base_of(base, figure) if base else StudiedFigure(figure).base,
                answers_in_pairs(of_ends, figure) if of_ends else (),
                _along(of_margins, figure, margins_db) if of_margins else (),
                every[:count],
                every[count:],
            )
        )
    return Study(
        {},
        tuple(_text_of(each) for each in plan.assumptions),
        tuple(StudiedEnd(end.assumption, toml_value(end.value)) for end in plan.ends),
        _with_zero(margins_db) if of_margins else (),
        tuple(figures),
        *_used(plan.assumptions, plan.samples),
        _failures(plan.assumptions, plan.samples, answers),
    )


def _with_zero(margins_db: Sequence[float]) -> tuple[float, ...]:
    return tuple(sorted({*margins_db, 0.0}))


def _along(
    points: Sequence[SweepPoint], figure: AskedFigure, margins_db: Sequence[float]
) -> tuple[PairedAnswer, ...]:
    """Answers in ascending order of link margin, that of 0 dB among them."""
    same = Interval(0.0, 0.0, 0.0)
    base = PairedAnswer(base_of(points, figure), same, same)
    at = dict(zip(margins_db, answers_in_pairs(points, figure), strict=True)) | {0.0: base}
    return tuple(at[margin] for margin in sorted(at))


def _used(
    assumptions: Sequence[Assumption], plan: SamplePlan | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uniforms, values of ranges, and numbers of options, each (samples, assumptions)."""
    shape = (0 if plan is None else plan.samples, len(assumptions))
    values, options = np.full(shape, np.nan), np.full(shape, -1, np.int32)
    if plan is None:
        return np.empty(shape), values, options
    for k, assumption in enumerate(assumptions):
        column = [each[k] for each in plan.values]
        there = [value for value, _ in assumption.figure.options]
        if there:
            options[:, k] = [there.index(value) for value in column]
        else:
            values[:, k] = column
    return plan.uniforms, values, options


def _failures(
    assumptions: Sequence[Assumption], plan: SamplePlan | None, answers: Sequence[Answer]
) -> tuple[Failure, ...]:
    if plan is None:
        return ()
    found = []
    for one, answer in zip(plan.trials, answers, strict=True):
        if answer.failure:
            values = zip(assumptions, plan.values[one.sample], strict=True)
            text = ", ".join(f"{each.key}={toml_value(value)}" for each, value in values)
            found.append(Failure(one.sample, one.trial, text, answer.failure))
    return tuple(found)


def _text_of(assumption: Assumption) -> StudiedAssumption:
    figure = assumption.figure
    low, high = ("", "") if figure.range is None else map(toml_value, figure.range)
    if figure.options:
        low = high = ""
    options = ", ".join(f"{toml_value(value)}: {weight:g}" for value, weight in figure.options)
    keys = [*assumption.same, *(key for each in assumption.followers for key in each.keys)]
    return StudiedAssumption(
        assumption.key,
        assumption.kind,
        toml_value(assumption.centre),
        low,
        high,
        "" if figure.options else figure.shape,
        options,
        figure.reason,
        figure.source,
        figure.confidence,
        ", ".join(keys),
    )
