"""``ds.capest``: what a result says, on the xarray dataset itself."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from capest.accessor.plots import Plots
from capest.errors import InputError
from capest.results import aggregate
from capest.results.by_density import UNITS as DENSITY_UNITS
from capest.results.by_density import density_groups, why_no_groups
from capest.results.cell_totals import CellTotals, cell_totals
from capest.results.comparison import ResultComparisons, compare_results
from capest.results.difference_table import Differences, differences_of
from capest.results.rests_on import read_figures
from capest.results.schema import NOTE, axis_of
from capest.results.stored import OfDataset, stored_estimates
from capest.results.summary import Summary
from capest.results.sweep_figures import SweepPoint, one_point, points_of_dataset, select_point
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.results.sweep_summary import SweepSummary
from capest.results.unserved import Unserved, unserved_of
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.quantities import AXES
from capest.statistics.rare_events import least_kurtosis, why_not_known
from capest.statistics.reduction import Estimate, counted_in


@xr.register_dataset_accessor("capest")
class CapestAccessor:
    """Estimates of a result or a sweep, and what to print of it.

    Everything rests on the reduced variables of the file: selecting trials of the dataset
    does not change it.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    @property
    def plot(self) -> Plots:
        """Pictures: ``ds.capest.plot.map()``; ``ds.capest.plot()`` lists what the dataset holds."""
        return Plots(self._dataset)

    def summary(self) -> Summary | SweepSummary:
        """Headline figures; shows itself as text and in a notebook.

        Returns
        -------
        Summary or SweepSummary
            See also ``to_dict`` of the first and ``to_list`` of the second.
        """
        if SWEEP_AXES in self._dataset.attrs:
            return SweepSummary(self._dataset)
        return Summary(OfDataset(self._dataset))

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
        if SWEEP_AXES in self._dataset.attrs:
            return list(self._point().estimates.values())
        return stored_estimates(OfDataset(self._dataset))

    def _point(self) -> SweepPoint:
        """The only point of a sweep, or of what is selected of one."""
        return points_of_dataset(one_point(self._dataset))[0]

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
        if SWEEP_AXES in self._dataset.attrs:
            return self._quantile_of_point(metric, p)
        known = self._metrics()
        if metric not in known:
            near = difflib.get_close_matches(metric, known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InputError(f"no metric {metric!r}: {hint}there are {', '.join(known)}")
        if not 0 < p < 1:
            raise InputError(f"p = {p!r}: a quantile needs 0 < p < 1")
        note = str(self._dataset[f"{metric}_quantile"].attrs.get(NOTE, ""))
        found = self._any_quantile(metric, p)
        return Interval(found.value, math.nan, math.nan, note) if note else found

    def _quantile_of_point(self, metric: str, p: float) -> Interval:
        """As `quantile`, of a sweep of one point that keeps its trials."""
        point = one_point(self._dataset)
        if "trial" not in point.sizes:
            raise InputError(
                "this sweep of an earlier capest has the stored quantiles only: run it again"
            )
        alone = point.isel(trial=slice(int(point["trials"])))
        alone.attrs = {key: said for key, said in point.attrs.items() if key != SWEEP_AXES}
        return alone.capest.quantile(metric, p)  # type: ignore[no-any-return]

    def _any_quantile(self, metric: str, p: float) -> Interval:
        if AXES[metric].population == "trial" and metric in self._dataset:
            return order_statistic(self._dataset[metric].values, p)
        bins = self._dataset[f"{metric}_bin"]
        axis = axis_of(metric, bins.size, bins.attrs)
        parts = [self._dataset[f"{metric}_{part}"].values for part in ("below", "count", "above")]
        counts = np.concatenate([parts[0][:, None], parts[1], parts[2][:, None]], axis=1)
        trials = int(self._dataset.sizes["trial"])
        there = (name for name in counted_in(metric) if name in self._dataset)
        contributing = [int(np.count_nonzero(self._dataset[name])) for name in there] or [trials]
        least = least_kurtosis(contributing[0], trials)
        found = quantile_interval(counts, axis, p, least_kurtosis=least)
        note = why_not_known(contributing[0], trials)
        return Interval(found.value, math.nan, math.nan, note) if note else found

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
        return differences_of(self._dataset, reference)

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
        return compare_results((self._dataset, *others), names, of=of, all_figures=all_figures)

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
        ours, theirs = (select_point(self._dataset, each) for each in (point, reference))
        return differences_of(ours, theirs)

    def by_country(self) -> xr.Dataset:
        """Results of a constellation by country, see ``aggregate.by_country``."""
        return aggregate.by_country(self._dataset)

    def by_latitude(self, step_deg: float = 5.0) -> xr.Dataset:
        """Results of a constellation by zones of latitude, see ``aggregate.by_latitude``."""
        return aggregate.by_latitude(self._dataset, step_deg)

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
        totals = self._totals()
        found = density_groups(totals, groups)
        if not found:
            raise InputError(f"no groups by density: {why_no_groups(totals)}")
        names = [name for name, value in vars(found[0]).items() if value is not None]
        columns = {name: [getattr(one, name) for one in found] for name in names}
        columns |= {name: [one.shares[name] for one in found] for name in found[0].shares}
        return xr.Dataset(
            {
                name: ("density_group", values, {"units": DENSITY_UNITS[name]})
                for name, values in columns.items()
            },
            attrs={"of": totals.what},
        )

    def _totals(self) -> CellTotals:
        if SWEEP_AXES in self._dataset.attrs:
            raise InputError(
                "a sweep has no cells to sum up; --keep-points keeps the result of every point"
            )
        totals = cell_totals(OfDataset(self._dataset))
        if totals is None:
            raise InputError("one cell is selected, or the file has none: nothing to sum up")
        return totals

    def _metrics(self) -> list[str]:
        return [name for name in AXES if f"{name}_quantile" in self._dataset]
