"""The CUDA sources as a shared library on the CPU, behind the launcher's `Device` protocol."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

SHIM = Path(__file__).with_name("cuda_shim.h")
FLAGS = ("-std=c++20", "-O2", "-ffp-contract=off", "-Wall", "-Wno-unknown-pragmas")
DYNAMIC_SHARED_BYTES = 96 * 1024

_KERNEL = re.compile(r"__global__\s+void\s+(?:__launch_bounds__\([^)]*\)\s*)?(\w+)\s*\(")
_DYNAMIC_SHARED = re.compile(r"extern\s+__shared__\s+(\w+)\s+(\w+)\[\]\s*;")

_ENTRY_POINTS = """
extern "C" const char* signature_KERNEL() {
    static const std::string text = emulated_signature(&KERNEL);
    return text.c_str();
}
extern "C" void run_KERNEL(unsigned grid, unsigned block, void** arguments) {
    emulated_launch(&KERNEL, grid, block, arguments);
}
"""


class EmulatedDevice:
    """Compiles CUDA sources with g++ and runs them on NumPy arrays.

    Blocks are small (each thread is a thread of the system) and few at a time, so that the
    loops over blocks run more than once.
    """

    xp: ModuleType = np
    shared_bytes = DYNAMIC_SHARED_BYTES

    def __init__(
        self,
        directory: Path,
        compiler: str = "g++",
        block_size: int = 32,
        block_limit: int = 3,
        flags: Sequence[str] = (),
    ) -> None:
        self.block_size = block_size
        self.block_limit = block_limit
        self._directory = directory
        self._command = (compiler, *FLAGS, *flags)

    def blocks_at_once(self, shared_bytes: int) -> int:
        """As many as the test asks for."""
        return self.block_limit

    def compile(self, source: str, options: tuple[str, ...]) -> EmulatedModule:
        """Build a library, unless the same text was built with the same options before."""
        command = (*self._command, *(o for o in options if not o.startswith("-std=")))
        program = _program(source)
        key = hashlib.sha256("\0".join((*command, program)).encode()).hexdigest()[:20]
        library = self._directory / f"{key}.so"
        if not library.exists():
            # Another process may build the same at this moment: the name is given at the end.
            text = self._directory / f"{key}-{os.getpid()}.cpp"
            built = text.with_suffix(".so")
            text.write_text(program, encoding="utf-8")
            shared = ("-fPIC", "-shared", f"-I{SHIM.parent}")
            build = (*command, *shared, str(text), "-o", str(built))
            done = subprocess.run(build, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(f"g++ refuses a kernel:\n{done.stderr}")
            built.replace(library)
        return EmulatedModule(ctypes.CDLL(str(library)))

    def fetch(self, arrays: Sequence[np.ndarray]) -> EmulatedFetch:
        """Copy at once: a launch runs to its end."""
        return EmulatedFetch([np.array(array) for array in arrays])

    def free_bytes(self) -> int:
        return 2**30

    def release_memory(self) -> None:
        """Nothing is kept."""

    def wait(self) -> None:
        """Kernels have run by the time they return."""


class EmulatedFetch:
    """Arrays of the host."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self._arrays = arrays

    def wait(self) -> list[np.ndarray]:
        return self._arrays


class EmulatedModule:
    """A built library; checks every argument against the kernel's own signature."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def launch(
        self, kernel: str, grid: int, block: int, arguments: Sequence[Any], shared_bytes: int
    ) -> None:
        """Run a kernel to its end."""
        assert shared_bytes <= DYNAMIC_SHARED_BYTES
        signature = getattr(self._library, f"signature_{kernel}")
        signature.restype = ctypes.c_char_p
        types = signature().decode().split()
        assert len(arguments) == len(types), f"{kernel}: {len(arguments)} arguments for {types}"
        for place, (argument, declared) in enumerate(zip(arguments, types, strict=True)):
            _check(f"argument {place} of {kernel}", argument, declared)
        # Boxes hold what the pointers below point to; they must outlive the call.
        boxes = [np.array(a.ctypes.data if isinstance(a, np.ndarray) else a) for a in arguments]
        pointers = (ctypes.c_void_p * len(boxes))(*(box.ctypes.data for box in boxes))
        run = getattr(self._library, f"run_{kernel}")
        run.argtypes = (ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p)
        run.restype = None
        run(grid, block, pointers)


def _program(source: str) -> str:
    """Shim, source, and for every kernel of it an entry point and its signature."""
    parts = [f'#include "{SHIM.name}"', source]
    for kind, name in _DYNAMIC_SHARED.findall(source):
        parts.append(f"{kind} {name}[{DYNAMIC_SHARED_BYTES} / sizeof({kind})];")
    parts += [_ENTRY_POINTS.replace("KERNEL", kernel) for kernel in _KERNEL.findall(source)]
    return "\n".join(parts) + "\n"


def _check(what: str, argument: Any, declared: str) -> None:
    """Compare an argument's type with a word of the kernel's signature."""
    if declared.startswith("p") and not isinstance(argument, np.ndarray):
        assert argument.dtype == np.uint64, f"{what}: {argument!r} for a pointer"
        assert argument == 0, f"{what}: {argument!r} for a pointer"
        return
    assert isinstance(argument, np.ndarray) == declared.startswith("p"), f"{what}: {declared}"
    if isinstance(argument, np.ndarray):
        assert argument.flags.c_contiguous, f"{what} is not contiguous"
    element = declared.removeprefix("p")
    if element.startswith("*"):
        assert argument.ctypes.data % int(element[1:]) == 0, f"{what} is not aligned"
    else:
        found = f"{argument.dtype.kind}{argument.dtype.itemsize}"
        same_integer = {found, element} == {"i8", "u8"}  # sums: atomics exist for unsigned only
        assert found == element or same_integer, f"{what} is {found}, declared {declared}"
