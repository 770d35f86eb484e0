"""What every launch of a CUDA kernel needs: a compiled source, a grid, arguments that fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.backend.device import Device, Module
from capest.backend.source import kernel_source

COMMON_OPTIONS = ("-std=c++17",)
"""Compile options of every source."""

NULL = np.uint64(0)
"""For an optional array that is not there."""


class CudaLauncher:
    """Compiles each source once, checks arguments, and starts kernels.

    Parameters
    ----------
    device : Device
        Compiles and runs the sources.
    block_size : int, optional
        Threads in a block, if not the device's own choice; results do not depend on it.
    """

    def __init__(self, device: Device, block_size: int | None = None) -> None:
        self.xp = device.xp
        self.device = device
        self._block = device.block_size if block_size is None else block_size
        self._modules: dict[tuple[str, tuple[str, ...]], Module] = {}

    def _launch(
        self,
        program: tuple[str, tuple[str, ...]],
        kernel: str,
        work_items: int,
        arguments: tuple[Any, ...],
        shared_bytes: int = 0,
    ) -> None:
        """Run a kernel over so many work items, one a thread, compiling its file once."""
        if work_items == 0:
            return
        if program not in self._modules:
            file, options = program
            self._modules[program] = self.device.compile(kernel_source(file), options)
        grid = min(-(-work_items // self._block), self.device.blocks_at_once(shared_bytes))
        self._modules[program].launch(kernel, grid, self._block, arguments, shared_bytes)

    def _array(self, name: str, value: Any, dtype: type, shape: tuple[int, ...]) -> Any:
        """Return a contiguous array on the device; wrong types are never converted silently."""
        array = self.xp.asarray(value)
        if array.dtype != dtype:
            raise TypeError(f"{name} has type {array.dtype}, the kernel reads {np.dtype(dtype)}")
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, the kernel reads {shape}")
        return self.xp.ascontiguousarray(array)

    def _lit(self, lit: Any, beams: int) -> Any:
        """Return the lit flags on the device, or a null pointer if all beams are lit."""
        if lit is None:
            return NULL
        return self._array("lit", lit, np.uint8, (len(lit), beams))

    def _adaptation(self, adaptation: LinkAdaptation) -> tuple[Any, Any]:
        """Return the table and the Shannon bound on the device."""
        table, shannon = adaptation.rate_table, adaptation.shannon
        return (
            self._array("rate_table", table, np.float32, (len(table), 2)),
            self._array("shannon", shannon, np.float32, (4,)),
        )
