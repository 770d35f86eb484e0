"""Launcher of the CUDA kernels in ``kernels/``: argument order, types and launch shape, once.

The same launcher drives a GPU through CuPy and the CPU execution of the sources in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares
from capest.backend.cuda_constellation import CudaConstellationKernels
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
    CudaPairKernels, CudaConstellationKernels, CudaHistogramKernels, CudaSchedulingKernels
):
    """The array kernels of a trial as CUDA; equations in ``kernels/README.md``.

    Arguments and results are said in `capest.backend.protocol.Kernels`; arrays are those of the
    device. Small arrays on the host are copied to it.

    Parameters
    ----------
    device : Device
        Compiles and runs the sources.
    block_size : int, optional
        Threads in a block, if not the device's own choice; results do not depend on it.
    """

    name = "cupy"

    def philox_words(
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Philox4x64-10 words by position; kernel ``philox_words`` in ``philox.cu``."""
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
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
    ) -> Any:
        """Uniforms from the words; kernel ``philox_uniforms`` in ``philox.cu``."""
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

    def beam_sums(self, links: AttachedLinks) -> tuple[Any, Any]:
        """Efficiency per user and sums per beam; kernel ``beam_sums`` in ``throughput.cu``."""
        (users,) = links.carrier.shape
        adaptation, beams = links.adaptation, links.beams
        entries = len(adaptation.rate_table)
        efficiency = self.xp.empty(users, dtype=np.float32)
        sums = self.xp.zeros((links.trials, beams, _SUM_COLUMNS), dtype=np.int64)
        arguments = (
            self._array("carrier", links.carrier, np.float32, (users,)),
            self._array("interference", links.interference, np.float32, (users,)),
            self._array("serving", links.serving, np.int32, (users,)),
            self._array("user_trial", links.user_trial, np.int32, (users,)),
            self._lit(links.lit, beams),
            *self._adaptation(adaptation),
            efficiency,
            sums,
            np.int32(entries),
            np.int32(adaptation.mode),
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "beam_sums", users, arguments)
        return efficiency, sums

    def user_throughput(self, shares: BeamShares) -> Any:
        """Throughput per Hz; kernel ``user_throughput`` in ``throughput.cu``."""
        (users,) = shares.efficiency.shape
        trials, beams, _ = shares.sums.shape
        throughput = self.xp.empty(users, dtype=np.float32)
        arguments = (
            self._array("efficiency", shares.efficiency, np.float32, (users,)),
            self._array("serving", shares.serving, np.int32, (users,)),
            self._array("user_trial", shares.user_trial, np.int32, (users,)),
            self._array("sums", shares.sums, np.int64, (trials, beams, _SUM_COLUMNS)),
            throughput,
            np.int32(shares.policy),
            np.int64(users),
            np.int32(beams),
        )
        self._launch(("throughput.cu", COMMON_OPTIONS), "user_throughput", users, arguments)
        return throughput
