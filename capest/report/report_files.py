"""The files that a report is of, by what they are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from capest.plot.source import Source
from capest.report.values import value_words
from capest.results.dataset_kinds import CAPACITY, RUN, SWEEP, UNCERTAINTY
from capest.results.ours import CAPACITY_MARK
from capest.results.summary import Summary
from capest.results.sweep_summary import SweepSummary
from capest.studies.capacity.capacity_file import capacities_of
from capest.studies.capacity.capacity_words import key_text
from capest.studies.uncertainty.study_model import Study
from capest.studies.uncertainty.study_reading import study_of

_NOT_ASKED = {"title", "run"}
"""Of a scenario: what changes no answer, but for chance."""

_NAMED = 6
"""Differing keys that a sentence names."""


@dataclass(frozen=True)
class ReportFiles:
    """The files of a report.

    Attributes
    ----------
    sources : tuple of Source
        The first is what the report is of.
    """

    sources: tuple[Source, ...]

    @property
    def first(self) -> Source:
        """What the report is of."""
        return self.sources[0]

    def of_kind(self, kind: str) -> tuple[Source, ...]:
        """Files of one of the kinds of ``plot.source``."""
        return tuple(each for each in self.sources if each.kind == kind)

    @property
    def runs(self) -> tuple[Source, ...]:
        """Results of runs."""
        return self.of_kind(RUN)

    @property
    def sweeps(self) -> tuple[Source, ...]:
        """Sweeps."""
        return self.of_kind(SWEEP)

    @property
    def capacities(self) -> tuple[Source, ...]:
        """Searches of capacities."""
        return self.of_kind(CAPACITY)

    @cached_property
    def studies(self) -> tuple[tuple[Source, Study], ...]:
        """Studies of uncertainty, read."""
        return tuple((each, study_of(each.stored)) for each in self.of_kind(UNCERTAINTY))

    @cached_property
    def summary(self) -> Summary | None:
        """Summary of the first file, where it is a run."""
        return Summary(self.first.stored) if self.first.kind == RUN else None

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """Global attributes of the first file."""
        return self.first.stored.attributes

    @cached_property
    def varied(self) -> dict[str, str]:
        """Keys that have several values in the first file, each with words for them."""
        if self.first.kind == SWEEP:
            return dict.fromkeys(SweepSummary(self.first.dataset).axes, "several values, see below")
        if self.first.kind != CAPACITY:
            return {}
        found = capacities_of(self.first.stored)
        low, high = (key_text(found.about, each) for each in found.about["range"])
        axes = [key for each in found.capacities for key in each.place]
        searched = {str(found.about[CAPACITY_MARK]): f"searched from {low} to {high}"}
        return dict.fromkeys(axes, "several values, see below") | searched

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """Scenario of the first file, as nested tables."""
        return scenario_of(self.first)


def scenario_of(source: Source) -> dict[str, Any]:
    """Return the scenario that a file keeps, as nested tables; empty of one that does not."""
    return tomllib.loads(str(source.stored.attributes.get("scenario_toml", "")))


def differing_keys(ours: Source, theirs: Source) -> list[tuple[str, Any, Any]]:
    """Return dotted keys in which two scenarios differ, with the value of each, ``None`` of none.

    Titles and the number of trials ask nothing, and are left out.
    """
    left, right = (dict(_flat(scenario_of(each))) for each in (ours, theirs))
    keys = dict.fromkeys((*left, *right))
    pairs = ((key, left.get(key), right.get(key)) for key in keys)
    return [
        (key, a, b) for key, a, b in pairs if a != b and key.partition(".")[0] not in _NOT_ASKED
    ]


def differing_words(ours: Source, theirs: Source) -> str:
    """Say in which keys another file's scenario is not ours; empty where in none."""
    keys = [] if ours is theirs else differing_keys(ours, theirs)
    named = [
        f"{key} {value_words(right)} in place of {value_words(left)}" for key, left, right in keys
    ]
    rest = len(named) - _NAMED
    more = [f"and {rest} key{'s' * (rest != 1)} more"] if rest > 0 else []
    return "; ".join([*named[:_NAMED], *more])


def _flat(tables: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in tables.items():
        name = f"{above}{key}"
        found += _flat(value, f"{name}.") if isinstance(value, Mapping) else [(name, value)]
    return found
