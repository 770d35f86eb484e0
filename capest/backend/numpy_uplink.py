"""What every receive beam hears of the scheduled users; the NumPy twin of ``kernels/uplink.cu``.

The pair loop works on blocks of drops that fit the processor's cache, drops along the last axis
and transmitters along the first, so that every sum over transmitters is a running vector operation.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from capest.backend.numpy_pattern import PAIRS_PER_BLOCK, BeamPattern

# Drops of a block: a whole number of these, so that no vector or matrix operation has a remainder
# that would round differently; not more than so many, to keep the last block from being mostly air.
_DROPS = 64
_MOST_DROPS = 512


def uplink_sinr(
    user_direction: np.ndarray,
    link_gain: np.ndarray,
    scheduled: np.ndarray,
    beam_direction: np.ndarray,
    beam_gain: np.ndarray,
    segment_start: np.ndarray,
    pattern: np.ndarray,
    colours: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference at every receive beam; twin of ``uplink_sinr`` in ``uplink.cu``.

    In a drop every beam has one user at most transmit to it. All beams of its colour, of all
    satellites, hear that user through the antenna pattern (TR 38.811 clause 6.4.1).

    Parameters
    ----------
    user_direction : float32 array (satellites, 3, users)
        Direction of each user from each satellite, reduced: direction cosines minus those of
        the layout's centre, times wavenumber and aperture radius.
    link_gain : float32 array (satellites, users)
        Power that a user delivers at the peak of a receive beam of unit gain, in units of the
        beam's noise in the user's bandwidth.
    scheduled : int32 array (drops, beams)
        User that each beam serves, an index below ``users``, or -1 for nobody.
    beam_direction : float32 array (3, beams)
        Reduced boresights; beams sorted by satellite, then colour.
    beam_gain : float32 array (beams,)
        Receive gain relative to the satellite's nominal one.
    segment_start : int32 array (satellites · colours + 1,)
        First beam of each satellite and colour.
    pattern : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    colours : int
        Number of reuse colours.

    Returns
    -------
    carrier : float32 array (drops, beams)
        Power of the beam's own user in units of noise; 0 if it has none.
    interference : float32 array (drops, beams)
        Power of the users of all other beams of its colour, in the same units; also where the
        beam itself has no user.
    """
    carrier = np.zeros(scheduled.shape, dtype=np.float32)
    interference = np.zeros(scheduled.shape, dtype=np.float32)
    if link_gain.shape[1] == 0:
        return carrier, interference
    towards = BeamPattern(beam_direction, pattern)
    segments = [slice(*ends) for ends in pairwise(segment_start.tolist())]
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
                    user_direction[satellite],
                    link_gain[satellite],
                    scheduled,
                    carrier[:, receivers],
                    interference[:, receivers],
                )
    carrier *= beam_gain
    interference *= beam_gain
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
            # Nobody, -1, reads the last user's direction and has no power.
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
