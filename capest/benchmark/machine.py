"""What is measured on: processor, instruction set, caches, versions."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from capest.backend.native.processor import instruction_set
from capest.version import __version__

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}
_SUFFIX = {"Data": "d", "Instruction": "i", "Unified": ""}


def machine() -> dict[str, Any]:
    """Name what is measured on.

    Returns
    -------
    dict
        ``instruction_set``: the widest vectors, empty where they are not known. ``caches``: their
        sizes in bytes as the first core has them, by level ("L1d", "L2", "L3"); empty where the
        system does not tell.
    """
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return {
        "processor": name,
        "instruction_set": instruction_set(),
        "caches": caches(_CACHES),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        "system": platform.platform(),
        "capest": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def caches(folder: Path) -> dict[str, int]:
    """Read the sizes of a core's caches, in bytes by level; without those for instructions.

    Parameters
    ----------
    folder : Path
        With ``index0`` and so on, as Linux has it.
    """
    found: dict[str, int] = {}
    for each in sorted(folder.glob("index*")):
        try:
            level, kind, size = (
                (each / name).read_text(encoding="ascii").strip()
                for name in ("level", "type", "size")
            )
            number, unit = (size[:-1], size[-1]) if size[-1:] in _UNITS else (size, "")
            if kind != "Instruction":
                found[f"L{level}{_SUFFIX[kind]}"] = int(number) * _UNITS.get(unit, 1)
        except (OSError, ValueError, KeyError):
            continue  # a system without one of the figures
    return found


def machine_text(machine: dict[str, Any]) -> str:
    """Say in a line what `machine` found."""
    sizes = ", ".join(f"{level} {_size(size)}" for level, size in machine["caches"].items())
    return (
        f"{machine['processor']}, {machine['instruction_set'] or 'instruction set not known'}, "
        f"caches: {sizes or 'not known'}"
    )


def _size(size: int) -> str:
    for unit, factor in (("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:,.4g} {unit}"
    return f"{size} B"
