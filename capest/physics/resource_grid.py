"""How much of a channel NR's resource grid fills (TS 38.101-1, -2 and -5, TS 38.211)."""

from __future__ import annotations

import math
from typing import Literal

GuardBand = Literal["smaller-channel", "wider-channel"]
"""Whose guard band a width has that no channel has: the share of the next smaller channel, or the
hertz of the next wider one."""

_SYMBOLS_PER_SUBCARRIER_SPACING = 14.0 / 15.0
"""Symbols per second and subcarrier over its spacing: 14 in 1 ms at 15 kHz; the cyclic prefix."""

# Resource blocks of a channel bandwidth in MHz: 15 kHz spacing in FR1 (TS 38.101-1 Table 5.3.2-1,
# adopted for satellites by TS 38.101-5), 120 kHz in FR2 (TS 38.101-2 Table 5.3.2-1).
_FR1_SPACING_HZ = 15e3
_FR1_BLOCKS = {5: 25, 10: 52, 15: 79, 20: 106, 25: 133, 30: 160, 40: 216, 50: 270}
_FR2_SPACING_HZ = 120e3
_FR2_BLOCKS = {50: 32, 100: 66, 200: 132, 400: 264}
_FR2_FROM_HZ = 7.125e9
_SATELLITE_FR1_MHZ = (5, 10, 15, 20, 30)  # of TS 38.101-5; FR2 has all of its table
_ROUNDING = 1.0 + 1e-9


def occupied_share(
    bandwidth_hz: float, frequency_hz: float, guard_band: GuardBand = "smaller-channel"
) -> float:
    """Share of a channel's bandwidth that its resource blocks fill; the rest is guard band.

    Exact for the channel bandwidths of the tables. In between with "smaller-channel", and beyond
    them, the share of the nearest smaller one (below the smallest, of the smallest) is taken. In
    between with "wider-channel" whole resource blocks lie in what the guard band of the next wider
    channel leaves, and never fewer than in the next smaller one.

    Parameters
    ----------
    bandwidth_hz : float
    frequency_hz : float
        Decides between FR1 and FR2.
    guard_band : {"smaller-channel", "wider-channel"}
        The latter knows the channels of satellites only.

    Returns
    -------
    float
    """
    blocks, spacing_hz = _tables(frequency_hz)
    if guard_band == "wider-channel":
        blocks = {size: blocks[size] for size in _satellite_sizes_mhz(frequency_hz)}
    smaller = [size for size in blocks if size * 1e6 <= bandwidth_hz * _ROUNDING]
    size = max(smaller, default=min(blocks))
    share = blocks[size] * 12.0 * spacing_hz / (size * 1e6)
    between = guard_band == "wider-channel" and between_channels_mhz(bandwidth_hz, frequency_hz)
    if not between:
        return share
    block_hz = 12.0 * spacing_hz
    left_hz = bandwidth_hz - guard_hz(between[1], frequency_hz)
    fitting = math.floor(left_hz / block_hz * _ROUNDING)
    return max(fitting, blocks[size]) * block_hz / bandwidth_hz


def between_channels_mhz(bandwidth_hz: float, frequency_hz: float) -> tuple[int, int] | None:
    """Return the channels of satellites between which a width lies, MHz.

    ``None`` for the width of a channel, and for one below the smallest or above the largest.
    """
    sizes = _satellite_sizes_mhz(frequency_hz)
    if any(abs(bandwidth_hz - size * 1e6) <= 1e-9 * bandwidth_hz for size in sizes):
        return None
    smaller = [size for size in sizes if size * 1e6 < bandwidth_hz]
    wider = [size for size in sizes if size * 1e6 > bandwidth_hz]
    return (max(smaller), min(wider)) if smaller and wider else None


def guard_hz(channel_mhz: int, frequency_hz: float) -> float:
    """Guard bands of a channel, both together."""
    blocks, spacing_hz = _tables(frequency_hz)
    return channel_mhz * 1e6 - blocks[channel_mhz] * 12.0 * spacing_hz


def _tables(frequency_hz: float) -> tuple[dict[int, int], float]:
    fr2 = frequency_hz >= _FR2_FROM_HZ
    return (_FR2_BLOCKS, _FR2_SPACING_HZ) if fr2 else (_FR1_BLOCKS, _FR1_SPACING_HZ)


def _satellite_sizes_mhz(frequency_hz: float) -> tuple[int, ...]:
    return tuple(_FR2_BLOCKS) if frequency_hz >= _FR2_FROM_HZ else _SATELLITE_FR1_MHZ


def block_hz(frequency_hz: float) -> float:
    """Width of a resource block: twelve subcarriers (TS 38.211 clause 4.4.4.1)."""
    return 12.0 * (_FR2_SPACING_HZ if frequency_hz >= _FR2_FROM_HZ else _FR1_SPACING_HZ)


def dft_widths(most: int) -> tuple[int, ...]:
    """Numbers of resource blocks that an uplink with DFT-s-OFDM may have: 2^a·3^b·5^c.

    Parameters
    ----------
    most : int
        The largest that may be among them.

    Returns
    -------
    tuple of int
        Ascending (TS 38.211 clause 6.3.1.4).
    """
    found = {1}
    for factor in (2, 3, 5):
        products = found
        while products := {factor * each for each in products if factor * each <= most}:
            found |= products
    return tuple(sorted(found))


def users_at_once(
    user_bandwidth_hz: float,
    beam_bandwidth_hz: float,
    frequency_hz: float,
    guard_band: GuardBand = "smaller-channel",
) -> tuple[float, int]:
    """Resource elements per second of a user's part of a channel, and how many such parts fit.

    Parameters
    ----------
    user_bandwidth_hz : float
        Bandwidth of the resource blocks of one user; at most those of the channel count.
    beam_bandwidth_hz : float
        Channel, with its guard bands.
    frequency_hz : float
    guard_band : {"smaller-channel", "wider-channel"}
        See `occupied_share`.

    Returns
    -------
    symbol_rate_hz : float
    users : int
        At least 1.
    """
    whole_hz = symbol_rate_hz(beam_bandwidth_hz, frequency_hz, guard_band)
    user_hz = min(user_bandwidth_hz * _SYMBOLS_PER_SUBCARRIER_SPACING, whole_hz)
    return user_hz, max(1, int(whole_hz / user_hz * (1.0 + 1e-9)))


def symbol_rate_hz(
    bandwidth_hz: float, frequency_hz: float, guard_band: GuardBand = "smaller-channel"
) -> float:
    """Resource elements per second of a channel: guard band and cyclic prefix taken off.

    Times spectral efficiency and (1 - overhead) this is the data rate of TS 38.306 clause 4.1.2.
    """
    share = occupied_share(bandwidth_hz, frequency_hz, guard_band)
    return bandwidth_hz * share * _SYMBOLS_PER_SUBCARRIER_SPACING
