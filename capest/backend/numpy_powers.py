"""Power that every user receives from every beam; the NumPy twin of ``kernels/powers.cu``."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.numpy_pattern import BeamPattern
from capest.backend.numpy_sinr import users_per_block


def beam_powers(links: SatelliteDownlink) -> np.ndarray:
    """Power of each beam at each user; twin of ``beam_powers`` in ``powers.cu``.

    Blocks are those of ``numpy_sinr.downlink_sinr``, so that the powers are the terms it sums up,
    to the last bit.
    """
    segment_start, colours = links.segment_start, links.colours
    satellites, users = links.gain.shape
    widest, block = users_per_block(links)
    towards = BeamPattern(links.beam, links.pattern)
    columns = towards.columns(satellites, -(-users // block) * block)
    towards.put(links.user, columns[..., :users])
    work = np.empty((2, widest, block), dtype=np.float32)
    index = np.empty((widest, block), dtype=np.int64)
    powers = np.empty((len(links.beam_power), users), dtype=np.float32)
    for first in range(0, users, block):
        count = min(block, users - first)
        for satellite in range(satellites):
            low, high = segment_start[satellite * colours], segment_start[(satellite + 1) * colours]
            if low == high:
                continue
            power = towards.gain(
                low,
                high,
                columns[satellite, :, first : first + block],
                work[:, : high - low],
                index[: high - low],
            )
            power *= links.beam_power[low:high, None]
            power[:, :count] *= links.gain[satellite, first : first + count]
            powers[low:high, first : first + count] = power[:, :count]
    return powers
