"""Rules that end a run: ``figure±width``, such as ``sinr_db.p05±0.1`` or ``throughput.mean±1%``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from capest.errors import Problem
from capest.scenario.nearest import nearest

_FORM = re.compile(
    r"(?P<metric>\w+)\.(?P<statistic>\w+)\s*(?:±|\+/?-)\s*(?P<width>[\d.eE+-]+)\s*(?P<percent>%?)"
)
_EXAMPLES = "sinr_db.p05±0.1 or throughput.mean±1%"


@dataclass(frozen=True)
class Condition:
    """One figure, and how narrow its 95 % interval is to be.

    Attributes
    ----------
    metric, statistic : str
        As in ``reduce.Estimate``.
    width : float
        Largest half width wanted: in the figure's units, or in percent of its value.
    relative : bool
        Whether ``width`` is in percent.
    """

    metric: str
    statistic: str
    width: float
    relative: bool

    @property
    def figure(self) -> str:
        """Name of the figure."""
        return f"{self.metric}.{self.statistic}"

    def __str__(self) -> str:
        return f"{self.figure}±{self.width:.12g}{'%' if self.relative else ''}"


def parse_until(text: str) -> tuple[Condition, ...]:
    """Read a rule: conditions separated by commas, all of which must hold.

    Parameters
    ----------
    text : str
        ``+-`` and ``+/-`` stand for ``±``.

    Returns
    -------
    tuple of Condition

    Raises
    ------
    ValueError
        If a part does not have the form of a condition, with the part as its argument.
    """
    found = []
    for part in (part.strip() for part in text.split(",")):
        match = _FORM.fullmatch(part)
        width = _number(match["width"]) if match else math.nan
        if match is None or not 0 < width < math.inf:
            raise ValueError(part)
        found.append(Condition(match["metric"], match["statistic"], width, bool(match["percent"])))
    return tuple(found)


def until_problem(until: str | None, uplink: bool, *, constellation: bool) -> Problem | None:
    """Find the first fault of a rule.

    Parameters
    ----------
    until : str or None
        ``run.until``.
    uplink : bool
        Whether the uplink is computed.
    constellation : bool
        Whether many satellites serve a region.
    """
    if until is None:
        return None
    try:
        conditions = parse_until(until)
    except ValueError as error:
        part = str(error) or "an empty condition"
        return Problem(
            "run.until",
            until,
            f"{part}: must be a figure and the half width wanted, above 0",
            f"such as {_EXAMPLES}, without units, several separated by commas",
        )
    for condition in conditions:
        fault = _figure_fault(condition, uplink, constellation)
        if fault:
            return Problem("run.until", until, *fault)
    return None


def _figure_fault(
    condition: Condition, uplink: bool, constellation: bool
) -> tuple[str, str] | None:
    """What is wrong with a condition's figure, and what would be right."""
    # Only here: the names come with NumPy, and scenarios without a rule load faster than it.
    from capest.figure_names import OF_CONSTELLATION, UNITS, is_of_uplink

    figure, metric = condition.figure, condition.metric
    if figure not in UNITS:
        there = [
            name
            for name in UNITS
            if (uplink or not is_of_uplink(name))
            and (constellation or name.partition(".")[0] not in OF_CONSTELLATION)
        ]
        return f"there is no figure {figure}", _known(figure, metric, there)
    if is_of_uplink(metric) and not uplink:
        return f"{figure} is not computed here", "with uplink.enabled = true it is"
    if metric in OF_CONSTELLATION and not constellation:
        return f"{figure} is of constellations only", f"such as {_EXAMPLES}"
    if condition.relative and UNITS[figure] == "dB":
        return (
            f"{figure} is in dB, of which a percentage means nothing",
            f"write a width in dB, such as {figure}±0.1",
        )
    return None


def _known(figure: str, metric: str, there: list[str]) -> str:
    own = [name for name in there if name.startswith(f"{metric}.")]
    if own:
        return "there is " + ", ".join(own)
    found = nearest(figure, there)
    if found:
        return f"did you mean {found}"
    return "there are " + ", ".join(dict.fromkeys(name.partition(".")[0] for name in there))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
