"""Formats by the ending of a file, and which of them suit what is exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.shown import one_line

if TYPE_CHECKING:
    from capest.export.contents import ExportContent

FORMATS = {
    ".csv": "a table as text",
    ".parquet": "a table, with types and units",
    ".geojson": "cells as polygons with values",
    ".tif": "one value of cells on a grid, GeoTIFF",
    ".nc": "values of cells on a grid of latitude and longitude, NetCDF",
    ".zarr": "variables with their coordinates, a folder",
}
"""What each is, by ending."""

ALL_VARIABLES = "all"
"""Stands for every variable of a file."""

GRIDS = (".tif", ".nc")


def formats_of(content: ExportContent) -> Sequence[str]:
    """Endings that suit."""
    if content.name == ALL_VARIABLES:
        return (".zarr",)
    found = [".csv", ".parquet"]
    if content.has_ground:
        found.append(".geojson")
        if content.is_number:
            found.append(".tif")
        if content.is_number or content.is_table:
            found.append(".nc")
    if not content.is_table:
        found.append(".zarr")
    return found


def check_format(content: ExportContent, path: Path) -> str:
    """Return the ending of a name, if it suits.

    Raises
    ------
    InputError
        It does not; the message says which would.
    """
    ending = path.suffix.lower()
    ending = {".tiff": ".tif", ".json": ".geojson", ".pq": ".parquet"}.get(ending, ending)
    suits = formats_of(content)
    if ending in suits:
        return ending
    said = f"-o {one_line(str(path))}: {content.name} is written as {', '.join(suits)}"
    if ending not in FORMATS:
        raise InputError(f"{said}; the name's ending says which")
    why = f"{ending} is for {FORMATS[ending]}"
    if ending in (".geojson", *GRIDS) and not content.has_ground:
        why += f": {content.why_no_ground}"
    elif ending in GRIDS:
        why += ": name a variable that is a number" + (
            ", such as cell_throughput" if content.is_table else ""
        )
    raise InputError(f"{said}; {why}")
