"""What a picture is drawn from: a dataset of capest, its kind, and a name to tell it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from capest.plot.footer import footer_of
from capest.results.changed import title_as_run
from capest.results.columns import printable
from capest.results.dataset_kinds import kind_of
from capest.results.stored import OfDataset

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Source:
    """One dataset that a picture shows.

    Attributes
    ----------
    dataset : xarray.Dataset
    name : str
        What people call it where several are shown: the file's name without its ending.
    path : str
        Of its file; needed for studies of uncertainty and searches of capacities, which are read
        from their files.
    """

    dataset: xr.Dataset
    name: str = ""
    path: str = field(default="", compare=False)

    @cached_property
    def kind(self) -> str:
        """One of `KIND_WORDS`."""
        return kind_of(self.dataset)

    @cached_property
    def stored(self) -> OfDataset:
        """The same as a summary reads it."""
        return OfDataset(self.dataset)

    @property
    def title(self) -> str:
        """Title of the scenario, with what was changed of its file; safe to show."""
        return title_as_run(self.dataset.attrs) or self.name

    @property
    def footer(self) -> str:
        """Trials, seed, version and scenario: what anybody needs to get it again."""
        return footer_of(self.dataset)


def names_apart(paths: Sequence[Path]) -> list[str]:
    """Names that tell files apart: without folder and ending where that is enough."""
    for shown in (lambda path: path.stem, lambda path: f"{path.parent.name}/{path.stem}", str):
        found = [printable(shown(path)) for path in paths]
        if len(set(found)) == len(set(paths)):
            break
    return found
