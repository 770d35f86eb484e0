"""What lies at a path, asked before anything is opened: opening a pipe waits for its other end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from capest.errors import InputError
from capest.shown import one_line

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
