"""The file that is exported: its kind, and what it holds, by the NetCDF library alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.identity import read_identity
from capest.results.ours import Made, made_by_capest
from capest.results.stored import OfFile
from capest.shown import one_line

KINDS = (Made.RESULT, Made.SWEEP, Made.UNCERTAINTY, Made.CAPACITY)
"""Files that are exported."""


@dataclass(frozen=True)
class ExportSource:
    """A file of capest that is open.

    Attributes
    ----------
    path : Path
    made : Made
        One of `KINDS`.
    stored : OfFile
    """

    path: Path
    made: Made
    stored: OfFile

    def values(self, name: str, place: slice = slice(None)) -> np.ndarray:
        """Values of a variable, or of places of its first dimension; what is missing is NaN."""
        found = self.stored.values(name, place if self.dimensions(name) else ...)
        fill = self.stored.attributes_of(name).get("_FillValue")
        if fill is not None and found.dtype.kind == "f":
            found = np.where(found == fill, np.nan, found)
        return found

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Dimensions of a variable; characters of a text are none."""
        found = self.stored.dimensions(name)
        is_text = "_Encoding" in self.stored.attributes_of(name)
        return found[:-1] if is_text else found

    def units(self, name: str) -> str:
        """Units of a variable; empty of text."""
        return str(self.stored.attributes_of(name).get("units", ""))

    def about(self, name: str) -> str:
        """What a variable is."""
        return str(self.stored.attributes_of(name).get("long_name", ""))


@contextlib.contextmanager
def open_source(path: Path) -> Iterator[ExportSource]:
    """Open a file of capest.

    Raises
    ------
    InputError
        Missing, damaged, or not a result, a sweep or a study.
    """
    import netCDF4

    check_regular(path)
    made = made_by_capest(path) if path.is_file() else None
    if made not in KINDS or made is None:
        read_identity(path)  # says what is wrong
        raise InputError(f"{one_line(str(path))}: not the result of a run, a sweep or a study")
    try:
        dataset = netCDF4.Dataset(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{one_line(str(path))}: damaged: {error}") from error
    with dataset:
        yield ExportSource(path, made, OfFile(dataset))
