"""Launcher of the CUDA kernels in ``kernels/``: argument order, types and launch shape, once.

The same launcher drives a GPU through CuPy and the CPU execution of the sources in the tests.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.device import Device, Module
from capest.backend.source import kernel_source

MAX_COLOURS = 7
"""Largest number of reuse colours for which the SINR kernel keeps its state in registers."""

SHARED_TABLE_BYTES = 44 * 1024
"""Amplitude tables up to this size go to shared memory.

With the tile of beams they then stay below the 48 KiB that every device grants without asking.
"""

_SUM_COLUMNS = 5
_NULL = np.uint64(0)


COMMON_OPTIONS = ("-std=c++17",)
"""Compile options of every source."""


def sinr_options(colours: int, all_lit: bool, table_in_shared: bool) -> tuple[str, ...]:
    """Compile options of ``sinr.cu``."""
    return (
        *COMMON_OPTIONS,
        f"-DCOLOURS={colours}",
        f"-DALL_LIT={int(all_lit)}",
        f"-DAMPLITUDE_IN_SHARED={int(table_in_shared)}",
    )


class CudaKernels:
    """The array kernels of a trial as CUDA; equations in ``kernels/README.md``.

    Arguments and results mean what they mean in `capest.backend.numpy_kernels.NumpyKernels`, as
    arrays of the device. Small arrays on the host are copied to it.

    Parameters
    ----------
    device : Device
        Compiles and runs the sources.
    block_size : int, optional
        Threads in a block, if not the device's own choice; results do not depend on it.
    """

    name = "cupy"

    def __init__(self, device: Device, block_size: int | None = None) -> None:
        self.xp = device.xp
        self.device = device
        self._block = device.block_size if block_size is None else block_size
        self._modules: dict[tuple[str, tuple[str, ...]], Module] = {}

    def philox_words(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Philox4x64-10 words by position; kernel ``philox_words`` in ``philox.cu``.

        Parameters
        ----------
        seed, purpose : int
            Key words, below 2⁶⁴.
        first_trial, trials, entities : int
            Which positions; ``entities`` at most 2²⁰.

        Returns
        -------
        uint64 array (trials, entities, 4)
        """
        words = self.xp.empty((trials, entities, 4), dtype=np.uint64)
        scalars = (seed, purpose, first_trial, trials, entities)
        self._launch(
            ("philox.cu", COMMON_OPTIONS),
            "philox_words",
            trials * entities,
            (words, *(np.uint64(value) for value in scalars)),
        )
        return words

    def downlink_sinr(
        self,
        user_direction: Any,
        link_gain: Any,
        user_trial: Any,
        beam_direction: Any,
        beam_power: Any,
        segment_start: Any,
        beam_lit: Any,
        amplitude: Any,
        amplitude_step: float,
        colours: int,
    ) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference; kernel ``downlink_sinr`` in ``sinr.cu``.

        Parameters
        ----------
        user_direction : float32 array (satellites, 3, users)
        link_gain : float32 array (satellites, users)
        user_trial : int32 array (users,)
        beam_direction : float32 array (3, beams)
        beam_power : float32 array (beams,)
        segment_start : int32 array (satellites · colours + 1,)
        beam_lit : uint8 array (trials, beams) or None
            None: all beams are lit.
        amplitude : float32 array (n, 2)
        amplitude_step : float
        colours : int
            1 to 7.

        Returns
        -------
        serving_beam : int32 array (users,)
        carrier, interference : float32 array (users,)

        Raises
        ------
        TypeError
            If an array has another type of element.
        ValueError
            If an array has another shape, there is no beam, or ``colours`` is out of range.
        """
        if not 1 <= colours <= MAX_COLOURS:
            raise ValueError(f"colours = {colours}: the kernel takes 1 to {MAX_COLOURS}")
        satellites, users = link_gain.shape
        (beams,) = beam_power.shape
        if beams == 0:
            raise ValueError("beam_power is empty: there is no beam to serve anybody")
        entries = len(amplitude)
        table_bytes = 8 * entries
        in_shared = table_bytes <= SHARED_TABLE_BYTES
        serving_beam = self.xp.empty(users, dtype=np.int32)
        carrier = self.xp.empty(users, dtype=np.float32)
        interference = self.xp.empty(users, dtype=np.float32)
        segments = satellites * colours + 1
        arguments = (
            self._array("user_direction", user_direction, np.float32, (satellites, 3, users)),
            self._array("link_gain", link_gain, np.float32, (satellites, users)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            self._array("beam_direction", beam_direction, np.float32, (3, beams)),
            self._array("beam_power", beam_power, np.float32, (beams,)),
            self._array("segment_start", segment_start, np.int32, (segments,)),
            self._lit(beam_lit, beams),
            self._array("amplitude", amplitude, np.float32, (entries, 2)),
            serving_beam,
            carrier,
            interference,
            np.float32(1.0 / amplitude_step),
            np.int32(entries),
            np.int64(users),
            np.int32(satellites),
            np.int32(beams),
        )
        self._launch(
            ("sinr.cu", sinr_options(colours, beam_lit is None, in_shared)),
            "downlink_sinr",
            users,
            arguments,
            table_bytes if in_shared else 0,
        )
        return serving_beam, carrier, interference

    def beam_sums(
        self,
        carrier: Any,
        interference: Any,
        serving_beam: Any,
        user_trial: Any,
        beam_lit: Any,
        rate_table: Any,
        shannon: Any,
        mode: int,
        trials: int,
        beams: int,
    ) -> tuple[Any, Any]:
        """Efficiency per user and sums per beam; kernel ``beam_sums`` in ``throughput.cu``.

        Parameters
        ----------
        carrier, interference : float32 array (users,)
        serving_beam, user_trial : int32 array (users,)
        beam_lit : uint8 array (trials, beams) or None
        rate_table : float32 array (entries, 2)
        shannon : float32 array (4,)
        mode : {0, 1}
        trials, beams : int
            Shape of the sums.

        Returns
        -------
        efficiency : float32 array (users,)
        sums : int64 array (trials, beams, 5)

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,) = carrier.shape
        entries = len(rate_table)
        efficiency = self.xp.empty(users, dtype=np.float32)
        sums = self.xp.zeros((trials, beams, _SUM_COLUMNS), dtype=np.int64)
        arguments = (
            self._array("carrier", carrier, np.float32, (users,)),
            self._array("interference", interference, np.float32, (users,)),
            self._array("serving_beam", serving_beam, np.int32, (users,)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            self._lit(beam_lit, beams),
            self._array("rate_table", rate_table, np.float32, (entries, 2)),
            self._array("shannon", shannon, np.float32, (4,)),
            efficiency,
            sums,
            np.int32(entries),
            np.int32(mode),
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "beam_sums", users, arguments)
        return efficiency, sums

    def user_throughput(
        self, efficiency: Any, serving_beam: Any, user_trial: Any, sums: Any, policy: int
    ) -> Any:
        """Throughput per Hz; kernel ``user_throughput`` in ``throughput.cu``.

        Parameters
        ----------
        efficiency : float32 array (users,)
        serving_beam, user_trial : int32 array (users,)
        sums : int64 array (trials, beams, 5)
        policy : {0, 1}

        Returns
        -------
        float32 array (users,)
            bit/s per Hz of beam bandwidth.

        Raises
        ------
        TypeError, ValueError
            If an array has another type of element or shape.
        """
        (users,) = efficiency.shape
        trials, beams, _ = sums.shape
        throughput = self.xp.empty(users, dtype=np.float32)
        arguments = (
            self._array("efficiency", efficiency, np.float32, (users,)),
            self._array("serving_beam", serving_beam, np.int32, (users,)),
            self._array("user_trial", user_trial, np.int32, (users,)),
            self._array("sums", sums, np.int64, (trials, beams, _SUM_COLUMNS)),
            throughput,
            np.int32(policy),
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "user_throughput", users, arguments)
        return throughput

    def _launch(
        self,
        program: tuple[str, tuple[str, ...]],
        kernel: str,
        work_items: int,
        arguments: tuple[Any, ...],
        shared_bytes: int = 0,
    ) -> None:
        """Run a kernel over so many users (or random blocks), compiling its file once."""
        if work_items == 0:
            return
        if program not in self._modules:
            file, options = program
            self._modules[program] = self.device.compile(kernel_source(file), options)
        grid = min(-(-work_items // self._block), self.device.block_limit)
        self._modules[program].launch(kernel, grid, self._block, arguments, shared_bytes)

    def _array(self, name: str, value: Any, dtype: type, shape: tuple[int, ...]) -> Any:
        """Return a contiguous array on the device; wrong types are never converted silently."""
        array = self.xp.asarray(value)
        if array.dtype != dtype:
            raise TypeError(f"{name} has type {array.dtype}, the kernel reads {np.dtype(dtype)}")
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, the kernel reads {shape}")
        return self.xp.ascontiguousarray(array)

    def _lit(self, beam_lit: Any, beams: int) -> Any:
        """Return the lit flags on the device, or a null pointer if all beams are lit."""
        if beam_lit is None:
            return _NULL
        return self._array("beam_lit", beam_lit, np.uint8, (len(beam_lit), beams))
