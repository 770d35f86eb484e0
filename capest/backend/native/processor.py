"""What a compiled kernel may use: the processor's instruction sets, as one text."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")

_TELLING = {
    *("vendor_id", "cpu family", "model", "model name", "stepping", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features"),
    *("cpu", "isa", "uarch"),
}
"""Lines of ``/proc/cpuinfo`` that say what a core can do; others change from core to core."""


@lru_cache(maxsize=1)
def processor() -> str | None:
    """Say which processor this is, with all its instruction sets.

    Returns
    -------
    str or None
        The same on processors that run the same code; ``None`` where the system does not tell.
    """
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string")
    try:
        with _CPUINFO.open(encoding="utf-8", errors="replace") as lines:
            return telling_lines(lines) or None
    except OSError:
        return None


def instruction_set() -> str:
    """Name the widest vectors of the processor; empty where that is not known."""
    words = (processor() or "").split()
    for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"), ("avx", "AVX")):
        if flag in words:
            return name
    return ""


def telling_lines(lines: Iterable[str]) -> str:
    """Keep of the first core's lines of ``/proc/cpuinfo`` those that say what it can do."""
    kept: list[str] = []
    for line in lines:
        if not line.strip() and kept:
            break
        name, _, value = line.partition(":")
        if name.strip() in _TELLING:
            kept.append(f"{name.strip()}: {value.strip()}")
    return "\n".join(kept)


def system() -> str:
    """Say what else a library is built for: kind of machine, system and C library."""
    library = ""
    if "CS_GNU_LIBC_VERSION" in getattr(os, "confstr_names", {}):
        library = os.confstr("CS_GNU_LIBC_VERSION") or ""
    return f"{platform.machine()} {8 * ctypes.sizeof(ctypes.c_void_p)} {sys.platform} {library}"


def _sysctl(name: str) -> str | None:
    """Ask the kernel of macOS, without a process."""
    size = ctypes.c_size_t(256)
    text = ctypes.create_string_buffer(size.value)
    try:
        ask = ctypes.CDLL(None).sysctlbyname
    except (OSError, AttributeError):
        return None
    if ask(name.encode(), text, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
        return None
    return text.value.decode(errors="replace") or None
