"""The array kernels of a trial on the CPU, the twins of the CUDA kernels in ``kernels/``."""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_constellation import constellation_sinr
from capest.backend.numpy_philox import philox_words
from capest.backend.numpy_sinr import downlink_sinr
from capest.backend.numpy_throughput import beam_sums, user_throughput
from capest.backend.numpy_uplink import uplink_sinr


class NumpyKernels:
    """Same names, arguments and results as ``cuda_kernels.CudaKernels``.

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
    downlink_sinr = staticmethod(downlink_sinr)
    uplink_sinr = staticmethod(uplink_sinr)
    constellation_sinr = staticmethod(constellation_sinr)
    beam_sums = staticmethod(beam_sums)
    user_throughput = staticmethod(user_throughput)
