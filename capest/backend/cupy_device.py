"""CUDA sources on a GPU, through CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class CupyDevice:
    """The current CUDA device.

    CuPy is imported, and the device touched, when this object is made: never at import, never in a
    process that only hands out work.
    """

    # A multiprocessor holds at most 2048 threads, eight blocks of 256: with a larger grid, blocks
    # would only wait for their turn and copy the amplitude table once more.
    block_size = 256
    _BLOCKS_PER_MULTIPROCESSOR = 8

    def __init__(self) -> None:
        import cupy

        self.xp: Any = cupy
        attributes = cupy.cuda.Device().attributes
        self.block_limit: int = self._BLOCKS_PER_MULTIPROCESSOR * attributes["MultiProcessorCount"]

    def compile(self, source: str, options: tuple[str, ...]) -> CupyModule:
        """Compile a source with NVRTC; CuPy keeps the result in its cache on disk."""
        return CupyModule(self.xp.RawModule(code=source, options=options, backend="nvrtc"))


class CupyModule:
    """A compiled CUDA source on the GPU.

    Parameters
    ----------
    raw : cupy.RawModule
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def launch(
        self, kernel: str, grid: int, block: int, arguments: Sequence[Any], shared_bytes: int
    ) -> None:
        """Start a kernel on the current stream; see `capest.backend.device.Module`."""
        function = self._raw.get_function(kernel)
        function((grid,), (block,), tuple(arguments), shared_mem=shared_bytes)
