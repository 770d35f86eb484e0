"""The beams of one satellite as it sees them: what each carries, its frequency, who counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.plot.beam_layout import BeamLayout, border_of, layout_of
from capest.plot.map_ground import draw_ground
from capest.plot.map_image import LOOKS, Without, scale_of
from capest.plot.map_key import draw_colour_bar, draw_patterns_key
from capest.plot.map_places import no_places, places_of
from capest.plot.map_served import kinds_of
from capest.plot.map_values import CellValues, cell_values, default_name
from capest.plot.map_words import answer, never_limit
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import INK, PAPER, SIZE_IN
from capest.results.layouts import has_layout
from capest.results.stored import Stored

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run",)
MOST = 1
OPTIONS = ("of",)

_ONE_IN, _TWO_IN = (7.2, 6.6), (10.4, 6.0)
"""Sizes with one panel, and with the ground beside it."""

_MOST_NUMBERS = 400
_LIMB_STEPS = 361
_POINTS_PER_INCH = 72.0


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    stored = sources[0].stored
    if not has_layout(stored.names):
        if "cell_latitude" not in stored.names:
            return "the file keeps no layout of beams"
        return (
            "a constellation's cells are fixed to the Earth, and whichever satellite is over them "
            "serves them: the picture map shows them"
        )
    if not stored.sizes.get("cell"):
        return "one beam is selected: there is no layout of it"
    return "" if default_name(stored) else "the file keeps no value of every beam"


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw every beam's cell in the satellite's view, and on the ground where its place is known.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Variable with a value for every beam; calls, else throughput, where it is empty.

    Raises
    ------
    InputError
        No such variable.
    """
    source = sources[0]
    stored = source.stored
    shown = cell_values(stored, of, per_area=False)
    kinds, found = kinds_of(stored, shown)
    layout = layout_of(stored)
    on_ground = sheet.is_whole and not no_places(stored)
    if tuple(sheet.figure.get_size_inches()) == SIZE_IN:
        sheet.resize(*(_TWO_IN if on_ground else _ONE_IN))
    panels = sheet.panels(widths=(1.0, 1.0) if on_ground else (1.0,))
    ax = panels[0]
    assert ax is not None
    _draw_layout(ax, layout, shown, kinds)
    draw_colour_bar(ax, shown)
    if sheet.is_whole:
        ax.set_title("in the satellite's view" if on_ground else "")
    credit = ""
    if on_ground and panels[1] is not None:
        places = places_of(stored)
        width_in = 0.4 * float(sheet.figure.get_size_inches()[0])
        drawn = draw_ground(panels[1], stored, places, places.view(), shown, kinds, width_in)
        panels[1].set_title("on the ground")
        credit = f" · {drawn}"
    draw_patterns_key(ax, stored, found, kinds, below=0.13)
    title = answer(stored, shown, found, kinds)
    return Words(
        title=title,
        subtitle=" · ".join([source.title, *_marks(stored, layout, shown, kinds)]),
        footer=f"{source.footer}{credit}",
        alt=f"Hexagons of {len(layout.uv):,} beams coloured by {shown.label}. {title}.",
    )


def _marks(
    stored: Stored, layout: BeamLayout, shown: CellValues, kinds: np.ndarray
) -> list[str]:  # fmt: skip
    """What colours, lines and numbers mean."""
    parts = [f"colour: {shown.label}, of each beam, mean over trials"]
    counted = int(layout.is_counted.sum())
    if counted < len(layout.uv):
        parts.append(f"bold line: the {counted:,} beams that the figures are of")
    if layout.colours > 1 and len(layout.uv) <= _MOST_NUMBERS:
        parts.append(f"numbers: which of {layout.colours} frequency colours")
    elif layout.colours == 1:
        parts.append("all beams on the same frequencies")
    parts.append("dashed: half-power contour of the first beam")
    if (kinds == Without.NEVER_SERVED).any():
        _, found = kinds_of(stored, shown)
        if found is not None:
            parts.append(never_limit(stored, found))
    return parts


def _draw_layout(ax: Axes, layout: BeamLayout, shown: CellValues, kinds: np.ndarray) -> None:
    from matplotlib.collections import PolyCollection

    norm, colours = scale_of(shown)
    values = np.where(np.isfinite(shown.values), shown.values, shown.limits[0])
    # A logarithm takes what is above zero; the others have a kind.
    face = colours(norm(np.maximum(values, shown.limits[0])))
    for kind in (0, *LOOKS):
        chosen = np.flatnonzero(kinds == kind)
        if not len(chosen):
            continue
        look = LOOKS.get(Without(kind)) if kind else None
        ax.add_collection(
            PolyCollection(
                list(layout.hexagons[chosen]),
                facecolors=face[chosen] if look is None else look.colour,
                edgecolors=PAPER if look is None else (look.line or "#8a9099"),
                hatch=4 * look.hatch if look is not None and look.line else None,
                linewidths=0.5,
                zorder=2.0,
            )
        )
    _outline(ax, layout)
    _half_power(ax, layout)
    ax.set_aspect("equal")
    reach = layout.hexagons.reshape(-1, 2)
    margin = 0.3 * layout.spacing_uv
    ax.set_xlim(reach[:, 0].min() - margin, reach[:, 0].max() + margin)
    ax.set_ylim(reach[:, 1].min() - margin, reach[:, 1].max() + margin)
    _limb(ax, layout)
    ax.set_xlabel("u, direction cosine")
    ax.set_ylabel("v, direction cosine")
    if layout.colours > 1 and len(layout.uv) <= _MOST_NUMBERS:
        _numbers(ax, layout, face, kinds)


def _outline(ax: Axes, layout: BeamLayout) -> None:
    """Draw a bold line around the beams that count, where there are others."""
    from matplotlib.collections import LineCollection

    if layout.is_counted.all() or not layout.is_counted.any():
        return
    edges = border_of(layout)
    # Light below dark: one of them is seen on any colour.
    for colour, width in ((PAPER, 3.6), (INK, 2.0)):
        ax.add_collection(LineCollection(list(edges), colors=colour, linewidths=width, zorder=4.0))


def _half_power(ax: Axes, layout: BeamLayout) -> None:
    from matplotlib.patches import Circle

    for colour, width, line in ((PAPER, 2.0, "-"), (INK, 1.0, "--")):
        ax.add_patch(
            Circle(
                (float(layout.uv[0, 0]), float(layout.uv[0, 1])), layout.half_power_uv, fill=False,
                edgecolor=colour, linewidth=width, linestyle=line, zorder=4.5,
            )
        )  # fmt: skip


def _limb(ax: Axes, layout: BeamLayout) -> None:
    """Draw the edge of the Earth, where it is near."""
    angle = np.linspace(0.0, 2.0 * math.pi, _LIMB_STEPS)
    ax.plot(
        layout.limb_uv * np.cos(angle), layout.limb_uv * np.sin(angle), color=INK, linewidth=0.8,
        linestyle=":", scalex=False, scaley=False, zorder=1.5,
    )  # fmt: skip


def _numbers(ax: Axes, layout: BeamLayout, face: np.ndarray, kinds: np.ndarray) -> None:
    """Write the number of its frequency into each beam, light on dark and dark on light."""
    light = face[:, :3] @ np.array([0.299, 0.587, 0.114]) > 0.45
    across = np.ptp(layout.hexagons[..., 0]) / layout.spacing_uv
    size_pt = min(8.0, 0.45 * 4.5 * _POINTS_PER_INCH / across)
    for place, (u, v) in enumerate(layout.uv.tolist()):
        ax.text(
            u, v, str(int(layout.colour[place]) + 1), ha="center", va="center", fontsize=size_pt,
            color=INK if light[place] or kinds[place] else PAPER, zorder=5.0, clip_on=True,
        )  # fmt: skip
