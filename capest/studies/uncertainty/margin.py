"""The answer against link margin: both gains of the phone moved by the same decibels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from capest.errors import InputError
from capest.runner.sweep_axis import LabelledAxis
from capest.runner.sweep_points import Point
from capest.scenario.linked import GAINS
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.overrides import OptionValue
from capest.scenario.reading_table import is_read
from capest.studies.uncertainty.paired_points import PairedPoints, Source, loaded

MARGINS_DB = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
"""Of the curve that a study makes unasked, where the answer rests on fading."""

_MOST = 201
_FORM = "must have the form LOW:HIGH:STEP in dB, such as -6:6:1"


def parse_margin(text: str) -> tuple[float, ...]:
    """Read ``LOW:HIGH:STEP``; 0 dB, the scenario itself, is always among the margins.

    Returns
    -------
    tuple of float
        In ascending order, dB.

    Raises
    ------
    InputError
        It has another form, or makes too many margins.
    """
    try:
        low, high, step = (float(part) for part in text.split(":"))
    except ValueError:
        low = high = step = math.nan
    said = f"--margin {text}: "
    if not all(map(math.isfinite, (low, high, step))):
        raise InputError(said + _FORM)
    if not (step > 0 and low <= high):
        raise InputError(f"{said}{_FORM}: LOW not above HIGH, STEP above 0")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > _MOST:
        raise InputError(f"{said}makes {count:,} margins; at most {_MOST} are possible")
    # Rounded so that -1:1:0.1 holds 0 and 0.3, not 0.30000000000000004.
    return check_margins([float(f"{low + k * step:.9g}") for k in range(count)])


def check_margins(margins_db: Sequence[float]) -> tuple[float, ...]:
    """Margins of a curve in ascending order, dB, with 0, the scenario itself; none for no curve.

    Raises
    ------
    InputError
        No finite numbers, or too many.
    """
    try:
        margins = {float(each) + 0.0 for each in margins_db}
    except (TypeError, ValueError):
        margins = {math.nan}
    if not all(map(math.isfinite, margins)):
        raise InputError(f"--margin {margins_db!r}: must be finite numbers, in dB")
    if len(margins) > _MOST:
        raise InputError(f"--margin: {len(margins):,} margins; at most {_MOST} are possible")
    return tuple(sorted(margins | {0.0})) if margins else ()


def points_of_margins(
    source: Source, overrides: Sequence[str], base: Scenario, margins: Sequence[float]
) -> PairedPoints:
    """Load the scenario of every margin, that of 0 dB first.

    Raises
    ------
    InputError
        A margin that the rules forbid.
    """
    values = dict(base.items())
    gains = {key: values[key] for key in GAINS if is_read(key, values) and values[key] is not None}
    labels, points = ["0"], [Point((0,), load_scenario(source, overrides))]
    sets: list[tuple[OptionValue, ...]] = [()]
    for margin in margins:
        if margin == 0.0:
            continue
        said = f"--margin: {margin:+g} dB"
        given = [OptionValue(text, said) for text in margin_settings(gains, margin)]
        scenario = loaded(source, overrides, given, said, "choose a narrower curve")
        points.append(Point((len(points),), scenario))
        labels.append(f"{margin:g}")
        sets.append(tuple(given))
    return PairedPoints(points, [LabelledAxis("margin_db", tuple(labels), sets=tuple(sets))])


def margin_settings(gains_dbi: Mapping[str, float], margin_db: float) -> tuple[str, ...]:
    """Overrides that give a phone so much more gain, in every direction that is read."""
    return tuple(f"{key}={float(f'{gain + margin_db:.12g}')!r}" for key, gain in gains_dbi.items())
