"""Files written whole or not at all: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import socket
from pathlib import Path

TEMPORARY_SUFFIX = ".tmp"


def temporary_path(path: Path) -> Path:
    """Name beside ``path`` for a file still being written, which no other file has."""
    owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    return path.with_name(f".{path.name}.{owner}{TEMPORARY_SUFFIX}")


def sweep_temporaries(folder: Path, name_pattern: str) -> None:
    """Remove temporary files that dead runs left for targets matching a regular expression.

    Call only while no other run can write these targets. What is not named exactly like one of
    ours is somebody else's, and stays.
    """
    # Names that capest 0.2.0 gave end with the number of the process.
    ours = re.compile(rf"\.(?:{name_pattern})\.[^/]+-\d+(-[0-9a-f]{{8}})?{TEMPORARY_SUFFIX}")
    for left in folder.iterdir():
        if ours.fullmatch(left.name) and left.is_file() and not left.is_symlink():
            left.unlink(missing_ok=True)


def publish(temporary: Path, path: Path, *, sync_name: bool = True) -> None:
    """Give a finished file its final name; it survives a power cut from then on.

    Without ``sync_name``, only what is under the name does: the name itself may be lost until
    `sync_folder` is called.
    """
    sync_file(temporary)
    os.replace(temporary, path)
    if sync_name:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make a file's content survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make names created in a folder survive a power cut, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, *, sync_name: bool = True) -> None:
    """Write a file in one step: afterwards ``path`` is as before or complete, never partial.

    Parameters
    ----------
    path : Path
    content : bytes
    sync_name : bool
        See `publish`.

    Raises
    ------
    OSError
        Nothing of the attempt is left behind.
    """
    temporary = temporary_path(path)
    try:
        temporary.write_bytes(content)
        publish(temporary, path, sync_name=sync_name)
    finally:
        discard(temporary)


def discard(path: Path) -> None:
    """Remove a file if it is there; a failure to do so must not hide an earlier one.

    Emptied first: HDF5 may hold the file of a failed write open, and its space with it. A file
    that has got a second name is the result, and keeps its content.
    """
    with contextlib.suppress(OSError):
        if os.lstat(path).st_nlink == 1:
            os.truncate(path, 0)
        path.unlink()


def free_space(folder: Path) -> str:
    """Room left for a file, for a one-line message."""
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB free there"
    except OSError:
        return "no such folder"


def reason(error: OSError) -> str:
    """What the operating system said, without the path, for a one-line message."""
    return error.strerror or str(error) or type(error).__name__
