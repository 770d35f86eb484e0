"""A grid as GeoTIFF: single precision, deflated, EPSG:4326, by the OGC GeoTIFF standard 1.1.

TIFF itself is by its revision 6.0 (Adobe, 1992); the places of missing values and of the unit are
those of GDAL, which other programs read too.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO
from xml.sax.saxutils import escape

import numpy as np

from capest.errors import InputError
from capest.export.grid import CellGrid, on_grid
from capest.results.ours import MADE_BY, TIFF_START

_SHORT, _LONG, _ASCII, _DOUBLE = 3, 4, 2, 12
_FORMATS = {_SHORT: "H", _LONG: "I", _DOUBLE: "d"}

# Version 1.1.1 of the directory, and its keys: geographic coordinates, a value is that of an area,
# WGS 84, degrees.
_GEO_KEYS = {1024: 2, 1025: 1, 2048: 4326, 2054: 9102}


def write_geotiff(
    grid: CellGrid, values: np.ndarray, about: str, units: str, stream: BinaryIO
) -> None:
    """Write the values of cells.

    Parameters
    ----------
    grid : CellGrid
    values : float array (cells,)
    about, units : str
        What the values are.
    stream : binary stream
        Empty, of a file: the head is written again at the end.

    Raises
    ------
    InputError
        The file would be longer than a TIFF file can be.
    """
    software = MADE_BY.encode("ascii", "replace") + b"\0"
    head = TIFF_START + struct.pack("<I", 0) + software
    stream.write(head + b"\0" * (len(head) % 2))
    places, sizes = [], []
    for cells in grid.cells():
        strip = zlib.compress(on_grid(values, cells).astype("<f4").tobytes(), 6)
        places.append(stream.tell())
        sizes.append(len(strip))
        stream.write(strip + b"\0" * (len(strip) % 2))
        if stream.tell() > 2**32 - 2**20:
            raise InputError("a .tif file holds 4 GiB at most; choose a coarser --resolution")
    geo = [1, 1, 1, len(_GEO_KEYS)]
    for key, value in _GEO_KEYS.items():
        geo += [key, 0, 1, value]
    item = f'<Item name="UNITTYPE" sample="0" role="unittype">{escape(units)}</Item>'
    unit = f"<GDALMetadata>{item}</GDALMetadata>"
    entries: dict[int, tuple[int, list[float] | bytes]] = {
        256: (_LONG, [grid.columns]),
        257: (_LONG, [grid.rows]),
        258: (_SHORT, [32]),
        259: (_SHORT, [8]),
        262: (_SHORT, [1]),
        270: (_ASCII, about.encode("ascii", "replace").replace(b"\0", b" ") + b"\0"),
        273: (_LONG, list(places)),
        277: (_SHORT, [1]),
        278: (_LONG, [grid.rows_at_once]),
        279: (_LONG, list(sizes)),
        284: (_SHORT, [1]),
        305: (_ASCII, software),
        339: (_SHORT, [3]),
        33550: (_DOUBLE, [grid.step_deg, grid.step_deg, 0.0]),
        33922: (_DOUBLE, [0.0, 0.0, 0.0, grid.west_deg, grid.north_deg, 0.0]),
        34735: (_SHORT, list(geo)),
        42112: (_ASCII, unit.encode("ascii", "xmlcharrefreplace") + b"\0"),
        42113: (_ASCII, b"nan\0"),
    }
    start = stream.tell()
    stream.write(_directory(entries, start))
    stream.seek(len(TIFF_START))
    stream.write(struct.pack("<I", start))


def _directory(entries: dict[int, tuple[int, list[float] | bytes]], start: int) -> bytes:
    """Entries in ascending order, and what does not fit into them behind."""
    rows, behind = [], b""
    after = start + 2 + 12 * len(entries) + 4
    for tag, (kind, content) in sorted(entries.items()):
        data = content if isinstance(content, bytes) else _packed(kind, content)
        place = data.ljust(4, b"\0")
        if len(data) > 4:
            place = struct.pack("<I", after + len(behind))
            behind += data + b"\0" * (len(data) % 2)
        rows.append(struct.pack("<HHI", tag, kind, len(content)) + place)
    return struct.pack("<H", len(rows)) + b"".join(rows) + struct.pack("<I", 0) + behind


def _packed(kind: int, numbers: list[float]) -> bytes:
    return struct.pack(f"<{len(numbers)}{_FORMATS[kind]}", *numbers)
