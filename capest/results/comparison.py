"""Results compared with the first of them: figures, scenarios, runs, and what cannot be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from capest.errors import InputError
from capest.results.columns import printable
from capest.results.compared_figures import (
    HEADLINE,
    ComparedFigure,
    ComparedResult,
    asked_figures,
    compared_figures,
    why_not_compared,
    with_verdicts,
)
from capest.results.counted_part import populations_words, regions_words
from capest.results.differences import common_trials
from capest.results.figures import plain
from capest.results.ours import CAPACITY_MARK, STUDY_MARK
from capest.results.scenarios_apart import (
    UnlikeKey,
    UnlikeRun,
    keys_are_known,
    unlike_keys,
    unlike_runs,
)
from capest.results.sweep_figures import axes_of_dataset, plain_value
from capest.results.sweep_file import AXES, key_of
from capest.shown import cut

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST = 26
"""Results that are compared at once: each has a letter."""


_LONGEST_NAME = 48
"""Characters of the name of a result that lines show."""


@dataclass(frozen=True)
class ResultComparison:
    """One result compared with the reference.

    Attributes
    ----------
    values, reference : ComparedResult
    figures : tuple of ComparedFigure
    not_compared : dict of (metric, statistic) to str
        Figures that only one of the two has, or that mean something else in each, with why.
    keys : tuple of UnlikeKey
        What differs in the scenarios.
    runs : tuple of UnlikeRun
        What differs in versions, rules, seeds and trials.
    keys_are_read : bool
        Whether both files say which keys they read; else keys are those of the whole scenario.
    """

    values: ComparedResult
    reference: ComparedResult
    figures: tuple[ComparedFigure, ...]
    not_compared: dict[tuple[str, str], str]
    keys: tuple[UnlikeKey, ...]
    runs: tuple[UnlikeRun, ...]
    keys_are_read: bool

    def __getitem__(self, which: tuple[str, str]) -> ComparedFigure:
        """A figure by metric and statistic; KeyError where there is none."""
        for each in self.figures:
            if (each.difference.metric, each.difference.statistic) == which:
                return each
        raise KeyError(which)

    @property
    def common_trials(self) -> int:
        """Trials that make pairs; none of two seeds."""
        return common_trials(self.values.trials, self.reference.trials)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the two results are not alike in that a reader of differences must know."""
        said = (
            populations_words(self.values.part, self.reference.part),
            regions_words({each.key: each for each in self.keys}),
        )
        # Regions differ from one satellite's view in every key, which says nothing.
        return (said[0],) if said[0] else tuple(filter(None, said))

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {
            "reference": self.reference.name,
            "result": self.values.name,
            **({"point": self.values.place} if self.values.place else {}),
            "common_trials": self.common_trials,
            "warnings": list(self.warnings),
            "figures": [_plain_figure(each) for each in self.figures],
            "not_compared": [
                {"metric": metric, "statistic": statistic, "why": why}
                for (metric, statistic), why in self.not_compared.items()
            ],
            "scenario": [each.to_dict() for each in self.keys],
            "scenario_keys": "read" if self.keys_are_read else "written",
            "runs": [each.to_dict() for each in self.runs],
        }


def _plain_figure(figure: ComparedFigure) -> dict[str, Any]:
    both = {
        name: {end: plain(getattr(one, end)) for end in ("value", "low", "high")}
        for name, one in (("reference", figure.reference), ("result", figure.value))
    }
    found = figure.difference
    return {
        "metric": found.metric,
        "statistic": found.statistic,
        "unit": found.units,
        **both,
        "difference": found.to_dict(),
        "verdict": figure.verdict,
        **({"why_not_paired": figure.why_apart} if figure.why_apart else {}),
    }


class ResultComparisons(Sequence[ResultComparison]):
    """Results compared with a reference; prints as tables of 80 columns.

    ``found[0]["calls", "mean"].difference`` is that of one figure of the first result.

    Parameters
    ----------
    found : sequence of ResultComparison
    asked : bool
        Whether somebody chose the figures: then none is left out.
    """

    def __init__(self, found: Sequence[ResultComparison], asked: bool) -> None:
        self._found, self.asked = tuple(found), asked

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[ResultComparison]:
        return iter(self._found)

    @overload
    def __getitem__(self, which: int) -> ResultComparison: ...

    @overload
    def __getitem__(self, which: slice) -> Sequence[ResultComparison]: ...

    def __getitem__(self, which: Any) -> Any:
        return self._found[which]

    @property
    def figures_at_once(self) -> int:
        """Differences that the words "beyond chance" are about together."""
        return sum(len(each.figures) for each in self._found)

    def to_list(self) -> list[dict[str, Any]]:
        """Plain values that JSON can hold, see ``ResultComparison.to_dict``."""
        return [each.to_dict() for each in self._found]

    def to_pandas(self) -> pd.DataFrame:
        """A row for every figure of every result."""
        import pandas as pd

        rows = [
            {
                "result": each.values.name,
                "point": each.values.place,
                "metric": figure.difference.metric,
                "statistic": figure.difference.statistic,
                "unit": figure.difference.units,
                "reference": figure.reference.value,
                "value": figure.value.value,
                "difference": figure.difference.value,
                "low": figure.difference.low,
                "high": figure.difference.high,
                "percent": figure.difference.percent,
                "percent_low": figure.difference.percent_low,
                "percent_high": figure.difference.percent_high,
                "paired": figure.difference.paired,
                "verdict": figure.verdict,
            }
            for each in self._found
            for figure in each.figures
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        from capest.results.comparison_text import comparison_lines

        return "\n".join(comparison_lines(self))

    def _repr_html_(self) -> str:
        from capest.results.comparison_text import comparison_html

        return comparison_html(self)


def compare_results(
    datasets: Sequence[xr.Dataset],
    names: Sequence[str] = (),
    *,
    of: Sequence[str] = (),
    all_figures: bool = False,
) -> ResultComparisons:
    """Compare results with the first of them; sweeps of equal axes point by point.

    Parameters
    ----------
    datasets : sequence of xarray.Dataset
        Two or more, of runs or of sweeps.
    names : sequence of str
        What people call them; without any, the names of their files.
    of : sequence of str
        Figures, such as ``"calls"`` and ``"sinr_db.p05"``; the headline without any.
    all_figures : bool
        Every figure, in place of the headline.

    Raises
    ------
    InputError
        Fewer than two, more than `MOST`; sweeps that do not have the same points; no such figure.
    """
    if not 2 <= len(datasets) <= MOST:
        raise InputError(
            f"{len(datasets)} result{'s' * (len(datasets) != 1)}: give 2 to {MOST}, the first is "
            "what the others are compared with"
        )
    names = _names_apart(names or [_name_of_file(each) for each in datasets])
    names = [cut(printable(name), _LONGEST_NAME) for name in names]
    if len(names) != len(datasets):
        raise InputError(f"{len(names)} names for {len(datasets)} results: give one each")
    for dataset, name in zip(datasets, names, strict=True):
        _check_kind(dataset, name)
    every = [_points(dataset, name) for dataset, name in zip(datasets, names, strict=True)]
    _check_points(every)
    wanted: Sequence[tuple[str, str]] = () if all_figures else HEADLINE
    if of:
        wanted = asked_figures(of, [point for points in every for point in points])
    asked = bool(of) or all_figures
    pairs = [
        (values, reference)
        for others in every[1:]
        for values, reference in zip(others, every[0], strict=True)
    ]
    compared = []
    for values, reference in pairs:
        figures = compared_figures(values, reference, wanted)
        compared.append((values, reference, figures if asked else _telling(figures)))
    told = with_verdicts(compared)
    found = [
        _comparison(values, reference, figures, wanted)
        for (values, reference, _), figures in zip(compared, told, strict=True)
    ]
    return ResultComparisons(found, asked)


def _telling(figures: Sequence[ComparedFigure]) -> list[ComparedFigure]:
    """Without those that are zero in both: nobody asked for them."""
    return [each for each in figures if each.reference.value != 0.0 or each.value.value != 0.0]


def _comparison(
    values: ComparedResult,
    reference: ComparedResult,
    figures: Sequence[ComparedFigure],
    wanted: Sequence[tuple[str, str]],
) -> ResultComparison:
    attributes = (values.dataset.attrs, reference.dataset.attrs)
    both = (values, reference)
    return ResultComparison(
        values,
        reference,
        tuple(figures),
        why_not_compared(values, reference, wanted),
        tuple(unlike_keys(*attributes, places=(_place(values.dataset), _place(reference.dataset)))),
        tuple(
            unlike_runs(
                *attributes,
                (both[0].trials.trials, both[1].trials.trials),
                (both[0].trials.seed, both[1].trials.seed),
            )
        ),
        all(keys_are_known(each) for each in attributes),
    )


def _name_of_file(dataset: xr.Dataset) -> str:
    return Path(str(dataset.encoding.get("source", ""))).stem or "result"


def _names_apart(names: Sequence[str]) -> list[str]:
    """Names, numbered where several are the same."""
    return [
        name if names.count(name) == 1 else f"{name} ({names[: k + 1].count(name)})"
        for k, name in enumerate(names)
    ]


def _check_kind(dataset: xr.Dataset, name: str) -> None:
    """Refuse what is neither a run nor a sweep."""
    said = {STUDY_MARK: "a study of uncertainty", CAPACITY_MARK: "a search of capacities"}
    what = next((words for mark, words in said.items() if mark in dataset.attrs), "")
    if not what and not {"scenario_fingerprint", AXES} & dataset.attrs.keys():
        what = "nothing of capest"
    if what:
        raise InputError(
            f"{name}: is {what}: runs and sweeps are compared; capest show prints what it says"
        )


def _points(dataset: xr.Dataset, name: str) -> list[ComparedResult]:
    """Every point of a sweep, in the order of its axes; a run is one."""
    axes = axes_of_dataset(dataset)
    shape = tuple(dataset.sizes[axis] for axis in axes)
    found = []
    for place in np.ndindex(*shape):
        point = dataset.isel(dict(zip(axes, map(int, place), strict=True)))
        said = ", ".join(f"{key} = {value}" for key, value in _place(point).items())
        found.append(ComparedResult(point, name, printable(said) if math.prod(shape) > 1 else ""))
    return found


def _place(point: xr.Dataset) -> dict[str, Any]:
    """Values of a sweep's axes at one of its points, by their keys."""
    names = str(point.attrs.get(AXES, "")).split(", ")
    there = (point[name] for name in names if name in point.coords)
    return {key_of(one): plain_value(one.values[()]) for one in there}


def _check_points(every: Sequence[Sequence[ComparedResult]]) -> None:
    """Refuse sweeps that do not have the same points."""
    first = every[0]
    places = [_place(each.dataset) for each in first]
    for points in every[1:]:
        if len(points) == len(first) == 1:
            continue
        if [_place(each.dataset) for each in points] != places:
            raise InputError(
                f"{points[0].name} has {_count_of(points)} and {first[0].name} "
                f"{_count_of(first)}: point by point takes sweeps of the same points; select one "
                f"of each sweep, such as --at '{_example(points, first)}' (Python: ds.sel)"
            )


def _count_of(points: Sequence[ComparedResult]) -> str:
    if len(points) == 1:
        return "one result"
    return f"{len(points):,} points ({', '.join(_axis_names(points[0].dataset))})"


def _axis_names(point: xr.Dataset) -> Mapping[str, Any]:
    return {printable(key): value for key, value in _place(point).items()}


def _example(*every: Sequence[ComparedResult]) -> str:
    points = next(each for each in every if len(each) > 1)
    key, value = next(iter(_axis_names(points[-1].dataset).items()))
    return f"{key}={value}"
