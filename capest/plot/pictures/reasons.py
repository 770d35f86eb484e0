"""Who is served, who is not and why: by latitude, country, density of people, or ring of beams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.geo import data
from capest.plot.map_places import countries_of
from capest.plot.plain_numbers import in_percent
from capest.plot.service_words import asked_for
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import GREY, INK, MUTED, OF_REASON, ORANGE, SERVED, SIZE_IN, SKY, YELLOW
from capest.results.by_density import why_no_groups
from capest.results.cell_totals import CellTotals, cell_totals
from capest.results.figures import interval_text, number, percent_text, value_text
from capest.results.reasons_by_group import (
    CENTRE_ABROAD,
    NO_BEAM_OR_SATELLITE,
    Group,
    by_country_names,
    by_density_tenths,
    by_latitude_zones,
    by_ring,
    parts_of_cells,
    served_share,
    whole,
)
from capest.results.reasons_by_group import SERVED as SERVED_PART
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

KINDS = ("run",)
MOST = 3
OPTIONS = ("by",)

BY = {
    "latitude": "latitude",
    "country": "country",
    "density": "people per km²",
    "ring": "ring of beams",
}
"""What cells are told apart by, and what it is called at the axis."""

_FEWEST = 100
"""Callers of all trials whose shares are drawn: of fewer they are left to chance."""

_PART: dict[str, tuple[str, str, str]] = {
    SERVED_PART: SERVED,
    **OF_REASON,
    NO_BEAM_OR_SATELLITE: (GREY, "//\\\\", "no beam free or satellites too low"),
    "unknown": (GREY, "..", "not known why"),
}
"""Colour, hatch and word of every part, in the order in which they are stacked."""

_WIDTHS_IN = (7.2, 9.6, 12.6)
_ROW_IN, _AROUND_IN = 0.24, 2.3
_ROOM_OF_A_NUMBER = 0.08
_LIGHT = (ORANGE, SKY, YELLOW, GREY)


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    for source in sources:
        totals = cell_totals(source.stored)
        if totals is None:
            return "the file has no values of cells"
        if not totals.asked.any():
            return "nobody asked in any trial"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], by: str = "") -> Words:
    """Draw stacked bars of those who ask, a row for each group of cells.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
        Side by side.
    by : str
        One of `BY`; latitude, and the rings of a satellite without a place, where it is empty.

    Raises
    ------
    InputError
        No such groups, or a file cannot be divided that way.
    """
    by = by or ("latitude" if all(map(_has_places, sources)) else "ring")
    if by not in BY:
        raise InputError(f"--by {by}: cells are told apart by {', '.join(BY)}")
    files = [_read(source, by) for source in sources]
    names = _rows(files)
    if sheet.is_whole and tuple(sheet.figure.get_size_inches()) == SIZE_IN:
        sheet.resize(_WIDTHS_IN[len(files) - 1], _AROUND_IN + _ROW_IN * (len(names) + 1.5))
    panels = sheet.panels(widths=(1.0,) * len(files), share_y=True)
    shown: set[str] = set()
    for ax, one in zip(panels, files, strict=True):
        if ax is not None:
            shown |= _draw_panel(ax, one, names, alone=len(files) == 1)
    first = panels[0]
    assert first is not None
    first.set_ylabel(BY[by])
    _legend(sheet, first, shown, files[0].verb)
    return _words(files, by)


@dataclass(frozen=True)
class _File:
    """What is drawn of one file."""

    source: Source
    totals: CellTotals
    whole: Group
    groups: list[Group]
    left_out: int

    @property
    def served_share(self) -> Estimate:
        """Share of those who ask that is served, over trials, in percent."""
        found = served_share(self.source.stored, self.totals)
        ends = (100.0 * found.value, 100.0 * found.low, 100.0 * found.high)
        return Estimate("served", "mean", *ends, "percent", found.note)

    @property
    def in_no_cell(self) -> float:
        """Those who ask in a trial and whom no cell holds."""
        outside = self.whole.asked - float(self.totals.asked.sum())
        return outside / max(self.totals.trials, 1)

    @property
    def verb(self) -> str:
        """What becomes of those who get what they ask for."""
        return "carried" if self.totals.what == "calls" else "served"

    @property
    def what(self) -> str:
        """What they ask for, or users."""
        return "users" if self.totals.what == "users" else asked_for(self.source.stored)

    @property
    def answer(self) -> str:
        """Such as "29.74 % ±0.07 of 100,000 calls are carried"."""
        asked = number(self.whole.asked / max(self.totals.trials, 1), 0)
        return f"{_with_interval(self.served_share)} of {asked} {self.what} are {self.verb}"

    @property
    def most_of_the_others(self) -> str:
        """The reason that most of the others have, such as "no beam free, 42 % of all"."""
        others = {name: share for name, share in self.whole.shares.items() if name != SERVED_PART}
        name = max(others, key=lambda each: others[each], default="")
        if not name or not others[name] > 0.0:
            return ""
        return f"{_PART[name][2]}, {percent_text(others[name])} of all"


def _country(code: str) -> str:
    """Name of a country where its code has one; else as it is."""
    listed = data.countries()
    if code not in listed.alpha2:
        return code
    return str(listed.name[listed.alpha2.index(code)]).strip()


def _has_places(source: Source) -> bool:
    return "cell_latitude" in source.stored.names


def _read(source: Source, by: str) -> _File:
    """Sum up the cells of a file.

    Raises
    ------
    InputError
        They cannot be told apart that way.
    """
    stored, name = source.stored, source.name or "this file"
    totals = cell_totals(stored)
    assert totals is not None
    parts = parts_of_cells(stored, totals)
    if by in ("latitude", "country") and f"cell_{by}" not in stored.names:
        raise InputError(
            f"--by {by}: beams of one satellite lie in no {by} ({name}): --by ring tells them apart"
        )
    if by == "latitude":
        groups = by_latitude_zones(totals, parts, stored.values("cell_latitude")[totals.number])
    elif by == "country":
        codes = stored.values("cell_country")[totals.number]
        of_region = [data.countries().alpha2[k] for k in countries_of(stored)]
        groups = [
            replace(group, name=_country(group.name))
            for group in by_country_names(totals, parts, codes, of_region=of_region)
        ]
    elif by == "density":
        if reason := why_no_groups(totals):
            raise InputError(f"--by density: {name}: {reason}")
        groups = by_density_tenths(totals, parts)
    elif "cell_u" not in stored.names:
        raise InputError(f"--by ring: {name} has cells on the Earth, not beams: --by latitude")
    else:
        groups = by_ring(totals, parts, stored.values("cell_u"), stored.values("cell_v"))
    enough = [group for group in groups if group.asked >= _FEWEST]
    few = sum(1 for group in groups if 0.0 < group.asked < _FEWEST)
    return _File(source, totals, whole(stored, totals, parts), enough, few)


def _rows(files: Sequence[_File]) -> list[str]:
    """Names of all rows: those of the first file, and what others have besides."""
    found: dict[str, None] = {}
    for one in files:
        found |= {group.name: None for group in one.groups}
    names = list(found)
    if len(files) > 1 and all(name.endswith(("N", "S")) for name in names):
        names.sort(key=_south_to_north, reverse=True)
    return names


def _south_to_north(zone: str) -> float:
    """Middle of a zone of latitude by its name, such as "30–35° N"."""
    degrees, _, side = zone.rpartition("° ")
    middle = 0.5 * sum(float(each) for each in degrees.split("–"))
    return middle if side == "N" else -middle


def _draw_panel(ax: Axes, one: _File, names: Sequence[str], *, alone: bool) -> set[str]:
    """Draw the bars of one file, and tell which parts there are."""
    by_name = {group.name: group for group in one.groups}
    rows = [(-1.5, one.whole), *((float(k), by_name.get(each)) for k, each in enumerate(names))]
    shown: set[str] = set()
    for y, group in rows:
        if group is not None:
            shown |= _draw_bar(ax, y, group)
            asked = group.asked / max(one.totals.trials, 1)
            ax.annotate(
                number(asked, 0 if asked >= 10.0 else 1),
                (1.0, y),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=7.0,
                color=MUTED,
                va="center",
                annotation_clip=False,
            )
    ax.annotate(
        "ask",
        (1.0, -2.35),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=7.0,
        color=MUTED,
        va="center",
        annotation_clip=False,
    )
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(len(names) - 0.4, -2.1)
    ax.set_yticks([-1.5, *range(len(names))], ["all", *names])
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    in_percent(ax.xaxis)
    ax.set_xlabel(f"share of {one.what}")
    if not alone:
        answer = f"{_with_interval(one.served_share)} {one.verb}"
        ax.set_title(f"{one.source.name}\n{answer}", fontsize=9.0)
    return shown


def _draw_bar(ax: Axes, y: float, group: Group) -> set[str]:
    """Draw the parts of one group, and tell which there are."""
    left, shown = 0.0, set()
    for part, (colour, hatch, _) in _PART.items():
        width = group.shares.get(part, 0.0)
        if not width > 0.0:
            continue
        shown.add(part)
        ax.barh(
            y,
            width,
            height=0.84,
            left=left,
            color=colour,
            hatch=hatch,
            edgecolor=_edge(colour),
            linewidth=0.0,
        )
        if part == SERVED_PART and width >= _ROOM_OF_A_NUMBER:
            ax.text(
                0.5 * width,
                y,
                percent_text(width),
                color="white",
                fontsize=7.0,
                fontweight="bold",
                ha="center",
                va="center",
            )
        left += width
        # A gap between neighbours that are alike in grey.
        ax.vlines(left, y - 0.42, y + 0.42, color="white", linewidth=0.8)
    return shown


def _edge(colour: str) -> str:
    """Colour of the hatch: dark on light colours, light on dark ones."""
    return INK if colour in _LIGHT else "white"


def _legend(sheet: Sheet, ax: Axes, shown: set[str], verb: str) -> None:
    """Say what the colours and hatches mean, in the order of the bars."""
    from matplotlib.patches import Patch as NewPatch

    handles: list[Patch] = [
        NewPatch(
            facecolor=colour,
            hatch=hatch,
            edgecolor=_edge(colour),
            linewidth=0.0,
            label=verb if part == SERVED_PART else word,
        )
        for part, (colour, hatch, word) in _PART.items()
        if part in shown
    ]
    columns = min(len(handles), 4 if sheet.figure.get_size_inches()[0] > _WIDTHS_IN[0] else 3)
    if sheet.is_whole:
        sheet.figure.legend(handles=handles, loc="upper left", ncols=columns)
    else:
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)


def _words(files: Sequence[_File], by: str) -> Words:
    """Title, and what the bars mean."""
    first = files[0]
    if len(files) == 1:
        reason = first.most_of_the_others
        title = first.answer + (f"; the others mainly: {reason}" if reason else "")
        scenario = f"{first.source.title} · "
    else:
        answers = (f"{one.source.name} {_with_interval(one.served_share)}" for one in files)
        title, scenario = f"{first.verb.capitalize()}: {'; '.join(answers)}", ""
    outside = sum(one.in_no_cell for one in files) / len(files)
    left_out = sum(one.left_out for one in files)
    of = " of the cell's centre" if by == "country" else ""
    notes = [f"{scenario}by {BY[by]}{of}; at the right who ask in a trial."]
    if outside > 0.0:
        notes.append(f"{number(outside, 0)} of them lie in no cell and in no row.")
    if any(group.name == CENTRE_ABROAD for one in files for group in one.groups):
        notes.append("Centre abroad: users of the region in cells at its border.")
    if left_out:
        rows = "1 row" if left_out == 1 else f"{left_out} rows"
        notes.append(f"Left out: {rows} with fewer than {_FEWEST} in all trials.")
    notes.append("The 95 % interval is of all; the file has no values of single trials for rows.")
    shares = "; ".join(
        f"{one.source.name or 'all'}, {group.name}: {percent_text(group.shares[SERVED_PART])}"
        for one in files
        for group in one.groups
    )
    return Words(
        title=title,
        subtitle=" ".join(notes),
        footer=" | ".join(
            f"{one.source.name}: {one.source.footer}" if len(files) > 1 else one.source.footer
            for one in files
        ),
        alt=f"Stacked bars by {BY[by]}. {title}. {first.verb.capitalize()}: {shares}.",
    )


def _with_interval(share: Estimate) -> str:
    """Such as "29.74 % ±0.07"."""
    return f"{value_text(share)} %{'' if share.note else f' {interval_text(share)}'}"
