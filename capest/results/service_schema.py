"""Variables of a result with services: calls carried and refused, and what they leave."""

from __future__ import annotations

from capest.results.variable import Variable
from capest.statistics.figure_names import (
    BLOCKING_SHARE,
    OF_MIXES,
    OF_REFUSED,
    REFUSAL_REASONS,
    REFUSED_SHARE,
    calls_of_service,
)

_WHY = {
    "satellite": "no satellite is above the horizon",
    "elevation": "no satellite is above the mask",
    "beam": "no beam is lit for the user",
    "delay": "the delay is over the budget",
    "downlink": "the downlink does not carry the rate, even alone",
    "uplink": "the uplink does not carry the rate, even alone",
    "bandwidth": "the beam's time or its uplink's places are taken",
}

_ONE_BY_ONE = ("calls that users ask for, of the service", "calls carried at once, of the service")
"""Of one service of a mix: offered, carried."""


def _per_trial(dtype: str, units: str, long_name: str) -> Variable:
    return Variable(("trial",), dtype, units, long_name, cell_methods="area: sum")


TRIAL: dict[str, Variable] = {
    "calls": _per_trial("i4", "1", "calls carried at once"),
    "calls_offered": _per_trial("i4", "1", "calls that users ask for"),
    "calls_on_fading": _per_trial(
        "i4", "1", "calls carried whose own links fail without fading above free space"
    ),
    "calls_refused": _per_trial("i4", "1", "calls refused"),
    **{
        f"calls_refused_{reason}": _per_trial("i4", "1", f"calls refused because {_WHY[reason]}")
        for reason in REFUSAL_REASONS
    },
    **{
        name: _per_trial("i4", "1", f"{_ONE_BY_ONE[name == calls_of_service(preset)[0]]} {preset}")
        for name, preset in OF_MIXES.items()
    },
    "call_attempts": _per_trial("i4", "1", "calls that users ask for as calls come and go"),
    "calls_blocked": _per_trial("i4", "1", "of these, calls that find their beam taken"),
    "best_effort_throughput": _per_trial(
        "f8", "Mbit s-1", "downlink throughput of users without a guaranteed rate"
    ),
}
"""One value per trial: over the statistics beams, or the region."""


def _per_cell(dtype: str, units: str, long_name: str) -> Variable:
    where = {"coordinates": "cell_u cell_v cell_colour cell_counted"}
    dims = ("trial", "cell")
    return Variable(dims, dtype, units, long_name, None, "area: sum", None, where)


TRIAL_CELL: dict[str, Variable] = {
    "cell_calls": _per_cell("i4", "1", "calls that the beam carries at once"),
    "cell_calls_offered": _per_cell("i4", "1", "calls that the beam's users ask for"),
    "cell_best_effort_throughput": _per_cell(
        "f4", "Mbit s-1", "downlink throughput of the beam's users without a guaranteed rate"
    ),
}
"""One value per trial and beam of one satellite."""

OF_MEANS: dict[str, str] = {
    "calls": "calls carried at once, mean over trials",
    "calls_offered": "calls that users ask for, mean over trials",
    "calls_on_fading": (
        "calls carried whose own links fail without fading above free space, mean over trials"
    ),
    **{
        name: f"{_ONE_BY_ONE[name == calls_of_service(preset)[0]]} {preset}, mean over trials"
        for name, preset in OF_MIXES.items()
    },
    "best_effort_throughput": "throughput of users without a guaranteed rate, mean over trials",
    REFUSED_SHARE: "calls refused, of all that users ask for, ratio of sums over trials",
    **{
        name: f"calls refused because {_WHY[reason]}, of all refused"
        for reason, name in zip(REFUSAL_REASONS, OF_REFUSED, strict=True)
    },
    BLOCKING_SHARE: "calls that find their beam taken, of all asked for as calls come and go",
}
"""What the means over trials and the shares say."""
