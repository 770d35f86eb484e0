"""``ds.capest.plot``: a method for every picture, and a list of what the dataset holds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.errors import InputError
from capest.plot import picture
from capest.plot.source import Source
from capest.plot.style import SIZE_IN
from capest.results.columns import printable
from capest.results.figures import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOCUMENTATION = """{answers}

Parameters
----------
*others : xarray.Dataset
    Further results, where the picture compares some.
ax : matplotlib.axes.Axes, optional
    Draw the main panel here, with the title above it unless it has one. Subtitle, footer and
    further panels are left out: without ``ax`` they are there. Of a figure made with
    ``layout="constrained"`` long names have room.
title : bool
    Whether title, subtitle and footer are written.
size_in : (float, float)
    Width and height of a new figure, inches.
labels : sequence of str
    What the results are called, one each.
{options}
Returns
-------
Picture
    With ``figure``, of matplotlib, and ``words``; a notebook shows it.

Raises
------
InputError
    matplotlib is missing, or the dataset does not hold it; with the reason.
"""


class Plots:
    """Pictures of a dataset: ``ds.capest.plot.map()``; it shows itself as the list of all.

    Parameters
    ----------
    dataset : xarray.Dataset
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __call__(self) -> dict[str, str]:
        """What can be drawn of the dataset, by name, with what it answers."""
        return {name: said for name, said, reason in self._rows() if not reason}

    def _rows(self) -> list[tuple[str, str, str]]:
        """Name of each picture, what it answers, and why it cannot be drawn; empty where it can."""
        own = [source_of(self._dataset)]
        return [
            (_attribute(name), picture.answers(name), picture.why_not(name, own))
            for name in picture.names()
        ]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *map(_attribute, picture.names())]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max((len(name) for name, *_ in rows), default=0)
        held = [f"  {name:<{width}}  {said}" for name, said, reason in rows if not reason]
        lacking = [f"  {name:<{width}}  {printable(reason)}" for name, _, reason in rows if reason]
        lines = ["Pictures of this dataset, such as ds.capest.plot.NAME():", *(held or ["  none"])]
        return "\n".join([*lines, "Not of this one:", *lacking] if lacking else lines)

    def _repr_html_(self) -> str:
        said = [
            (
                name,
                f"<em>not of this one: {escape(printable(reason))}</em>" if reason else escape(it),
            )
            for name, it, reason in self._rows()
        ]
        body = "".join(
            f"<tr><th>{escape(name)}</th><td style='text-align: left'>{cell}</td></tr>"
            for name, cell in said
        )
        return f"<div><strong>ds.capest.plot</strong><table><tbody>{body}</tbody></table></div>"

    def __getattr__(self, name: str) -> Callable[..., picture.Picture]:
        if name.startswith("_"):
            raise AttributeError(name)
        wanted = name.replace("_", "-")
        if wanted not in picture.names():
            known = ", ".join(map(_attribute, picture.names()))
            raise AttributeError(f"no picture {name!r}: there are {known}")

        def draw(
            *others: xr.Dataset,
            ax: Axes | None = None,
            title: bool = True,
            size_in: tuple[float, float] = SIZE_IN,
            labels: Sequence[str] = (),
            **options: Any,
        ) -> picture.Picture:
            datasets = [self._dataset, *(checked_dataset(each, "others") for each in others)]
            sources = _labelled([source_of(each) for each in datasets], labels)
            if ax is not None and not hasattr(ax, "get_figure"):
                raise InputError(
                    f"ax: give one axes of matplotlib, such as axes[0, 0], not {type(ax).__name__}"
                )
            with in_python_words():
                return picture.draw(
                    wanted, sources, ax=ax, size_in=size_in, options=options, has_words=title
                )

        _describe(draw, wanted)
        return draw


def _describe(draw: Callable[..., Any], name: str) -> None:
    """Give a method the name, signature and documentation of its picture."""
    own = picture.PICTURES.find(name)
    taken = inspect.signature(own).parameters
    options = [
        taken[each] for each in picture.PICTURES.constant(name, "OPTIONS", ()) if each in taken
    ]
    signature = inspect.signature(draw)
    fixed = [each for each in signature.parameters.values() if each.name != "options"]
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in options]
    # What the picture's own function says of its options stands behind its sources.
    told = (inspect.getdoc(own) or "").partition("sources : tuple of Source\n")[2]
    told = told.partition("\n\n")[0].strip("\n")
    if told.startswith(" "):
        told = told.partition("\n")[2]
    draw.__name__ = draw.__qualname__ = _attribute(name)
    draw.__doc__ = _DOCUMENTATION.format(
        answers=picture.answers(name), options=f"{told}\n" if told else ""
    )
    draw.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*fixed, *keywords]
    )


def _attribute(name: str) -> str:
    return name.replace("-", "_")


def checked_dataset(given: object, argument: str) -> xr.Dataset:
    """What was given for a dataset, if it is one.

    Raises
    ------
    InputError
    """
    if isinstance(given, xr.Dataset):
        return given
    if isinstance(given, str | Path):
        raise InputError(
            f"{argument}: {str(given)!r} is a path: give a dataset, as capest.open({str(given)!r})"
        )
    raise InputError(f"{argument}: {printable(repr(given))[:60]} is no dataset: give one of capest")


def _labelled(sources: Sequence[Source], labels: Sequence[str]) -> list[Source]:
    """Sources by the names that somebody gives them; those of no file are told apart.

    Raises
    ------
    InputError
        Not one name each.
    """
    given = [labels] if isinstance(labels, str) else list(labels)
    if given and len(given) != len(sources):
        raise InputError(
            f"labels: {counted(len(given), 'name')} for {counted(len(sources), 'result')}: give "
            "one each"
        )
    several = len(sources) > 1
    names = given or [
        each.name or (f"result {place}" if several else "this result")
        for place, each in enumerate(sources, 1)
    ]
    return [
        Source(each.dataset, str(name), each.path)
        for each, name in zip(sources, names, strict=True)
    ]


def source_of(dataset: xr.Dataset) -> Source:
    """The dataset as a picture takes it, named by its file."""
    path = str(dataset.encoding.get("source", ""))
    return Source(dataset, Path(path).stem, path)
