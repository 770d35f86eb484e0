"""What answer.py runs: the systems, and what is varied of them."""

from __future__ import annotations

Question = tuple[str, tuple[str, ...], int | None]
"""Scenario, keys that differ, and number of trials unless it is the scenario's own."""

Case = tuple[str, str, Question]
"""Group of cases, label within it, and what is asked."""

HANDSETS = ("3gpp", "in hand")
"""Groups of all systems; every other group varies something."""

IN_HAND = "handset.preset=smartphone-typical"
WITHOUT_NETWORK = "users.placement=uncovered"
NO_LIMIT = "service.delay_budget_ms=100000"
SEARCH = ("cells.refinement=local-search", "cells.moves=10000000")
RULES_OF_02 = ("rules=0.2", "uplink.bandwidth_mhz=0.72")
"""With one width for all phones, as the answer of version 0.2 had it."""

RULES = {
    "no interference in the uplink": ("uplink.interference=off",),
    "no headers and audio": ("service.header_share=0",),
    "full power of phones": ("handset.power_reduction_db=0",),
    "no block errors": ("link.harq=uncharged",),
    "downlink overhead 0.14": ("link.overhead=0.14",),
    "uplink overhead 0.08": ("uplink.overhead=0.08", "uplink.control_share=0"),
    "no steering loss": ("satellite.steering_loss_exponent=0",),
    "no limit of radiated power": ("satellite.rf_power_w=1000000",),
    "all phones in 0.72 MHz": ("uplink.width=fixed", "uplink.bandwidth_mhz=0.72"),
    "cells of 40 km": ("cells.diameter_km=40",),
    "guard bands of the smaller channel": ("carrier.guard_band=smaller-channel",),
}
"""Each rule of a network that came after version 0.2, as if it did not hold."""

FEW_TRIALS = 6
TRIALS = {
    **{"satellites": 24, "like for like": 12, "rules of 0.2": 20},
    **dict.fromkeys(("search", "search, rules of 0.2"), 3),
}
"""Of variants whose trials differ much among each other; the others have ``FEW_TRIALS``."""

SYSTEMS = {
    "test-satellite-china": "one Guowang test satellite",
    "gw-a59-china": "GW-A59, 6,080 satellites",
    "gw-2-china": "GW-2, 6,912 satellites",
    "complete-china": "Guowang complete, 12,992 satellites",
    "starlink-usa": "Starlink Direct to Cell, 652 satellites",
    "ast-usa": "AST SpaceMobile, 248 satellites",
    "geo-china": "one GEO satellite",
}
"""Scenario files and what they are called."""

_ADAPTIVE = "service.preset=video-call-adaptive"
_BEAMS_OF_AST = "satellite.beams_at_once=160"
_BEAMS_OF_STARLINK = "satellite.beams_at_once=24"
_BAND_OF_AST = ["carrier.bandwidth_mhz=15", "beams.frequency_reuse=3"]
_BAND_OF_STARLINK = ["carrier.bandwidth_mhz=5", "beams.frequency_reuse=1"]
_LIKE_AST = [_BEAMS_OF_AST, *_BAND_OF_AST]
_LIKE_STARLINK = [_BEAMS_OF_STARLINK, *_BAND_OF_STARLINK]


def _power(change_db: int) -> list[str]:
    """Another power in each MHz, with watts that feed it to all beams."""
    watts = [] if change_db <= 0 else ["satellite.rf_power_w=2000"]
    return [f"satellite.eirp_density_dbw_per_mhz={34 + change_db}", *watts]


def _width(mhz: float) -> list[str]:
    """One width of uplink for all phones."""
    return ["uplink.width=fixed", f"uplink.bandwidth_mhz={mhz}"]


VARIANTS: list[tuple[str, str, str, list[str]]] = [
    ("services", "gw-a59-china", "360p, 0.3 Mbit/s", ["service.preset=video-call-360p"]),
    ("services", "gw-a59-china", "480p, 0.6 Mbit/s", []),
    ("services", "gw-a59-china", "720p, 1.2 Mbit/s", ["service.preset=video-call-720p"]),
    ("services", "gw-a59-china", "voice", ["service.preset=voice"]),
    ("services", "gw-a59-china", "360p, in a hand", ["service.preset=video-call-360p", IN_HAND]),
    ("services", "gw-a59-china", "voice, in a hand", ["service.preset=voice", IN_HAND]),
    ("services", "gw-a59-china", "360p to 720p, as it fits", [_ADAPTIVE]),
    ("services", "gw-a59-china", "360p to 720p, as it fits, in a hand", [_ADAPTIVE, IN_HAND]),
    *(
        ("bandwidth", "gw-a59-china", f"{mhz} MHz", [f"carrier.bandwidth_mhz={mhz}"])
        for mhz in (5, 10, 30, 60, 100)
    ),
    (
        "bandwidth",
        "gw-a59-china",
        "100 MHz and 1,600 W",
        ["carrier.bandwidth_mhz=100", "satellite.rf_power_w=1600"],
    ),
    *(
        ("reuse", "gw-a59-china", f"reuse {reuse}", [f"beams.frequency_reuse={reuse}"])
        for reuse in (1, 3, 4, 7)
    ),
    *(
        ("power", "gw-a59-china", f"{d:+} dB{where}", [*_power(d), *keys])
        for d, where, keys in (
            (-6, "", []),
            (0, "", []),
            (6, "", []),
            (6, ", in a hand", [IN_HAND]),
        )
    ),
    *(
        ("power", system, f"{watts:,} W a satellite", [f"satellite.rf_power_w={watts}"])
        for system, watts in (("gw-a59-china", 200), ("gw-a59-china", 100), ("gw-2-china", 2000))
    ),
    *(
        (
            "handset",
            "gw-a59-china",
            f"{gain:+} dBi",
            [f"handset.antenna_gain_dbi={gain}", f"handset.transmit_gain_dbi={gain}"],
        )
        for gain in (-6, -3, 0, 3)
    ),
    *(
        ("satellite's receiver", "gw-a59-china", f"{d:+} dB, in a hand", keys)
        for d in (0, 6, 12)
        for keys in [[f"satellite.g_over_t_db_per_k={1.1 + d:.1f}", IN_HAND]]
    ),
    *(
        (
            "indoors",
            "gw-a59-china",
            f"{100 * share:.0f} % in buildings",
            [f"users.indoor_share={share}"],
        )
        for share in (0.0, 0.3, 0.8, 1.0)
    ),
    *(
        ("satellites", "gw-a59-china", f"{round(6080 * share):,} satellites", keys)
        for share in (0.01, 0.03, 0.1, 0.3, 1.0)
        for keys in [[f"constellation.deployed_fraction={share}"]]
    ),
    *(
        ("beams", "gw-a59-china", f"{beams} a satellite", keys)
        for beams in (7, 19, 61)
        for keys in [[f"satellite.beams_at_once={beams}"]]
    ),
    (
        "beams",
        "gw-a59-china",
        "61 a satellite and 1,600 W",
        ["satellite.beams_at_once=61", "satellite.rf_power_w=1600"],
    ),
    ("cells", "gw-a59-china", "as wide as a beam", []),
    *(
        ("cells", "gw-a59-china", f"{km} km wide", [f"cells.diameter_km={km}"])
        for km in (30, 40, 50, 70)
    ),
    *(
        ("who asks", "gw-a59-china", f"{count:,} ask", [f"users.count={count}"])
        for count in (50_000, 100_000, 200_000, 400_000)
    ),
    *(
        ("who asks", system, f"100,000 without a network{where}", [WITHOUT_NETWORK, *keys])
        for system in ("gw-a59-china", "complete-china", "starlink-usa", "ast-usa")
        for where, keys in (("", []), (", in a hand", [IN_HAND]))
    ),
    ("phone's band", "gw-a59-china", "least share", []),
    ("phone's band", "gw-a59-china", "0.72 MHz", _width(0.72)),
    ("phone's band", "gw-a59-china", "least share, in a hand", [IN_HAND]),
    *(
        ("phone's band", "gw-a59-china", f"{mhz} MHz, in a hand", [*_width(mhz), IN_HAND])
        for mhz in (0.36, 0.72, 1.44)
    ),
    *(
        ("fading", "gw-a59-china", f"{label}{where}", [key, *keys])
        for label, key in (
            ("no gain", "channel.fading_gain=none"),
            ("1.2 dB in towns", "channel.urban_sigma_db=1.2"),
            ("0 dB in towns", "channel.urban_sigma_db=0"),
        )
        for where, keys in (("", []), (", in a hand", [IN_HAND]))
    ),
    ("rules of 0.2", "gw-a59-china", "all", list(RULES_OF_02)),
    ("rules of 0.2", "gw-a59-china", "all, in a hand", [*RULES_OF_02, IN_HAND]),
    *(
        ("without a rule", "gw-a59-china", f"{label}{where}", [*of_rule, *keys])
        for where, keys in (("", []), (", in a hand", [IN_HAND]))
        for label, of_rule in RULES.items()
    ),
    ("admission", "gw-a59-china", "best links first", []),
    ("admission", "gw-a59-china", "as they come", ["scheduler.admission=random"]),
    *(
        ("assignment", system, label, keys)
        for system in ("gw-a59-china", "complete-china")
        for label, keys in (
            ("most users first, no beam that disturbs more than it serves", []),
            ("most users first, best signal", ["cells.assignment=demand-first"]),
            ("most users first, highest satellite", ["cells.assignment=greedy-demand"]),
            ("highest satellite", ["cells.assignment=highest-elevation"]),
            ("best signal", ["cells.assignment=max-sinr"]),
            ("up to three beams a cell", ["cells.beams_per_cell=3"]),
        )
    ),
    *(
        (f"search{of}", "gw-a59-china", label, [*keys, *more])
        for of, keys in (("", []), (", rules of 0.2", list(RULES_OF_02)))
        for label, more in (("none", []), ("local search", list(SEARCH)))
    ),
    ("GEO", "geo-china", "as it is", []),
    ("GEO", "geo-china", "with a retransmission", ["link.harq=on"]),
    ("GEO", "geo-china", "any delay", [NO_LIMIT]),
    ("GEO", "geo-china", "any delay, 360p", [NO_LIMIT, "service.preset=video-call-360p"]),
    ("GEO", "geo-china", "any delay, voice", [NO_LIMIT, "service.preset=voice"]),
    ("GEO", "geo-china", "any delay, 33 dBm", [NO_LIMIT, "handset.transmit_power_dbm=33"]),
    ("GEO", "geo-china", "any delay, 13 kW", [NO_LIMIT, "satellite.rf_power_w=13000"]),
    ("like for like", "starlink-usa", "as it is", []),
    ("like for like", "starlink-usa", "160 beams", [_BEAMS_OF_AST]),
    ("like for like", "starlink-usa", "15 MHz in reuse 3", _BAND_OF_AST),
    ("like for like", "starlink-usa", "160 beams, 15 MHz in reuse 3", _LIKE_AST),
    (
        "like for like",
        "starlink-usa",
        "160 beams, 15 MHz in reuse 3, from 20°",
        [*_LIKE_AST, "constellation.minimum_elevation_deg=20"],
    ),
    ("like for like", "ast-usa", "as it is", []),
    ("like for like", "ast-usa", "24 beams, 5 MHz in reuse 1", _LIKE_STARLINK),
    ("like for like", "starlink-usa", "as it is, in a hand", [IN_HAND]),
    (
        "like for like",
        "starlink-usa",
        "160 beams, 15 MHz in reuse 3, in a hand",
        [*_LIKE_AST, IN_HAND],
    ),
    ("like for like", "ast-usa", "as it is, in a hand", [IN_HAND]),
    (
        "like for like",
        "ast-usa",
        "24 beams, 5 MHz in reuse 1, in a hand",
        [*_LIKE_STARLINK, IN_HAND],
    ),
    ("claimed power", "starlink-usa", "as measured", []),
    ("claimed power", "starlink-usa", "as filed", ["satellite.eirp_density_dbw_per_mhz=57.7"]),
    ("claimed power", "ast-usa", "lower end", []),
    ("claimed power", "ast-usa", "upper end", ["satellite.eirp_density_dbw_per_mhz=56"]),
    ("satellite's receiver", "starlink-usa", "-6 dB", ["satellite.g_over_t_db_per_k=0.1"]),
    ("satellite's receiver", "ast-usa", "-6 dB", ["satellite.g_over_t_db_per_k=7.1"]),
]
"""What is asked of one system, with the keys that differ from its scenario."""


def plan(quick: bool = False, trials: int | None = None) -> list[Case]:
    """List what to run.

    Parameters
    ----------
    quick : bool
        The systems only, few users and trials.
    trials : int, optional
        Of every case, in place of its own.
    """
    handsets = zip(HANDSETS, ([], [IN_HAND]), strict=True)
    todo = [(of, name, label, keys) for of, keys in handsets for name, label in SYSTEMS.items()]
    if quick:
        few = "users.count=2000"
        return [(of, label, (name, (*keys, few), trials or 2)) for of, name, label, keys in todo]

    def trials_of(group: str) -> int | None:
        return trials or (None if group in HANDSETS else TRIALS.get(group, FEW_TRIALS))

    return [
        (of, label, (name, tuple(keys), trials_of(of))) for of, name, label, keys in todo + VARIANTS
    ]
