"""Rules that end a run: ``figure±width``, such as ``sinr_db.p05±0.1`` or ``throughput.mean±1%``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from capest.errors import Problem
from capest.scenario.nearest import nearest
from capest.scenario.service_classes import call_services, kinds_of_service

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
        ``+-`` and ``+/-`` stand for ``±``. A condition that is repeated counts once.

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
    return tuple(dict.fromkeys(found))


UNTIL_KEYS = (
    *("run.until", "uplink.enabled", "service.mix", "service.downlink_kbps"),
    *("service.guaranteed", "service.simulated_holding_times"),
    *("satellite.pfd_limit_dbw_per_m2_mhz", "satellite.rf_power_w"),
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
)
"""What `until_problem` reads."""


def until_problem(
    until: str | None,
    uplink: bool,
    mix: str | None,
    downlink_kbps: float | None,
    guaranteed: bool | None,
    holding_times: int,
    *limits: float | None,
    constellation: bool,
) -> Problem | None:
    """Find the first fault of a rule.

    Parameters
    ----------
    until : str or None
        ``run.until``.
    uplink : bool
        Whether the uplink is computed.
    mix, downlink_kbps, guaranteed, holding_times
        Of the service.
    *limits
        On power: the last of ``UNTIL_KEYS``.
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
    calls, best_effort = kinds_of_service(mix, downlink_kbps, guaranteed)
    blocking = holding_times > 0
    # One satellite reads no limit.
    given = zip(UNTIL_KEYS[-len(limits) :], limits, strict=True) if constellation else ()
    there = Computed(
        uplink,
        constellation,
        calls,
        call_services(mix),
        best_effort,
        blocking,
        frozenset(key for key, limit in given if limit is not None),
    )
    for condition in conditions:
        fault = _figure_fault(condition, there)
        if fault:
            return Problem("run.until", until, *fault)
    return None


@dataclass(frozen=True)
class Computed:
    """What a scenario has figures of."""

    uplink: bool
    constellation: bool
    calls: bool
    call_services: tuple[str, ...]
    best_effort: bool
    blocking: bool
    limits: frozenset[str]

    def lacks(self, metric: str) -> tuple[str, str] | None:
        """Why there is no such metric here and when there is, ``None`` if there is."""
        from capest.statistics.figure_names import (
            ALL_BEAMS,
            BLOCKING_SHARE,
            OF_BEST_EFFORT,
            OF_CALLS,
            OF_CONSTELLATION,
            OF_LIMITS,
            OF_MIXES,
            is_of_uplink,
        )

        if metric in ALL_BEAMS and self.constellation:
            counted = ALL_BEAMS[metric]
            return "is of one satellite only", f"here {counted} is that of all beams"
        metric = ALL_BEAMS.get(metric, metric)
        if is_of_uplink(metric) and not self.uplink:
            return "is not computed here", "with uplink.enabled = true it is"
        if metric in OF_CONSTELLATION and not self.constellation:
            return "is of constellations only", f"such as {_EXAMPLES}"
        if metric in OF_LIMITS and OF_LIMITS[metric] not in self.limits:
            return "is not computed here", f"in a constellation with {OF_LIMITS[metric]} it is"
        if metric in OF_CALLS and not self.calls:
            return "is not computed here", 'with a service such as service.preset = "voice" it is'
        if metric in OF_MIXES and OF_MIXES[metric] not in self.call_services:
            return "is not computed here", f"with {OF_MIXES[metric]} and other calls in a mix it is"
        if metric == BLOCKING_SHARE and not self.blocking:
            return "is not computed here", "with service.simulated_holding_times above 0 it is"
        if metric in OF_BEST_EFFORT and not self.best_effort:
            return "is not computed here", "with best-effort in service.mix it is"
        return None


def _figure_fault(condition: Condition, there: Computed) -> tuple[str, str] | None:
    """What is wrong with a condition's figure, and what would be right."""
    # Only here: the names come with NumPy, and scenarios without a rule load faster than it.
    from capest.statistics.figure_names import UNITS

    figure, metric = condition.figure, condition.metric
    if figure not in UNITS:
        known = [name for name in UNITS if not there.lacks(name.partition(".")[0])]
        return f"there is no figure {figure}", _known(figure, metric, known)
    lacking = there.lacks(metric)
    if lacking:
        return f"{figure} {lacking[0]}", lacking[1]
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
