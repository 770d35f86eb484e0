"""The array kernels of a trial on the CPU, the twins of the CUDA kernels in ``kernels/``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.numpy_blocking import simulate_calls
from capest.backend.numpy_constellation import constellation_sinr
from capest.backend.numpy_constellation_uplink import constellation_uplink
from capest.backend.numpy_histogram import count_numbers, count_values, select
from capest.backend.numpy_philox import philox_uniforms, philox_words
from capest.backend.numpy_powers import beam_powers
from capest.backend.numpy_scheduling import admit_calls, beam_best
from capest.backend.numpy_sinr import downlink_sinr
from capest.backend.numpy_throughput import beam_sums, link_efficiency, user_throughput
from capest.backend.numpy_uplink import uplink_sinr
from capest.backend.protocol import Groups


@dataclass(frozen=True)
class Present:
    """What is on the host already; the NumPy side of ``protocol.Transfer``."""

    groups: Groups

    def wait(self) -> Groups:
        """Return the arrays."""
        return self.groups


class NumpyKernels:
    """Same names, arguments and results as ``cuda_kernels.CudaKernels``; see `protocol.Kernels`.

    Attributes
    ----------
    name : str
        The backend's name.
    xp : module
        The array module the kernels work on.
    """

    name = "numpy"
    xp = np

    philox_words = staticmethod(philox_words)
    philox_uniforms = staticmethod(philox_uniforms)
    downlink_sinr = staticmethod(downlink_sinr)
    beam_powers = staticmethod(beam_powers)
    uplink_sinr = staticmethod(uplink_sinr)
    constellation_sinr = staticmethod(constellation_sinr)
    constellation_uplink = staticmethod(constellation_uplink)
    count_values = staticmethod(count_values)
    count_numbers = staticmethod(count_numbers)
    select = staticmethod(select)
    beam_sums = staticmethod(beam_sums)
    user_throughput = staticmethod(user_throughput)
    link_efficiency = staticmethod(link_efficiency)
    beam_best = staticmethod(beam_best)
    admit_calls = staticmethod(admit_calls)
    simulate_calls = staticmethod(simulate_calls)
    fetch = staticmethod(Present)

    def free_bytes(self) -> None:
        """Return ``None``: slices fit the processor's cache, and so any memory."""

    def release_memory(self) -> None:
        """Nothing is kept."""

    def wait(self) -> None:
        """All is computed by the time it returns."""
