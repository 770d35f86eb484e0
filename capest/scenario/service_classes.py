"""The services that users of a scenario ask for, and the notation of a mix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capest.errors import InputError
from capest.scenario.nearest import nearest
from capest.scenario.presets import load_preset, presets_of
from capest.shown import label_of

if TYPE_CHECKING:
    from capest.scenario.sections import ServiceSettings

FIGURES = (
    *("downlink_kbps", "uplink_kbps", "delay_budget_ms", "packet_error_rate", "five_qi"),
    *("activity", "guaranteed", "talk_share", "least_downlink_kbps", "least_uplink_kbps"),
)
"""What a service preset supplies, and ``header_share`` where its rates have headers in them."""

NEEDED = ("downlink_kbps", "uplink_kbps", "delay_budget_ms", "guaranteed")
"""Figures without which there is no service."""

PACKET_ERROR_RATE = 1e-3
"""Share of packets that a service may lose where nothing says it, as of video calls (5QI 2)."""

_PART = re.compile(r"(?P<name>\S+)\s+(?P<percent>\d+(?:\.\d+)?)\s*%")
EXAMPLE = "video-call-480p 30%, voice 50%, best-effort 20%"


@dataclass(frozen=True)
class ServiceClass:
    """Users who ask for the same.

    Attributes
    ----------
    name : str
        Of its preset, or ``"the service"``.
    share : float
        Of all users.
    downlink_kbps, uplink_kbps : float
        Rate that a call wants, as its source has it.
    least_downlink_kbps, least_uplink_kbps : float
        Rate with which it is carried at least.
    delay_budget_ms : float
        Between user and the network's edge, one way.
    activity : float
        Probability that such a user asks for the service in a trial.
    guaranteed : bool
        It is a call: carried at its rate or refused. Else it takes what calls leave.
    five_qi : int or None
        Class of the 5G system (TS 23.501 clause 5.7.4).
    packet_error_rate : float
        Share of packets that may be lost; 10⁻³ where nothing says it.
    header_share : float
        What headers, audio and the like add to the rate, of the rate.
    talk_share : float
        Share of its time in which a call sends, in each direction.
    """

    name: str
    share: float
    downlink_kbps: float
    uplink_kbps: float
    delay_budget_ms: float
    activity: float
    guaranteed: bool
    five_qi: int | None
    packet_error_rate: float
    header_share: float
    talk_share: float
    least_downlink_kbps: float
    least_uplink_kbps: float

    @property
    def rates_mbps(self) -> tuple[float, float]:
        """Rates on the air while a call sends, down and up: with headers, see `header_share`."""
        whole = 1.0 + self.header_share
        return self.downlink_kbps * whole * 1e-3, self.uplink_kbps * whole * 1e-3

    @property
    def least_mbps(self) -> tuple[float, float]:
        """Rates on the air with which a call is carried at least; see `rates_mbps`."""
        whole = 1.0 + self.header_share
        return self.least_downlink_kbps * whole * 1e-3, self.least_uplink_kbps * whole * 1e-3

    @property
    def is_adaptive(self) -> bool:
        """Whether the call wants more than it bears."""
        return self.rates_mbps != self.least_mbps

    @property
    def budget_name(self) -> str:
        """Origin of the delay budget: the 5QI, or the service itself."""
        of_presets = (load_figures(preset.name) for preset in presets_of("service"))
        known = {(figures.get("five_qi"), figures["delay_budget_ms"]) for figures in of_presets}
        if self.five_qi is not None and (self.five_qi, self.delay_budget_ms) in known:
            return f"5QI {self.five_qi}"
        return self.name


def service_classes(service: ServiceSettings, rules: object) -> tuple[ServiceClass, ...]:
    """Return the classes of a valid section, none where there is no service.

    Parameters
    ----------
    service : ServiceSettings
    rules : object
        Value of the scenario's key ``rules``, by which presets of a mix have their figures.
    """
    if service.mix is not None:
        parts = parse_mix(service.mix)
        return tuple(_of_preset(name, share, rules, service.header_share) for name, share in parts)
    if service.downlink_kbps is None:
        return ()
    wanted_kbps = (service.downlink_kbps, service.uplink_kbps or 0.0)
    least_kbps = (service.least_downlink_kbps, service.least_uplink_kbps)
    down, up = (
        wanted if least is None else least
        for wanted, least in zip(wanted_kbps, least_kbps, strict=True)
    )
    return (
        ServiceClass(
            name=label_of(service.preset) if service.preset else "the service",
            share=1.0,
            downlink_kbps=service.downlink_kbps,
            uplink_kbps=service.uplink_kbps or 0.0,
            delay_budget_ms=service.delay_budget_ms or 0.0,
            activity=1.0 if service.activity is None else service.activity,
            guaranteed=bool(service.guaranteed),
            five_qi=service.five_qi,
            header_share=service.header_share,
            talk_share=1.0 if service.talk_share is None else service.talk_share,
            least_downlink_kbps=down,
            least_uplink_kbps=up,
            packet_error_rate=service.packet_error_rate or PACKET_ERROR_RATE,
        ),
    )


def kinds_of_service(
    mix: str | None, downlink_kbps: float | None, guaranteed: bool | None
) -> tuple[bool, bool]:
    """Tell from keys of the section whether there are services with and without guaranteed rate.

    A mix that cannot be read counts as both: its fault is reported elsewhere.
    """
    if mix is None:
        there = downlink_kbps is not None
        return there and bool(guaranteed), there and not guaranteed
    try:
        kinds = {_of_preset(name, share).guaranteed for name, share in parse_mix(mix)}
    except ValueError:
        return True, True
    return True in kinds, False in kinds


def all_are_calls(mix: str | None, downlink_kbps: float | None, guaranteed: bool | None) -> bool:
    """Tell whether there are services, all of guaranteed rate; arguments of `kinds_of_service`."""
    return kinds_of_service(mix, downlink_kbps, guaranteed) == (True, False)


def call_services(mix: str | None) -> tuple[str, ...]:
    """Return the services of a readable mix that are calls, if there are several."""
    try:
        parts = parse_mix(mix) if mix is not None else ()
    except ValueError:
        return ()
    names = tuple(name for name, share in parts if _of_preset(name, share).guaranteed)
    return names if len(names) > 1 else ()


def guaranteed_services() -> tuple[str, ...]:
    """Names of the presets with a guaranteed rate: those whose users make calls."""
    names = (preset.name for preset in presets_of("service"))
    return tuple(name for name in names if load_figures(name).get("guaranteed"))


def parse_mix(text: str) -> tuple[tuple[str, float], ...]:
    """Read a mix such as ``"voice 80%, best-effort 20%"``.

    Returns
    -------
    tuple of (str, float)
        Preset and share of users of each part; the shares add up to 1.

    Raises
    ------
    ValueError
        With what is wrong and what would be right.
    """
    known = [preset.name for preset in presets_of("service")]
    found: dict[str, float] = {}
    for part in (part.strip() for part in text.split(",")):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part or 'an empty part'}: must be a service and its percentage")
        name = match["name"]
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}" if near else f"there are {', '.join(known)}"
            raise ValueError(f"there is no service {name}: {hint}")
        if name in found:
            raise ValueError(f"{name} stands there twice")
        found[name] = float(match["percent"])
    total = sum(found.values())
    if abs(total - 100.0) > 1e-6:
        raise ValueError(f"the shares add up to {total:g}%, not to 100%")
    return tuple((name, percent / total) for name, percent in found.items())


def rates_adapt(
    mix: str | None,
    downlink_kbps: float | None,
    uplink_kbps: float | None,
    least_downlink_kbps: float | None,
    least_uplink_kbps: float | None,
) -> bool:
    """Tell from keys of the section whether some calls have a least rate below the wanted one."""
    if mix is None:
        pairs = ((downlink_kbps, least_downlink_kbps), (uplink_kbps, least_uplink_kbps))
        return any(least is not None and least != wanted for wanted, least in pairs)
    try:
        return any(_of_preset(name, share).is_adaptive for name, share in parse_mix(mix))
    except ValueError:
        return True


def load_figures(preset: str, rules: object = None) -> dict[str, Any]:
    """Values of a preset by key, by some rules of a network."""
    figures = load_preset(preset).figures_by(rules)
    return {key: figure.value for key, figure in figures.items()}


def _of_preset(
    name: str, share: float, rules: object = None, header_share: float = 0.0
) -> ServiceClass:
    """Users of a preset in a mix; the header share is that of presets without one of their own."""
    figures = load_figures(name, rules)
    if not set(NEEDED) <= figures.keys():
        raise InputError(f"service preset {name} lacks figures")
    five_qi = figures.get("five_qi")
    return ServiceClass(
        name=name,
        share=share,
        downlink_kbps=float(figures["downlink_kbps"]),
        uplink_kbps=float(figures["uplink_kbps"]),
        delay_budget_ms=float(figures["delay_budget_ms"]),
        activity=float(figures.get("activity", 1.0)),
        guaranteed=bool(figures["guaranteed"]),
        five_qi=None if five_qi is None else int(five_qi),
        header_share=float(figures.get("header_share", header_share)),
        talk_share=float(figures.get("talk_share", 1.0)),
        least_downlink_kbps=float(figures.get("least_downlink_kbps", figures["downlink_kbps"])),
        least_uplink_kbps=float(figures.get("least_uplink_kbps", figures["uplink_kbps"])),
        packet_error_rate=float(figures.get("packet_error_rate", PACKET_ERROR_RATE)),
    )
