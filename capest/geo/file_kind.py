"""Whether a file of users is a grid or text, by its first bytes and not by its name."""

from __future__ import annotations

import re
from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import ARCHIVE, NETCDF, OTHER, RASTER, SHEET, check_regular, kind_by_content

TEXT = "text"

_HEAD = 4096
_TAKE = "expected a CSV file, or a NetCDF grid"
_RASTER = "make a NetCDF grid of it: gdal_translate -of netCDF in{ending} out.nc"
_REMEDIES = {
    ARCHIVE: "unpack it first",
    SHEET: "save the sheet as CSV",
    RASTER: _RASTER,
    OTHER: "write it as CSV with columns lat, lon and weight",
}


def kind_of(path: str | Path) -> str:
    """Tell whether a file of users is a NetCDF grid or text.

    Returns
    -------
    str
        `file_kinds.NETCDF` or `TEXT`.

    Raises
    ------
    InputError
        If it cannot be read, or is a known kind of file that is not taken.
    """
    check_regular(path)
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not head.strip():
        raise InputError(f"{path}: is empty; {_TAKE}")
    if found := kind_by_content(path, head):
        if found.family == NETCDF:
            return NETCDF
        remedy = _REMEDIES[found.family].format(ending=found.ending)
        raise InputError(f"{path}: is {found.name}, which is not read: {remedy}")
    if remedy := _marked_text(head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()):
        raise InputError(f"{path}: {remedy}")
    return TEXT


def _marked_text(head: bytes) -> str:
    """What a text is that begins unlike a table, and what to take; empty for a table."""
    if head.startswith((b"<!doctype html", b"<html")):
        return f"is a web page (HTML), which is not read: download the file itself; {_TAKE}"
    if head.startswith(b"<"):
        return f"is XML, such as KML, which is not read: {_REMEDIES[OTHER]}"
    if re.match(rb'\{|\[\s*[\[{"\d-]', head):
        return f"is JSON, such as GeoJSON, which is not read: {_REMEDIES[OTHER]}"
    if head.startswith(b"ncols"):
        return "is an ESRI ASCII grid, which is not read: " + _RASTER.format(ending=".asc")
    return ""
