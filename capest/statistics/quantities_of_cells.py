"""Rows of the table of quantities: values of cells and of satellites.

A beam of one satellite is its cell, and has a value in every trial. Of the Earth-fixed cells of a
constellation, of its satellites, and of calls refused in any cell, sums over trials are kept.
"""

from __future__ import annotations

from capest.statistics.quantity import Quantity, QuantityCondition, Sum, When
from capest.statistics.refusals import WHY_REFUSED

FIXED_POINT = 2.0**20
"""Real numbers are summed as whole multiples of its inverse: exact, in any order."""

_CALLS = QuantityCondition(When.CALLS)
_TAKEN = 2.0**-32
_FRAME = QuantityCondition(When.FRAME)
_TURNS = QuantityCondition(When.TURNS)
_CONSTELLATION = QuantityCondition(When.CONSTELLATION)
_MINIMUM = QuantityCondition(When.MINIMUM)
_ONE_SATELLITE = QuantityCondition(When.ONE_SATELLITE)
_REAL = 1.0 / FIXED_POINT
ADDS_UP = "area: sum"
"""Cell methods of what adds up over cells begin with it."""

_ADDS_UP = f"{ADDS_UP} all_trials: mean"
_MEAN_OF_USERS = "area: mean all_trials: mean"
_MEAN_OF_LIT = "all_trials: mean"
_NEVER_LIT = "missing where no beam was ever lit"
_OF_AIMED = "of beams aimed at cells; " + _NEVER_LIT
_NEVER = "missing where no user ever had a beam"


def _recorded(
    name: str,
    dtype: str,
    units: str | None,
    long_name: str,
    method: str | None = "sum",
    *when: QuantityCondition,
    comment: str = "",
    flags: str = "",
) -> Quantity:
    """Row of a value of every trial and cell of one satellite."""
    methods = method and f"area: {method}"
    return Quantity(
        name,
        ("trial", "cell"),
        dtype,
        units,
        long_name,
        (),
        methods,
        (_ONE_SATELLITE, *when),
        comment=comment,
        flags=flags,
    )


def _summed(
    name: str,
    units: str,
    long_name: str,
    how: Sum,
    *when: QuantityCondition,
    dim: str = "cell",
    methods: str = _ADDS_UP,
    comment: str = "",
) -> Quantity:
    """Row of a mean over all trials, from sums."""
    return Quantity(
        name, (dim,), "f4", units, long_name, (how,), methods, tuple(when), comment=comment
    )


_NO_USER = "missing where the beam is dark or has no user"
_NOT_SERVED = "missing where the beam serves no user"
_NOT_HEARD = "missing where the beam has no user that transmits"

_EVERY_TRIAL: tuple[Quantity, ...] = (
    _recorded("cell_users", "i4", "1", "users attached to the beam"),
    _recorded("cell_lit", "i1", None, "beam lit or dark", None, flags="dark lit"),
    _recorded(
        "cell_lit_share",
        "f4",
        "1",
        "share of the frame's slots in which the beam is lit",
        "mean",
        _FRAME,
    ),
    _recorded("cell_served_users", "i4", "1", "users served by the beam"),
    _recorded(
        "cell_sinr_db",
        "f4",
        "dB",
        "signal to interference and noise ratio, mean of the dB values of the beam's users",
        "mean",
        comment=_NO_USER,
    ),
    _recorded(
        "cell_spectral_efficiency",
        "f4",
        "bit s-1 Hz-1",
        "spectral efficiency of the link before overhead, mean of the beam's served users",
        "mean",
        comment=_NOT_SERVED,
    ),
    _recorded(
        "cell_throughput",
        "f4",
        "Mbit s-1",
        "downlink throughput of the beam in this trial, zero where dark",
    ),
    _recorded(
        "cell_offered_traffic",
        "f4",
        "Mbit s-1",
        "downlink traffic that the beam's users want, mean over the frame",
        "sum",
        _FRAME,
    ),
    _recorded(
        "cell_uplink_sinr_db",
        "f4",
        "dB",
        "uplink signal to interference and noise ratio, mean of the dB values of the beam's drops",
        "mean",
        _TURNS,
        comment=_NOT_HEARD,
    ),
    _recorded(
        "cell_uplink_spectral_efficiency",
        "f4",
        "bit s-1 Hz-1",
        "uplink spectral efficiency of the link before overhead, mean of the beam's drops",
        "mean",
        _TURNS,
        comment=_NOT_HEARD,
    ),
    _recorded(
        "cell_uplink_throughput",
        "f4",
        "Mbit s-1",
        "uplink throughput of the beam in this trial, zero where dark",
        "sum",
        _TURNS,
    ),
    _recorded("cell_calls", "i4", "1", "calls that the beam carries at once", "sum", _CALLS),
    _recorded(
        "cell_calls_offered", "i4", "1", "calls that the beam's users ask for", "sum", _CALLS
    ),
    _recorded(
        "cell_downlink_load",
        "f4",
        "1",
        "share of the beam's time that calls take, zero where dark",
        "mean",
        _CALLS,
    ),
    _recorded(
        "cell_uplink_load",
        "f4",
        "1",
        "share of the beam's uplink subchannels that calls take, zero where dark",
        "mean",
        _CALLS,
    ),
    _recorded(
        "cell_best_effort_throughput",
        "f4",
        "Mbit s-1",
        "downlink throughput of the beam's users without a guaranteed rate",
        "sum",
        QuantityCondition(When.BEST_EFFORT),
    ),
)

_OF_REGION: tuple[Quantity, ...] = (
    _summed(
        "cell_covered_share",
        "1",
        "share of trials with a satellite above the mask",
        Sum("cell_covered_trials"),
        _CONSTELLATION,
        methods="all_trials: mean",
    ),
    _summed(
        "cell_satellites_in_view",
        "1",
        "satellites above the mask, mean over trials",
        Sum(),
        _CONSTELLATION,
        methods="all_trials: mean",
    ),
    _summed("cell_users", "1", "users in the cell, mean over trials", Sum(), _CONSTELLATION),
    _summed(
        "cell_lit_share",
        "1",
        "share of trials in which the cell has a beam",
        Sum("cell_lit_trials"),
        _CONSTELLATION,
        methods="all_trials: mean",
    ),
    _summed(
        "cell_slot_share",
        "1",
        "share of the frame's slots in which the cell is lit, mean over trials in which it ever is",
        Sum(per="cell_lit_trials", unit=_REAL),
        _CONSTELLATION,
        _FRAME,
        methods=_MEAN_OF_LIT,
        comment=_OF_AIMED,
    ),
    _summed(
        "cell_offered_traffic",
        "Mbit s-1",
        "downlink traffic that the cell's users want over a frame, mean over trials",
        Sum(unit=_REAL),
        _CONSTELLATION,
        _FRAME,
    ),
    _summed(
        "cell_lit_users",
        "1",
        "users with a beam in the cell, mean over trials",
        Sum(),
        _CONSTELLATION,
    ),
    _summed(
        "cell_served_users",
        "1",
        "users served in the cell, mean over trials",
        Sum(),
        _CONSTELLATION,
    ),
    _summed(
        "cell_throughput",
        "Mbit s-1",
        "downlink throughput of the cell, mean over trials",
        Sum(unit=_REAL),
        _CONSTELLATION,
    ),
    _summed(
        "cell_elevation",
        "degree",
        "elevation of the serving satellite, mean over all users with a beam",
        Sum(per="cell_lit_users", unit=_REAL),
        _CONSTELLATION,
        methods=_MEAN_OF_USERS,
        comment=_NEVER,
    ),
    _summed(
        "cell_sinr_db",
        "dB",
        "signal to interference and noise ratio, mean of the dB values of all users with a beam",
        Sum("cell_sinr", "cell_lit_users", _REAL),
        _CONSTELLATION,
        methods=_MEAN_OF_USERS,
        comment=_NEVER,
    ),
    _summed(
        "cell_calls",
        "1",
        "calls that the cell's users have, mean over trials",
        Sum(),
        _CONSTELLATION,
        _CALLS,
    ),
    _summed(
        "cell_calls_offered",
        "1",
        "calls that the cell's users ask for, mean over trials",
        Sum(),
        _CONSTELLATION,
        _CALLS,
    ),
    _summed(
        "cell_calls_at_or_below_minimum",
        "1",
        "callers of the cell who hold cells.minimum_share of the rate they want, or an equal part "
        "of their beam, and whose call is not carried, mean over trials",
        Sum(),
        _CONSTELLATION,
        _MINIMUM,
    ),
    _summed(
        "cell_downlink_load",
        "1",
        "share of the time of the cell's beam that calls take, mean over trials in which it is lit",
        Sum(per="cell_lit_trials", unit=_TAKEN),
        _CONSTELLATION,
        _CALLS,
        methods=_MEAN_OF_LIT,
        comment=_OF_AIMED,
    ),
    _summed(
        "cell_uplink_load",
        "1",
        "share of the uplink subchannels of the cell's beam that calls take, mean over trials in "
        "which it is lit",
        Sum(per="cell_lit_trials", unit=_TAKEN),
        _CONSTELLATION,
        _CALLS,
        methods=_MEAN_OF_LIT,
        comment=_OF_AIMED,
    ),
)

_REFUSED: tuple[Quantity, ...] = tuple(
    _summed(
        f"cell_calls_refused_{reason}",
        "1",
        f"calls of the cell's users refused because {why}, mean over trials",
        Sum(),
        _CALLS,
    )
    for reason, why in WHY_REFUSED.items()
)

_DARK: tuple[Quantity, ...] = (
    _summed(
        "cell_asking_share",
        "1",
        "share of trials in which a user of the cell asks for anything",
        Sum("cell_asking_trials"),
        methods=_MEAN_OF_LIT,
    ),
    _summed(
        "cell_dark_share",
        "1",
        "share of trials in which no user of the cell has a beam, of those in which one asks",
        Sum("cell_dark_trials", "cell_asking_trials"),
        methods=_MEAN_OF_LIT,
        comment="missing where no user ever asked",
    ),
)

_OF_SATELLITES: tuple[Quantity, ...] = (
    _summed(
        "satellite_lit_share",
        "1",
        "share of trials in which the satellite has a lit beam",
        Sum("satellite_lit_trials"),
        _CONSTELLATION,
        dim="satellite",
        methods="all_trials: mean",
    ),
    _summed(
        "satellite_beams",
        "1",
        "lit beams of the satellite, mean over trials",
        Sum(),
        _CONSTELLATION,
        dim="satellite",
        methods="all_trials: mean",
    ),
    _summed(
        "satellite_users",
        "1",
        "users of the satellite's beams, mean over trials",
        Sum(),
        _CONSTELLATION,
        dim="satellite",
    ),
    _summed(
        "satellite_throughput",
        "Mbit s-1",
        "downlink throughput of the satellite, mean over trials",
        Sum(unit=_REAL),
        _CONSTELLATION,
        dim="satellite",
    ),
    _summed(
        "satellite_calls",
        "1",
        "calls that the satellite carries, mean over trials",
        Sum(),
        _CONSTELLATION,
        _CALLS,
        dim="satellite",
    ),
    _summed(
        "satellite_downlink_load",
        "1",
        "share of the time of the satellite's lit beams that calls take, mean over all of them",
        Sum(per="satellite_beams", unit=_TAKEN),
        _CONSTELLATION,
        _CALLS,
        dim="satellite",
        methods=_MEAN_OF_LIT,
        comment=_NEVER_LIT,
    ),
    _summed(
        "satellite_uplink_load",
        "1",
        "share of the uplink subchannels of the satellite's lit beams that calls take, mean over "
        "all of them",
        Sum(per="satellite_beams", unit=_TAKEN),
        _CONSTELLATION,
        _CALLS,
        dim="satellite",
        methods=_MEAN_OF_LIT,
        comment=_NEVER_LIT,
    ),
)

OF_CELLS: tuple[Quantity, ...] = (*_EVERY_TRIAL, *_OF_REGION, *_DARK, *_REFUSED, *_OF_SATELLITES)
"""No figures with intervals: ``--until`` cannot name them."""
