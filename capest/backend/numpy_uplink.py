"""What every receive beam hears of the scheduled users; the NumPy twin of ``kernels/uplink.cu``.

The pair loop works on blocks of drops that fit the processor's cache, drops along the last axis
and transmitters along the first, so that every sum over transmitters is a running vector operation.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from capest.backend.arguments import SatelliteUplink
from capest.backend.numpy_pattern import PAIRS_PER_BLOCK, BeamPattern

# Drops of a block: a whole number of these, so that no vector or matrix operation has a remainder
# that would round differently; not more than so many, to keep the last block from being mostly air.
_DROPS = 64
_MOST_DROPS = 512


def uplink_sinr(links: SatelliteUplink) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference at every receive beam; twin of ``uplink_sinr`` in ``uplink.cu``.

    In a drop every beam has one user at most transmit to it. All beams of its colour, of all
    satellites, hear that user through the antenna pattern (TR 38.811 clause 6.4.1).
    """
    scheduled, colours = links.scheduled, links.colours
    carrier = np.zeros(scheduled.shape, dtype=np.float32)
    interference = np.zeros(scheduled.shape, dtype=np.float32)
    if links.gain.shape[1] == 0:
        return carrier, interference
    towards = BeamPattern(links.beam, links.pattern)
    segments = [slice(*ends) for ends in pairwise(links.segment_start.tolist())]
    for colour in range(colours):
        transmitters = np.concatenate(
            [np.arange(part.start, part.stop) for part in segments[colour::colours]]
        )
        for satellite, receivers in enumerate(segments[colour::colours]):
            if receivers.start < receivers.stop:
                _receive(
                    towards,
                    receivers,
                    transmitters,
                    links.user[satellite],
                    links.gain[satellite],
                    scheduled,
                    carrier[:, receivers],
                    interference[:, receivers],
                )
    carrier *= links.beam_power
    interference *= links.beam_power
    return carrier, interference


def _receive(
    towards: BeamPattern,
    receivers: slice,
    transmitters: np.ndarray,
    user_direction: np.ndarray,
    link_gain: np.ndarray,
    scheduled: np.ndarray,
    carrier: np.ndarray,
    interference: np.ndarray,
) -> None:
    """Fill in carrier and interference of the beams of one satellite and colour.

    Parameters
    ----------
    towards : BeamPattern
    receivers : slice
        The beams.
    transmitters : int array (m,)
        All beams of their colour, ascending, whose users are heard.
    user_direction : float32 array (3, users)
        From this satellite.
    link_gain : float32 array (users,)
        To this satellite.
    scheduled : int32 array (drops, beams)
    carrier, interference : float32 array (drops, receivers)
        Overwritten, for beams of unit gain.
    """
    beams, drops = receivers.stop - receivers.start, len(scheduled)
    fitting = PAIRS_PER_BLOCK // (beams * len(transmitters))
    block = min(max(fitting // _DROPS * _DROPS, _DROPS), _MOST_DROPS)
    rows = min(max(PAIRS_PER_BLOCK // (beams * block), 1), len(transmitters))
    first_own = int(np.searchsorted(transmitters, receivers.start))

    # Blocks are always computed whole, so that a drop's bits do not depend on how many follow.
    user = np.empty((len(transmitters), block), dtype=np.intp)
    columns = towards.columns(rows, block)
    work = np.empty((2, rows, beams, block), dtype=np.float32)
    index = np.empty((rows, beams, block), dtype=np.int64)
    own = np.empty((beams, block), dtype=np.float32)
    others = np.empty((beams, block), dtype=np.float32)

    for first in range(0, drops, block):
        count = min(block, drops - first)
        chosen = slice(first, first + count)
        user[:, :count] = scheduled[chosen, transmitters].T
        user[:, count:] = -1
        others[:] = 0.0
        for start in range(0, len(transmitters), rows):
            part = user[start : start + rows]
            used = len(part)
            # A turn without a user, -1, reads the last user's direction and gets no power.
            direction = user_direction.take(part, axis=1).swapaxes(0, 1)
            towards.put(direction, columns[:used])
            power = towards.gain(
                receivers.start, receivers.stop, columns[:used], work[:, :used], index[:used]
            )
            power *= np.where(part < 0, np.float32(0.0), link_gain.take(part))[:, None, :]
            # A beam's own user is taken out of the sum before it is made.
            beam = np.arange(max(start - first_own, 0), min(start + used - first_own, beams))
            own[beam] = power[first_own + beam - start, beam]
            power[first_own + beam - start, beam] = 0.0
            others += power.sum(axis=0)
        carrier[chosen] = own[:, :count].T
        interference[chosen] = others[:, :count].T
