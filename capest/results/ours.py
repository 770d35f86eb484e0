"""Which files are capest's own. No other file is ever replaced, whatever is asked for.

Every file that capest writes for a user carries a mark: a NetCDF file the attributes of its run,
a JSON file the key ``made_by``, a scenario a comment in its first line, a picture the program that
drew it, a report its generator, exported tables and grids what their formats have a place for (CSV
has none: such a file is never replaced). A link is never followed to its end: what is there is not
what was named.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from capest.errors import InputError, StorageError
from capest.file_kinds import kind
from capest.results import files
from capest.shown import one_line
from capest.version import __version__

MADE_BY = f"capest {__version__}"
"""Mark of a file, where its format has a place for one."""

TOML_MARK = f"# Made by {MADE_BY}."
"""First line of a scenario that capest writes."""

CAPACITY_MARK = "capacity_of"
"""Attribute of the file of a search of capacities: the key that was varied."""

STUDY_MARK = "uncertainty_of"
"""Attribute of the file of a study of uncertainty: names of its figures."""

EXPORT_MARK = "exported_from_capest"
"""Attribute of an exported grid: names of its variables."""

GEOJSON_START = f'{{"made_by": "{MADE_BY}", "type": "FeatureCollection"'
"""How exported GeoJSON starts."""

TIFF_START = b"II*\0"
"""How exported GeoTIFF starts; the place of its directory and `MADE_BY` follow."""

_SWEEP_AXES = "sweep_axes"
_LENGTH_OF_FOOTER = 8
_LARGEST_JSON = 2**26
_LARGEST_PICTURE = 2**28
_PAGE = b"<!doctype html>"
_HEAD_OF_PAGE = 256
_BEFORE_MARK = b'<!doctype html> <html lang="en"> <head> <meta charset="utf-8">'.split()
_COMPARISON_0_2 = {"cells", "active", "slots", "demand_mbit_s", "bound", "trials", "seed"}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


class Made(StrEnum):
    """What capest writes."""

    RESULT = "the result of a run"
    SWEEP = "the result of a sweep"
    CAPACITY = "a search of capacities"
    UNCERTAINTY = "a study of uncertainty"
    COMPARISON = "a comparison of beam hopping"
    ANSWER = "figures of the video call study"
    PICTURE = "a picture of the calibration"
    REPORT = "a report"
    SCENARIO = "a scenario"
    EXPORT = "an exported table or grid"


@dataclass(frozen=True)
class Target:
    """A name to write to, and what was there when it was looked at.

    Attributes
    ----------
    path : Path
    made : Made or None
        What capest wrote there; ``None`` if nothing was there.
    seen : tuple of int or None
        Tells the file that was there from every other.
    """

    path: Path
    made: Made | None
    seen: tuple[int, ...] | None

    def check_unchanged(self) -> None:
        """Raise StorageError if another file is there than when the name was looked at."""
        if _seen(self.path) != self.seen:
            raise StorageError(
                f"{one_line(str(self.path))}: a file appeared there, or changed, after this "
                "started, and is left alone; move it away, then run the same command again"
            )

    def publish(self, temporary: Path, path: Path | None = None) -> None:
        """Give a finished file the name, unless somebody else took it in the meantime.

        The path is that of the target; it is an argument for callers that give one to every way of
        publishing.

        Raises
        ------
        StorageError
            Another file is there than when the name was looked at; it is left alone.
        OSError
        """
        where = path or self.path
        files.sync_file(temporary)
        if self.seen is None:
            try:
                os.link(temporary, where)
            except FileExistsError:
                pass
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
            else:
                temporary.unlink()
                files.sync_folder(where.parent)
                return
        self.check_unchanged()
        os.replace(temporary, where)
        files.sync_folder(where.parent)

    def write(self, content: bytes) -> None:
        """Write a file whole or not at all; raises as `publish`."""
        temporary = files.temporary_path(self.path)
        try:
            temporary.write_bytes(content)
            self.publish(temporary)
        finally:
            files.discard(temporary)


def look(
    path: str | Path, *replaceable: Made, option: str = "-o", makes_folder: bool = False
) -> Target:
    """Look at a name that is to be written to, before anything is computed.

    Parameters
    ----------
    path : str or Path
    *replaceable : Made
        Of capest's files, those that the command may replace; whether it needs to be asked to is
        its own rule.
    option : str
        Stands before the path in messages.
    makes_folder : bool
        Whether the command makes the folder, and refuses one that it cannot write to; else it must
        be there.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        If no file can have the name, if its folder is not there or not writable, or if a file is
        there that may not be replaced.
    """
    path = Path(path)
    said = f"{option} {one_line(str(path))}"
    try:
        check_name(path)
        if not makes_folder:
            check_writable(path.parent, said)
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Target(path, None, None)
    except ValueError as error:
        raise InputError(f"{said}: no file can have this name: {error}") from None
    except OSError as error:
        raise InputError(f"{said}: {files.reason(error)}; choose another name") from error
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{said}: is a folder; name a file in it")
    if irregular := kind(found.st_mode):
        raise InputError(
            f"{said}: is {irregular}, and only files that capest made are replaced; choose "
            "another name"
        )
    made = made_by_capest(path)
    if made in replaceable:
        return Target(path, made, _identity(found))
    what = "was not made by capest, or is damaged" if made is None else f"holds {made}"
    if not found.st_size:
        what = "is an empty file"
    raise InputError(f"{said}: {what}, and is left alone; choose another name, or remove it")


def check_writable(folder: Path, said: str) -> None:
    """Refuse a folder in which no file can be written.

    Raises
    ------
    InputError
    """
    shown = one_line(str(folder))
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "no such folder"
        raise InputError(f"{said}: {shown}: {what}; choose one that is there, or make it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{said}: {shown} is not writable; choose another place")


def check_name(path: Path) -> None:
    """Refuse a name that no file of capest can have.

    Raises
    ------
    ValueError
        What is wrong with it.
    """
    text = str(path)
    if "\0" in text:
        raise ValueError("it holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not UTF-8") from None
    if not path.name:
        return
    limit = _longest_name(path.parent)
    longest = len(os.fsencode(files.temporary_path(path).name))
    size = len(os.fsencode(path.name))
    if longest > limit:
        raise ValueError(
            f"it has {size} bytes, and {size - (longest - limit)} are the most here: names of "
            "temporary files beside it are longer"
        )


def made_by_capest(path: Path) -> Made | None:
    """What of capest's a regular file is, by its content; ``None`` for all other files."""
    with contextlib.suppress(OSError, RuntimeError, ValueError, RecursionError):
        with path.open("rb") as stream:
            start = stream.read(64)
        if start.startswith(b"\x89HDF\r\n\x1a\n"):
            return _netcdf(path)
        if start.startswith(b"# Made by capest "):
            return Made.SCENARIO
        if start.startswith(b'{"made_by": "capest ') and b'"FeatureCollection"' in start:
            return Made.EXPORT
        if start.startswith(TIFF_START) and start[8:].startswith(b"capest "):
            return Made.EXPORT
        if start.startswith(b"PAR1"):
            return _parquet(path)
        if start.lstrip().startswith(b"{"):
            return _json(path)
        if start.startswith(_PAGE):
            return _report(path)
        if start.startswith((b"\x89PNG", b"<?xml", b"%PDF")):
            return _picture(path)
    return None


def _netcdf(path: Path) -> Made | None:
    import netCDF4

    with netCDF4.Dataset(path, "r") as dataset:
        names = set(dataset.ncattrs())
    if EXPORT_MARK in names:
        return Made.EXPORT
    if "capest_version" not in names:
        return None
    if CAPACITY_MARK in names:
        return Made.CAPACITY
    if STUDY_MARK in names:
        return Made.UNCERTAINTY
    if _SWEEP_AXES in names:
        return Made.SWEEP
    return Made.RESULT if "scenario_fingerprint" in names else None


def _json(path: Path) -> Made | None:
    if path.stat().st_size > _LARGEST_JSON:
        return None
    content = json.loads(path.read_bytes())
    is_marked = str(content.get("made_by", "")).startswith("capest ")
    # Files of 0.2.0 have no mark, and keys that nobody else has together.
    keys = set(content) - {"made_by"}
    if keys == {*_COMPARISON_0_2, "strategies"} or (is_marked and "strategies" in keys):
        return Made.COMPARISON
    if keys == {"capest", "cases"} or (is_marked and "cases" in keys):
        return Made.ANSWER
    return None


def _picture(path: Path) -> Made | None:
    if path.stat().st_size > _LARGEST_PICTURE:
        return None
    content = path.read_bytes()
    marks = (b"tEXtSoftware\0capest ", b"<dc:title>capest ", b"/Creator (capest ")
    return Made.PICTURE if any(mark in content for mark in marks) else None


def _report(path: Path) -> Made | None:
    with path.open("rb") as stream:
        start = stream.read(_HEAD_OF_PAGE)
    head, mark, _ = start.partition(b'<meta name="generator" content="capest ')
    # Before the mark stands nothing that somebody could have written into a file.
    return Made.REPORT if mark and head.split() == _BEFORE_MARK else None


def _parquet(path: Path) -> Made | None:
    """Whether the footer, whose length stands in front of the last four bytes, has the mark."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(size - _LENGTH_OF_FOOTER)
        length = int.from_bytes(stream.read(4), "little")
        stream.seek(max(0, size - _LENGTH_OF_FOOTER - length))
        footer = stream.read(min(length, _LARGEST_JSON))
    return Made.EXPORT if b"made_by" in footer and b"capest " in footer else None


def _seen(path: Path) -> tuple[int, ...] | None:
    try:
        return _identity(os.lstat(path))
    except FileNotFoundError:
        return None


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _longest_name(folder: Path) -> int:
    # A folder that is still to be made lies in one that is there.
    for each in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            return os.pathconf(each, "PC_NAME_MAX")
    return 255
