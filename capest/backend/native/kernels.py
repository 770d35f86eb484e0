"""The array kernels of a trial on the CPU, compiled; NumPy's where none is compiled."""

from __future__ import annotations

from functools import partial

from capest.backend.native import constellation, counts, pairs, random, sharing
from capest.backend.native.library import Library
from capest.backend.numpy_kernels import NumpyKernels


class NativeKernels(NumpyKernels):
    """Same names, arguments and results as `NumpyKernels`; see ``protocol.Kernels``.

    Parameters
    ----------
    library : Library
        From ``native.library.library``.
    """

    name = "native"

    def __init__(self, library: Library) -> None:
        for kernel in (
            random.philox_words,
            random.philox_uniforms,
            pairs.downlink_sinr,
            pairs.beam_powers,
            pairs.uplink_sinr,
            constellation.constellation_sinr,
            constellation.constellation_uplink,
            counts.count_values,
            counts.count_numbers,
            sharing.beam_sums,
            sharing.link_efficiency,
            sharing.user_throughput,
            sharing.beam_best,
            sharing.admit_calls,
            sharing.simulate_calls,
        ):
            setattr(self, kernel.__name__, partial(kernel, library))
