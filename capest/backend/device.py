"""What the launcher needs of a machine that runs CUDA sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class Module(Protocol):
    """A compiled CUDA source."""

    def launch(
        self, kernel: str, grid: int, block: int, arguments: Sequence[Any], shared_bytes: int
    ) -> None:
        """Start a kernel.

        Parameters
        ----------
        kernel : str
            Name of the ``extern "C"`` kernel.
        grid, block : int
            Blocks, and threads in each, both one-dimensional.
        arguments : sequence of arrays of the device and NumPy scalars
            In the kernel's order, each of exactly the type the kernel declares.
        shared_bytes : int
            Dynamic shared memory.
        """
        ...


class Fetch(Protocol):
    """Arrays on their way to the host."""

    def wait(self) -> list[np.ndarray]:
        """Wait until they are there."""
        ...


class Device(Protocol):
    """Something that compiles and runs CUDA sources on arrays of its own."""

    @property
    def xp(self) -> Any:
        """Array module whose arrays the kernels take."""
        ...

    @property
    def block_size(self) -> int:
        """Threads in a block, at most 256."""
        ...

    @property
    def shared_bytes(self) -> int:
        """Dynamic shared memory that a block may have."""
        ...

    def blocks_at_once(self, shared_bytes: int) -> int:
        """Number of blocks with so much dynamic shared memory that run at the same time."""
        ...

    def compile(self, source: str, options: tuple[str, ...]) -> Module:
        """Compile a source with NVRTC's options."""
        ...

    def fetch(self, arrays: Sequence[Any]) -> Fetch:
        """Copy arrays to the host once they are computed; wait for nothing."""
        ...

    def free_bytes(self) -> int:
        """Memory that arrays may still take."""
        ...

    def release_memory(self) -> None:
        """Give back what is kept for arrays to come."""
        ...

    def wait(self) -> None:
        """Wait until all is computed that was started."""
        ...
