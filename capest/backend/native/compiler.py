"""The C++ compiler of this machine, and what it is told."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from capest.backend.native.processor import processor
from capest.backend.obstacle import Unusable
from capest.shown import one_line

NAMES = ("c++", "g++", "clang++")
"""Compilers that are looked for where the variable ``CXX`` names none."""

REMEDY = "install g++ or clang++ (apt install g++; xcode-select --install), or let CXX name one"
"""What helps where no compiler is."""

WITHOUT = "take --backend numpy"
"""What is left where nothing helps."""

_ANOTHER = f"let CXX name another, or {WITHOUT}"

_FLAGS = (
    *("-std=c++17", "-O3", "-fPIC", "-fvisibility=hidden"),
    # Nothing is fused or reordered by the compiler, and infinities and nan keep their meaning.
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
)

_LONGEST_BUILD_S = 300.0


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler.

    Attributes
    ----------
    command : tuple of str
        Its name and what ``CXX`` adds to it.
    identity : str
        Another one after an update; found without running it.
    """

    command: tuple[str, ...]
    identity: str

    def build(self, sources: Mapping[str, str], folder: Path) -> Path:
        """Build a shared library of all ``*.cpp`` files.

        Parameters
        ----------
        sources : dict
            Text of each file by its path, headers included.
        folder : Path
            Empty; sources and library are left in it.

        Raises
        ------
        Unusable
            If the compiler refuses, or does not start.
        OSError
            If the folder takes no files.
        """
        for name, text in sources.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        units = sorted(name for name in sources if name.endswith(".cpp"))
        objects = [f"{unit}.o" for unit in units]
        with ThreadPoolExecutor(usable_cores()) as pool:
            jobs = [
                pool.submit(self._run, ("-c", unit, "-o", made), folder)
                for unit, made in zip(units, objects, strict=True)
            ]
            for job in jobs:
                job.result()
        library = folder / "library"
        self._run(("-shared", *objects, "-o", library.name), folder)
        return library

    def _run(self, arguments: tuple[str, ...], folder: Path) -> None:
        """Run the compiler once; its last argument is the file that it is to make."""
        name = one_line(self.command[0])
        try:
            done = subprocess.run(
                [*self.command, *flags(), *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_LONGEST_BUILD_S,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            reason = f"the compiler {name} does not start ({error.strerror})"
            raise Unusable(reason, _ANOTHER) from error
        except subprocess.TimeoutExpired as error:
            reason = f"the compiler {name} takes more than {error.timeout:.0f} s"
            raise Unusable(reason, _ANOTHER) from error
        more = shlex.join(self.command[1:])
        who = f"{name} with {one_line(more)} from CXX" if more else name
        if done.returncode != 0:
            raise Unusable(f"the compiler {who} fails ({_first_error(done)})", _ANOTHER)
        if not (folder / arguments[-1]).is_file():
            raise Unusable(f"the compiler {who} ends well but makes no file", _ANOTHER)


def usable_cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def find_compiler() -> Compiler | None:
    """Find the compiler that ``CXX`` names, else the first of `NAMES` on the path.

    Raises
    ------
    Unusable
        If ``CXX`` names one that is not there.
    """
    asked = os.environ.get("CXX", "").strip()
    if not asked:
        found = (_compiler((name,)) for name in NAMES)
        return next((each for each in found if each is not None), None)
    try:
        words = tuple(shlex.split(asked))
    except ValueError as error:
        raise Unusable(f"CXX={one_line(asked)} cannot be read ({error})", REMEDY) from error
    chosen = _compiler(words)
    if chosen is None:
        there = next((name for name in NAMES if shutil.which(name)), None)
        remedy = REMEDY if there is None else f"correct or unset CXX: {there} is there"
        raise Unusable(f"the compiler that CXX names, {one_line(asked)}, is not there", remedy)
    return chosen


def flags() -> tuple[str, ...]:
    """Flags of every build on this machine: for its processor, if it is known which one that is."""
    there, machine = processor(), platform.machine().lower()
    if there is None:
        return _FLAGS
    if machine in ("x86_64", "amd64", "i686"):
        wide = ("-mprefer-vector-width=512",) if "avx512f" in there.split() else ()
        # For some processors compilers read tables number by number, as their gathers were slow
        # once: the kernel of constellations then takes 1.7 times as long (Sapphire Rapids).
        return (*_FLAGS, "-march=native", "-mtune=skylake", *wide)
    return (*_FLAGS, "-mcpu=native") if machine in ("arm64", "aarch64") else _FLAGS


def _compiler(command: tuple[str, ...]) -> Compiler | None:
    path = shutil.which(command[0])
    if path is None:
        return None
    try:
        real = os.path.realpath(path)
        status = os.stat(real)
    except OSError:
        return None
    identity = f"{shlex.join(command)} {real} {status.st_size} {status.st_mtime_ns}"
    return Compiler(command, identity)


def _first_error(done: subprocess.CompletedProcess[str]) -> str:
    """Pick the line of a compiler's output that says most."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    text = (telling or lines or [f"exit code {done.returncode}"])[0]
    return one_line(text)
