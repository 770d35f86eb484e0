"""Are there enough trials: an estimate and its interval as trials are added."""

from __future__ import annotations

import numpy as np

from capest.errors import InputError
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import BLUE, INK
from capest.results.figures import interval_text, people_unit, value_text
from capest.results.stored import stored_estimates
from capest.statistics.quantities import quantity
from capest.statistics.student_t import student_t_quantile

KINDS = ("run",)
MOST = 1
OPTIONS = ("of",)

_FEWEST = 5
_SURE = 0.975


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    trials = int(sources[0].stored.sizes.get("trial", 0))
    if not _quantities(sources[0]):
        return "the file keeps no value of every trial"
    if trials < _FEWEST:
        return f"it has {trials} trials: an interval takes {_FEWEST} or more"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw the running mean over trials with its 95 % interval by Student's t.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Quantity with a value for every trial; calls, else throughput, where it is empty.
    """
    source = sources[0]
    there = _quantities(source)
    name = of.removesuffix(".mean") or next(
        (each for each in ("calls", "throughput") if each in there), there[0]
    )
    if name not in there:
        raise InputError(f"--of {of}: has no value for every trial: there are {', '.join(there)}")
    values = source.stored.values(name).astype(np.float64)
    values = values[np.isfinite(values)]
    count = np.arange(1, len(values) + 1)
    mean = np.cumsum(values) / count
    squares = np.maximum(np.cumsum(values**2) / count - mean**2, 0.0)
    shown = count >= _FEWEST
    half = np.array(
        [
            student_t_quantile(_SURE, n - 1.0) * np.sqrt(s / (n - 1.0))
            for n, s in zip(count[shown], squares[shown], strict=True)
        ]
    )
    (ax,) = sheet.panels()
    assert ax is not None
    ax.fill_between(
        count[shown],
        mean[shown] - half,
        mean[shown] + half,
        color=BLUE,
        alpha=0.25,
        linewidth=0.0,
        label="95 % interval of the mean",
    )
    ax.plot(count, mean, color=BLUE, linewidth=1.5, label="mean of the trials so far")
    found = next(
        one
        for one in stored_estimates(source.stored)
        if (one.metric, one.statistic) == (name, "mean")
    )
    ax.axhline(found.value, color=INK, linewidth=0.8, linestyle=":")
    row = quantity(name)
    unit = people_unit(found.units)
    ax.set_xlabel("trials")
    ax.set_ylabel(f"{row.label or row.long_name}{f', {unit}' if unit else ''}")
    ax.set_xlim(1, count[-1])
    ax.legend(loc="best")
    answer = f"{value_text(found)} {unit} {interval_text(found)}".replace("  ", " ")
    words = f"{row.label or row.long_name}: {answer} after {len(values):,} trials"
    return Words(
        title=words,
        subtitle=source.title,
        footer=source.footer,
        alt=f"Running mean over trials, with a band that narrows. {words}.",
    )


def _quantities(source: Source) -> list[str]:
    """Quantities with a value for every trial, and a mean over them."""
    stored = source.stored
    return [
        name.removesuffix("_mean")
        for name in sorted(stored.names)
        if name.endswith("_mean")
        and name.removesuffix("_mean") in stored.names
        and stored.dimensions(name.removesuffix("_mean")) == ("trial",)
    ]
