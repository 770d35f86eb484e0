"""Serving beam, carrier and interference; the NumPy twin of ``kernels/sinr.cu``.

The pair loop works on blocks of users that fit the processor's cache, beams along the first axis,
so that every reduction over beams is a running vector operation.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.numpy_pattern import PAIRS_PER_BLOCK, BeamPattern

_MOST_USERS = 2048
"""Of a block: with few beams the last block would otherwise be mostly air."""


def downlink_sinr(links: SatelliteDownlink) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Serving beam, carrier and interference; twin of ``downlink_sinr`` in ``sinr.cu``.

    The antenna pattern (TR 38.811 clause 6.4.1) is read from a table over the squared reduced
    chord |user - beam|².
    """
    if links.serving is None:
        return _of_served(links)
    # Users without a beam take no part.
    users = np.flatnonzero(links.serving >= 0)
    if len(users) == len(links.serving):
        return _of_served(links)
    received = np.zeros((2, len(links.serving)), dtype=np.float32)
    some = replace(
        links,
        user=links.user.take(users, axis=-1),
        gain=links.gain.take(users, axis=-1),
        user_trial=links.user_trial[users],
        serving=links.serving[users],
    )
    received[:, users] = _of_served(some)[1:]
    return links.serving, *received


def _of_served(links: SatelliteDownlink) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Serving beam, carrier and interference of users who all have a beam."""
    link_gain, segment_start, colours = links.gain, links.segment_start, links.colours
    satellites, users = link_gain.shape
    widest, block = users_per_block(links)
    towards = BeamPattern(links.beam, links.pattern)
    unequal_power = bool((links.beam_power != 1.0).any())
    beam_colour = np.repeat(np.tile(np.arange(colours), satellites), np.diff(segment_start))
    lit = None if links.lit is None else links.lit.T.astype(np.float32)

    # Blocks are always computed whole, so that a user's bits do not depend on how many follow.
    columns = towards.columns(satellites, -(-users // block) * block)
    towards.put(links.user, columns[..., :users])
    work = np.empty((2, widest, block), dtype=np.float32)
    index = np.empty((widest, block), dtype=np.int64)
    is_best = np.empty((widest, block), dtype=bool)
    others = np.empty((colours, block), dtype=np.float32)
    lane = np.arange(block)
    gain = np.zeros(block, dtype=np.float32)
    trial = np.zeros(block, dtype=np.int64)
    own_beam = links.serving
    given = None if own_beam is None else np.zeros(block, dtype=np.int64)
    serving = np.empty(users, dtype=np.int32)
    carrier = np.empty(users, dtype=np.float32)
    interference = np.empty(users, dtype=np.float32)

    for first in range(0, users, block):
        count = min(block, users - first)
        chosen = slice(first, first + count)
        others[:] = 0.0
        if lit is not None:
            trial[:count] = links.user_trial[chosen]
        best = np.full(block, -1.0, dtype=np.float32)
        best_beam = np.zeros(block, dtype=np.int64)
        first_satellite = True
        if given is not None and own_beam is not None:
            given[:count] = own_beam[chosen]
            best_beam = given
        for satellite in range(satellites):
            segments = segment_start[satellite * colours : (satellite + 1) * colours + 1]
            low, high = segments[0], segments[-1]
            if low == high:
                continue
            gain[:count] = link_gain[satellite, chosen]
            power = towards.gain(
                low,
                high,
                columns[satellite, :, first : first + block],
                work[:, : high - low],
                index[: high - low],
            )
            if unequal_power:
                power *= links.beam_power[low:high, None]
            if given is not None:
                own = np.flatnonzero((given >= low) & (given < high))
                place = given[own] - low, own
                best[own] = power[place] * gain[own]
                power[place] = 0.0
            else:
                peak, peak_beam = _strongest(power, is_best[: high - low])
                power[peak_beam, lane] = 0.0
                peak *= gain
                peak_beam += low
            if lit is not None:
                _darken(power, lit[low:high], trial, work[1, : high - low])
            for colour, (start, stop) in enumerate(pairwise(segments - low)):
                others[colour] += power[start:stop].sum(axis=0) * gain
            if given is not None:
                continue
            if first_satellite:
                best, best_beam, first_satellite = peak, peak_beam, False
                continue
            # Of the best so far and the new one, the weaker joins the interference.
            better = peak > best
            weaker = np.where(better, best, peak)
            weaker_beam = np.where(better, best_beam, peak_beam)
            if lit is not None:
                weaker *= lit[weaker_beam, trial]
            others[beam_colour[weaker_beam], lane] += weaker
            best = np.where(better, peak, best)
            best_beam = np.where(better, peak_beam, best_beam)
        serving[chosen] = best_beam[:count]
        carrier[chosen] = best[:count]
        interference[chosen] = others[beam_colour[best_beam[:count]], lane[:count]]
    return serving, carrier, interference


def _darken(power: np.ndarray, lit: np.ndarray, trial: np.ndarray, scratch: np.ndarray) -> None:
    """Set the power of beams that are dark in a user's trial to zero, (beams, users)."""
    present = lit[:, trial.min() : trial.max() + 1]
    dark = np.flatnonzero(present.min(axis=1) == 0.0)
    if 2 * len(dark) > len(lit):
        power *= np.take(lit, trial, axis=1, out=scratch)
        return
    for beam in dark:
        power[beam] *= lit[beam].take(trial)


def users_per_block(links: SatelliteDownlink) -> tuple[int, int]:
    """Most beams of a satellite, and users of a block whose pairs with them fit the cache."""
    widest = int(np.diff(links.segment_start[:: links.colours]).max())
    return widest, min(max(64, PAIRS_PER_BLOCK // widest // 64 * 64), _MOST_USERS)


def _strongest(power: np.ndarray, is_best: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest value of every column and its first row.

    ``argmax`` along the first axis is some ten times slower than this: mark the rows
    that hold the maximum, weigh them with a falling rank, and take the largest rank.
    """
    beams = len(power)
    peak = power.max(axis=0)
    np.equal(power, peak, out=is_best)
    rank_type = np.uint8 if beams < 256 else np.uint16
    rank = np.arange(beams, 0, -1, dtype=rank_type)[:, None]
    if beams < 256:
        marks = is_best.view(np.uint8)
        np.multiply(marks, rank, out=marks)
    else:
        marks = np.multiply(is_best, rank, dtype=rank_type)
    return peak, beams - marks.max(axis=0).astype(np.int64)
