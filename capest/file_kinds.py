"""What a file is: what lies at its path, and what its first bytes tell.

What lies at a path is asked before anything is opened: opening a pipe waits for its other end.
Kinds of files are those people have at hand where a table, a grid or a list is asked for.
"""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from capest.errors import InputError
from capest.shown import one_line

if TYPE_CHECKING:
    import xarray as xr

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def kind(mode: int) -> str:
    """Kind of file that a mode tells, such as ``"a pipe"``; empty for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    return _KINDS.get(stat.S_IFMT(mode), "no regular file")


def check_regular(path: str | Path) -> None:
    """Refuse to read what is no regular file, without opening it.

    Links are followed. A folder, or a file that is missing or out of reach, passes: who opens it
    says so.

    Raises
    ------
    InputError
        For a pipe, a device or a socket, and for a name that no file can have.
    """
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:
        raise InputError(f"{str(path)!r}: cannot be read: {error}") from None
    except OSError:
        return
    found = kind(mode)
    if found and not stat.S_ISDIR(mode):
        raise InputError(
            f"{one_line(str(path))}: is {found}, which is read once and may never end; write its "
            "content to a file and name that"
        )


MOST_PLACES_OF_AXIS = 2**26
"""Of a NetCDF file: coordinates of more would take half a gigabyte before anything is looked at."""


def open_netcdf(path: str | Path, decode_times: bool | None = None) -> xr.Dataset:
    """Open a NetCDF file whose coordinates fit into memory; xarray reads them when it opens one.

    Parameters
    ----------
    path : str or Path
    decode_times : bool, optional
        As of ``xarray.open_dataset``.

    Raises
    ------
    InputError
        A dimension is longer than `MOST_PLACES_OF_AXIS`: a file of some kilobytes may name
        billions of places that it never wrote.
    OSError, RuntimeError, ValueError
        As xarray and the NetCDF library raise them for a file that is none, or damaged.
    """
    import xarray as xr

    # All who open a file share one handle: the NetCDF library may fail, or crash, where a file with
    # texts is opened again while it is open.
    manager = xr.backends.CachingFileManager(
        _open_unchanged, os.path.abspath(path), _seen(path), manager_id="capest"
    )
    # The engine is named: another HDF5 library in the process could take the file otherwise.
    store = xr.backends.NetCDF4DataStore(manager, mode="r")
    for name, dimension in store.ds.dimensions.items():
        if dimension.size > MOST_PLACES_OF_AXIS:
            places = dimension.size
            store.close()
            raise InputError(
                f"{one_line(str(path))}: damaged: dimension {one_line(name)} has {places:,} "
                f"places; at most {MOST_PLACES_OF_AXIS:,} can be read"
            )
    # No chunks: HDF5 is not thread-safe, and Dask would read in threads.
    return xr.open_dataset(store, chunks=None, decode_times=decode_times)


def _seen(path: str | Path) -> tuple[int, ...]:
    """What tells a file from one that was put in its place."""
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _open_unchanged(path: str, seen: tuple[int, ...]) -> Any:
    """Open a NetCDF file, or open it again after somebody closed the handle that all share.

    Raises
    ------
    InputError
        Another file lies there by now: its values would stand beside those read before.
    """
    import netCDF4

    if _seen(path) != seen:
        raise InputError(
            f"{one_line(path)}: was replaced or changed since it was opened: open it again"
        )
    return netCDF4.Dataset(path, "r")


class FileKind(NamedTuple):
    """A kind of file that begins with bytes of its own.

    Attributes
    ----------
    name : str
        For messages, with its article.
    family : str
        What one can do with it: `ARCHIVE`, `NETCDF`, `SHEET`, `RASTER` or `OTHER`.
    ending : str
        How names of such files end, for a family with several.
    """

    name: str
    family: str
    ending: str = ""


ARCHIVE, NETCDF, SHEET, RASTER, OTHER = "archive", "NetCDF", "sheet", "raster", "other"

_ZIP = b"PK\x03\x04"
_SIGNATURES: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x1f\x8b", FileKind("a gzip archive", ARCHIVE)),
    (b"BZh", FileKind("a bzip2 archive", ARCHIVE)),
    (b"\xfd7zXZ\x00", FileKind("an xz archive", ARCHIVE)),
    (b"\x28\xb5\x2f\xfd", FileKind("a Zstandard archive", ARCHIVE)),
    (b"7z\xbc\xaf\x27\x1c", FileKind("a 7z archive", ARCHIVE)),
    (b"CDF\x01", FileKind("a NetCDF file", NETCDF)),
    (b"CDF\x02", FileKind("a NetCDF file", NETCDF)),
    (b"CDF\x05", FileKind("a NetCDF file", NETCDF)),
    (b"\x89HDF\r\n\x1a\n", FileKind("a NetCDF-4 or HDF5 file", NETCDF)),
    (b"\xd0\xcf\x11\xe0", FileKind("an Excel file of the old kind", SHEET)),
    (b"II*\x00", FileKind("a TIFF image, such as GeoTIFF", RASTER, ".tif")),
    (b"MM\x00*", FileKind("a TIFF image, such as GeoTIFF", RASTER, ".tif")),
    (b"II+\x00", FileKind("a TIFF image, such as GeoTIFF", RASTER, ".tif")),
    (b"MM\x00+", FileKind("a TIFF image, such as GeoTIFF", RASTER, ".tif")),
    (b"\x0e\x03\x13\x01", FileKind("an HDF4 file", RASTER, ".hdf")),
    (b"GRIB", FileKind("a GRIB file", RASTER, ".grib")),
    (b"\x00\x00\x27\x0a", FileKind("a shapefile", OTHER)),
    (b"SQLite format 3\x00", FileKind("an SQLite database, such as GeoPackage", OTHER)),
    (b"PAR1", FileKind("a Parquet file", OTHER)),
    (b"ARROW1", FileKind("an Arrow file", OTHER)),
    (b"\x93NUMPY", FileKind("a NumPy array", OTHER)),
    (b"%PDF", FileKind("a PDF document", OTHER)),
    (b"\x89PNG", FileKind("a PNG image", OTHER)),
    (b"\xff\xd8\xff", FileKind("a JPEG image", OTHER)),
    (b"GIF8", FileKind("a GIF image", OTHER)),
)
_MEMBERS_OF_ZIP = (
    ("xl/", FileKind("an Excel file", SHEET)),
    ("content.xml", FileKind("a spreadsheet or document of OpenDocument", SHEET)),
    (".shp", FileKind("a zipped shapefile", OTHER)),
)


def kind_by_content(path: str | Path, head: bytes) -> FileKind | None:
    """Tell what kind of file it is by how it begins, not by its name.

    Parameters
    ----------
    path : path
        Opened only for what a zip archive holds.
    head : bytes
        Its first bytes, a dozen or more.

    Returns
    -------
    FileKind or None
        ``None`` for what may be text.
    """
    if head.startswith(_ZIP):
        return _kind_of_zip(path)
    return next((found for start, found in _SIGNATURES if head.startswith(start)), None)


def _kind_of_zip(path: str | Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile):
        names = []
    for part, found in _MEMBERS_OF_ZIP:
        if any(name.startswith(part) or name.endswith(part) for name in names):
            return found
    return FileKind("a zip archive", ARCHIVE)
