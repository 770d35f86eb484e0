"""Which beam is lit in which slot: the frame of the first trial, beside what its cells want."""

from __future__ import annotations

import math
import tomllib
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError, OldNameWarning, ScenarioError
from capest.plot.plain_numbers import in_percent, write_plain_numbers
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import BLUE, GREEN, GRID, INK, MUTED, PAPER
from capest.results.figures import percent_text
from capest.scenario.load import load_scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from capest.studies.first_frame import FirstFrame

KINDS = ("run",)
MOST = 1
OPTIONS = ()

_SAME = 1e-4
"""Relative: the throughput of a trial that is played again, on whichever backend."""

_MOST_NAMED = 40


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    try:
        with warnings.catch_warnings():
            # Nobody writes the scenario of a result anew.
            warnings.simplefilter("ignore", OldNameWarning)
            # What was not read then does no harm now.
            scenario = load_scenario(_scenario_of(sources[0]), excused=[])
    except InputError as error:
        return f"this version of capest does not read its scenario: {_fault(error)}"
    if scenario.has_frame:
        return ""
    if scenario.beams.allocation == "all-on":
        return 'all beams are lit all the time (beams.allocation = "all-on"): nothing hops'
    return (
        f'trials look at one moment (beams.allocation = "{scenario.beams.allocation}"): '
        "beams.slots gives a frame"
    )


def draw(sheet: Sheet, sources: tuple[Source, ...]) -> Words:
    """Draw cells by slots, those that want most first, and what they want and get.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
        One.
    """
    source = sources[0]
    frame, reason = _played(source)
    if frame is None:
        return _draw_means(sheet, source, reason)
    order = np.argsort(-frame.wanted_mbps, kind="stable")
    lit, wanted, served = frame.lit[:, order].T, frame.wanted_mbps[order], frame.served_mbps[order]
    ax, beside = sheet.panels(widths=(2.2, 1.0), share_y=True)
    assert ax is not None
    _draw_slots(ax, lit, frame.cell[order])
    if beside is not None:
        _draw_traffic(beside, wanted, served)
    return _words(source, frame)


def _fault(error: InputError) -> str:
    """The first fault, without what would mend a scenario: that of a result is not mended."""
    if isinstance(error, ScenarioError):
        return str(replace(error.problems[0], hint=""))
    return str(error).splitlines()[0]


def _scenario_of(source: Source) -> dict[str, Any]:
    return tomllib.loads(str(source.dataset.attrs.get("scenario_toml", "")))


def _played(source: Source) -> tuple[FirstFrame | None, str]:
    """The frame of the first trial, or why it is not the one that the result had."""
    # An engine is loaded only where a frame is played.
    from capest.studies.first_frame import first_frame

    try:
        frame = first_frame(_scenario_of(source))
    except InputError as error:
        return None, f"the frame cannot be played again: {str(error).splitlines()[0]}"
    stored = source.stored
    if frame is None or not {"lit_beams", "throughput"} <= stored.names:
        return None, "the frame cannot be played again"
    throughput = float(stored.values("throughput")[0])
    same = int(stored.values("lit_beams")[0]) == frame.beams_lit and math.isclose(
        throughput, frame.served_in_all_mbps, rel_tol=_SAME, abs_tol=_SAME
    )
    if not same:
        return None, "this version of capest does not play the frame as the result's did"
    return frame, ""


def _draw_slots(ax: Axes, lit: np.ndarray, numbers: np.ndarray) -> None:
    """Draw a field for each cell and slot: filled where the cell is lit."""
    from matplotlib.colors import ListedColormap
    from matplotlib.ticker import MaxNLocator

    cells, slots = lit.shape
    ax.imshow(
        lit,
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap([PAPER, BLUE]),
        vmin=0,
        vmax=1,
        extent=(0.5, slots + 0.5, cells - 0.5, -0.5),
    )
    ax.grid(visible=False)
    if cells <= _MOST_NAMED:
        ax.set_yticks(range(cells), [f"{number:,}" for number in numbers], fontsize=6.5)
        ax.set_ylabel("cell, those that want most first")
    else:
        ax.set_yticks([])
        ax.set_ylabel(f"{cells:,} cells, those that want most first")
    if slots * cells <= 4000:
        ax.hlines(np.arange(cells - 1) + 0.5, 0.5, slots + 0.5, color=GRID, linewidth=0.4)
        ax.vlines(np.arange(slots - 1) + 1.5, -0.5, cells - 0.5, color=GRID, linewidth=0.4)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlim(0.5, slots + 0.5)
    ax.set_xlabel("slot of the frame (filled: lit)")


def _draw_traffic(ax: Axes, wanted: np.ndarray, served: np.ndarray) -> None:
    """Draw what cells want, and within it what they get."""
    y = np.arange(len(wanted))
    ax.barh(y, wanted, height=0.9, color="none", edgecolor=MUTED, linewidth=0.5, label="wanted")
    ax.barh(y, served, height=0.9, color=GREEN, linewidth=0.0, label="served")
    ax.set_xlabel("traffic, Mbit/s")
    ax.grid(visible=False, axis="y")
    write_plain_numbers(ax.xaxis)
    ax.legend(loc="lower right")


def _words(source: Source, frame: FirstFrame) -> Words:
    """Title and what is shown."""
    slots, cells = frame.lit.shape
    wants = frame.wanted_mbps > 0.0
    never = int((wants & ~frame.lit.any(axis=0)).sum())
    at_once = frame.lit.sum(axis=1)
    few, many = int(at_once.min()), int(at_once.max())
    beams = f"{many}" if few == many else f"{few} to {many}"
    wanted, served = float(frame.wanted_mbps.sum()), float(frame.served_mbps.sum())
    share = percent_text(served / wanted) if wanted > 0.0 else "nothing"
    unlit = f", {never} of {int(wants.sum())} with demand in none" if never else ""
    title = (
        f"{beams} of {cells} cells lit at a time{unlit}: the frame of {slots:,} slots serves "
        f"{share} of the {wanted:,.4g} Mbit/s wanted"
    )
    whose = (
        f"The satellite whose users want most, of {frame.satellites:,} with beams."
        if frame.satellites > 1
        else "One satellite."
    )
    subtitle = (
        f"{source.title}. {whose} The first trial alone, played again from its scenario "
        "and checked against what the result keeps of it; a single trial has no interval."
    )
    return Words(
        title=title,
        subtitle=subtitle,
        footer=source.footer,
        alt=f"Cells by slots, filled where a beam is lit, beside the traffic of cells. {title}.",
    )


def _draw_means(sheet: Sheet, source: Source, reason: str) -> Words:
    """Draw the share of slots by what cells want, on average: all that a result keeps."""
    stored = source.stored
    (ax,) = sheet.panels()
    assert ax is not None
    share, wanted = (
        next((_over_trials(source, name) for name in names if name in stored.names), None)
        for names in (("cell_slot_share", "cell_lit_share"), ("cell_offered_traffic",))
    )
    if share is None or wanted is None:
        raise InputError(f"hopping: {reason}, and the file keeps nothing of slots")
    known = np.isfinite(share) & np.isfinite(wanted)
    ax.scatter(wanted[known], share[known], s=12.0, facecolor="none", edgecolor=INK, linewidth=0.6)
    in_percent(ax.yaxis)
    write_plain_numbers(ax.xaxis)
    ax.set_ylim(0.0, 1.02)
    ax.set_xlabel("traffic that users of a cell want, Mbit/s, mean over trials")
    ax.set_ylabel("share of slots in which a cell is lit")
    most = float(share[known].max()) if known.any() else math.nan
    title = f"Cells are lit in up to {percent_text(most)} of the slots, on average over trials"
    return Words(
        title=title,
        subtitle=f"{source.title}. A point is a cell. Slots are not kept in results, and {reason}.",
        footer=source.footer,
        alt=f"Share of slots against traffic wanted, a point for each cell. {title}.",
    )


def _over_trials(source: Source, name: str) -> np.ndarray:
    """Values of cells, mean over trials where there is one of each trial."""
    values = source.stored.values(name).astype(np.float64)
    return values.mean(axis=0) if values.ndim == 2 else values
