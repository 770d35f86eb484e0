"""One run per output folder: an advisory lock that ends with the process, however it dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from capest.errors import InputError

LOCK_NAME = "lock"
_NO_LOCKS_HERE = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


def take_lock(folder: Path) -> tuple[int | None, str]:
    """Lock a folder for this process.

    Parameters
    ----------
    folder : Path
        Existing folder.

    Returns
    -------
    descriptor : int or None
        Close it to give the lock back; None where the file system has no locks.
    notice : str
        One sentence for the user in that case, else empty.

    Raises
    ------
    InputError
        Another run holds the lock.
    OSError
        The folder cannot be written.
    """
    while True:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise InputError(
                    f"another run is writing in {folder}; wait for it, or choose another output "
                    "with -o"
                ) from error
            if error.errno in _NO_LOCKS_HERE:
                return None, (
                    f"the file system of {folder} has no locks: make sure that no second run "
                    "writes there"
                )
            raise
        if _is_current(descriptor, folder / LOCK_NAME):
            return descriptor, ""
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[str]:
    """Hold the lock of a folder that may have to be made; what is left of it empty is removed.

    Yields
    ------
    notice : str
        As of `take_lock`.

    Raises
    ------
    InputError
        Another run holds the lock, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, notice = take_lock(folder)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror}; choose another output with -o"
        ) from error
    try:
        yield notice
    finally:
        # Unlinked while it is held: a run that opened it meanwhile sees that it lost its name.
        with contextlib.suppress(OSError):
            (folder / LOCK_NAME).unlink()
            folder.rmdir()
        if descriptor is not None:
            os.close(descriptor)


def _is_current(descriptor: int, path: Path) -> bool:
    """Whether the locked file still has its name: a run that ended deletes it."""
    try:
        return os.fstat(descriptor).st_ino == os.stat(path).st_ino
    except FileNotFoundError:
        return False
