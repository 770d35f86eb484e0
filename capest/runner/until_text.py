"""What a run's rule says of it, in words and as plain values."""

from __future__ import annotations

import math
from typing import Any

from capest.results.figures import decimals, number, people_unit
from capest.runner.stopping import FEWEST_BLOCKS, FEWEST_TRIALS, Reached, Verdict
from capest.scenario.sections import LARGEST_TRIALS


def outcome_lines(verdict: Verdict, *, kept: bool = False) -> list[str]:
    """Tell at which trial the run stopped, or how far it is from what was wanted.

    Parameters
    ----------
    verdict : Verdict
    kept : bool
        The result was there already, perhaps of a run without this rule.
    """
    trials = f"{verdict.trials:,} trials"
    said = ", ".join(_value(one) for one in verdict.reached)
    if verdict.holds:
        return [f"{'fulfilled by the' if kept else 'stopped after'} {trials}: {said}"]
    return [f"{verdict.rule} not reached in {trials}: {said}", _hint(verdict)]


def _hint(verdict: Verdict) -> str:
    """What would do."""
    expected = verdict.expected_trials
    if all(one.holds for one in verdict.reached):
        return f"no rule ends a run before {FEWEST_TRIALS} trials and {FEWEST_BLOCKS} blocks"
    if any(one.is_one_bin for one in verdict.reached):
        return "its limits are the edges of one bin: no number of trials will do"
    for one in verdict.reached:
        if one.estimate.note:
            return f"{one.condition.figure} is {one.estimate.note}"
    if any(math.isnan(one.estimate.half_width) for one in verdict.reached):
        return "in these trials there was nothing to measure it on"
    if any(one.condition.relative and one.estimate.value == 0.0 for one in verdict.reached):
        return "a percentage of 0 is 0: give a width without %"
    if expected <= LARGEST_TRIALS:
        return f"some {two_digits(expected):,} trials would do (--trials)"
    return f"it would take more than {LARGEST_TRIALS:,} trials, the most of a run"


def as_plain(verdict: Verdict) -> dict[str, Any]:
    """As values that JSON can hold."""
    return {
        "rule": verdict.rule,
        "reached": verdict.holds,
        "trials": verdict.trials,
        "conditions": [
            {
                "metric": one.condition.metric,
                "statistic": one.condition.statistic,
                "half_width": _finite(one.estimate.half_width),
                "wanted": _finite(one.wanted),
                "reached": one.holds,
                **({"note": one.estimate.note} if one.estimate.note else {}),
            }
            for one in verdict.reached
        ],
    }


def running_text(verdict: Verdict) -> str:
    """Half widths now and wanted, for a progress bar; of a figure that is not known its name."""
    return ", ".join(_running(one) for one in verdict.reached)


def _running(one: Reached) -> str:
    half, figure = one.estimate.half_width, one.condition.figure
    if one.estimate.note or not math.isfinite(half):
        return f"{figure} not known yet"
    if not math.isfinite(one.wanted):
        return f"{figure} ±{half:.2g}"
    return f"{figure} ±{half:.2g} of ±{one.wanted:.2g}"


def _value(one: Reached) -> str:
    estimate, half = one.estimate, one.estimate.half_width
    places = decimals(estimate)
    if estimate.note:
        return f"{one.condition.figure} = {number(estimate.value, places)}, not known how exactly"
    shown = f"{half:.2g}" if math.isfinite(half) else "n/a"
    text = f"{one.condition.figure} = {number(estimate.value, places)} ± {shown}"
    text = f"{text} {people_unit(estimate.units)}".rstrip()
    if one.condition.relative and estimate.value and math.isfinite(half):
        text += f" ({100 * half / abs(estimate.value):.2g} %)"
    return text if one.holds else f"{text}, wanted ±{one.wanted:.2g}"


def two_digits(trials: float) -> int:
    """Round a number of trials upwards to two digits: it is an estimate."""
    step = 10 ** max(0, math.floor(math.log10(trials)) - 1)
    return math.ceil(trials / step) * step


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
