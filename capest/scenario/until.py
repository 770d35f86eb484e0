"""Rules that end a run: ``figure±width``, such as ``sinr_db.p05±0.1`` or ``throughput.mean±1%``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capest.errors import Problem
from capest.scenario.constellation_rules import SOURCES, is_constellation
from capest.scenario.derived import is_frame
from capest.scenario.nearest import nearest
from capest.scenario.reading import uplink_interference
from capest.scenario.service_classes import (
    call_services,
    guaranteed_services,
    kinds_of_service,
    rates_adapt,
)

if TYPE_CHECKING:
    from capest.statistics.quantity import Quantity, QuantityCondition

_FORM = re.compile(
    r"(?P<metric>\w+)\.(?P<statistic>\w+)\s*(?:±|\+/?-)\s*(?P<width>[\d.eE+-]+)\s*(?P<percent>%?)"
)
_EXAMPLES = "sinr_db.p05±0.1 or throughput.mean±1%"


@dataclass(frozen=True)
class StoppingCondition:
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


def parse_until(text: str) -> tuple[StoppingCondition, ...]:
    """Read a rule: conditions separated by commas, all of which must hold.

    Parameters
    ----------
    text : str
        ``+-`` and ``+/-`` stand for ``±``. A condition that is repeated counts once.

    Returns
    -------
    tuple of StoppingCondition

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
        found.append(
            StoppingCondition(match["metric"], match["statistic"], width, bool(match["percent"]))
        )
    return tuple(dict.fromkeys(found))


LIMITS = (
    *("satellite.pfd_limit_dbw_per_m2_mhz", "satellite.rf_power_w"),
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
)
"""Keys of limits on power."""

_OTHER_RATES = (
    *("service.uplink_kbps", "service.least_downlink_kbps", "service.least_uplink_kbps"),
)

UNTIL_KEYS = (
    *("run.until", "service.mix", "service.downlink_kbps"),
    *("service.guaranteed", "service.simulated_holding_times"),
    *_OTHER_RATES,
    *("beams.allocation", "beams.slots", "users.demand_mbps", "beams.bound"),
    *("cells.layout", "cells.objective", "cells.minimum_share"),
    "cells.bound",
    *("uplink.interference", "satellite.uplink_frequency_ghz", "satellite.g_over_t_db_per_k"),
    *("satellite.uplink_antenna_diameter_m", "handset.transmit_power_dbm"),
    *("handset.transmit_gain_dbi", *SOURCES),
    "cells.refinement",
    "service.count_reachable",
    *LIMITS,
)
"""What `until_problem` reads."""


def until_problem(
    until: str | None,
    mix: str | None,
    downlink_kbps: float | None,
    guaranteed: bool | None,
    holding_times: int,
    *others: Any,
) -> Problem | None:
    """Find the first fault of a rule.

    Parameters
    ----------
    until : str or None
        ``run.until``.
    mix, downlink_kbps, guaranteed, holding_times
        Of the service.
    *others
        The rest of ``UNTIL_KEYS``: other rates of the service, what makes a frame, bounds, what the
        uplink needs, limits on power.
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
    settings = (until, mix, downlink_kbps, guaranteed, holding_times, *others)
    values = dict(zip(UNTIL_KEYS, settings, strict=True))
    constellation = is_constellation(values)
    aimed = constellation and values["cells.layout"] == "earth-fixed"
    coverage = aimed and values["cells.objective"] == "coverage"
    interference = uplink_interference(values)
    of_frame = (values[key] for key in ("beams.allocation", "beams.slots", "users.demand_mbps"))
    frame = is_frame(*of_frame)
    there = AvailableFigures(
        interference != "off",
        interference == "load",
        interference == "full-buffer" and not constellation,
        constellation,
        calls,
        call_services(mix),
        best_effort,
        blocking,
        coverage and calls and values["cells.minimum_share"] > 0.0,
        rates_adapt(mix, downlink_kbps, *(values[key] for key in _OTHER_RATES)),
        frame,
        frame and values["beams.bound"] != "none",
        values["cells.refinement"] != "none" and not coverage,
        constellation and calls and values["cells.bound"] != "none",
        calls and bool(values["service.count_reachable"]),
        frozenset(key for key in LIMITS if values[key] is not None),
    )
    for condition in conditions:
        fault = _figure_fault(condition, there)
        if fault:
            return Problem("run.until", until, *fault)
    return None


@dataclass(frozen=True)
class AvailableFigures:
    """What a scenario has figures of."""

    uplink: bool
    load: bool
    turns: bool
    constellation: bool
    calls: bool
    call_services: tuple[str, ...]
    best_effort: bool
    blocking: bool
    minimum: bool
    adaptive: bool
    frame: bool
    bound: bool
    refined: bool
    calls_bound: bool
    reach: bool
    limits: frozenset[str]

    def lacks(self, row: Quantity) -> tuple[str, str] | None:
        """Why there is no such quantity here and when there is, ``None`` if there is."""
        return next(filter(None, (self._fault(each, row) for each in row.when)), None)

    def _fault(self, condition: QuantityCondition, row: Quantity) -> tuple[str, str] | None:
        from capest.statistics.quantity import When

        detail = condition.detail
        holds, why, hint = {
            When.ONE_SATELLITE: (
                not self.constellation,
                "is of one satellite only",
                f"here {detail} is that of all beams" if detail else f"such as {_EXAMPLES}",
            ),
            When.UPLINK: (
                self.uplink,
                _NOT_HERE,
                'with uplink.interference = "full-buffer" it is',
            ),
            When.LOAD: (
                self.load,
                _NOT_HERE,
                'with calls and uplink.interference = "load" it is',
            ),
            When.TURNS: (
                self.turns,
                _NOT_HERE,
                'with uplink.interference = "full-buffer" it is',
            ),
            When.CONSTELLATION: (
                self.constellation,
                "is of constellations only",
                f"such as {_EXAMPLES}",
            ),
            When.LIMIT: (
                detail in self.limits,
                _NOT_HERE,
                f"with {detail} it is",
            ),
            When.CALLS: (
                self.calls,
                _NOT_HERE,
                'with a service such as service.preset = "voice" it is',
            ),
            When.MIX: (
                detail in self.call_services,
                _NOT_HERE,
                f"with {detail} and other calls in a mix it is",
            ),
            When.BLOCKING: (
                self.blocking,
                _NOT_HERE,
                "with service.simulated_holding_times above 0 it is",
            ),
            When.ADAPTIVE: (
                self.adaptive,
                _NOT_HERE,
                'with a least rate, such as service.preset = "video-call-adaptive", it is',
            ),
            When.MINIMUM: (
                self.minimum,
                _NOT_HERE,
                'with cells.objective = "coverage", cells.minimum_share above 0 and calls it is',
            ),
            When.BEST_EFFORT: (
                self.best_effort,
                _NOT_HERE,
                "with best-effort in service.mix it is",
            ),
            When.FRAME: (
                self.frame,
                _NOT_HERE,
                "with beams.slots above 1, or users.demand_mbps, it is",
            ),
            When.BOUND: (self.bound, _NOT_HERE, 'with beams.bound = "fluid" it is'),
            When.REFINED: (
                self.refined,
                _NOT_HERE,
                'with cells.refinement = "local-search" it is',
            ),
            When.CALLS_BOUND: (
                self.calls_bound,
                _NOT_HERE,
                'with calls, a constellation and cells.bound = "interference-free" it is',
            ),
            When.REACH: (
                self.reach,
                _NOT_HERE,
                "with calls and service.count_reachable = true it is",
            ),
            When.KEPT_CELLS: (False, _NOT_HERE, "cells have no figures with intervals"),
        }[condition.when]
        return None if holds else (why, hint)

    def figures(self) -> list[str]:
        """Every figure that there is here."""
        from capest.statistics.quantities import figures, quantity

        every = figures(self.call_services)
        return [name for name in every if not self.lacks(quantity(name.partition(".")[0]))]


_NOT_HERE = "is not computed here"


def _figure_fault(condition: StoppingCondition, there: AvailableFigures) -> tuple[str, str] | None:
    """What is wrong with a condition's figure, and what would be right."""
    figure, row = condition.figure, _row(condition.metric)
    if row is None or condition.statistic not in row.statistics:
        return f"there is no figure {figure}", _known(figure, condition.metric, there.figures())
    lacking = there.lacks(row)
    if lacking:
        return f"{figure} {lacking[0]}", lacking[1]
    if condition.relative and row.units == "dB":
        return (
            f"{figure} is in dB, of which a percentage means nothing",
            f"write a width in dB, such as {figure}±0.1",
        )
    return None


def _row(metric: str) -> Quantity | None:
    """Row of the table of quantities; calls of a service only if there is such a service."""
    # Only here: the table comes with NumPy, and scenarios without a rule load faster than it.
    from capest.statistics.quantities import quantity

    try:
        row = quantity(metric)
    except KeyError:
        return None
    return None if row.family and row.service not in guaranteed_services() else row


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
