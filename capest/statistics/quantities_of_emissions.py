"""Rows of the table of quantities: what satellites radiate, and how limits turn beams down."""

from __future__ import annotations

from capest.statistics.quantity import Mean, Quantity, QuantityCondition, Reduced, Share, When

_NONE_LIT = "missing in a trial in which no beam is lit"
_OF_BEAM = "of one lit beam of one satellite at its cell's centre"

LIMIT_KEYS = {
    "rf_power": "satellite.rf_power_w",
    "pfd": "satellite.pfd_limit_dbw_per_m2_mhz",
    "out_of_band_pfd": "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
}
"""Keys of limits, by their names in quantities."""

_LIMITS = {
    "rf_power": "radiated power of the satellite",
    "pfd": "power-flux density at the ground",
    "out_of_band_pfd": "power-flux density in neighbouring bands",
}


def _of_trial(
    name: str,
    units: str,
    long_name: str,
    when: tuple[QuantityCondition, ...] = (),
) -> Quantity:
    reduces: tuple[Reduced, ...] = (Mean(of_any=True),)
    return Quantity(name, ("trial",), "f8", units, long_name, reduces, when=when, comment=_NONE_LIT)


def _count(name: str, long_name: str, when: tuple[QuantityCondition, ...] = ()) -> Quantity:
    return Quantity(name, ("trial",), "i4", "1", long_name, (), "area: sum", when)


def _turned_down(limit: str) -> tuple[Quantity, ...]:
    """Rows of one limit."""
    when, words = (QuantityCondition(When.LIMIT, LIMIT_KEYS[limit]),), _LIMITS[limit]
    return (
        _of_trial(
            f"turned_down_by_{limit}_db",
            "dB",
            f"power taken off lit beams by the limit on {words}, mean in dB over all lit beams",
            when,
        ),
        _of_trial(
            f"turned_down_by_{limit}_largest_db",
            "dB",
            f"power taken off by the limit on {words}, of the lit beam that loses most",
            when,
        ),
        _count(
            f"beams_turned_down_by_{limit}",
            f"lit beams that the limit on {words} turns down",
            when,
        ),
    )


OF_EMISSIONS: tuple[Quantity, ...] = (
    _of_trial(
        "pfd_worst_dbw_per_m2_mhz",
        "dB",
        "largest power-flux density on the ground in band, in dB above 1 W/m²/MHz, "
        f"{_OF_BEAM}, after all limits",
    ),
    _of_trial(
        "pfd_worst_elevation_deg",
        "degree",
        "elevation under which the largest power-flux density arrives",
    ),
    _of_trial(
        "out_of_band_pfd_worst_dbw_per_m2_mhz",
        "dB",
        "largest power-flux density on the ground in neighbouring bands, in dB above 1 W/m²/MHz, "
        f"{_OF_BEAM}: that in band less satellite.out_of_band_rejection_db",
    ),
    _of_trial(
        "out_of_band_pfd_aggregate_dbw_per_m2_mhz",
        "dB",
        "largest power-flux density on the ground in neighbouring bands, in dB above 1 W/m²/MHz, "
        "of all beams of all satellites together at any cell's centre, after all limits",
        (QuantityCondition(When.LIMIT, LIMIT_KEYS["out_of_band_pfd"]),),
    ),
    _of_trial(
        "radiated_w",
        "W",
        "power that a satellite radiates in its whole carrier, mean over slots and over satellites "
        "with a lit beam",
    ),
    _of_trial(
        "radiated_w_largest",
        "W",
        "power that a satellite radiates in its whole carrier, largest of any satellite and slot",
    ),
    _count("beams_radiating", "lit beams of all satellites, those of guard cells too"),
    *(row for limit in LIMIT_KEYS for row in _turned_down(limit)),
)
"""Over all lit beams of all satellites, whether their cells count in the statistics or not."""

SHARES_OF_EMISSIONS: tuple[Quantity, ...] = tuple(
    Quantity(
        f"turned_down_by_{limit}_share",
        (),
        "f8",
        "1",
        f"lit beams that the limit on {words} turns down, of all lit beams, ratio of sums over "
        "trials",
        (Share(f"beams_turned_down_by_{limit}", "beams_radiating"),),
        when=(QuantityCondition(When.LIMIT, LIMIT_KEYS[limit]),),
    )
    for limit, words in _LIMITS.items()
)
