"""What a result leaves out, with its size: the one table that headline, pages and reports read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from capest.scenario.reading import has_calls, is_constellation, uplink_interference
from capest.shown import label_of

Values = Mapping[str, Any]
"""Dotted key -> value, presets resolved and defaults included."""


@dataclass(frozen=True)
class KnownOf:
    """The scenarios that a size is of.

    Attributes
    ----------
    words : str
        What it is of, beside a scenario of another kind.
    holds : callable
        Takes `Values`; tells whether a scenario is one of them.
    """

    words: str
    holds: Callable[[Values], bool]


@dataclass(frozen=True)
class NotModelled:
    """One effect that no trial computes.

    Attributes
    ----------
    effect : str
        In words that follow "not modelled: ".
    size : str
        What it does to the answer, with its sign.
    largest_percent : float
        Largest change of the answer that the size stands for, without its sign; rows are shown in
        this order.
    where : str
        Which scenarios it stands beside, for the page.
    source : str
        Where the size comes from.
    applies : callable
        Takes `Values`; tells whether it stands beside the results of a scenario.
    known_of : KnownOf or None
        The scenarios that the size is of; ``None`` where it is one of any.
    """

    effect: str
    size: str
    largest_percent: float
    where: str
    source: str
    applies: Callable[[Values], bool]
    known_of: KnownOf | None = None

    def beside(self, values: Values) -> NotModelled:
        """The same beside one scenario: a size of another one says so.

        Parameters
        ----------
        values : mapping
        """
        if self.known_of is None or self.known_of.holds(values):
            return self
        return replace(self, size=f"{self.size}: {self.known_of.words}, not known here")

    def __str__(self) -> str:
        return f"{self.effect} ({self.size})"


def _moves(values: Values) -> bool:
    moving = ("constellation.shells", "constellation.catalogue")
    return any(values[key] is not None for key in moving)


def _calls_move(values: Values) -> bool:
    return has_calls(values) and _moves(values)


def _low_over_china(values: Values) -> bool:
    return _moves(values) and values["region.country"] == "CN"


def _several_satellites(values: Values) -> bool:
    slots = str(values["constellation.geostationary"] or "")
    return is_constellation(values) and (_moves(values) or "," in slots)


def _transparent(values: Values) -> bool:
    by_antennas = values["satellite.payload"] == "transparent"
    return is_constellation(values) and by_antennas and values["constellation.gateways"] is None


def _services(values: Values) -> str:
    """Names of services; of a user's preset that of its file."""
    preset = values["service.preset"]
    return f"{label_of(preset) if preset else ''} {values['service.mix'] or ''}"


def _sends_messages(values: Values) -> bool:
    return "message" in _services(values)


def _narrow_calls(values: Values) -> bool:
    return "voice" in _services(values) or _sends_messages(values)


def _uplink_counts(values: Values) -> bool:
    return uplink_interference(values) != "off" or has_calls(values)


def _always(_: Values) -> bool:
    return True


NOT_MODELLED: tuple[NotModelled, ...] = (
    NotModelled(
        "repetitions for voice and text",
        "+9 to +12 dB of the link with 8 to 16 of them",
        200.0,
        "voice, messages",
        "10 log10 of their number: computed",
        _narrow_calls,
    ),
    NotModelled(
        "signalling of short messages",
        "−67 to −75 % of messages of 1 kB where traffic limits them",
        75.0,
        "messages",
        "signalling of 2 to 3 times the traffic of such a message: assumed",
        _sends_messages,
    ),
    NotModelled(
        "gateways and feeder links",
        "−58 % of the satellites lit over China with 100 antennas",
        58.0,
        "constellations of transparent satellites without `constellation.gateways`",
        "computed: a satellite without a free antenna in view is dark, 100 antennas light 100 of "
        "238",
        _transparent,
        KnownOf("of 238 low satellites over China", _low_over_china),
    ),
    NotModelled(
        "a phone's pattern towards other satellites",
        "±3 to 5 dB of their interference",
        30.0,
        "constellations of several satellites",
        "assumed",
        _several_satellites,
    ),
    NotModelled(
        "satellites held until the mask, as calls are",
        "−24 % of calls at a mask of 30°, −6 % at 50°",
        24.0,
        "calls through satellites that move",
        "computed: 34 % of users change their satellite within 10 s in the assignment of a moment",
        _calls_move,
    ),
    NotModelled(
        "eclipse and heat",
        "down to −5 % of satellites for one country, −30 to −40 % world-wide",
        5.0,
        "constellations",
        "assumed",
        is_constellation,
        KnownOf("of low satellites", _moves),
    ),
    NotModelled(
        "paging of idle users", "down to −5 % of the downlink", 5.0, "all", "assumed", _always
    ),
    NotModelled(
        "timing advance and guard times of random access",
        "down to −2 % of the uplink",
        2.0,
        "uplinks",
        "assumed",
        _uplink_counts,
    ),
    NotModelled(
        "terrestrial networks on the same channel, and borders",
        "none at home where the spectrum is kept free; −108.8 dBW/m²/MHz starts a coordination "
        "with another country",
        1.0,
        "all",
        "Radio Regulations, Appendix 5, not looked up: assumed",
        _always,
    ),
    NotModelled(
        "half-duplex phones",
        "none for smartphones, −50 % for reduced-capability devices",
        0.0,
        "calls",
        "assumed",
        has_calls,
    ),
    NotModelled(
        "Doppler that compensation leaves",
        "none: 0.1 ppm lets carriers leak at −32 dB",
        0.0,
        "all",
        "computed",
        _always,
    ),
)
"""All of it, largest first."""

LARGE_PERCENT = 5.0
"""A summary names effects from this size on, and counts the others."""


def not_modelled(values: Values) -> tuple[NotModelled, ...]:
    """Return what stands beside the results of a scenario, largest first.

    Effects of no size stand in the page alone. A size that is of other scenarios says so.

    Parameters
    ----------
    values : mapping
        Of all keys of a valid scenario.
    """
    shown = (row for row in NOT_MODELLED if row.largest_percent > 0.0 and row.applies(values))
    return tuple(row.beside(values) for row in shown)
