"""Where satellites are in view: how many, and how often none, by latitude."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.plot.latitude_zones import Zones, zones_of
from capest.plot.map_places import is_selection, scenario_of
from capest.plot.map_words import short
from capest.plot.plain_numbers import plain_number
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import BLUE, INK, VERMILLION
from capest.results.figures import interval_text, percent_text, scaled, value_text
from capest.results.layouts import has_layout
from capest.results.stored import Stored, stored_estimates
from capest.statistics.gamma_quantile import largest_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run",)
MOST = 1
OPTIONS = ()

_NEEDED = {"cell_covered_share", "cell_satellites_in_view", "cell_latitude", "cell_area"}
_PERCENT = 100.0


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    stored = sources[0].stored
    if has_layout(stored.names):
        return (
            "one satellite stands still over its cells and is in view of all of them in every "
            "trial; a constellation comes and goes"
        )
    if "cell" not in stored.sizes:
        return "one cell is selected: there are no latitudes to compare"
    if missing := sorted(_NEEDED - stored.names):
        return f"the file lacks {', '.join(missing)}"
    return "" if _counted(stored).any() else "it has no cell that counts"


def draw(sheet: Sheet, sources: tuple[Source, ...]) -> Words:
    """Draw satellites in view, and the share of moments without one, by latitude.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    """
    source = sources[0]
    stored = source.stored
    counted = _counted(stored)
    area = _of_cells(stored, "cell_area", counted)
    zones = zones_of(_of_cells(stored, "cell_latitude", counted), float(area.mean()))
    people = None
    if "cell_residents" in stored.names:
        people = _of_cells(stored, "cell_residents", counted)
    seen = _of_cells(stored, "cell_satellites_in_view", counted)
    # Both are means of whole numbers: rounding leaves no share below zero.
    gone = np.clip(1.0 - _of_cells(stored, "cell_covered_share", counted), 0.0, 1.0) * _PERCENT
    trials = int(stored.attributes["trials_done"])
    top, bottom = sheet.panels((1.0, 1.0), share_x=True)
    assert top is not None
    _curves(top, zones, seen, area, people)
    top.set_ylabel("satellites in view")
    top.set_ylim(0.0, max(1.0, 1.08 * float(seen.max())))
    _key(top)
    if bottom is not None:
        _curves(bottom, zones, gone, area, people)
        if not _stands_still(stored):
            _limits(bottom, zones, gone, area, trials)
            _key(bottom, last=1)
        bottom.set_ylabel("moments without one, %")
        bottom.set_ylim(0.0, min(105.0, max(1.0, 1.05 * bottom.get_ylim()[1])))
    _latitudes(bottom or top, zones)
    title = _title(stored, seen, area, trials)
    weighted = "by area and by people" if people is not None else "by area"
    return Words(
        title=title,
        subtitle=(
            f"{source.title} · in view: {_mask(stored)} · a moment is a trial · zones of "
            f"{zones.width_deg:g}° of latitude, means {weighted}"
        ),
        footer=source.footer,
        alt=f"Satellites in view and share of moments without one, by latitude. {title}.",
    )


def _counted(stored: Stored) -> np.ndarray:
    """Cells that count: guard cells do not."""
    if "cell_counted" not in stored.names:
        return np.ones(stored.sizes["cell"], dtype=bool)
    found: np.ndarray = stored.values("cell_counted") != 0
    return found


def _of_cells(stored: Stored, name: str, counted: np.ndarray) -> np.ndarray:
    found: np.ndarray = stored.values(name)[counted].astype(np.float64)
    return found


def _curves(
    ax: Axes, zones: Zones, values: np.ndarray, area: np.ndarray, people: np.ndarray | None
) -> None:
    """Draw means by area and by people over the band of all cells."""
    low, high = zones.extremes(values)
    width = 0.4 * zones.width_deg
    ax.bar(
        zones.middle_deg, high - low, bottom=low, width=2.0 * width, color=BLUE, alpha=0.22,
        linewidth=0.0, label="lowest to highest cell",
    )  # fmt: skip
    middle = zones.middle_deg
    # No line over latitudes without a cell.
    gaps = np.flatnonzero(np.diff(middle) > 1.5 * zones.width_deg) + 1

    def curve(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = zones.mean(values, weight)
        return np.insert(middle, gaps, np.nan), np.insert(mean, gaps, np.nan)

    ax.plot(
        *curve(area), "o-", color=BLUE, markersize=4.0,
        linewidth=1.4, label="mean by area", clip_on=False,
    )  # fmt: skip
    if people is not None:
        ax.plot(
            *curve(people), "s--", color=VERMILLION, markersize=3.5,
            linewidth=1.2, markerfacecolor="white", label="mean by people who live there",
            clip_on=False,
        )  # fmt: skip


def _key(ax: Axes, last: int = 3) -> None:
    """Put words above a panel, where nothing is drawn."""
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles[-last:], labels[-last:], loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3,
        borderaxespad=0.1,
    )  # fmt: skip


def _limits(
    ax: Axes, zones: Zones, gone_percent: np.ndarray, area: np.ndarray, trials: int
) -> None:
    """Draw intervals of the means by area, which cover whatever cells have in common.

    A zone's share in a trial lies between 0 and 1, and varies the most where all of its cells are
    covered or none is: an interval of Clopper and Pearson for that many trials is the widest.
    """
    mean = zones.mean(gone_percent, area) / _PERCENT
    low, high = np.array([_widest(share, trials) for share in mean.tolist()]).T * _PERCENT
    mean = mean * _PERCENT
    ax.errorbar(
        zones.middle_deg, mean, yerr=[np.maximum(mean - low, 0.0), np.maximum(high - mean, 0.0)],
        fmt="none", ecolor=INK, elinewidth=0.7, capsize=2.0,
        label="95 % interval at most (two-sided), of the mean by area",
    )  # fmt: skip


def _widest(share: float, trials: int) -> tuple[float, float]:
    """Limits of a share of trials, rounded outward to whole trials."""
    # A mean of 4-byte numbers is off by less.
    seen = share * trials
    up = math.ceil(seen - 1e-4)
    down = math.floor(seen + 1e-4)
    return 1.0 - largest_share(trials - down, trials), largest_share(up, trials)


def _latitudes(ax: Axes, zones: Zones) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def named(value: float, place: int | None) -> str:
        side = " N" if value > 0.0 else " S" if value < 0.0 else ""
        return f"{plain_number(abs(value))}°{side}"

    margin = zones.width_deg
    ax.set_xlim(max(-90.0, zones.middle_deg[0] - margin), min(90.0, zones.middle_deg[-1] + margin))
    ax.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 3, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(named))
    ax.set_xlabel("latitude")


def _mask(stored: Stored) -> str:
    mask = scenario_of(stored).get("constellation", {}).get("minimum_elevation_deg")
    if mask is None:
        return "above the mask of elevation"
    return f"above the mask of elevation, {float(str(mask)):g}°"


def _title(stored: Stored, seen: np.ndarray, area: np.ndarray, trials: int) -> str:
    """Share of moments and area without a satellite, with its interval, and the mean number."""
    mean = short(float(np.average(seen, weights=area)))
    count = f"satellites in view on average: {mean}"
    found = next((one for one in stored_estimates(stored) if one.metric == "covered_cells"), None)
    runs = "the one trial" if trials == 1 else f"each of {trials:,} trials"
    if found is None or is_selection(stored):
        return f"{count[:1].upper()}{count[1:]}"
    cells = len(seen)
    if found.value == 0.0:
        return f"No satellite is in view of any cell in {runs}"
    share = scaled(found, _PERCENT / cells)
    if found.value == cells and _stands_still(stored):
        return f"A geostationary satellite is in view of every cell at all times; {count}"
    if found.value == cells:
        # The two-sided interval of Clopper and Pearson, as below and as in the summary.
        least = percent_text(1.0 - largest_share(0, trials)).removesuffix(" %")
        return (
            f"A satellite is in view of every cell in {runs}: {least} to 100 % of moments "
            f"(95 % interval); {count}"
        )
    sure = f", {interval_text(share)}," if not share.note else " (how sure is not known)"
    return (
        f"A satellite is in view in {value_text(share)} % of moments{sure} on average over the "
        f"area; {count}"
    )


def _stands_still(stored: Stored) -> bool:
    """Whether all satellites are geostationary, so that every moment is the same."""
    section = scenario_of(stored).get("constellation", {})
    moves = any(name in section for name in ("shells", "shell", "catalogue"))
    all_there = float(str(section.get("deployed_fraction", 1.0))) == 1.0
    return "geostationary" in section and not moves and all_there
