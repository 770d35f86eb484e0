"""What a study of uncertainty found, as its file holds it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capest.statistics.intervals import Interval
from capest.studies.uncertainty.figures import AskedFigure

UNKNOWN = Interval(math.nan, math.nan, math.nan, "")


@dataclass(frozen=True)
class StudiedAssumption:
    """An assumption as texts, for tables and files.

    Attributes
    ----------
    key, kind, centre, low, high, shape, options, reason, source, confidence : str
        Values as TOML writes them; ends are empty of a choice, options of a range.
    follow : str
        Keys that follow it, with commas between.
    """

    key: str
    kind: str
    centre: str
    low: str
    high: str
    shape: str
    options: str
    reason: str
    source: str
    confidence: str
    follow: str


@dataclass(frozen=True)
class PairedAnswer:
    """A figure at another value of one thing, and its difference from that at stated values.

    Attributes
    ----------
    value, difference, percent : Interval
        Mean over trials, the difference, and that in percent of the answer at stated values, each
        with its 95 % interval from pairs of trials.
    """

    value: Interval = UNKNOWN
    difference: Interval = UNKNOWN
    percent: Interval = UNKNOWN


@dataclass(frozen=True)
class StudiedEnd:
    """An assumption at one end.

    Attributes
    ----------
    assumption : int
        Place of the assumption.
    value : str
        As TOML writes it.
    """

    assumption: int
    value: str


@dataclass(frozen=True)
class StudiedFigure:
    """A figure with all its answers.

    Attributes
    ----------
    figure : AskedFigure
    base : Interval
        At the stated values, over the trials of the paired runs.
    ends, margins : tuple of PairedAnswer
        One each, in the order of the study's.
    answers : float64 array (samples,)
        NaN of samples that failed; empty without a joint sample.
    second : float64 array (repeated,)
        Second answers of the first samples.
    """

    figure: AskedFigure
    base: Interval = UNKNOWN
    ends: tuple[PairedAnswer, ...] = ()
    margins: tuple[PairedAnswer, ...] = ()
    answers: np.ndarray = field(default_factory=lambda: np.empty(0))
    second: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Failure:
    """A sample without an answer.

    Attributes
    ----------
    sample, trial : int
    values : str
        What it assumes: ``key=value``, with commas between.
    message : str
        What went wrong.
    """

    sample: int
    trial: int
    values: str
    message: str


@dataclass(frozen=True)
class Study:
    """Everything that a study found.

    Attributes
    ----------
    about : dict
        Global attributes of its file: title, scenario, versions, command, seed, trials.
    assumptions : tuple of StudiedAssumption
    ends : tuple of StudiedEnd
        Empty if assumptions were not tried one at a time.
    margins_db : tuple of float
        In ascending order, with 0, the scenario itself; empty without a curve.
    figures : tuple of StudiedFigure
    uniforms : float64 array (samples, assumptions)
        Empty without a joint sample.
    values : float64 array (samples, assumptions)
        NaN of choices.
    options : int32 array (samples, assumptions)
        Number of the option of a choice, -1 of ranges.
    failures : tuple of Failure
    """

    about: dict[str, Any]
    assumptions: tuple[StudiedAssumption, ...]
    ends: tuple[StudiedEnd, ...]
    margins_db: tuple[float, ...]
    figures: tuple[StudiedFigure, ...]
    uniforms: np.ndarray
    values: np.ndarray
    options: np.ndarray
    failures: tuple[Failure, ...] = ()

    @property
    def samples(self) -> int:
        """Samples that were drawn."""
        return len(self.uniforms)
