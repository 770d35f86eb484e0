"""``ds.capest``: what a result says, on the xarray dataset itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import xarray as xr

from capest.accessor import distribution, figures, frames
from capest.accessor.density import by_density
from capest.accessor.plots import Plots, checked_dataset
from capest.accessor.python_words import in_python_words
from capest.errors import InputError
from capest.results import aggregate
from capest.results.cell_totals import CellTotals, cell_totals
from capest.results.comparison import ResultComparisons, compare_results
from capest.results.dataset_kinds import CAPACITY, KIND_WORDS, RUN, SWEEP, UNCERTAINTY, kind_of
from capest.results.difference_table import Differences, differences_of
from capest.results.old_names import with_new_names
from capest.results.rests_on import read_figures
from capest.results.stored import OfDataset, stored_estimates
from capest.results.summary import Summary
from capest.results.sweep_figures import SweepPoint, one_point, points_of_dataset, select_point
from capest.results.sweep_summary import SweepSummary
from capest.results.unserved import Unserved, unserved_of
from capest.results.whole import why_not_all_trials, why_not_whole
from capest.statistics.intervals import Interval
from capest.statistics.reduction import Estimate
from capest.studies.capacity.capacity_file import StoredCapacities, capacities_of
from capest.studies.capacity.capacity_summary import CapacitySummary
from capest.studies.uncertainty.study_model import Study
from capest.studies.uncertainty.study_reading import study_of
from capest.studies.uncertainty.study_summary import StudySummary

if TYPE_CHECKING:
    import pandas as pd


class CapestAccessor:
    """Estimates of a result or a sweep, and what to print of it.

    Everything rests on the reduced variables of the file, which are those of all its trials: a
    dataset of which trials, groups of them or variables were selected is refused. Points of a
    sweep may be selected, and cells.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = with_new_names(dataset)

    @cached_property
    def kind(self) -> str:
        """What capest wrote the dataset for: "run", "sweep", "uncertainty" or "capacity"."""
        return kind_of(self._dataset)

    @cached_property
    def _whole(self) -> xr.Dataset:
        """The dataset, if its figures are those of what it holds.

        Raises
        ------
        InputError
            Trials, groups of them, samples or variables were selected.
        """
        kind_of(self._dataset)
        if reason := why_not_whole(self._dataset):
            raise InputError(reason)
        return self._dataset

    @property
    def _all_trials(self) -> xr.Dataset:
        """The dataset, if its cells have the values of all trials.

        Raises
        ------
        InputError
            Trials were selected.
        """
        if reason := why_not_all_trials(self._dataset):
            raise InputError(reason)
        return self._dataset

    @property
    def plot(self) -> Plots:
        """Pictures: ``ds.capest.plot.map()``; ``ds.capest.plot`` lists what the dataset holds."""
        return Plots(self._dataset)

    def summary(self) -> Summary | SweepSummary | StudySummary | CapacitySummary:
        """The answer first; shows itself as text and in a notebook.

        Returns
        -------
        Summary, SweepSummary, StudySummary or CapacitySummary
            With ``to_dict``, that of a sweep with ``to_list``, as ``capest show --json`` has it.
        """
        if self.kind == UNCERTAINTY:
            return StudySummary(self._study)
        if self.kind == CAPACITY:
            return CapacitySummary(self._capacities)
        if self.kind == SWEEP:
            return SweepSummary(self._whole)
        if "cell" not in self._whole.sizes:
            raise InputError("one cell is selected: a summary is of the whole dataset")
        return Summary(OfDataset(self._whole))

    def ci(self, figure: str = "") -> figures.FigureWithLimits | xr.Dataset:
        """One figure and its limits.

        Parameters
        ----------
        figure : str
            Such as ``"sinr_db.p05"`` or ``"calls"``: a quantity alone stands for its mean, or its
            median where it has none. Of a search of a capacity it is the key that was searched,
            and may be left out.

        Returns
        -------
        FigureWithLimits or xarray.Dataset
            With ``value``, ``low``, ``high``, ``units`` and ``note``. Limits are those of the 95 %
            confidence interval; of a study of uncertainty the value is the median and the limits
            are those of its range. Of a sweep, or capacities at several points, a dataset with
            ``value``, ``low`` and ``high`` over the axes.

        Raises
        ------
        InputError
            No such figure, with the nearest name; or none, with all names.
        """
        if self.kind == UNCERTAINTY:
            return figures.figure_of_study(self._study, figure)
        if self.kind == CAPACITY:
            return figures.figure_of_capacity(self._whole, self._capacities, figure)
        if self.kind == SWEEP:
            points = points_of_dataset(self._whole)
            if any(point.place for point in points):
                return figures.figure_of_points(self._whole, points, figure)
        return figures.figure_of_estimates(self.estimates(), figure)

    def cdf(self, metric: str) -> xr.Dataset:
        """Distribution function of a metric over users, beams or trials, with a 95 % band.

        Parameters
        ----------
        metric : str
            Such as ``"sinr_db"``.

        Returns
        -------
        xarray.Dataset
            ``probability``, ``probability_low`` and ``probability_high`` over ``value``, in the
            metric's units, and over the axes of a sweep. The band holds at each value alone, over
            groups of whole trials; NaN where trials are too few, and the attribute
            ``interval_note`` says why.

        Raises
        ------
        InputError
            No such metric; a study of uncertainty or a search of capacities.
        """
        self._refuse_studies("distribution over users")
        return distribution.cdf_of(self._whole, metric)

    def to_pandas(self) -> pd.DataFrame:
        """Everything as a table with a row for each figure, sample or visited value.

        Returns
        -------
        pandas.DataFrame
            Of a run ``metric``, ``statistic``, ``value``, ``low``, ``high``, ``unit``, ``note``,
            limits being those of the 95 % confidence interval; of a sweep with a column for each
            axis before them. Of a study of uncertainty a row for each sample, with a column for
            each assumption and each answer, or without samples for each end that was tried. Of
            a search of capacities a row for each value that was visited.
        """
        if self.kind == UNCERTAINTY:
            return frames.frame_of_study(self._study)
        if self.kind == CAPACITY:
            return frames.frame_of_capacities(self._capacities)
        if self.kind == SWEEP:
            return frames.frame_of_points(points_of_dataset(self._whole))
        return frames.frame_of_estimates(self.estimates())

    def estimates(self) -> list[Estimate]:
        """Every figure stored in the file with its 95 % confidence interval.

        Returns
        -------
        list of Estimate
            Quantiles of every metric, then means over trials. Limits are NaN where fewer than
            5 trials contribute; ``note`` then says why, and how many trials would do.

        Raises
        ------
        InputError
            For a sweep of which no single point is selected.
        """
        self._refuse_studies("figures of one run")
        if self.kind == SWEEP:
            return list(self._point().estimates.values())
        return stored_estimates(OfDataset(self._whole))

    def _point(self) -> SweepPoint:
        """The only point of a sweep, or of what is selected of one."""
        return points_of_dataset(one_point(self._whole))[0]

    def quantile(self, metric: str, p: float) -> Interval:
        """Any quantile of a metric over users (or beams) and trials, from the histograms.

        A quantile over trials (``calls``) is an order statistic of the trials in the file.

        Parameters
        ----------
        metric : str
            Such as ``"sinr_db"``.
        p : float
            0 < p < 1.

        Returns
        -------
        Interval
            Value and 95 % limits in the units of the metric.

        Raises
        ------
        InputError
            No such metric, or p out of range.
        """
        self._refuse_studies("quantile over users")
        return distribution.quantile_of(one_point(self._whole), metric, p)

    def difference_to(self, reference: xr.Dataset) -> Differences:
        """Figures of this result less those of another one, in pairs where draws are common.

        Results with the same seed share the random numbers of every trial, so the interval of a
        difference comes from trials of the same number; with two seeds, from independent runs.

        Parameters
        ----------
        reference : xarray.Dataset
            From ``capest.open`` or ``capest.run``, or one point of a sweep.

        Returns
        -------
        Differences
            Shows itself as a table; ``found["throughput", "mean"]`` has ``value``, ``low``,
            ``high``, ``percent`` with limits, ``paired`` and ``note``.

        Raises
        ------
        InputError
            Either does not hold all trials of one result.
        """
        return differences_of(self._whole, checked_dataset(reference, "reference"))

    def compare(
        self,
        *others: xr.Dataset,
        of: Sequence[str] = (),
        all_figures: bool = False,
        names: Sequence[str] = (),
    ) -> ResultComparisons:
        """This result, the reference, compared with others: as ``capest compare``.

        Parameters
        ----------
        *others : xarray.Dataset
            One or more results; sweeps of the same points are compared point by point.
        of : sequence of str
            Figures, such as ``["calls", "sinr_db.p05"]``; the headline without any.
        all_figures : bool
            Every figure, in place of the headline.
        names : sequence of str
            What the results are called, this one first; their files' names without any.

        Returns
        -------
        ResultComparisons
            Shows itself as tables; ``found[0]["calls", "mean"].verdict``; ``to_list`` and
            ``to_pandas``.

        Raises
        ------
        InputError
            Nothing to compare with, sweeps of different points, or no such figure.
        """
        results = [self._whole, *(checked_dataset(each, "others") for each in others)]
        asked = [of] if isinstance(of, str) else of
        with in_python_words():
            return compare_results(results, names, of=asked, all_figures=all_figures)

    def difference(self, point: Mapping[str, Any], reference: Mapping[str, Any]) -> Differences:
        """Figures of one point of a sweep less those of another.

        Parameters
        ----------
        point, reference : mapping
            Value of each axis, such as ``{"beams.frequency_reuse": 3}``; axes of one value may be
            left out.

        Returns
        -------
        Differences
            As of `difference_to`.

        Raises
        ------
        InputError
            Not a sweep, or no such point.
        """
        for name, place in (("point", point), ("reference", reference)):
            if not isinstance(place, Mapping):
                raise InputError(
                    f"{name} = {place!r}: give values of the axes, such as "
                    "{'beams.frequency_reuse': 3}"
                )
        ours, theirs = (select_point(self._whole, each) for each in (point, reference))
        return differences_of(ours, theirs)

    def by_country(self) -> xr.Dataset:
        """Results of a constellation by country, see ``aggregate.by_country``."""
        return aggregate.by_country(self._all_trials)

    def by_latitude(self, step_deg: float = 5.0) -> xr.Dataset:
        """Results of a constellation by zones of latitude, see ``aggregate.by_latitude``."""
        return aggregate.by_latitude(self._all_trials, step_deg)

    def unserved(self) -> Unserved:
        """Cells that no trial served, and where nobody asked.

        Returns
        -------
        Unserved
            With people, area, reasons, and the numbers of the cells never served.

        Raises
        ------
        InputError
            For a sweep, or one selected cell.
        """
        return unserved_of(self._totals())

    def assumptions(self) -> list[dict[str, Any]]:
        """What the result rests on: every figure that its trials read, and where it comes from.

        Returns
        -------
        list of dict
            With ``key``, ``value``, ``origin`` and what is stated of the figure, as ``capest show
            --assumptions --json`` has it: changed figures first.

        Raises
        ------
        InputError
            The dataset is of a version that did not keep it.
        """
        return read_figures(self._dataset.attrs, "this dataset")

    def by_density(self, groups: int = 10) -> xr.Dataset:
        """What is served by how densely people live, in groups of equally many people.

        Parameters
        ----------
        groups : int
            1 to 1000.

        Returns
        -------
        xarray.Dataset
            Dimension ``density_group``, from thinly to densely settled cells: limits of density,
            cells, area, people (where users are placed by them; else groups are of users), calls
            or users asked and served in a trial, and the share served; with a minimum also the
            callers who hold it, or an equal part, alone, and the share with them.

        Raises
        ------
        InputError
            The cells have no area, nobody asked, or ``groups`` is out of range.
        """
        if not isinstance(groups, int) or not 1 <= groups <= 1000:
            raise InputError(f"groups = {groups!r}: must be a whole number from 1 to 1000")
        return by_density(self._totals(), groups)

    def _totals(self) -> CellTotals:
        self._refuse_studies("cells to sum up")
        if self.kind == SWEEP:
            raise InputError(
                "a sweep has no cells to sum up: run one of its points, or keep the result of "
                "each with keep_points=True (--keep-points)"
            )
        totals = cell_totals(OfDataset(self._all_trials))
        if totals is None:
            raise InputError("one cell is selected, or the file has none: nothing to sum up")
        return totals

    @cached_property
    def _study(self) -> Study:
        try:
            return study_of(OfDataset(self._whole))
        except (LookupError, ValueError, TypeError) as error:
            raise _not_whole(self.kind, error) from error

    @cached_property
    def _capacities(self) -> StoredCapacities:
        try:
            return capacities_of(OfDataset(self._whole))
        except (LookupError, ValueError, TypeError) as error:
            raise _not_whole(self.kind, error) from error

    def _refuse_studies(self, what: str) -> None:
        """Refuse what only runs and points of sweeps have.

        Raises
        ------
        InputError
        """
        if self.kind not in (RUN, SWEEP):
            raise InputError(
                f"this is {KIND_WORDS[self.kind]}, which keeps no {what}: ask summary(), ci() or "
                "to_pandas()"
            )


def _not_whole(kind: str, error: Exception) -> InputError:
    return InputError(
        f"this dataset is not all of {KIND_WORDS[kind]} ({error}): open its file again and select "
        "nothing"
    )
