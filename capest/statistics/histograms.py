"""Histogram axes: the bins over users and beams that blocks count into.

Counts are integers, so histograms of different blocks merge exactly and in any order.
Bins are fine enough (0.05 dB) that reading a quantile off them costs far less than its
statistical interval. The first bin takes everything below ``low`` and the last one
everything above ``high``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


class Counter(Protocol):
    """What `HistogramAxis.count` needs of a backend (see ``backend.protocol.Kernels``)."""

    @property
    def xp(self) -> Any:
        """Array module of the values."""

    def count_values(
        self,
        values: Any,
        weight: Any | None,
        *,
        low: float,
        inverse_step: float,
        bins: int,
        logarithmic: bool,
    ) -> Any:
        """Return how many values lie in each bin."""


@dataclass(frozen=True)
class HistogramAxis:
    """Equal bins of one quantity, on a linear or a decadic logarithmic scale.

    Attributes
    ----------
    name : str
        The quantity; also the stem of the variables' names in a result file.
    units : str
        Units of the quantity.
    long_name : str
        One line for people.
    population : {"user", "beam", "trial"}
        What is counted.
    low, step : float
        Lower edge of the first regular bin and bin width (in decades if ``logarithmic``).
    regular_bins : int
        Number of regular bins; two more hold what lies outside.
    logarithmic : bool
        Bins are equal in log10 of the value.
    """

    name: str
    units: str
    long_name: str
    population: str
    low: float
    step: float
    regular_bins: int
    logarithmic: bool = False

    @property
    def bins(self) -> int:
        """Number of bins with the two open ones."""
        return self.regular_bins + 2

    def edges(self) -> np.ndarray:
        """Return the ``regular_bins + 1`` finite edges in the quantity's own units."""
        grid = self.low + self.step * np.arange(self.regular_bins + 1)
        return 10.0**grid if self.logarithmic else grid

    def count(self, values: Any, counter: Counter, weight: Any | None = None) -> Any:
        """Count values into the bins.

        Parameters
        ----------
        values : array (n,)
            Values in ``units``; infinities and (on a logarithmic axis) zero are legal.
        counter : Counter
            The backend that owns ``values``.
        weight : int32 array (n,), optional
            How often each value counts; once if not given.

        Returns
        -------
        int64 array (bins,)
        """
        return counter.count_values(
            values.astype(counter.xp.float64, copy=False),
            weight,
            low=self.low,
            inverse_step=1.0 / self.step,
            bins=self.bins,
            logarithmic=self.logarithmic,
        )


def _decibel(name: str, long_name: str, low: float, high: float) -> HistogramAxis:
    return HistogramAxis(name, "dB", long_name, "user", low, 0.05, round((high - low) / 0.05))


def _of_link(prefix: str, words: str) -> tuple[HistogramAxis, ...]:
    """Axes of the four calibration metrics of a link."""
    return (
        _decibel(
            f"{prefix}coupling_loss_db",
            f"{words}coupling loss, antenna port to antenna port",
            50.0,
            270.0,
        ),
        _decibel(f"{prefix}snr_db", f"{words}signal to noise ratio", -80.0, 80.0),
        _decibel(f"{prefix}sir_db", f"{words}signal to interference ratio", -60.0, 100.0),
        _decibel(f"{prefix}sinr_db", f"{words}signal to interference and noise ratio", -80.0, 80.0),
    )


def _reductions(**limits: str) -> tuple[HistogramAxis, ...]:
    """Axes of what limits take off the power of beams; nothing taken is the middle of a bin."""
    return tuple(
        _decibel(name, f"power taken off the serving beam by the limit on {limit}", -0.025, 99.975)
        for name, limit in limits.items()
    )


AXES: dict[str, HistogramAxis] = {
    axis.name: axis
    for axis in (
        *_of_link("", ""),
        HistogramAxis(
            "spectral_efficiency",
            "bit s-1 Hz-1",
            "spectral efficiency of the link, before overhead",
            "user",
            0.0,
            0.002,
            5000,
        ),
        HistogramAxis(
            "user_throughput",
            "Mbit s-1",
            "throughput per user: rate in a slot times the share of slots its beam is lit",
            "user",
            -6.0,
            0.002,
            5500,
            logarithmic=True,
        ),
        HistogramAxis(
            "beam_throughput",
            "Mbit s-1",
            "throughput per beam: rate in a slot times the share of slots it is lit",
            "beam",
            -6.0,
            0.002,
            6000,
            logarithmic=True,
        ),
        HistogramAxis(
            "one_way_delay",
            "ms",
            "one-way propagation delay between user and network",
            "user",
            -3.0,
            0.001,
            6000,
            logarithmic=True,
        ),
        HistogramAxis(
            "packet_delay",
            "ms",
            "one-way delay of a packet between user and the network's edge",
            "user",
            0.0,
            0.001,
            6000,
            logarithmic=True,
        ),
        *_reductions(
            pfd_reduction_db="power-flux density at the ground",
            rf_power_reduction_db="radiated power of the satellite",
            out_of_band_reduction_db="power-flux density in neighbouring bands",
        ),
        *_of_link("uplink_", "uplink "),
        HistogramAxis(
            "uplink_spectral_efficiency",
            "bit s-1 Hz-1",
            "uplink spectral efficiency of the link, before overhead",
            "user",
            0.0,
            0.002,
            5000,
        ),
        HistogramAxis(
            "uplink_user_throughput",
            "Mbit s-1",
            "uplink throughput per user: rate while it transmits times its share of time",
            "user",
            -6.0,
            0.002,
            5500,
            logarithmic=True,
        ),
        HistogramAxis(
            "uplink_beam_throughput",
            "Mbit s-1",
            "uplink throughput per beam: rate in a slot times the share of slots it is lit",
            "beam",
            -6.0,
            0.002,
            6000,
            logarithmic=True,
        ),
        HistogramAxis(
            "calls",
            "1",
            "calls carried at once",
            "trial",
            -0.5,
            0.0015,
            6000,
            logarithmic=True,
        ),
    )
}
"""Every quantity a block may count; those of uplink and calls only where they are there."""
