"""What the keys of a service demand of each other."""

from __future__ import annotations

from capest.errors import Problem
from capest.scenario.service_classes import EXAMPLE, FIGURES, NEEDED, parse_mix

SIMULATION_KEYS = (
    *("service.simulated_holding_times", "service.mix", "service.guaranteed", "service.activity"),
)
"""What `simulation_problem` reads."""

_MOST_ACTIVITY = 0.99
"""Idle users ask at the rate activity / (1 - activity), and every time they do is an event."""

LEAST_KEYS = (
    *("service.guaranteed", "service.downlink_kbps", "service.uplink_kbps"),
    *("service.least_downlink_kbps", "service.least_uplink_kbps"),
)
"""What `least_problem` reads."""

TRAFFIC_KEYS = ("users.erlang_per_device", "service.activity")
"""What `traffic_problem` reads."""

KEYS = ("service.mix", "service.preset", *(f"service.{figure}" for figure in FIGURES))
"""What `service_problem` reads."""


def service_problem(mix: str | None, preset: str | None, *figures: object) -> Problem | None:
    """Find the first fault of the section.

    Parameters
    ----------
    mix, preset : str or None
    *figures
        Values of ``FIGURES``, ``None`` where there is none.
    """
    given = [key for key, value in zip(FIGURES, figures, strict=True) if value is not None]
    if mix is None:
        return _incomplete(given)
    others = ["preset"] * (preset is not None) + given
    if others:
        return Problem(
            "service.mix",
            mix,
            f"not together with {', '.join(others)}: its figures are those of its presets",
            "keep one of the two",
        )
    try:
        parse_mix(mix)
    except ValueError as error:
        return Problem("service.mix", mix, str(error), f'such as "{EXAMPLE}"')
    return None


def least_problem(
    guaranteed: bool | None,
    downlink_kbps: float | None,
    uplink_kbps: float | None,
    least_downlink_kbps: float | None,
    least_uplink_kbps: float | None,
) -> Problem | None:
    """Refuse a least rate above the one that a call wants, and one of nothing."""
    if not guaranteed:
        return None  # nobody reads them
    pairs = {"downlink": (downlink_kbps, least_downlink_kbps)}
    pairs["uplink"] = (uplink_kbps, least_uplink_kbps)
    for way, (wanted, least) in pairs.items():
        if wanted is None or least is None:
            continue
        if wanted > 0.0 and least == 0.0:
            return Problem(
                f"service.least_{way}_kbps",
                least,
                f"must be above 0, as service.{way}_kbps is: a call that carries nothing is none",
                "write the rate that a call bears, or leave it out for calls of one rate",
            )
        if least > wanted:
            return Problem(
                f"service.least_{way}_kbps",
                least,
                f"must be at most service.{way}_kbps, {wanted:g}: the rate that a call wants",
                "swap the two, or leave it out for calls of one rate",
            )
    return None


def traffic_problem(erlang_per_device: float | None, activity: float | None) -> Problem | None:
    """Refuse users who call less than the devices that they stand for."""
    if erlang_per_device is None or activity is None or activity >= erlang_per_device:
        return None
    return Problem(
        "service.activity",
        activity,
        f"must be at least users.erlang_per_device, {erlang_per_device:g}: users would be more "
        "than devices",
        "leave it out for users who all call; the lower, the more users come and go",
    )


def simulation_problem(
    holding_times: int, mix: str | None, guaranteed: bool | None, activity: float | None
) -> Problem | None:
    """Find out whether calls can come and go."""
    if holding_times == 0:
        return None
    key = "service.simulated_holding_times"
    if mix is not None or not guaranteed:
        return Problem(
            key,
            holding_times,
            "only with one service of guaranteed rate",
            'such as service.preset = "voice"',
        )
    if activity is None or activity > _MOST_ACTIVITY:
        return Problem(
            key,
            holding_times,
            f"needs service.activity of at most {_MOST_ACTIVITY}: a user who asks again "
            "at once is always in a call",
            "such as service.activity = 0.1",
        )
    return None


def _incomplete(given: list[str]) -> Problem | None:
    missing = [key for key in NEEDED if key not in given]
    if not given or not missing:
        return None
    return Problem(
        f"service.{missing[0]}",
        None,
        f"required beside {given[0]}: a service has {', '.join(NEEDED)}",
        "service.preset supplies them all, see: capest presets list",
    )
