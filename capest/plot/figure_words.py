"""Figures of results in words for axes and titles: their name, unit and factor."""

from __future__ import annotations

from dataclasses import dataclass

from capest.results.figures import people_unit
from capest.statistics.quantities import quantity

_SHORT = {
    "calls": "calls at once",
    "throughput": "throughput",
    "throughput_all_beams": "throughput of all beams",
    "uplink_throughput": "uplink throughput",
    "lit_beams": "beams lit",
    "refused_share": "calls refused",
    "blocked_share": "callers in reach without room",
}
"""Names of figures that the summary words by itself."""

_QUANTILE = {"p05": "5 % quantile", "p50": "median", "p95": "95 % quantile"}


@dataclass(frozen=True)
class FigureWords:
    """A figure in words.

    Attributes
    ----------
    name : str
        Such as "calls at once" or "median SINR".
    unit : str
        Empty of a count.
    factor : float
        By which values are multiplied before they are shown: 100 of shares, which are in percent.
    from_zero : bool
        An amount: its axis begins at zero.
    """

    name: str
    unit: str
    factor: float
    from_zero: bool

    @property
    def on_axis(self) -> str:
        """Label of an axis: name and unit."""
        return f"{self.name}, {self.unit}" if self.unit else self.name

    def with_unit(self, text: str) -> str:
        """A value as text, with its unit."""
        return f"{text} {self.unit}" if self.unit else text


def figure_words(metric: str, statistic: str) -> FigureWords:
    """Words of a figure.

    Parameters
    ----------
    metric, statistic : str
        As in ``Estimate``.
    """
    row = quantity(metric)
    unit = people_unit(row.units or "1")
    name = _SHORT.get(metric) or row.label or row.long_name.partition(",")[0]
    if metric == "calls" and statistic == "mean":
        name = _SHORT["calls"]
    name = name.removesuffix(f", {unit}") if unit else name
    if row.is_share:
        unit = "%"
    if statistic in _QUANTILE:
        name = f"{_QUANTILE[statistic]} of {name}" if statistic != "p50" else f"median {name}"
    return FigureWords(name, unit, 100.0 if row.is_share else 1.0, unit != "dB")
