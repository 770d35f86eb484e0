"""Rows of the table of quantities: one value a trial, and shares, ratios of such values' sums."""

from __future__ import annotations

from dataclasses import replace

from capest.statistics.quantity import Distribution, Mean, Quantity, QuantityCondition, Share, When
from capest.statistics.refusals import WHY_REFUSED

_MEAN = (Mean(),)
_SET = (Mean(set_by_scenario=True),)
_CALLS = (QuantityCondition(When.CALLS),)
_UPLINK = (QuantityCondition(When.UPLINK),)
_TURNS = (QuantityCondition(When.ONE_SATELLITE), QuantityCondition(When.TURNS))
_LOAD = (QuantityCondition(When.LOAD),)
_CONSTELLATION = (QuantityCondition(When.CONSTELLATION),)
_BLOCKING = (QuantityCondition(When.BLOCKING),)
_FRAME = (QuantityCondition(When.FRAME),)
_BOUND = (*_FRAME, QuantityCondition(When.BOUND))
_REFINED = QuantityCondition(When.REFINED)
_ONE = (QuantityCondition(When.ONE_SATELLITE),)
_CALLS_BOUND = (*_CONSTELLATION, *_CALLS, QuantityCondition(When.CALLS_BOUND))
_REACH = (*_CALLS, QuantityCondition(When.REACH))
_ADAPTIVE = (QuantityCondition(When.ADAPTIVE),)
_MINIMUM = (QuantityCondition(When.MINIMUM),)
_MIX = (QuantityCondition(When.MIX, "{service}"),)


def _count(
    name: str,
    long_name: str,
    reduces: tuple[Mean | Distribution, ...] = (),
    when: tuple[QuantityCondition, ...] = (),
    *,
    label: str = "",
    column: str = "",
) -> Quantity:
    dims, method = ("trial",), "area: sum"
    return Quantity(name, dims, "i4", "1", long_name, reduces, method, when, label, column)


def _rate(
    name: str,
    long_name: str,
    when: tuple[QuantityCondition, ...] = (),
    *,
    label: str = "",
    column: str = "",
) -> Quantity:
    return Quantity(
        name, ("trial",), "f8", "Mbit s-1", long_name, _MEAN, "area: sum", when, label, column
    )


def _share(
    name: str,
    long_name: str,
    share: Share,
    when: tuple[QuantityCondition, ...] = (),
    *,
    label: str = "",
    column: str = "",
) -> Quantity:
    return Quantity(name, (), "f8", "1", long_name, (share,), None, when, label, column)


def _least_satisfaction(
    name: str, which: str, column: str, when: tuple[QuantityCondition, ...] = _FRAME
) -> Quantity:
    text = f"traffic served of what is wanted, in the cell {which} that is worst off"
    mean = (Mean(is_share=True),)
    label = "served of demand, worst cell" if column else ""
    return Quantity(name, ("trial",), "f8", "1", text, mean, None, when, label, column)


def _load(name: str, text: str, *, label: str = "") -> Quantity:
    mean = (Mean(is_share=True),) if label else ()
    return Quantity(
        name, ("trial",), "f8", "1", f"share of the {text}", mean, "area: mean", _CALLS, label
    )


_TOTALS: tuple[Quantity, ...] = (
    _rate("throughput", "downlink throughput of the statistics beams", column="Mbit/s"),
    _count("users", "users attached to the statistics beams", _SET),
    _count("lit_users", "users attached to lit statistics beams"),
    _count("served_users", "users served by the statistics beams"),
    _count("lit_beams", "statistics beams lit", _SET),
    Quantity(
        "offered_traffic",
        ("trial",),
        "f8",
        "Mbit s-1",
        "downlink traffic that users of the statistics beams want, mean over the frame",
        _SET,
        "area: sum",
        _FRAME,
        "traffic that users want",
    ),
    _least_satisfaction("least_satisfaction", "of the statistics beams", "worst cell, %"),
    _least_satisfaction("least_satisfaction_all_beams", "of all beams", "", (*_ONE, *_FRAME)),
    _rate(
        "bound_traffic",
        "most downlink traffic that any plan of the frame can serve, of all beams of one satellite "
        "or of the region of a constellation",
        _BOUND,
    ),
    _rate("uplink_throughput", "uplink throughput of the statistics beams", _TURNS),
    _count("uplink_users", "users of lit statistics beams that the uplink schedules", (), _UPLINK),
    _count("satellites_in_use", "satellites with a lit beam", _MEAN, _CONSTELLATION),
    _count(
        "satellites_in_reach",
        "satellites that users of the region may hear",
        _MEAN,
        _CONSTELLATION,
    ),
    _count("covered_cells", "cells with a satellite above the mask", _MEAN, _CONSTELLATION),
    _count(
        "cells_asking",
        "cells of the statistics beams, or of the region, in which a user asks for anything",
        _MEAN,
    ),
    _count("cells_dark", "cells in which a user asks and none has a beam", _MEAN),
    _count(
        "cells_dark_in_view",
        "cells in which a user asks and none has a beam, though a satellite may serve the cell: "
        "above the mask, within its scan, fed by a gateway",
        _MEAN,
        _CONSTELLATION,
    ),
    _count(
        "calls",
        "calls carried at once",
        (Mean(), Distribution(-0.5, 0.0015, 6000, True, ("calls",))),
        _CALLS,
        label="calls at once, by trial",
        column="calls",
    ),
    _count(
        "calls_from_empty",
        "calls carried as interference of the uplink settles from an empty network",
        _MEAN,
        _LOAD,
    ),
    _count(
        "calls_from_full",
        "calls carried as interference of the uplink settles from a full network",
        _MEAN,
        _LOAD,
    ),
    _count(
        "calls_from_start",
        "calls carried with the assignment that local search starts from",
        _MEAN,
        (*_CALLS, _REFINED),
    ),
    _count(
        "calls_promised",
        "calls that local search counted for its last assignment, those of guard cells too",
        _MEAN,
        (*_CALLS, _REFINED),
    ),
    _count(
        "calls_bound",
        "most calls that any assignment of satellites to cells carries, if beams did not interfere",
        _MEAN,
        _CALLS_BOUND,
    ),
    _count(
        "calls_without_interference",
        "calls that the same beams would carry if nobody disturbed anybody",
        _MEAN,
        _CALLS_BOUND,
    ),
    _count("calls_offered", "calls that users ask for", _SET, _CALLS),
    _count("calls_{service}", "calls carried at once, of the service {service}", _MEAN, _MIX),
    _count(
        "calls_offered_{service}", "calls that users ask for, of the service {service}", _SET, _MIX
    ),
    _count(
        "calls_on_fading",
        "calls carried that would fail without shadow fading above free space",
        _MEAN,
        _CALLS,
        column="by fading",
    ),
    _count(
        "calls_at_least_rate",
        "calls carried at the least rate, raised by no more than 1 % of the way to the wanted one",
        _MEAN,
        _ADAPTIVE,
        label="calls at the least rate",
    ),
    _count(
        "calls_between_rates",
        "calls carried between the least rate and the wanted one",
        _MEAN,
        _ADAPTIVE,
        label="calls between both rates",
    ),
    _count(
        "calls_at_wanted_rate",
        "calls carried at the wanted rate, in both directions",
        _MEAN,
        _ADAPTIVE,
        label="calls at the wanted rate",
        column="at wanted rate",
    ),
    _count(
        "calls_at_minimum",
        "callers who hold cells.minimum_share of the rate they want, and whose call is not carried",
        _MEAN,
        _MINIMUM,
        label="callers with the minimum alone",
        column="minimum alone",
    ),
    _count(
        "calls_below_minimum",
        "callers who hold an equal part of their beam, less than cells.minimum_share, and whose "
        "call is not carried",
        _MEAN,
        _MINIMUM,
        label="callers with less, an equal part",
    ),
    _load(
        "downlink_load",
        "time of lit statistics beams that calls take",
        label="time that calls take",
    ),
    _load(
        "uplink_load",
        "uplink subchannels of lit statistics beams that calls take",
        label="uplink that calls take",
    ),
    _count(
        "calls_in_reach",
        "callers whom an empty network would carry: their own link, their beam to themselves",
        _MEAN,
        _REACH,
        label="callers in reach",
    ),
    _count(
        "calls_out_of_reach",
        "callers whom not even an empty network would carry",
        (),
        _REACH,
    ),
    _count(
        "calls_without_room",
        "callers in reach whose calls are not carried",
        (),
        _REACH,
    ),
    _count("calls_refused", "calls refused", (), _CALLS),
    *(
        _count(f"calls_refused_{reason}", f"calls refused because {why}", (), _CALLS)
        for reason, why in WHY_REFUSED.items()
    ),
    _count("call_attempts", "calls that users attempt as calls come and go", (), _BLOCKING),
    _count(
        "calls_blocked", "call attempts that find the capacity of their beam taken", (), _BLOCKING
    ),
    _rate(
        "best_effort_throughput",
        "downlink throughput of users without a guaranteed rate",
        (QuantityCondition(When.BEST_EFFORT),),
        label="throughput without guarantee",
    ),
)

_HEADINGS = {"throughput": "Mbit/s, all beams", "calls": "calls, all beams"}


def _all_beams(counted: Quantity) -> Quantity:
    """Total of one satellite beside that of its beams that count.

    Beams at the rim are in it, which lack the interference of neighbours further out.
    """
    stem = counted.long_name.replace(" of the statistics beams", "")
    further = [each for each in counted.when if each.when is not When.ONE_SATELLITE]
    return replace(
        counted,
        name=f"{counted.name}_all_beams",
        long_name=f"{stem}, of all beams; those at the rim lack neighbours that interfere",
        reduces=_SET if counted.mean and counted.mean.set_by_scenario else _MEAN,
        when=(QuantityCondition(When.ONE_SATELLITE, counted.name), *further),
        label="",
        column=_HEADINGS.get(counted.name, ""),
    )


_WITH_ALL_BEAMS = {
    *("throughput", "uplink_throughput", "calls", "calls_offered", "best_effort_throughput"),
    "offered_traffic",
}

_SHARES: tuple[Quantity, ...] = (
    _share(
        "beam_share",
        "users with a beam, of all users, ratio of sums over trials",
        Share("lit_users", "users", beside="satellites_in_use"),
        _CONSTELLATION,
        column="beam, %",
    ),
    _share(
        "served_share",
        "served users of the users of lit statistics beams, ratio of sums over trials",
        Share("served_users", "lit_users"),
        column="served, %",
    ),
    _share(
        "served_traffic_share",
        "traffic served of what users of the statistics beams want, ratio of sums over trials",
        Share("throughput", "offered_traffic"),
        _FRAME,
        label="traffic served, of what users want",
        column="of demand, %",
    ),
    _share(
        "served_traffic_share_all_beams",
        "traffic served of what users of all beams want, ratio of sums over trials",
        Share("throughput_all_beams", "offered_traffic_all_beams"),
        (*_ONE, *_FRAME),
    ),
    _share(
        "bound_share",
        "traffic served of the most that any plan can serve, all beams, ratio of sums over trials",
        Share("throughput_all_beams", "bound_traffic"),
        (*_ONE, *_BOUND),
        label="traffic served, of the bound, all beams",
        column="of bound, %",
    ),
    _share(
        "region_bound_share",
        "traffic served in the region of the most that any plan of the satellites can serve there, "
        "ratio of sums over trials",
        Share("throughput", "bound_traffic", beside="satellites_in_use"),
        (*_CONSTELLATION, *_BOUND),
        label="traffic served, of the bound",
        column="of bound, %",
    ),
    _share(
        "calls_bound_share",
        "calls carried, of the most that any assignment carries without interference, ratio of "
        "sums over trials",
        Share("calls", "calls_bound"),
        _CALLS_BOUND,
        label="calls carried, of the bound",
        column="of bound, %",
    ),
    _share(
        "uplink_share",
        "users of lit statistics beams that the uplink schedules, of all of them",
        Share("uplink_users", "lit_users"),
        _UPLINK,
    ),
    _share(
        "refused_share",
        "calls refused, of all that users ask for, ratio of sums over trials",
        Share("calls_refused", "calls_offered"),
        _CALLS,
        column="refused, %",
    ),
    _share(
        "blocked_share",
        "callers who find no room, of those whom an empty network would carry, ratio of sums over "
        "trials",
        Share("calls_without_room", "calls_in_reach"),
        _REACH,
        label="callers in reach who find no room",
        column="blocked, %",
    ),
    _share(
        "unreachable_share",
        "callers whom not even an empty network would carry, of all, ratio of sums over trials",
        Share("calls_out_of_reach", "calls_offered"),
        _REACH,
        label="callers out of reach",
    ),
    *(
        _share(
            f"refused_{reason}_share",
            f"calls refused because {why}, of all refused",
            Share(f"calls_refused_{reason}", "calls_refused"),
            _CALLS,
        )
        for reason, why in WHY_REFUSED.items()
    ),
    _share(
        "blocking_share",
        "call attempts that find the capacity of their beam taken, of all as calls come and go",
        Share("calls_blocked", "call_attempts"),
        _BLOCKING,
        label="calls blocked as they come and go",
    ),
)

OF_TRIALS: tuple[Quantity, ...] = (
    *(
        row
        for counted in _TOTALS
        for row in (counted, *([_all_beams(counted)] if counted.name in _WITH_ALL_BEAMS else []))
    ),
    *_SHARES,
)
"""Over the statistics beams of one satellite, or the region of a constellation."""
