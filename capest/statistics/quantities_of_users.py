"""Rows of the table of quantities: what users have, and beams that come and go, as distributions.

Bins are fine enough (0.05 dB) that reading a quantile off them costs far less than its
statistical interval. The first bin takes everything below ``low`` and the last one everything
above the regular bins.
"""

from __future__ import annotations

from capest.statistics.quantity import Distribution, Quantity, QuantityCondition, When

_LINEAR_EFFICIENCY = (0.0, 0.002, 5000)
_UPLINK = (QuantityCondition(When.UPLINK),)
_TURNS = (QuantityCondition(When.ONE_SATELLITE), QuantityCondition(When.TURNS))
_HEARD = ("uplink_users", "lit_users")


def _of_user(
    name: str,
    units: str,
    long_name: str,
    bins: Distribution,
    label: str,
    when: tuple[QuantityCondition, ...] = (),
    column: str = "",
) -> Quantity:
    return Quantity(
        name,
        ("trial", "user"),
        "f8",
        units,
        long_name,
        (bins,),
        "area: sum",
        when,
        label,
        column,
    )


def _of_beam(
    name: str, long_name: str, label: str, when: tuple[QuantityCondition, ...] = ()
) -> Quantity:
    bins = Distribution(-6.0, 0.002, 6000, True, ("lit_beams",))
    dims = ("trial", "beam")
    return Quantity(name, dims, "f8", "Mbit s-1", long_name, (bins,), "area: sum", when, label)


def _decibels(low: float, high: float, counted_in: tuple[str, ...]) -> Distribution:
    return Distribution(low, 0.05, round((high - low) / 0.05), False, counted_in)


def _of_link(
    prefix: str, words: str, counted_in: tuple[str, ...], when: tuple[QuantityCondition, ...] = ()
) -> tuple[Quantity, ...]:
    """Rows of the four calibration metrics of a link."""

    def row(name: str, low: float, high: float, text: str, label: str) -> Quantity:
        bins = _decibels(low, high, counted_in)
        column = "SINR, dB" if (prefix, name) == ("", "sinr_db") else ""
        return _of_user(
            f"{prefix}{name}", "dB", f"{words}{text}", bins, f"{words}{label}, dB", when, column
        )

    return (
        row("sinr_db", -80.0, 80.0, "signal to interference and noise ratio", "SINR"),
        row("snr_db", -80.0, 80.0, "signal to noise ratio", "SNR"),
        row("sir_db", -60.0, 100.0, "signal to interference ratio", "SIR"),
        row(
            "coupling_loss_db",
            50.0,
            270.0,
            "coupling loss, antenna port to antenna port",
            "coupling loss",
        ),
    )


def _reduction(name: str, limit: str, label: str, key: str) -> Quantity:
    """Row of what a limit takes off the power of beams; nothing taken is the middle of a bin."""
    text = f"power taken off the serving beam by the limit on {limit}"
    bins = _decibels(-0.025, 99.975, ("lit_users",))
    return _of_user(name, "dB", text, bins, label, (QuantityCondition(When.LIMIT, key),))


OF_USERS: tuple[Quantity, ...] = (
    *_of_link("", "", ("lit_users",)),
    _reduction(
        "pfd_reduction_db",
        "power-flux density at the ground",
        "power off by PFD limit, dB",
        "satellite.pfd_limit_dbw_per_m2_mhz",
    ),
    _reduction(
        "rf_power_reduction_db",
        "radiated power of the satellite",
        "power off by RF power limit, dB",
        "satellite.rf_power_w",
    ),
    _reduction(
        "out_of_band_reduction_db",
        "power-flux density in neighbouring bands",
        "power off by out-of-band limit, dB",
        "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
    ),
    _of_user(
        "spectral_efficiency",
        "bit s-1 Hz-1",
        "spectral efficiency of the link, before overhead",
        Distribution(*_LINEAR_EFFICIENCY, counted_in=("lit_users",)),
        "spectral efficiency, bit/s/Hz",
    ),
    # Users who are not served count with 0: those who are make the difference.
    _of_user(
        "user_throughput",
        "Mbit s-1",
        "throughput per user: rate in a slot times the share of slots its beam is lit, or what a "
        "frame serves",
        Distribution(-6.0, 0.002, 5500, True, ("served_users",)),
        "throughput per user, Mbit/s",
        column="user, Mbit/s",
    ),
    _of_beam(
        "beam_throughput",
        "throughput per beam: rate in a slot times the share of slots it is lit, or what a frame "
        "serves",
        "throughput per beam, Mbit/s",
    ),
    _of_user(
        "one_way_delay",
        "ms",
        "one-way propagation delay between user and network",
        Distribution(-3.0, 0.001, 6000, True, ("lit_users",)),
        "one-way propagation delay, ms",
    ),
    _of_user(
        "packet_delay",
        "ms",
        "one-way delay of a packet between user and the network's edge",
        Distribution(0.0, 0.001, 6000, True, ("lit_users",)),
        "one-way packet delay, ms",
        (QuantityCondition(When.CALLS),),
    ),
    *_of_link("uplink_", "uplink ", _HEARD, _UPLINK),
    _of_user(
        "uplink_spectral_efficiency",
        "bit s-1 Hz-1",
        "uplink spectral efficiency of the link, before overhead",
        Distribution(*_LINEAR_EFFICIENCY, counted_in=_HEARD),
        "uplink efficiency, bit/s/Hz",
        _UPLINK,
    ),
    _of_user(
        "uplink_user_throughput",
        "Mbit s-1",
        "uplink throughput per user: rate while it transmits times its share of time",
        Distribution(-6.0, 0.002, 5500, True, _HEARD),
        "uplink per user, Mbit/s",
        _TURNS,
    ),
    _of_beam(
        "uplink_beam_throughput",
        "uplink throughput per beam: rate in a slot times the share of slots it is lit",
        "uplink per beam, Mbit/s",
        _TURNS,
    ),
)
"""Of users of lit beams that count, and of these beams; those of a constellation all count."""
