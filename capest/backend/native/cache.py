"""Where built libraries are kept: found in milliseconds, built once, whole or not at all.

A library's name says what it was built from and for (sources, flags, processor, system), by which
compiler, and what its content must be. So unequal machines that share a home have libraries of
their own, one that was cut short is not taken, and nobody runs a compiler to find out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from capest.backend.native.compiler import (
    REMEDY,
    WITHOUT,
    Compiler,
    find_compiler,
    flags,
)
from capest.backend.native.processor import processor, system
from capest.backend.native.tidy import note_use, tidy
from capest.backend.obstacle import Obstacle, Unusable
from capest.backend.source import native_sources
from capest.errors import BackendError
from capest.shown import one_line

VARIABLE = "CAPEST_CACHE"
"""Environment variable that names the folder of the cache."""

_POLL_S = 0.05
_SUFFIX = ".so"


def cache_folders() -> list[Path]:
    """Folders for libraries, the one of choice first, then one among temporary files."""
    own = _own_folder()
    folders = [] if own is None else [own]
    with contextlib.suppress(OSError):  # no folder for temporary files at all
        shared = Path(tempfile.gettempdir()) / f"capest-{os.getuid()}"
        if _is_mine(shared):
            folders.append(shared / "native")
    return folders


def libraries() -> Iterator[Path]:
    """Yield libraries for this machine, the best first: those that are there, then built ones.

    Raises
    ------
    Unusable
        If none is there and none can be built; says why.
    """
    sources, compiler, name = _wanted()
    folders = cache_folders()
    for folder in folders:
        for there in _found(folder, name):
            note_use(there)
            yield there
    if compiler is None:
        raise Unusable("there is no C++ compiler", REMEDY)
    refused = "there is no home, and no folder for temporary files that is mine alone"
    for folder in folders:
        try:
            yield _built(folder, name, compiler, sources)
        except OSError as error:
            refused = f"{folder}: {error.strerror or error}"
    raise Unusable(
        f"there is no place for compiled kernels ({one_line(refused)})",
        f"let {VARIABLE} name a folder that can be written to",
    )


def must_be_built() -> bool:
    """Tell whether `libraries` would have to run a compiler, which takes some seconds."""
    try:
        _, compiler, name = _wanted()
    except (Unusable, BackendError, OSError):
        return False
    there = (found for folder in cache_folders() for found in _found(folder, name))
    return compiler is not None and next(there, None) is None


def choice_obstacle() -> Obstacle | None:
    """Find out what keeps the folder that the variable names from being used, if it names one.

    Another folder may stand in for it, and nobody would know.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    folder = Path(named).absolute() / "native"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return Obstacle(
            f"{VARIABLE}={one_line(named)} cannot be used ({error.strerror or error})",
            "let it name a folder that can be written to; compiled kernels are kept elsewhere now",
        )
    return None


def _wanted() -> tuple[dict[str, str], Compiler | None, str]:
    """Sources, the compiler if there is one, and how names of libraries for this machine begin."""
    if os.name == "nt":
        raise Unusable("compiled kernels are not built on Windows", WITHOUT)
    sources = native_sources()
    built_for = (*(f"{name}\n{text}" for name, text in sorted(sources.items())), *flags())
    key = _digest("\0".join((*built_for, processor() or "", system())).encode())
    compiler = find_compiler()
    # Another machine's compiler may have built what runs here, where none is.
    name = f"{key}-" if compiler is None else f"{key}-{_digest(compiler.identity.encode())}-"
    return sources, compiler, name


def _own_folder() -> Path | None:
    """Folder that the user chose, by a variable of ours or of the desktop's standard."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named).absolute() / "native"
    standard = os.environ.get("XDG_CACHE_HOME", "")
    # A relative path is to be ignored, says the XDG Base Directory Specification; without a home
    # the other one is relative, too.
    base = standard if os.path.isabs(standard) else os.path.expanduser("~/.cache")
    return Path(base) / "capest" / "native" if os.path.isabs(base) else None


def _is_mine(folder: Path) -> bool:
    """Make a folder among everybody's, and tell whether nobody else can put a library there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    mine = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    return mine and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _found(folder: Path, name: str) -> Iterator[Path]:
    """Whole libraries whose names begin so."""
    try:
        there = sorted(os.listdir(folder))
    except OSError:
        return
    for each in there:
        if each.startswith(name) and each.endswith(_SUFFIX) and _is_whole(folder / each):
            yield folder / each


def _is_whole(path: Path) -> bool:
    """Tell whether a library's content is what its name says."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return path.name.endswith(f"-{_digest(content)}{_SUFFIX}")


def _built(folder: Path, name: str, compiler: Compiler, sources: dict[str, str]) -> Path:
    """Build a library unless another process does so meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    failure = folder / f"{name}failed"
    before = _text(failure)
    with _lock(folder / f"{name}lock"):
        for there in _found(folder, name):
            return there
        # Whoever built while we waited has failed, and so would we.
        said = _text(failure)
        if said is not None and said != before:
            raise Unusable(*json.loads(said[1]))
        try:
            made = _build(folder, name, compiler, sources)
            tidy(folder, name)
            return made
        except Unusable as error:
            with contextlib.suppress(OSError):
                failure.write_text(json.dumps(error.args), encoding="utf-8")
            raise


def _build(folder: Path, name: str, compiler: Compiler, sources: dict[str, str]) -> Path:
    rooms = f"{name}build-"
    for left in folder.glob(f"{rooms}*"):  # by a process that was killed, since we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    room = Path(tempfile.mkdtemp(prefix=rooms, dir=folder))
    try:
        built = compiler.build(sources, room)
        whole = folder / f"{name}{_digest(built.read_bytes())}{_SUFFIX}"
        built.replace(whole)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return whole


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Let one process at a time build; where the file system has no locks, all do."""
    import fcntl

    with path.open("w", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_POLL_S)
                continue
            except OSError:
                pass
            break
        yield


def _text(path: Path) -> tuple[int, str] | None:
    """When a file was written, and its text."""
    try:
        return path.stat().st_mtime_ns, path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
