"""The condition that a capacity keeps: a figure, and what it may be at most or at least."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from capest.errors import InputError
from capest.scenario.model import Scenario
from capest.scenario.reading import has_calls
from capest.scenario.until import UNTIL_KEYS, until_problem
from capest.statistics.quantities import is_known, quantity
from capest.statistics.quantity import QUANTILES, Quantity, When

BLOCKED = ("blocked_share", "mean")
"""Figure of ``--blocked``."""

UNREACHABLE = ("unreachable_share", "mean")

COUNT_REACHABLE = "service.count_reachable"

_FORM = re.compile(
    r"(?P<figure>[^<>=≤≥\s]+)\s*(?P<relation><=|>=|=<|=>|<|>|≤|≥)\s*(?P<value>\S+?)\s*(?P<percent>%?)"
)
_EXAMPLE = "such as 'user_throughput.p05>=1' or 'refused_share.mean<=5%'"
_AT_MOST = {"<=", "=<", "<", "≤"}
_STRICT = {"<", ">"}
_ROUNDING = 1e-12
_OF_USERS = "user_"
"""Begins the names of distributions over users."""


@dataclass(frozen=True)
class FigureCondition:
    """A figure and its threshold.

    Attributes
    ----------
    metric, statistic : str
        As in ``reduce.Estimate``.
    at_most : bool
        The figure may be so much at most; else it must be so much at least.
    threshold : float
        In the figure's units.
    strict : bool
        The threshold itself does not meet it.
    """

    metric: str
    statistic: str
    at_most: bool
    threshold: float
    strict: bool = False

    @property
    def figure(self) -> str:
        """Name of the figure."""
        return f"{self.metric}.{self.statistic}"

    @property
    def row(self) -> Quantity:
        """Its row in the table of quantities."""
        return quantity(self.metric)

    @property
    def is_share(self) -> bool:
        """Whether people read it in percent."""
        return self.row.is_share

    @property
    def needs_reach(self) -> bool:
        """Whether callers in reach have to be counted for it; False of an unknown figure."""
        return is_known(self.metric) and any(each.when is When.REACH for each in self.row.when)

    def excess(self, value: float) -> float:
        """How far a value is on the wrong side of the threshold; not above zero where it is not."""
        return value - self.threshold if self.at_most else self.threshold - value

    def is_met(self, value: float) -> bool:
        """Whether a value is on the right side; NaN is not.

        What differs from the threshold by rounding alone equals it.
        """
        if math.isclose(value, self.threshold, rel_tol=_ROUNDING):
            return not self.strict
        return self.excess(value) < 0.0

    def __str__(self) -> str:
        shown = f"{100 * self.threshold:.12g}%" if self.is_share else f"{self.threshold:.12g}"
        relation = ("<" if self.at_most else ">") + ("" if self.strict else "=")
        return f"{self.figure}{relation}{shown}"


def parse_blocked(text: str) -> FigureCondition:
    """Read the value of ``--blocked``: a share such as ``2%`` or ``0.02``.

    Raises
    ------
    InputError
    """
    share = _value(text.strip().removesuffix("%")) / (100.0 if text.strip().endswith("%") else 1.0)
    if not 0.0 < share < 1.0:
        raise InputError(
            f"--blocked {text}: must be a share above 0 % and below 100 %, such as 2% or 0.02"
        )
    return FigureCondition(*BLOCKED, at_most=True, threshold=share)


def parse_while(text: str) -> FigureCondition:
    """Read the value of ``--while``: a figure, a relation and a number.

    Raises
    ------
    InputError
        Not of this form. Whether there is such a figure is asked of the scenario, see
        `check_figure`.
    """
    said = f"--while '{text}'"
    match = _FORM.fullmatch(text.strip())
    value = _value(match["value"]) if match else math.nan
    if match is None or not math.isfinite(value):
        raise InputError(f"{said}: must be a figure, <= or >=, and a number, {_EXAMPLE}")
    metric, dot, statistic = match["figure"].partition(".")
    if not dot and is_known(metric):
        there = " or ".join(f"{metric}.{each}" for each in quantity(metric).statistics)
        raise InputError(f"{said}: {metric} lacks its statistic: write {there}")
    statistic = statistic or "mean"
    return FigureCondition(
        _over_users(metric, statistic),
        statistic,
        match["relation"] in _AT_MOST,
        value / (100.0 if match["percent"] else 1.0),
        match["relation"] in _STRICT,
    )


def check_figure(condition: FigureCondition, scenario: Scenario, said: str) -> None:
    """Refuse a figure that a scenario does not have.

    Parameters
    ----------
    condition : FigureCondition
    scenario : Scenario
        In which callers in reach are counted if the condition needs them.
    said : str
        The condition as it was given.

    Raises
    ------
    InputError
    """
    values = dict(scenario.items())
    if (condition.metric, condition.statistic) == BLOCKED and not has_calls(values):
        raise InputError(
            f"{said}: nobody calls; give a service of guaranteed rate, such as "
            'service.preset = "voice"; --while takes every other figure'
        )
    rule = f"{condition.figure}±1"
    problem = until_problem(rule, *(values[key] for key in UNTIL_KEYS[1:]))
    if problem is not None:
        hint = problem.hint.replace("±0.1", "<=3").replace("±1%", ">=100")
        raise InputError(f"{said}: {problem.allowed}; {hint}")


def check_threshold(condition: FigureCondition, said: str) -> None:
    """Refuse a share out of 0 to 1, and percent of what is no share.

    Raises
    ------
    InputError
    """
    if said.rstrip("'").endswith("%") and not condition.is_share:
        units = condition.row.units or "1"
        raise InputError(f"{said}: {condition.figure} is no share; give a number in {units}")
    if condition.is_share and not 0.0 <= condition.threshold <= 1.0:
        raise InputError(f"{said}: {condition.figure} is a share; give 0 to 1, or percent")


def _over_users(metric: str, statistic: str) -> str:
    """Name of a distribution over users where a total of the same name has no quantiles."""
    if statistic not in QUANTILES:
        return metric
    for name in (metric, _OF_USERS + metric):
        try:
            if statistic in quantity(name).statistics:
                return name
        except KeyError:
            continue
    return metric


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
