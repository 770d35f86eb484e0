"""Figures of two results side by side: difference, and whether it is beyond chance."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.results.counted_part import CountedPart, counted_part, why_unlike
from capest.results.differences import (
    Difference,
    Trials,
    difference_of,
    differences,
    is_share_at_an_end,
    trials_of,
)
from capest.results.figures import people_unit
from capest.results.stored import OfDataset, stored_estimates
from capest.results.sweep_figures import points_of_dataset
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.results.sweep_summary import HEADLINE_COLUMNS
from capest.statistics.growing_blocks import group_of_trials
from capest.statistics.holm import holm
from capest.statistics.intervals import Interval
from capest.statistics.quantities import quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate
from capest.statistics.student_t import student_t_quantile
from capest.statistics.trial_groups import common_groups

if TYPE_CHECKING:
    import xarray as xr

BEYOND, UNSURE, WITHIN, SAME, UNKNOWN = "beyond", "unsure", "within", "same", "unknown"
"""Verdicts: beyond chance among all that are compared at once; its own interval alone leaves out
zero; zero lies within its interval; equal in all trials; without an interval."""

_LEVEL = 0.05
"""Chance to be wrong: of each interval that is shown, and of all that is called beyond chance."""

HEADLINE: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys(
        (metric, each)
        for metric, statistic, *_ in HEADLINE_COLUMNS
        for each in ((statistic,) if statistic == "mean" else QUANTILES)
    )
)
"""Figures that are compared where nobody asks for others, in this order."""

_WORDS = {
    "calls": "calls at once",
    "throughput": "throughput",
    "throughput_all_beams": "throughput, all beams",
    "calls_all_beams": "calls, all beams",
    "calls_on_fading": "calls by fading alone",
    "refused_share": "calls refused",
    "served_share": "users served",
    "beam_share": "users with a beam",
}
"""Means that have no label of their own, or a long one."""


@dataclass(frozen=True)
class ComparedResult:
    """One result, or one point of a sweep, that is compared.

    Attributes
    ----------
    dataset : xarray.Dataset
        Of one point.
    name : str
        What people call it.
    place : str
        Values of the axes of its sweep; empty of a run.
    """

    dataset: xr.Dataset
    name: str
    place: str = ""

    @cached_property
    def estimates(self) -> dict[tuple[str, str], Estimate]:
        """Its figures."""
        if SWEEP_AXES in self.dataset.attrs:
            return points_of_dataset(self.dataset)[0].estimates
        found = stored_estimates(OfDataset(self.dataset))
        return {(one.metric, one.statistic): one for one in found if not math.isnan(one.value)}

    @cached_property
    def trials(self) -> Trials:
        """What its differences rest on."""
        return trials_of(self.dataset)

    @cached_property
    def part(self) -> CountedPart:
        """What counts in its figures."""
        return counted_part(self.dataset)


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of two results.

    Attributes
    ----------
    reference, value : Estimate
    difference : Difference
        Value less reference.
    verdict : str
        `BEYOND`, `UNSURE`, `WITHIN`, `SAME` or `UNKNOWN`.
    why_apart : str
        Why it is not of pairs of trials; empty where it is.
    """

    reference: Estimate
    value: Estimate
    difference: Difference
    verdict: str = UNKNOWN
    why_apart: str = ""

    @property
    def name(self) -> str:
        """As ``--of`` takes it, such as ``"sinr_db.p05"``."""
        return f"{self.difference.metric}.{self.difference.statistic}"

    @property
    def label(self) -> str:
        """What it is for people, with its unit."""
        return figure_label(self.difference.metric, self.difference.statistic)

    @property
    def factor(self) -> float:
        """What it is shown times: 100 of a share."""
        return 100.0 if quantity(self.difference.metric).is_share else 1.0


def figure_label(metric: str, statistic: str) -> str:
    """Such as "calls at once", "calls refused, %" and "SINR 5 %, dB"."""
    row = quantity(metric)
    unit = "%" if row.is_share else people_unit(row.units or "1")
    words = _WORDS.get(metric, row.label or row.long_name.partition(",")[0])
    words = words.removesuffix(f", {unit}").removesuffix(", by trial")
    if statistic != "mean":
        words += f" {100.0 * QUANTILES[statistic]:g} %"
    return f"{words}, {unit}" if unit else words


def compared_figures(
    values: ComparedResult, reference: ComparedResult, wanted: Sequence[tuple[str, str]]
) -> list[ComparedFigure]:
    """Figures that both results have and that mean the same in both, without a verdict.

    Parameters
    ----------
    values, reference : ComparedResult
    wanted : sequence of (metric, statistic)
        Those that are asked for, in their order; none for all.
    """
    ours, theirs = values.estimates, reference.estimates
    found = {
        (one.metric, one.statistic): one for one in differences(values.trials, reference.trials)
    }
    shown = [
        key
        for key in wanted or found
        if key in found and key in ours and key in theirs and not _unlike(key, values, reference)
    ]
    return [
        ComparedFigure(
            theirs[key],
            ours[key],
            found[key],
            why_apart=""
            if found[key].paired
            else _why_apart(values.trials, reference.trials, *key),
        )
        for key in shown
    ]


def _unlike(key: tuple[str, str], values: ComparedResult, reference: ComparedResult) -> str:
    names = (values.name, reference.name)
    return why_unlike(key[0], values.part, reference.part, names)


def _why_apart(values: Trials, reference: Trials, metric: str, statistic: str) -> str:
    """Why a figure of two results makes no pairs."""
    if values.seed != reference.seed:
        return f"other seed: {reference.seed} and {values.seed}"
    row = quantity(metric)
    if statistic == "mean":
        parts = (row.share.part, row.share.whole) if row.share else (metric,)
        both = (values, reference)
        if any(each.of_trials(name) is None for each in both for name in parts):
            return "no value of every trial"
        return _AT_AN_END if is_share_at_an_end(*both, metric) else _NO_LIMITS
    if row.over_trials:
        lacks = any(each.of_trials(metric) is None for each in (values, reference))
        return "no value of every trial" if lacks else _NO_LIMITS
    both = (values, reference)
    if any(each.counts(metric) is None for each in both):
        return "no histograms of groups of trials"
    if values.axis(metric) != reference.axis(metric):
        return "other bins"
    groups = common_groups(*(group_of_trials(each.trials, each.block_trials) for each in both))
    return _NO_LIMITS if groups.enough else "blocks of trials that do not fit"


_AT_AN_END = "one of the two is 0 or 100 % in every trial, so pairs have nothing in common"
_NO_LIMITS = "pairs give no limits, each alone does"


def why_not_compared(
    values: ComparedResult, reference: ComparedResult, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Figures that one of two results lacks, or that mean something else in each, with why."""
    ours, theirs = values.estimates, reference.estimates
    found: dict[tuple[str, str], str] = {}
    for key in wanted or dict.fromkeys((*theirs, *ours)):
        if (key in ours) != (key in theirs):
            has, lacks = (values, reference) if key in ours else (reference, values)
            found[key] = f"{has.name} has it, {lacks.name} does not"
            if has.name == lacks.name:
                found[key] = "one of the two does not have it"
        elif key in ours and (unlike := _unlike(key, values, reference)):
            found[key] = unlike
    return found


def asked_figures(names: Sequence[str], results: Sequence[ComparedResult]) -> list[tuple[str, str]]:
    """Figures by their names: ``sinr_db.p05``, or ``sinr_db`` for all of a quantity.

    Raises
    ------
    InputError
        No result has it.
    """
    there = dict.fromkeys(key for each in results for key in each.estimates)
    found: dict[tuple[str, str], None] = {}
    for name in names:
        metric, _, statistic = name.partition(".")
        keys = [key for key in there if key[0] == metric and statistic in ("", key[1])]
        keys.sort(key=lambda key: key[1] != "mean")
        if not keys:
            from difflib import get_close_matches

            known = list(dict.fromkeys(key[0] for key in there))
            near = get_close_matches(metric, known, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            said = ", ".join(known)
            if metric in known:
                said = ", ".join(f"{metric}.{key[1]}" for key in there if key[0] == metric)
            raise InputError(f"--of {name}: no such figure: {hint}there are {said}")
        found |= dict.fromkeys(keys)
    return list(found)


@dataclass(frozen=True)
class _Tested:
    """A figure with the trials of the two results it is of."""

    figure: ComparedFigure
    values: Trials
    reference: Trials

    def leaves_out_zero(self, level: float = _LEVEL) -> bool:
        """Whether its interval of coverage 1 - level does not hold zero."""
        found = self.figure.difference
        if found.note or math.isnan(found.low) or found.low <= 0.0 <= found.high:
            # A narrower interval holds what a wider one does not; levels here are 5 % at most.
            return False
        if level == _LEVEL:
            return True
        wider = self._difference(1.0 - level)
        if wider is not None:
            return wider.low > 0.0 or wider.high < 0.0
        return not found.paired and self._leaves_out_zero_apart(level)

    def _difference(self, confidence: float) -> Interval | None:
        """Interval of another coverage from the trials; None where they give none."""
        one = self.figure.difference
        if self.values.seed != self.reference.seed:
            return None
        key = (one.metric, one.statistic)
        found = difference_of(self.values, self.reference, *key, confidence)
        without = found is None or found.note or math.isnan(found.low)
        if without or (not one.paired and found is not None and math.isinf(found.low)):
            return None
        return found

    def _leaves_out_zero_apart(self, level: float) -> bool:
        """Of independent runs: limits go as Student's t with the trials of the shorter one."""
        found = self.figure.difference
        degrees = min(self.values.trials, self.reference.trials) - 1
        wanted = student_t_quantile(1.0 - level / 2.0, degrees)
        wider = wanted / student_t_quantile(1.0 - _LEVEL / 2.0, degrees)
        arm = found.value - found.low if found.value > 0.0 else found.high - found.value
        return abs(found.value) > wider * arm


def with_verdicts(
    compared: Sequence[tuple[ComparedResult, ComparedResult, Sequence[ComparedFigure]]],
) -> list[list[ComparedFigure]]:
    """Tell which differences are beyond chance, among all that are compared at once.

    Parameters
    ----------
    compared : sequence of (values, reference, figures)

    Returns
    -------
    list of list of ComparedFigure
        As they came, each with its verdict. The chance that any `BEYOND` is of a figure that does
        not differ is 5 % at most, by Holm's procedure over intervals of higher coverage.
    """
    tested = [
        _Tested(figure, values.trials, reference.trials)
        for values, reference, figures in compared
        for figure in figures
    ]

    def rejected_at(which: Collection[int], level: float) -> list[int]:
        return [k for k in which if tested[k].leaves_out_zero(level)]

    beyond = holm(len(tested), rejected_at, _LEVEL)
    verdicts = iter(_verdict(one, k in beyond) for k, one in enumerate(tested))
    return [
        [replace(figure, verdict=next(verdicts)) for figure in figures]
        for _, _, figures in compared
    ]


def _verdict(tested: _Tested, beyond: bool) -> str:
    found = tested.figure.difference
    if beyond:
        return BEYOND
    if found.note.startswith("same"):
        return SAME
    if found.note or math.isnan(found.low):
        return UNKNOWN
    return UNSURE if tested.leaves_out_zero() else WITHIN
