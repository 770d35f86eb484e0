"""CUDA sources on a GPU, through CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class CupyDevice:
    """The current CUDA device.

    CuPy is imported, and the device touched, when this object is made: never at import, never in a
    process that only hands out work.
    """

    block_size = 256

    # A multiprocessor holds at most 2048 threads, eight blocks of 256.
    _BLOCKS_PER_MULTIPROCESSOR = 8
    # What a block takes of shared memory beside the dynamic part: a tile of the kernel's own, 4 KiB
    # at most, and 1 KiB of the system's.
    _OTHER_SHARED_BYTES = 5 * 1024
    # More would leave room for one block only on most devices.
    _MOST_SHARED_BYTES = 96 * 1024

    def __init__(self) -> None:
        import cupy

        self.xp: Any = cupy
        attributes = cupy.cuda.Device().attributes
        self._multiprocessors: int = attributes["MultiProcessorCount"]
        self._shared_of_multiprocessor: int = attributes["MaxSharedMemoryPerMultiprocessor"]
        granted: int = attributes["MaxSharedMemoryPerBlockOptin"] - self._OTHER_SHARED_BYTES
        self.shared_bytes = min(granted, self._MOST_SHARED_BYTES)

    def blocks_at_once(self, shared_bytes: int) -> int:
        """Number of blocks that run at the same time.

        With a larger grid, blocks would only wait for their turn and copy the pattern's table once
        more.
        """
        fitting = self._shared_of_multiprocessor // (shared_bytes + self._OTHER_SHARED_BYTES)
        return self._multiprocessors * min(max(fitting, 1), self._BLOCKS_PER_MULTIPROCESSOR)

    def compile(self, source: str, options: tuple[str, ...]) -> CupyModule:
        """Compile a source with NVRTC; CuPy keeps the result in its cache on disk."""
        return CupyModule(self.xp.RawModule(code=source, options=options, backend="nvrtc"))


class CupyModule:
    """A compiled CUDA source on the GPU.

    Parameters
    ----------
    raw : cupy.RawModule
    """

    # A block gets 48 KiB of shared memory, its own tile included, without asking.
    _GRANTED_SHARED_BYTES = 40 * 1024

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def launch(
        self, kernel: str, grid: int, block: int, arguments: Sequence[Any], shared_bytes: int
    ) -> None:
        """Start a kernel on the current stream; see `capest.backend.device.Module`."""
        function = self._raw.get_function(kernel)
        if shared_bytes > self._GRANTED_SHARED_BYTES:
            function.max_dynamic_shared_size_bytes = shared_bytes
        function((grid,), (block,), tuple(arguments), shared_mem=shared_bytes)
