"""Are there enough trials: an estimate and its interval as trials are added."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.errors import InputError
from capest.plot.plain_numbers import write_plain_numbers
from capest.plot.service_words import asked_for
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import BLUE, INK, VERMILLION
from capest.results.differences import trials_of
from capest.results.figures import interval_text, people_unit, value_text
from capest.results.stored import stored_estimates
from capest.scenario.until import parse_until
from capest.statistics.intervals import quantile_interval
from capest.statistics.quantities import AXES, quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate
from capest.statistics.student_t import student_t_quantile

KINDS = ("run",)
MOST = 1
OPTIONS = ("of",)

_FEWEST = 5
_SURE = 0.975


@dataclass(frozen=True)
class _Running:
    """An estimate after some trials, after more, and after all; arrays (points,)."""

    trials: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    trials = int(sources[0].stored.sizes.get("trial", 0))
    if not _means(sources[0]):
        return "the file keeps no value of every trial"
    if trials < _FEWEST:
        return f"it has {trials} trial{'' if trials == 1 else 's'}: an interval takes {_FEWEST}"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw a running mean over trials, or a quantile over groups of trials, with its interval.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Such as ``calls`` or ``calls.mean``, a quantity with a value for every trial; or
        ``sinr_db.p05``, a quantile of users. Calls, else throughput, where it is empty.

    Raises
    ------
    InputError
        No such figure.
    """
    from matplotlib.ticker import MaxNLocator

    source = sources[0]
    means, metrics = _means(source), _metrics(source)
    name, _, statistic = of.partition(".")
    name = name or next((each for each in ("calls", "throughput") if each in means), means[0])
    statistic = statistic or ("mean" if name in means else "p50")
    known = means if statistic == "mean" else metrics
    if name not in known or statistic not in ("mean", *QUANTILES):
        quantiles = ", ".join(f"{each}.p50" for each in metrics)
        raise InputError(
            f"--of {of}: has no value for every trial, nor groups of trials: there are "
            f"{', '.join(means)}, {quantiles} (and .p05, .p95)"
        )
    running = _mean(source, name) if statistic == "mean" else _quantile(source, name, statistic)
    found = next(
        one
        for one in stored_estimates(source.stored)
        if (one.metric, one.statistic) == (name, statistic)
    )
    (ax,) = sheet.panels()
    assert ax is not None
    if np.isfinite(running.high - running.low).any() and not math.isnan(found.low):
        ax.fill_between(
            running.trials,
            running.low,
            running.high,
            color=BLUE,
            alpha=0.25,
            linewidth=0.0,
            label="95 % interval",
        )
    ax.plot(running.trials, running.value, color=BLUE, linewidth=1.5, label="the trials so far")
    ax.axhline(found.value, color=INK, linewidth=0.8, linestyle=":", label="all trials")
    wanted = _half_width_wanted(source, found)
    if wanted is not None:
        for side in (-wanted, wanted):
            ax.axhline(
                found.value + side,
                color=VERMILLION,
                linewidth=1.0,
                linestyle="--",
                label="interval that --until wanted" if side > 0.0 else "_",
            )
    unit = people_unit(found.units)
    label = _label(name, statistic)
    if asked_for(source.stored) == "messages":
        label = label.replace("calls", "messages")
    ax.set_xlabel("trials" if statistic == "mean" else "trials, group by group")
    ax.set_ylabel(f"{label}{f', {unit}' if unit else ''}")
    ax.set_xlim(running.trials[0], max(running.trials[-1], running.trials[0] + 1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if unit != "dB" and ax.get_ylim()[0] < 0.0:
        # No amount lies below nothing; of nothing at all the axis has some room.
        ax.set_ylim(0.0, ax.get_ylim()[1] if running.value.any() else 1.0)
    write_plain_numbers(ax.xaxis)
    write_plain_numbers(ax.yaxis)
    ax.legend(loc="best")
    return _words(source, found, label, wanted)


def _words(source: Source, found: Estimate, label: str, wanted: float | None) -> Words:
    """Title: the estimate with its interval, and after how many trials."""
    trials = int(source.stored.sizes["trial"])
    text = interval_text(found)
    is_known = not found.note and any(map(str.isdigit, text))
    interval = text if is_known else ""
    parts = (value_text(found), people_unit(found.units), interval)
    answer = " ".join(part for part in parts if part)
    words = f"{label[:1].upper()}{label[1:]}: {answer} after {trials:,} trials"
    if not is_known:
        words += f"; interval {found.note or 'not known'}"
    reached = ""
    if wanted is not None:
        is_reached = found.half_width <= wanted * (1.0 + 1e-9)
        reached = f" · --until: {'reached' if is_reached else 'not reached'}"
    return Words(
        title=words,
        subtitle=f"{source.title}{reached}",
        footer=source.footer,
        alt=f"Running estimate over trials, with a band that narrows. {words}.",
    )


def _label(name: str, statistic: str) -> str:
    """What a figure is called, without its unit: "5 % quantile of SINR"."""
    row = quantity(name)
    label = (row.label or row.long_name).removesuffix(", by trial").partition(", ")[0]
    if statistic == "mean":
        return label
    return (
        f"median {label}" if statistic == "p50" else f"{int(statistic[1:])} % quantile of {label}"
    )


def _mean(source: Source, name: str) -> _Running:
    """Mean with Student's interval, trial by trial."""
    values = source.stored.values(name).astype(np.float64)
    values = values[np.isfinite(values)]
    count = np.arange(1, len(values) + 1)
    mean = np.cumsum(values) / count
    # About the last mean, so that large values do not cancel.
    apart = values - (mean[-1] if len(mean) else 0.0)
    squares = np.cumsum(apart**2) / count - (np.cumsum(apart) / count) ** 2
    half = np.full(len(values), np.nan)
    for place in range(_FEWEST - 1, len(values)):
        t = student_t_quantile(_SURE, float(place))
        half[place] = t * np.sqrt(max(squares[place], 0.0) / place)
    return _Running(count, mean, mean - half, mean + half)


def _quantile(source: Source, metric: str, statistic: str) -> _Running:
    """Quantile with Woodruff's interval, from one group of whole trials more at a time."""
    trials = trials_of(source.dataset)
    counts, axis = trials.counts(metric), trials.axis(metric)
    if counts is None:
        raise InputError(f"--of {metric}.{statistic}: nobody was counted")
    groups = np.arange(_FEWEST, len(counts) + 1)
    found = [quantile_interval(counts[:k], axis, QUANTILES[statistic]) for k in groups]
    so_far = np.cumsum(source.stored.values("group_trials"))[groups - 1]
    ends = np.array([(each.value, each.low, each.high) for each in found]).reshape(-1, 3)
    # Limits outside the bins have no place in a picture.
    ends[~np.isfinite(ends)] = np.nan
    return _Running(so_far, *ends.T)


def _half_width_wanted(source: Source, found: Estimate) -> float | None:
    """Half width that the run was to reach, of this figure; None where it had no such rule."""
    rule = str(source.dataset.attrs.get("until", ""))
    if not rule:
        return None
    for condition in parse_until(rule):
        if (condition.metric, condition.statistic) == (found.metric, found.statistic):
            share = abs(found.value) / 100.0 if condition.relative else 1.0
            return condition.width * share
    return None


def _means(source: Source) -> list[str]:
    """Quantities with a value for every trial, and a mean over them."""
    stored = source.stored
    return [
        name.removesuffix("_mean")
        for name in sorted(stored.names)
        if name.endswith("_mean")
        and name.removesuffix("_mean") in stored.names
        and stored.dimensions(name.removesuffix("_mean")) == ("trial",)
    ]


def _metrics(source: Source) -> list[str]:
    """Metrics over users or beams with counts of groups of trials."""
    names = source.stored.names
    return [
        metric
        for metric in AXES
        if {f"{metric}_count", f"{metric}_quantile", "group_trials"} <= names
        and not quantity(metric).over_trials
    ]
