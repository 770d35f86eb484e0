"""Figures that a study of uncertainty is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capest.errors import InputError
from capest.scenario.model import Scenario
from capest.scenario.reading import has_calls
from capest.scenario.until import UNTIL_KEYS, until_problem
from capest.statistics.quantities import quantity

OPTION = "--of"


@dataclass(frozen=True)
class AskedFigure:
    """One figure, named as rules of ``run.until`` name it.

    Attributes
    ----------
    metric, statistic : str
        As in ``reduction.Estimate``.
    """

    metric: str
    statistic: str

    @property
    def name(self) -> str:
        """Such as ``"sinr_db.p50"``."""
        return f"{self.metric}.{self.statistic}"

    @property
    def stem(self) -> str:
        """Start of the names of its variables in a file, such as ``"sinr_db_p50"``."""
        return f"{self.metric}_{self.statistic}"

    @property
    def label(self) -> str:
        """For people: the mean of a quantity goes by the name of the quantity."""
        return self.metric if self.statistic == "mean" else self.name

    @property
    def units(self) -> str:
        """UDUNITS string, or ``dB``."""
        return quantity(self.metric).units or "1"

    @property
    def is_amount(self) -> bool:
        """Whether a change in percent, and none at all, mean something."""
        return self.units != "dB"


def asked_figures(scenario: Scenario, names: Sequence[str] = ()) -> tuple[AskedFigure, ...]:
    """Read the names of figures.

    Parameters
    ----------
    scenario : Scenario
        Which must have them.
    names : sequence of str
        ``metric.statistic``, or ``metric`` for its mean, or its median where it has no mean;
        calls where a service asks for them, else the median SINR and throughput, if there is none.

    Raises
    ------
    InputError
        No such figure; with the nearest name.
    """
    if not names:
        calls = has_calls(dict(scenario.items()))
        names = ("calls",) if calls else ("sinr_db.p50", "throughput")
    return tuple(dict.fromkeys(_asked(scenario, name) for name in names))


def _asked(scenario: Scenario, name: str) -> AskedFigure:
    metric, dot, statistic = name.strip().partition(".")
    figure = AskedFigure(metric, statistic if dot else _usual(metric))
    values = dict(scenario.items())
    # The rules of run.until know which figures there are here.
    values["run.until"] = f"{figure.name}±1"
    problem = until_problem(*(values[key] for key in UNTIL_KEYS))
    if problem is not None:
        wrong = problem.allowed
        if wrong.endswith("above 0"):
            wrong = "must be the name of a figure"
        hint = problem.hint.partition(", without units")[0].replace("±0.1", "").replace("±1%", "")
        raise InputError(f"{OPTION} {name}: {wrong}{f'; {hint}' if hint else ''}")
    return figure


def _usual(metric: str) -> str:
    try:
        statistics = quantity(metric).statistics
    except KeyError:
        return "mean"
    return "mean" if "mean" in statistics or not statistics else "p50"
