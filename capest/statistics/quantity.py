"""What one row of the table of quantities says: a quantity of a result, and how it reduces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from capest.statistics.histograms import HistogramAxis

QUANTILES: dict[str, float] = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
"""Quantiles reported of every distribution, by the name of the statistic."""


class When(Enum):
    """What a scenario must have for a quantity to be there; without any it always is."""

    ONE_SATELLITE = "one satellite"
    UPLINK = "uplink"
    TURNS = "users of one satellite that take turns in the uplink"
    LOAD = "an uplink that hears the calls carried"
    CONSTELLATION = "constellation"
    LIMIT = "a limit on power"
    CALLS = "calls"
    ADAPTIVE = "calls whose rates adapt"
    MINIMUM = "calls that hold a share of their rate"
    MIX = "several calls of a mix"
    BLOCKING = "calls that come and go"
    BEST_EFFORT = "best effort"
    FRAME = "a frame of slots"
    BOUND = "a bound of frames"
    REFINED = "an assignment of cells that a search refines"
    CALLS_BOUND = "a bound of calls"
    REACH = "a count of callers in reach"
    KEPT_CELLS = "values of every trial and cell"


@dataclass(frozen=True)
class QuantityCondition:
    """One condition of a quantity.

    Attributes
    ----------
    when : When
    detail : str
        Of ``ONE_SATELLITE``, the figure that a constellation has in its place; of ``LIMIT``, the
        key of the limit; of ``MIX``, the service.
    """

    when: When
    detail: str = ""


@dataclass(frozen=True)
class Distribution:
    """Counted into bins; quantiles are reported.

    Attributes
    ----------
    low, step : float
        Lower edge of the first regular bin and bin width (in decades if ``logarithmic``).
    regular_bins : int
    logarithmic : bool
    counted_in : tuple of str
        Totals of a trial that are zero where a trial adds nothing to the distribution; the first
        one that a result has is looked at.
    """

    low: float
    step: float
    regular_bins: int
    logarithmic: bool = False
    counted_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mean:
    """The mean over trials is reported.

    Attributes
    ----------
    set_by_scenario : bool
        Where all trials have the same value it does not vary by accident: it is known exactly.
    is_share : bool
        Values lie within 0 to 1, and so do limits.
    of_any : bool
        NaN in trials that have none; the mean is over the others. Values may be negative.
    """

    set_by_scenario: bool = False
    is_share: bool = False
    of_any: bool = False


@dataclass(frozen=True)
class Share:
    """A ratio of sums over trials is reported.

    Attributes
    ----------
    part, whole : str
        Quantities of a trial, both whole numbers or both not, 0 <= part <= whole.
    beside : str
        The share is reported only where this quantity of a trial is there too.
    """

    part: str
    whole: str
    beside: str = ""


@dataclass(frozen=True)
class Sum:
    """Whole numbers are summed over trials; the file has their mean.

    Attributes
    ----------
    of : str
        Name of the sum in ``BlockResult.cell``, if it is not the quantity's.
    per : str
        The mean is over what this other sum counts, such as users; over trials if empty.
    unit : float
        One whole number stands for so much of the quantity.
    """

    of: str = ""
    per: str = ""
    unit: float = 1.0


Reduced = Distribution | Mean | Share | Sum


# Rows are compared by what they are, not by what they say: the table is long.
@dataclass(frozen=True, eq=False)
class Quantity:
    """One row: what a quantity is, how it stands in a result file, and how it reduces.

    Attributes
    ----------
    name : str
        Also the stem of variables and figures. ``{service}`` in it makes a family: one quantity
        for each service.
    dims : tuple of str
        What there is a value of. Users (and beams that come and go) are no dimension of a file:
        their quantities stand in it as distributions. Without dimensions: of all trials.
    dtype : str
        NumPy type string.
    units : str or None
        UDUNITS string or ``dB``; None of flags.
    long_name : str
        For people.
    reduces : tuple of Distribution, Mean, Share or Sum
        What becomes of it over trials; nothing if values are recorded only.
    cell_methods : str or None
        As CF has it; what adds up over an area begins with ``area: sum``.
    when : tuple of QuantityCondition
        All must hold for it to be there.
    label : str
        Its line in the summary, that of quantiles if it has a distribution. Without one it has no
        line, but for means that the summary words by itself.
    column : str
        Heading in tables of sweeps, which have no such column if it is empty.
    comment : str
        Why values may be missing.
    flags : str
        Meanings of the values 0, 1, ... with spaces between.
    family, service : str
        Name of the family it is of, and the service's, if it is of one service.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    units: str | None
    long_name: str
    reduces: tuple[Reduced, ...] = ()
    cell_methods: str | None = None
    when: tuple[QuantityCondition, ...] = ()
    label: str = ""
    column: str = ""
    comment: str = ""
    flags: str = ""
    family: str = ""
    service: str = ""

    @property
    def distribution(self) -> Distribution | None:
        """Its bins, if it is counted into some."""
        return next((one for one in self.reduces if isinstance(one, Distribution)), None)

    @property
    def mean(self) -> Mean | None:
        """Whether its mean over trials is reported."""
        return next((one for one in self.reduces if isinstance(one, Mean)), None)

    @property
    def is_share(self) -> bool:
        """Whether its mean, or the ratio that it is, lies within 0 to 1 and is shown in percent."""
        return bool(self.share or (self.mean and self.mean.is_share))

    @property
    def share(self) -> Share | None:
        """What it is the ratio of, if it is one."""
        return next((one for one in self.reduces if isinstance(one, Share)), None)

    @property
    def sum(self) -> Sum | None:
        """How its sums over trials become means, if it is summed."""
        return next((one for one in self.reduces if isinstance(one, Sum)), None)

    @property
    def statistics(self) -> tuple[str, ...]:
        """Statistics that are reported with intervals: those that ``--until`` may name."""
        found = tuple(QUANTILES) if self.distribution else ()
        return (*found, "mean") if self.mean or self.share else found

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.dtype.startswith("i")

    @property
    def over_trials(self) -> bool:
        """Whether its distribution is over trials, not over users or beams."""
        return self.dims == ("trial",)

    @property
    def axis(self) -> HistogramAxis:
        """Bins of its distribution.

        Raises
        ------
        KeyError
            If it has none.
        """
        bins = self.distribution
        if bins is None:
            raise KeyError(self.name)
        return HistogramAxis(
            self.name,
            self.units or "1",
            self.long_name,
            self.dims[-1],
            bins.low,
            bins.step,
            bins.regular_bins,
            bins.logarithmic,
        )

    @property
    def is_family(self) -> bool:
        """Whether it stands for one quantity of each service."""
        return "{service}" in self.name

    def of_service(self, service: str) -> Quantity:
        """Quantity of one service of a family.

        Parameters
        ----------
        service : str
            Name of a preset, such as ``"video-call-480p"``.
        """
        return replace(
            self,
            name=self.name.replace("{service}", service.replace("-", "_")),
            long_name=self.long_name.replace("{service}", service),
            label=self.label.replace("{service}", service),
            family=self.name,
            service=service,
            when=tuple(
                replace(each, detail=each.detail.replace("{service}", service))
                for each in self.when
            ),
        )
