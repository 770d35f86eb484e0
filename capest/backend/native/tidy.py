"""Removes from the cache what no version of today uses: libraries, notes of failures, locks.

Only plain files of this user are touched whose names only the cache gives, which nobody has used
for a month, and whose lock nobody holds. A library that is removed while a process runs it stays
until that process ends; whoever wants it again builds it again.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from pathlib import Path

UNUSED_S = 30 * 86_400.0
"""Files that were used since then are left."""

_USED_S = 86_400.0
"""How exactly the last use of a library is noted."""

# A digest of what is built and for what, one of the compiler, and one of the content.
_NAME = re.compile(r"([0-9a-f]{16}-[0-9a-f]{16}-)(?:[0-9a-f]{16}\.so|failed|lock)")


def note_use(library: Path) -> None:
    """Note that a library is in use, by its time of change; once a day at most."""
    with contextlib.suppress(OSError):
        if time.time() - library.stat().st_mtime > _USED_S:
            os.utime(library)


def tidy(folder: Path, current: str) -> None:
    """Remove old files of other versions, processors and compilers; never fails.

    Parameters
    ----------
    folder : Path
    current : str
        How the names begin that are wanted now: these are left.
    """
    with contextlib.suppress(OSError):
        groups: dict[str, list[Path]] = {}
        for each in sorted(folder.iterdir()):
            named = _NAME.fullmatch(each.name)
            if named and named[1] != current:
                groups.setdefault(named[1], []).append(each)
        for prefix, paths in groups.items():
            if all(map(_is_old, paths)):
                _remove(folder / f"{prefix}lock", paths)


def _is_old(path: Path) -> bool:
    """Tell whether a file is a plain one of mine that nobody has used for long."""
    try:
        status = path.lstat()
    except OSError:
        return False
    mine = stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()
    return mine and time.time() - status.st_mtime > UNUSED_S


def _remove(lock: Path, paths: list[Path]) -> None:
    """Remove files unless somebody builds them; the lock comes last."""
    import fcntl

    with contextlib.ExitStack() as held:
        if lock in paths:
            file = held.enter_context(lock.open("r+", encoding="utf-8"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # held, or a file system without locks: then nobody can tell
        for path in sorted(paths, key=lambda each: each == lock):
            with contextlib.suppress(OSError):
                path.unlink()
