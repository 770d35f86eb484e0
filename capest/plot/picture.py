"""Pictures by name: what there is, what a file holds, and drawing one."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from capest.errors import InputError
from capest.extras import need
from capest.plot.missing_letters import warn_of_boxes
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import SIZE_IN, house_style
from capest.plot.svg_size import smaller
from capest.registry import Registry
from capest.results.dataset_kinds import KIND_WORDS
from capest.results.ours import MADE_BY
from capest.results.whole import why_not_whole
from capest.scenario.nearest import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURES = Registry("capest.plot.pictures", "draw")

FORMATS = ("svg", "png", "pdf")
"""Endings of pictures: formats that have a place for capest's mark."""

DPI = 150


@dataclass(frozen=True)
class Picture:
    """A picture that is drawn.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    words : Words
    """

    figure: Figure
    words: Words

    def content(self, ending: str = "svg", dpi: float = DPI) -> bytes:
        """The picture as a file.

        Parameters
        ----------
        ending : str
            One of `FORMATS`.
        dpi : float
            Of a PNG, and of images within an SVG or PDF.

        Warns
        -----
        MissingFontWarning
            A PNG or PDF has letters that no font here has; an SVG keeps the text.
        """
        place = {"png": "Software", "svg": "Title", "pdf": "Creator"}[ending]
        metadata: dict[str, Any] = {place: MADE_BY}
        if ending == "svg":
            metadata |= {"Date": None, "Description": self.words.alt}
        elif ending == "pdf":
            metadata |= {"CreationDate": None, "Title": self.words.title}
        drawn = io.BytesIO()
        with house_style():
            self.figure.savefig(drawn, format=ending, dpi=dpi, metadata=metadata)
        if ending != "svg":
            warn_of_boxes(self.figure)
        content = drawn.getvalue()
        return smaller(content) if ending == "svg" else content

    def __repr__(self) -> str:
        return f"Picture: {self.words.title}"

    def _repr_png_(self) -> bytes:
        return self.content("png")


def names() -> tuple[str, ...]:
    """Names of all pictures."""
    return PICTURES.names()


def answers(name: str) -> str:
    """What a picture answers, in one line."""
    return PICTURES.title(name)


def why_not(name: str, sources: Sequence[Source]) -> str:
    """Why a picture cannot be drawn of these; empty where it can.

    Parameters
    ----------
    name : str
        One of `names`.
    sources : sequence of Source
    """
    kinds = PICTURES.constant(name, "KINDS", ())
    for each in sources:
        if each.kind not in kinds:
            wanted = " or ".join(KIND_WORDS[kind] for kind in kinds)
            hint = PICTURES.constant(name, "OTHERWISE", {}).get(each.kind, "")
            this = f"{each.name or 'this'} is {KIND_WORDS[each.kind]}"
            return f"it is of {wanted}, and {this}{f': {hint}' if hint else ''}"
    if lacking := next(filter(None, (why_not_whole(each.dataset) for each in sources)), ""):
        return lacking
    most = PICTURES.constant(name, "MOST", 1)
    if len(sources) > most:
        return f"it shows {most} file{'s' if most > 1 else ''} at most, not {len(sources)}"
    reason: str = _module(name).why_not(tuple(sources))
    return reason


def draw(
    name: str,
    sources: Sequence[Source],
    *,
    ax: Axes | None = None,
    size_in: tuple[float, float] = SIZE_IN,
    options: Mapping[str, Any] | None = None,
    has_words: bool = True,
) -> Picture:
    """Draw a picture.

    Parameters
    ----------
    name : str
        One of `names`.
    sources : sequence of Source
        One, or as many as the picture compares.
    ax : matplotlib.axes.Axes, optional
        Draw the main panel here, with the title above it unless it has one, without subtitle,
        footer and further panels.
    size_in : (float, float)
        Width and height of a new figure.
    options : mapping, optional
        Keyword arguments of the picture's own.
    has_words : bool
        Whether there are title, subtitle and footer; a page writes them itself.

    Raises
    ------
    InputError
        matplotlib is missing; no such picture or option; the sources do not hold it.
    """
    check_name(name)
    need("matplotlib", "drawing a picture")
    if reason := why_not(name, sources):
        raise InputError(f"{name}: cannot be drawn: {reason}")
    given = dict(options or {})
    known = PICTURES.constant(name, "OPTIONS", ())
    for each in given:
        if each not in known:
            there = f"it takes {', '.join(known)}" if known else "it takes none"
            raise InputError(f"{name}: no option {each!r}: {there}")
    with house_style():
        sheet = Sheet(size_in, ax, has_words=has_words)
        words: Words = PICTURES.find(name)(sheet, tuple(sources), **given)
        sheet.finish(words)
    return Picture(sheet.figure, words)


def check_name(name: str) -> None:
    """Refuse a name that no picture has.

    Raises
    ------
    InputError
    """
    if name not in names():
        near = nearest(name, names())
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"no picture {name!r}: {hint}there are {', '.join(names())}")


def _module(name: str) -> Any:
    return import_module(f"{PICTURES.package}.{name.replace('-', '_')}")
