"""CUDA sources on a GPU, through CuPy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np


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

    def fetch(self, arrays: Sequence[Any]) -> CupyFetch:
        """Copy arrays to pinned memory on a stream of their own; see `Device.fetch`.

        What is launched next computes meanwhile.
        """
        from cupyx import empty_pinned

        whole = [self.xp.ascontiguousarray(array) for array in arrays]
        host = [empty_pinned(array.shape, array.dtype) for array in whole]
        self._copies.wait_event(self.xp.cuda.get_current_stream().record())
        for array, target in zip(whole, host, strict=True):
            array.get(stream=self._copies, out=target, blocking=False)
        return CupyFetch(whole, host, self._copies.record())

    def free_bytes(self) -> int:
        """Memory free on the device, and kept by CuPy for arrays to come."""
        free, _ = self.xp.cuda.runtime.memGetInfo()
        return int(free) + int(self.xp.get_default_memory_pool().free_bytes())

    def release_memory(self) -> None:
        """Give back to the device what CuPy keeps for arrays to come."""
        self.xp.get_default_memory_pool().free_all_blocks()

    def wait(self) -> None:
        """Wait until all is computed that was started on the current stream."""
        self.xp.cuda.get_current_stream().synchronize()

    @cached_property
    def _copies(self) -> Any:
        # Without this flag the stream would wait for the default one, on which kernels run.
        return self.xp.cuda.Stream(non_blocking=True)


class CupyFetch:
    """Arrays on their way from the GPU.

    Parameters
    ----------
    device : list of cupy.ndarray
        Held until they are copied: their memory would go to the next kernels else.
    host : list of array
        Pinned.
    copied : cupy.cuda.Event
    """

    def __init__(self, device: list[Any], host: list[np.ndarray], copied: Any) -> None:
        self._device = device
        self._host = host
        self._copied = copied

    def wait(self) -> list[np.ndarray]:
        """Wait for the last copy."""
        self._copied.synchronize()
        self._device.clear()
        return self._host


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
