"""``ds.capest.plot``: a method for every picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from capest.plot import picture
from capest.plot.source import Source
from capest.plot.style import SIZE_IN

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Plots:
    """Pictures of a dataset: ``ds.capest.plot.map()``; calling it lists what there is.

    Parameters
    ----------
    dataset : xarray.Dataset
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __call__(self) -> dict[str, str]:
        """What can be drawn of the dataset, by name, with what it answers."""
        own = [source_of(self._dataset)]
        return {
            name: picture.answers(name)
            for name in picture.names()
            if not picture.why_not(name, own)
        }

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name.replace("-", "_") for name in picture.names())]

    def __getattr__(self, name: str) -> Callable[..., picture.Picture]:
        if name.startswith("_"):
            raise AttributeError(name)
        wanted = name.replace("_", "-")
        if wanted not in picture.names():
            raise AttributeError(f"no picture {wanted!r}: there are {', '.join(picture.names())}")

        def draw(
            *others: xr.Dataset,
            ax: Axes | None = None,
            size_in: tuple[float, float] = SIZE_IN,
            labels: Sequence[str] = (),
            **options: Any,
        ) -> picture.Picture:
            sources = [source_of(each) for each in (self._dataset, *others)]
            if labels:
                sources = [
                    Source(each.dataset, label, each.path)
                    for each, label in zip(sources, labels, strict=True)
                ]
            return picture.draw(wanted, sources, ax=ax, size_in=size_in, options=options)

        draw.__name__, draw.__doc__ = name, picture.answers(wanted)
        return draw


def source_of(dataset: xr.Dataset) -> Source:
    """The dataset as a picture takes it, named by its file."""
    path = str(dataset.encoding.get("source", ""))
    return Source(dataset, Path(path).stem, path)
