"""Studies of uncertainty and searches of capacities as pictures read them, from any dataset."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from capest.errors import InputError
from capest.plot.figure_words import FigureWords
from capest.plot.plain_numbers import with_minus
from capest.plot.source import Source
from capest.plot.stored_scenario import who_ask
from capest.results.figures import number
from capest.scenario.nearest import nearest
from capest.statistics.intervals import Interval
from capest.studies.capacity.capacity_file import StoredCapacities, capacities_of
from capest.studies.uncertainty.study_model import StudiedFigure, Study
from capest.studies.uncertainty.study_reading import study_of
from capest.studies.uncertainty.tornado_rows import places_of


def study_of_source(source: Source) -> Study:
    """Read a study of uncertainty.

    Raises
    ------
    InputError
        Parts of it are missing or damaged.
    """
    with _whole(source):
        return study_of(source.stored)


def capacities_of_source(source: Source) -> StoredCapacities:
    """Read searched capacities.

    Raises
    ------
    InputError
        Parts of them are missing or damaged.
    """
    with _whole(source):
        return capacities_of(source.stored)


@contextmanager
def _whole(source: Source) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, KeyError, IndexError, ValueError, TypeError) as error:
        name = source.path or source.name or "the dataset"
        raise InputError(f"{name}: damaged, or parts were taken out of it ({error})") from error


def studied_figure(study: Study, of: str) -> StudiedFigure:
    """The figure that a picture is of: the first where nobody names one.

    Raises
    ------
    InputError
        The study is not about it.
    """
    named = {name: each for each in study.figures for name in (each.figure.name, each.figure.label)}
    if not of:
        return study.figures[0]
    if of not in named:
        near = nearest(of, list(named))
        hint = f"did you mean {near}? " if near else ""
        there = ", ".join(each.figure.name for each in study.figures)
        raise InputError(f"--of {of}: {hint}the study is about {there}")
    return named[of]


def other_figures(study: Study, found: StudiedFigure) -> str:
    """Which figures a study is about beside one; empty if about no others."""
    others = [each.figure.name for each in study.figures if each is not found]
    return f"also studied: {', '.join(others)}" if others else ""


def title_and_users(source: Source, study: Study) -> list[str]:
    """Title of a study's scenario, and of how many users its answers are."""
    varied = [each.key for each in study.assumptions]
    return [source.title, who_ask(study.about, varied)]


def answer_text(value: float, places: int) -> str:
    """An answer of a study as text: from 100 on without decimals, which few trials do not know.

    Parameters
    ----------
    value : float
        In the unit that is shown.
    places : int
        Decimals that smaller answers of the study have.
    """
    return with_minus(number(value, places if abs(value) < 100.0 else 0))


def decimals_in_words(found: StudiedFigure, words: FigureWords) -> int:
    """Decimals that the tables of a study show, of values that are multiplied for people."""
    base = found.base
    return places_of(Interval(words.factor * base.value, base.low, base.high))
