"""How far a run is, in words: only what is known, in whole numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capest.results.figures import interval_text, value_text
from capest.runner import loop
from capest.runner.until_text import running_text, two_digits
from capest.statistics.reduction import Estimate


def expected_trials(progress: loop.Progress) -> int:
    """Trials the run will take; of a rule two digits, so that the bar does not start anew."""
    if progress.verdict is None:
        return progress.trials
    return min(progress.trials, two_digits(progress.expected_trials))


def done_text(progress: loop.Progress) -> str:
    """How many trials there are, of how many; those of a rule are an estimate."""
    about = "" if progress.verdict is None or progress.verdict.holds else "about "
    return f"{progress.trials_done:,} of {about}{expected_trials(progress):,} trials"


def details(progress: loop.Progress) -> list[str]:
    """What is known beside it, the most telling first: rate, time left, the running estimate.

    What is not known yet is left out: the rate before a trial has been computed since the start,
    the time left without a rate, an interval of one trial.
    """
    found = []
    rate = progress.trials_per_second
    if rate > 0.0:
        found.append(rate_text(rate))
        left = expected_trials(progress) - progress.trials_done
        if left > 0:
            found.append(f"about {time_text(max(left / rate, 1.0))} left")
    if progress.verdict is not None:
        wanted = running_text(progress.verdict)
        return [*found, wanted] if wanted else found
    value, low, high = (getattr(progress.throughput, name) for name in ("value", "low", "high"))
    if math.isfinite(value):
        estimate = Estimate("throughput", "mean", value, low, high, "Mbit s-1")
        shown = f"throughput {value_text(estimate)}"
        if math.isfinite(low) and math.isfinite(high):
            shown += f" {interval_text(estimate)}"
        found.append(f"{shown} Mbit/s")
    return found


def fitting(parts: Sequence[str], room: int) -> str:
    """The first parts that fit, whole: half a number is a wrong one."""
    while parts and len(", ".join(parts)) > room:
        parts = parts[:-1]
    return ", ".join(parts)


def rate_text(trials_per_second: float) -> str:
    """Trials a second, or where that is less than one, the time that a trial takes."""
    if trials_per_second < 1.0:
        return f"{time_text(1.0 / trials_per_second)} a trial"
    if trials_per_second < 9.95:
        return f"{trials_per_second:.1f}/s"
    return f"{trials_per_second:,.0f}/s"


def time_text(seconds: float) -> str:
    """A length of time with two digits or so: ``3.4 s``, ``12 s``, ``4.5 min``, ``3.2 h``."""
    if seconds < 100.0:
        return f"{_two_digits(seconds)} s"
    if seconds < 100.0 * 60.0:
        return f"{_two_digits(seconds / 60.0)} min"
    if seconds < 48.0 * 3600.0:
        return f"{_two_digits(seconds / 3600.0)} h"
    return f"{_two_digits(seconds / 86_400.0)} days"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
