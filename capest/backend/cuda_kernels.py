"""Launcher of the CUDA kernels in ``kernels/``: argument order, types and launch shape, once.

The same launcher drives a GPU through CuPy and the CPU execution of the sources in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.cuda_constellation import CudaConstellationKernel
from capest.backend.cuda_histogram import CudaHistogramKernels
from capest.backend.cuda_launcher import COMMON_OPTIONS
from capest.backend.cuda_pairs import CudaPairKernels
from capest.backend.cuda_scheduling import CudaSchedulingKernels
from capest.backend.device import Fetch
from capest.backend.protocol import Groups

_SUM_COLUMNS = 5


@dataclass(frozen=True)
class GroupFetch:
    """Arrays on their way to the host, by group and name.

    Attributes
    ----------
    names : tuple of (str, str)
        Group and name of each array.
    groups : tuple of str
        All groups; some may be empty.
    fetch : Fetch
    """

    names: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    fetch: Fetch

    def wait(self) -> Groups:
        """Wait until they are there."""
        found: Groups = {group: {} for group in self.groups}
        for (group, name), values in zip(self.names, self.fetch.wait(), strict=True):
            found[group][name] = values
        return found


class CudaKernels(
    CudaPairKernels, CudaConstellationKernel, CudaHistogramKernels, CudaSchedulingKernels
):
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

    def philox_uniforms(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
    ) -> Any:
        """Uniforms from the words; kernel ``philox_uniforms`` in ``philox.cu``.

        Parameters
        ----------
        seed, purpose : int
            Key words, below 2⁶⁴.
        first_trial, trials, entities : int
            Which positions; ``entities`` at most 2²⁰.
        count : int
            How many of the four words of a position.

        Returns
        -------
        float64 array (count, trials · entities)
        """
        uniforms = self.xp.empty((count, trials * entities), dtype=np.float64)
        scalars = (seed, purpose, first_trial, trials, entities)
        self._launch(
            ("philox.cu", COMMON_OPTIONS),
            "philox_uniforms",
            trials * entities,
            (uniforms, *(np.uint64(value) for value in scalars), np.int32(count)),
        )
        return uniforms

    def fetch(self, groups: Groups) -> GroupFetch:
        """Send arrays to the host as soon as they are computed; see `protocol.Kernels`."""
        names = tuple((group, name) for group, arrays in groups.items() for name in arrays)
        arrays = [groups[group][name] for group, name in names]
        return GroupFetch(names, tuple(groups), self.device.fetch(arrays))

    def free_bytes(self) -> int:
        """Memory that arrays may still take."""
        return self.device.free_bytes()

    def release_memory(self) -> None:
        """Give back what is kept for arrays to come."""
        self.device.release_memory()

    def wait(self) -> None:
        """Wait until all is computed that was started."""
        self.device.wait()

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
