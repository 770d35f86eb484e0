"""One figure of a dataset with its limits, by the name that ``--until`` gives it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.results.figures import interval_text, people_unit, value_text
from capest.results.ours import CAPACITY_MARK
from capest.results.sweep_figures import SweepPoint
from capest.scenario.nearest import nearest
from capest.statistics.answer_range import RANGE_NAME
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate
from capest.studies.capacity.capacity_file import StoredCapacities
from capest.studies.capacity.capacity_words import interval_text as interval_text_of_key
from capest.studies.capacity.capacity_words import key_text
from capest.studies.uncertainty.analysis import joint_of
from capest.studies.uncertainty.study_model import Study

if TYPE_CHECKING:
    import xarray as xr

_ENDS = {"value": "", "low": "_low", "high": "_high"}
_WORDS = {"value": "", "low": "lower 95 % limit of ", "high": "upper 95 % limit of "}
CONFIDENCE = "95 % confidence interval"
CAPACITY = "capacity"
"""Name of what a search found, beside that of its key."""


@dataclass(frozen=True)
class FigureWithLimits(Estimate):
    """One figure with its limits; shows itself in one line.

    Attributes
    ----------
    limits : str
        What the limits are.
    shown : str
        Value and limits as text, of what has digits by rules of its own; else empty.
    """

    limits: str = CONFIDENCE
    shown: str = field(default="", repr=False)

    def __repr__(self) -> str:
        name = self.metric if self.statistic in ("mean", "") else f"{self.metric}.{self.statistic}"
        if self.shown:
            return f"{name}: {self.shown} ({'; '.join(filter(None, (self.limits, self.note)))})"
        shown = f"{name}: {value_text(self)} {people_unit(self.units)}".rstrip()
        if math.isnan(self.low) and math.isnan(self.high):
            return f"{shown} ({self.note or f'{self.limits}: not known'})"
        interval = interval_text(self, brackets=self.limits != CONFIDENCE)
        return f"{shown}, {interval} ({'; '.join(filter(None, (self.limits, self.note)))})"


def figure_of_estimates(estimates: Iterable[Estimate], figure: str) -> FigureWithLimits:
    """Find one figure of a result, or of one point of a sweep.

    Raises
    ------
    InputError
        No such figure.
    """
    there = {(one.metric, one.statistic): one for one in estimates}
    return FigureWithLimits(**vars(there[_asked(figure, there)]))


def figure_of_points(dataset: xr.Dataset, points: list[SweepPoint], figure: str) -> xr.Dataset:
    """One figure of every point of a sweep: ``value``, ``low`` and ``high`` over its axes.

    Raises
    ------
    InputError
        No point has such a figure.
    """
    there = {name for point in points for name in point.estimates}
    metric, statistic = _asked(figure, there)
    stem = f"{metric}_mean" if statistic == "mean" else f"{metric}_quantile"
    found = dataset[[f"{stem}{end}" for end in _ENDS.values()]]
    if statistic != "mean":
        place = int(np.flatnonzero(np.isclose(dataset["quantile"], QUANTILES[statistic]))[0])
        found = found.isel(quantile=place).drop_vars("quantile")
    found = found.rename({f"{stem}{end}": name for name, end in _ENDS.items()})
    about = {"units": str(dataset[stem].attrs.get("units", "1"))}
    words = f"{metric}.{statistic}"
    for name in _ENDS:
        found[name].attrs = {**about, "long_name": f"{_WORDS[name]}{words}"}
    found.attrs = {"figure": words, "limits": CONFIDENCE}
    return found


def figure_of_study(study: Study, figure: str) -> FigureWithLimits:
    """Range of a figure over everything that is assumed; its value is the median.

    Without a joint sample it is the answer at the stated values, with its confidence interval.

    Raises
    ------
    InputError
        The study is not about it.
    """
    there = {(each.figure.metric, each.figure.statistic): each for each in study.figures}
    metric, statistic = _asked(figure, there)
    found = there[metric, statistic]
    joint = joint_of(study, found)
    units = found.figure.units
    if joint is None:
        base = found.base
        ends = (base.value, base.low, base.high)
        limits = "95 % confidence interval at the stated values: no samples were drawn"
        return FigureWithLimits(metric, statistic, *ends, units, base.note, limits)
    answers = joint.range
    ends = (answers.median.value, answers.low.value, answers.high.value)
    return FigureWithLimits(metric, statistic, *ends, units, answers.note, RANGE_NAME)


def figure_of_capacity(
    dataset: xr.Dataset, stored: StoredCapacities, figure: str
) -> FigureWithLimits | xr.Dataset:
    """Capacity that a search found, by its key or without; of several, a dataset over the axes.

    Raises
    ------
    InputError
        It has another name.
    """
    key = str(stored.about[CAPACITY_MARK])
    if figure not in (key, CAPACITY, ""):
        points = f"{stored.about['condition_metric']}.{stored.about['condition_statistic']}"
        raise InputError(
            f"no figure {figure!r}: this is a search of {key}: give {key!r}; {points} at the "
            "values visited is in to_pandas()"
        )
    if axes := [name for name in dataset["verdict"].dims if name in dataset.dims]:
        names = {f"capacity{end}": name for name, end in _ENDS.items()} | {"safe_capacity": "safe"}
        found = dataset[[*names]].isel(crossing=0).rename(names)
        found.attrs = {"figure": key, "limits": CONFIDENCE, "axes": ", ".join(map(str, axes))}
        return found
    (capacity,) = stored.capacities
    if len(capacity.crossings) != 1:
        why = f"{capacity.verdict} in the range"
        if capacity.crossings:
            why = "there are several: see summary()"
        return FigureWithLimits(key, "", math.nan, math.nan, math.nan, "1", why)
    (one,) = capacity.crossings
    note = one.why_no_interval
    limits = CONFIDENCE
    if one.low_is_open or one.high_is_open:
        limits += ", which may reach beyond the range that was searched"
    shown = f"{key_text(stored.about, one.key)} {interval_text_of_key(stored.about, one)}".rstrip()
    ends = (one.key, one.low, one.high)
    return FigureWithLimits(key, "", *ends, "1", note, "" if note else limits, shown)


def _asked(figure: str, there: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Metric and statistic; a metric alone stands for its mean, or its median without one.

    Raises
    ------
    InputError
        With the nearest name.
    """
    known = set(there)
    if not str(figure).strip():
        every = ", ".join(sorted({name for name, _ in known}))
        raise InputError(f"name a figure, such as ci({min(known)[0]!r}): there are {every}")
    metric, _, statistic = str(figure).strip().partition(".")
    for each in (statistic,) if statistic else ("mean", "p50"):
        if (metric, each) in known:
            return metric, each
    if of_metric := sorted(each for name, each in known if name == metric):
        more = "" if of_metric == ["mean"] else "; quantile() gives others"
        raise InputError(f"no figure {figure!r}: {metric} has {', '.join(of_metric)}{more}")
    names = sorted({name for name, _ in known})
    near = nearest(metric, names)
    hint = f"did you mean {near}? " if near else ""
    raise InputError(f"no figure {figure!r}: {hint}there are {', '.join(names)}")
