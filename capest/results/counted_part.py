"""What figures of two results are of: beams of one satellite, or a region; and whether they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capest.statistics.quantities import quantity

if TYPE_CHECKING:
    import xarray as xr

_OF_A_REGION = ("satellites_in_use", "satellites_in_use_mean")
"""Variables that results of constellations have, and points of their sweeps."""

_AMOUNTS = ("1", "Mbit s-1")
"""Units of what adds up over beams, cells and users."""


@dataclass(frozen=True)
class CountedPart:
    """What counts in the figures of a result.

    Attributes
    ----------
    is_region : bool
        Cells of a region, which a constellation serves; else beams of one satellite.
    cells : int or None
        Cells, or beams, that count; ``None`` of a sweep, which does not keep them.
    """

    is_region: bool
    cells: int | None

    @property
    def words(self) -> str:
        """Such as "19 beams of one satellite" and "a whole region"."""
        if self.is_region:
            return "a whole region"
        if self.cells is None:
            return "counted beams of one satellite"
        return f"{self.cells:,} beam{'s' * (self.cells != 1)} of one satellite"


def counted_part(dataset: xr.Dataset) -> CountedPart:
    """Tell what counts in the figures of a result, or of a point of a sweep.

    Parameters
    ----------
    dataset : xarray.Dataset
    """
    cells = None
    if "cell" in dataset.sizes:
        cells = int(dataset.sizes["cell"])
        # Files of regions up to 0.2 do not say: all cells count.
        if "cell_counted" in dataset.variables:
            cells = int(dataset["cell_counted"].values.sum())
    return CountedPart(any(name in dataset.variables for name in _OF_A_REGION), cells)


def adds_up(metric: str) -> bool:
    """Whether a figure is a sum over what counts, as throughput and calls are."""
    row = quantity(metric)
    is_sum = row.mean is not None and not row.is_share and not row.mean.of_any
    return is_sum and row.dims == ("trial",) and row.units in _AMOUNTS


def why_unlike(
    metric: str, values: CountedPart, reference: CountedPart, names: tuple[str, str]
) -> str:
    """Tell why a figure of two results means two different things.

    Parameters
    ----------
    metric : str
    values, reference : CountedPart
    names : (str, str)
        Of the result and of its reference.

    Returns
    -------
    str
        Empty where it means the same: figures of users, of a beam and of a satellite do, though of
        other populations.
    """
    if not adds_up(metric):
        return ""
    ours, theirs = (f"of {part.words}" for part in (values, reference))
    if values.is_region != reference.is_region:
        return f"{theirs} in {names[1]}, {ours} in {names[0]}"
    is_count_of_cells = metric.startswith("cells_") or metric == "covered_cells"
    if is_count_of_cells and None not in (values.cells, reference.cells):
        what = "cells" if values.is_region else "beams"
        if values.cells != reference.cells:
            return (
                f"a count of {what}, of {reference.cells:,} in {names[1]} and of "
                f"{values.cells:,} in {names[0]}"
            )
    return ""


def populations_words(values: CountedPart, reference: CountedPart) -> str:
    """Say of what two results differ in what they are of; empty where in nothing.

    Parameters
    ----------
    values, reference : CountedPart
    """
    if values.is_region != reference.is_region:
        return (
            f"Populations differ: users and beams are those of {reference.words} in the first, "
            f"and those of {values.words} in the other. Totals are not compared."
        )
    if values.is_region or None in (values.cells, reference.cells):
        return ""
    if values.cells == reference.cells:
        return ""
    return f"Totals are of {reference.words} in the first, and of {values.words} in the other."


def regions_words(keys: Mapping[str, object]) -> str:
    """Say that regions differ; empty where no key of them does.

    Parameters
    ----------
    keys : mapping
        Of two scenarios, those that differ.
    """
    if not any(key.startswith("region.") and key != "region.guard_km" for key in keys):
        return ""
    return "The regions differ: totals, users and cells are of other ground."
