"""What kind of file a file is, by its first bytes and not by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import check_regular

NETCDF = "NetCDF"
TEXT = "text"

_HEAD = 4096
_NETCDF = (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n")
_TAKE = "expected a CSV file, or a NetCDF grid"
_UNPACK = "unpack it first"
_SHEET = "save the sheet as CSV"
_TABLE = "write it as CSV with columns lat, lon and weight"
_RASTER = "make a NetCDF grid of it: gdal_translate -of netCDF in.tif out.nc"
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an Excel file of the old kind", _SHEET),
    (b"II*\x00", "a TIFF image, such as GeoTIFF", _RASTER),
    (b"MM\x00*", "a TIFF image, such as GeoTIFF", _RASTER),
    (b"II+\x00", "a TIFF image, such as GeoTIFF", _RASTER),
    (b"MM\x00+", "a TIFF image, such as GeoTIFF", _RASTER),
    (b"\x0e\x03\x13\x01", "an HDF4 file", _RASTER.replace("in.tif", "in.hdf")),
    (b"GRIB", "a GRIB file", _RASTER.replace("in.tif", "in.grib")),
    (b"\x00\x00\x27\x0a", "a shapefile", _TABLE),
    (b"SQLite format 3\x00", "an SQLite database, such as GeoPackage", _TABLE),
    (b"PAR1", "a Parquet file", _TABLE),
    (b"ARROW1", "an Arrow file", _TABLE),
    (b"\x93NUMPY", "a NumPy array", _TABLE),
    (b"%PDF", "a PDF document", _TABLE),
    (b"\x89PNG", "an image", _TABLE),
    (b"\xff\xd8\xff", "an image", _TABLE),
)
_OF_ZIP = (
    ("xl/", "an Excel file", _SHEET),
    ("content.xml", "a spreadsheet or document of OpenDocument", _SHEET),
    (".shp", "a zipped shapefile", _TABLE),
    (".csv", "a zip archive", _UNPACK),
)


def kind_of(path: str | Path) -> str:
    """Tell whether a file of users is a NetCDF grid or text.

    Returns
    -------
    str
        `NETCDF` or `TEXT`.

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
    if head.startswith(_NETCDF):
        return NETCDF
    if not head.strip():
        raise InputError(f"{path}: is empty; {_TAKE}")
    for start, kind, remedy in _OTHERS:
        if head.startswith(start):
            raise InputError(f"{path}: is {kind}, which is not read: {remedy}")
    if head.startswith(b"PK\x03\x04"):
        kind, remedy = _kind_of_zip(path)
        raise InputError(f"{path}: is {kind}, which is not read: {remedy}")
    if remedy := _marked_text(head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()):
        raise InputError(f"{path}: {remedy}")
    return TEXT


def _kind_of_zip(path: str | Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        names = []
    for part, kind, remedy in _OF_ZIP:
        if any(name.lower().startswith(part) or name.lower().endswith(part) for name in names):
            return kind, remedy
    return "a zip archive", _UNPACK


def _marked_text(head: bytes) -> str:
    """What a text is that begins unlike a table, and what to take; empty for a table."""
    if head.startswith((b"<!doctype html", b"<html")):
        return f"is a web page (HTML), which is not read: download the file itself; {_TAKE}"
    if head.startswith(b"<"):
        return f"is XML, such as KML, which is not read: {_TABLE}"
    if re.match(rb'\{|\[\s*[\[{"\d-]', head):
        return f"is JSON, such as GeoJSON, which is not read: {_TABLE}"
    if head.startswith(b"ncols"):
        return "is an ESRI ASCII grid, which is not read: " + _RASTER.replace("in.tif", "in.asc")
    return ""
