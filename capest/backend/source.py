"""Where the CUDA sources are, and their text with the headers put in."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from capest.errors import BackendError

SENTINEL = "philox.cuh"
"""A file that tells our kernels/ folder from anybody else's."""

_INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def kernel_directory() -> Traversable:
    """Find the folder with the CUDA sources.

    A wheel carries them as ``capest/kernels``; in a checkout (and in an editable
    install, which points to one) they lie in ``kernels/`` beside the package.

    Returns
    -------
    Traversable
        The folder; a wheel may be a zip file, so it need not be a path.

    Raises
    ------
    BackendError
        If neither place has them.
    """
    package = files("capest")
    candidates: list[Traversable] = [package / "kernels"]
    if isinstance(package, Path):
        candidates.append(package.parent / "kernels")
    for directory in candidates:
        if (directory / SENTINEL).is_file():
            return directory
    places = " and ".join(str(directory) for directory in candidates)
    raise BackendError(
        f"the CUDA sources are missing, there is no {SENTINEL} in {places}; reinstall capest"
    )


def kernel_source(name: str) -> str:
    """Return a CUDA source as one text, headers inlined.

    CuPy's cache of compiled kernels looks at this text and not at files it includes: were headers
    left to the compiler, an edited header would go unnoticed. ``#line`` keeps compiler messages
    pointing to the file and line that a developer edits.

    Parameters
    ----------
    name : str
        File name, such as ``sinr.cu``.

    Returns
    -------
    str

    Raises
    ------
    BackendError
        If the sources are missing.
    """
    return "\n".join(_inlined(kernel_directory(), name, set())) + "\n"


def native_sources() -> dict[str, str]:
    """Texts of the compiled CPU backend, and of the CUDA sources that it shares.

    Returns
    -------
    dict of str to str
        By path, such as ``native/sinr.cpp`` and ``philox.cuh``.

    Raises
    ------
    BackendError
        If the sources are missing.
    """
    top = kernel_directory()
    found = {
        f"{folder}{each.name}": each.read_text(encoding="utf-8")
        for folder, place in (("", top), ("native/", top / "native"))
        if place.is_dir()
        for each in place.iterdir()
        if each.name.endswith((".cpp", ".hpp", ".cu", ".cuh"))
    }
    if not any(name.startswith("native/") for name in found):
        raise BackendError(f"{top} has no sources of compiled kernels; reinstall capest")
    return found


def _inlined(directory: Traversable, name: str, seen: set[str]) -> list[str]:
    seen.add(name)
    lines = [f'#line 1 "{name}"']
    text = (directory / name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        include = _INCLUDE.match(line)
        if not include:
            lines.append(line)
            continue
        if include[1] not in seen:
            lines += _inlined(directory, include[1], seen)
        lines.append(f'#line {number + 1} "{name}"')
    return lines
