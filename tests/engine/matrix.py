"""What works with what: every feature with one satellite and with a constellation.

``test_matrix.py`` runs each row with both kinds of scenario, and ``python tests/engine/matrix.py
--write`` writes the table into the page on scenarios.

A new feature is one more `Row`; one that a kind of scenario cannot have names the reason that users
are told, `Row.not_one` or `Row.not_many`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

PAGE = Path(str(files("capest") / "docs" / "scenario.md"))

Keys = Mapping[str, Any]

USERS_FILE = "USERS"
"""Stands for a file of places within 400 km of the point below the satellite."""

_GEOSTATIONARY = {
    "rules": "0.2",
    "satellite.preset": "tr38821-set1-geo-s",
    "beams.count": 19,
    "users.placement": "file",
    "users.file": USERS_FILE,
    "users.count": 200,
    "run.seed": 3,
}
TWIN_ONE: Keys = {
    **_GEOSTATIONARY,
    **{"satellite.latitude_deg": 0.0, "satellite.longitude_deg": 101.4},
    "satellite.elevation_deg": 90.0,
    "beams.statistics_count": 19,
}
"""A geostationary satellite over its own slot, with all its beams counted."""

TWIN_MANY: Keys = {
    **_GEOSTATIONARY,
    **{"constellation.geostationary": "101.4", "constellation.minimum_elevation_deg": 10.0},
    **{"region.kind": "circle", "region.latitude_deg": 0.0, "region.longitude_deg": 101.4},
    **{"region.radius_km": 450.0, "cells.diameter_km": 200.0},
    **{"cells.layout": "satellite-fixed", "cells.lit": "all"},
}
"""The same satellite as a constellation of one: the same figures must come out."""

LOW_ONE: Keys = {
    "rules": "0.2",
    **{"satellite.preset": "tr38821-set1-leo600-s", "satellite.elevation_deg": 45.0},
    **{"satellite.latitude_deg": 44.0, "satellite.longitude_deg": 10.0},
    **{"beams.count": 19, "beams.statistics_count": 19, "run.seed": 3},
    **{"users.placement": "uniform", "users.count": 200},
}
LOW_MANY: Keys = {
    "rules": "0.2",
    **{"satellite.preset": "tr38821-set1-leo600-s", "satellite.beams_at_once": 12},
    **{
        "constellation.shells": "60: 200/10/1 @ 600, 50: 99/9/1 @ 1200",
        "constellation.minimum_elevation_deg": 20.0,
    },
    **{"region.kind": "box", "region.south_deg": 46.0, "region.north_deg": 52.0},
    **{"region.west_deg": 6.0, "region.east_deg": 15.0, "cells.diameter_km": 120.0},
    **{"cells.assignment": "highest-elevation"},
    **{"users.placement": "uniform", "users.count": 200, "run.seed": 3},
}
"""Satellites 600 km high, seen from aside: what steering and elevation do shows here."""

CALLS: Keys = {
    **{"service.downlink_kbps": 150.0, "service.uplink_kbps": 20.0, "service.guaranteed": True},
    **{"service.delay_budget_ms": 2000.0, "carrier.bandwidth_mhz": 5.0},
    "uplink.interference": "off",
}


@dataclass(frozen=True)
class Row:
    """A feature, and what it must do.

    Attributes
    ----------
    name : str
    keys : mapping
        What switches it on; ``None`` takes a key away.
    figure : str
        Name of a figure of ``test_matrix.figures``; empty where no kind has the feature.
    moves : {"up", "down", "same"}
    why : str
        Why it moves so.
    before : mapping
        What has to be there in both runs.
    low : bool
        Low satellites; else the twins, whose figures must agree.
    agree : bool
        The figures of twins agree with the feature on.
    one, many : mapping
        Keys of one kind alone.
    not_one, not_many : str
        Why a kind does not have it: what users are told.
    """

    name: str
    keys: Keys
    figure: str
    moves: str
    why: str
    before: Keys = field(default_factory=dict)
    low: bool = False
    agree: bool = True
    one: Keys = field(default_factory=dict)
    many: Keys = field(default_factory=dict)
    not_one: str = ""
    not_many: str = ""


_ITS_ORBITS = "its orbits say where satellites stand"
_MANY_ONLY = "only with a constellation"

ROWS: tuple[Row, ...] = (
    # --- Where users are -------------------------------------------------------------------------
    Row(
        "users by area",
        {"users.placement": "uniform", "users.file": None},
        "sinr_db", "up", "more stand in beams at the rim, which have fewer neighbours",
        agree=False,
    ),
    Row(
        "hotspots",
        {"users.placement": "hotspots", "users.file": None, "users.hotspots.count": 1,
         "users.hotspots.radius_km": 10.0, "users.hotspots.share": 1.0},
        "throughput", "down", "all users crowd in one beam or two, the others carry nothing",
        before={"users.placement": "uniform", "users.file": None}, agree=False,
    ),
    Row(
        "people of the ground",
        {"users.placement": "population"},
        "throughput", "down", "beams over the sea have no users",
        before={"users.placement": "uniform", "users.file": None}, agree=False,
    ),
    Row(
        "people without a network",
        {"users.placement": "uncovered"},
        "coupling_loss_db", "down", "they live away from towns, where less stands in the way",
        before={"users.placement": "population", "users.file": None,
                "channel.environment": "by-place", "channel.line_of_sight": "never"}, agree=False,
    ),
    Row(
        "devices per person",
        {"users.devices_per_person": 0.001, "users.activity_factor": 0.001, "users.count": None},
        "users", "down", "a few million people live there: fewer than 200 devices are in use",
        before={"users.placement": "population", "users.file": None}, agree=False,
    ),
    Row(
        "surroundings by place",
        {"channel.environment": "by-place"},
        "coupling_loss_db", "up", "clutter of towns is worse than that of the country",
        before={"users.placement": "population", "users.file": None,
                "channel.line_of_sight": "never"}, agree=False,
    ),
    Row(
        "stratified positions",
        {"users.positions": "stratified"},
        "sinr_db", "same", "a trial is as random as ever",
    ),
    Row(
        "users per beam",
        {"users.placement": "beam", "users.per_beam": 20, "users.file": None, "users.count": None},
        "users", "up", "20 in each of 19 beams, not 200 in all",
        not_many="with a constellation users are placed in its region",
    ),
    # --- Channel ---------------------------------------------------------------------------------
    Row(
        "indoors", {"users.indoor_share": 1.0},
        "coupling_loss_db", "up", "walls",
    ),
    Row(
        "in cars", {"users.vehicle_share": 1.0},
        "coupling_loss_db", "up", "a car's body takes 9 dB",
    ),
    Row(
        "environment", {"channel.environment": "dense-urban"},
        "coupling_loss_db", "up", "more clutter",
        before={"channel.line_of_sight": "never"},
    ),
    Row(
        "line of sight", {"channel.line_of_sight": "never"},
        "snr_db", "down", "clutter stands in all ways",
    ),
    Row(
        "no shadow fading", {"channel.shadow_fading": False},
        "spread_db", "down", "only places differ",
        before={"channel.line_of_sight": "always"},
    ),
    Row(
        "no gain by fading", {"channel.fading_gain": "none"},
        "snr_db", "down", "no link is lifted above free space",
        before={"channel.line_of_sight": "always"},
    ),
    Row(
        "deviation in towns", {"channel.urban_sigma_db": 0.0},
        "spread_db", "down", "only places differ",
        before={"channel.line_of_sight": "always", "channel.environment": "urban"},
    ),
    Row(
        "ionosphere", {"channel.ionosphere": "equatorial"},
        "snr_db", "down", "scintillation takes 2.2 dB at 2 GHz",
    ),
    Row(
        "ionosphere by latitude", {"channel.ionosphere": "by-latitude"},
        "snr_db", "down", "the ground lies near the magnetic equator",
        one={"channel.latitude_deg": 0.0, "channel.longitude_deg": 101.4},
    ),
    Row(
        "no gas", {"channel.gas_loss": False},
        "snr_db", "up", "gas takes some at 20 GHz",
        before={"satellite.preset": "tr38821-set1-geo-ka", "handset.preset": "3gpp-vsat",
                "beams.spacing_uv": 0.006}, agree=False,
    ),
    Row(
        "body loss", {"handset.body_loss_db": 3.0},
        "snr_db", "down", "3 dB less are received",
    ),
    Row(
        "two receive branches", {"handset.branches": 2, "handset.antenna_gain_dbi": 0.0},
        "snr_db", "up", "3 dB more are received by both together",
    ),
    # --- Beams -----------------------------------------------------------------------------------
    Row(
        "frequency reuse", {"beams.frequency_reuse": 3},
        "sinr_db", "up", "co-channel beams are farther apart",
    ),
    Row(
        "two polarisations", {"beams.frequency_reuse": 2, "beams.polarisation_reuse": True},
        "sinr_db", "up", "four colours in place of one",
    ),
    Row(
        "pattern of ITU-R S.1528", {"satellite.pattern": "s1528-leo"},
        "sinr_db", "down", "its envelope has no nulls between side lobes",
    ),
    Row(
        "lighting by Taylor", {"satellite.pattern": "taylor"},
        "sir_db", "up", "its side lobes are 20 dB down, not 17.6",
        before={"beams.frequency_reuse": 3},
    ),
    Row(
        "steering loss", {"satellite.steering_loss_exponent": 3.0},
        "snr_db", "down", "beams aimed aside of the nadir lose gain",
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "planar array", {"satellite.antenna": "array", "satellite.element_exponent": 3.0},
        "snr_db", "down", "elements lose gain off their normal",
        low=True,
    ),
    Row(
        "power of the satellite", {"satellite.rf_power_w": 100.0},
        "snr_db", "down", "beams share less than they would take",
    ),
    Row(
        "flux on the ground", {"satellite.pfd_limit_dbw_per_m2_mhz": -106.0},
        "snr_db", "down", "59 dBW/MHz over 36,000 km lay -103 dBW/m²/MHz",
    ),
    Row(
        "flux in neighbouring bands", {"satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": -152.0},
        "snr_db", "down", "all beams are turned down alike",
    ),
    Row(
        "beams lit in turn", {"beams.allocation": "random", "satellite.beams_at_once": 5},
        "sir_db", "up", "fewer beams disturb", agree=False,
    ),
    Row(
        "a frame of slots",
        {"beams.allocation": "proportional", "satellite.beams_at_once": 5, "beams.slots": 16},
        "sir_db", "up", "fewer beams disturb in a slot",
    ),
    Row(
        "a demand of users", {"users.demand_mbps": 0.5},
        "throughput", "down", "nobody takes more than it wants",
    ),
    Row(
        "cells shared in time", {"beams.cells_per_beam": 8},
        "served", "up", "a satellite has more cells in turn",
        before={"beams.allocation": "proportional", "satellite.beams_at_once": 1,
                "beams.slots": 16},
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "length of a slot", {"beams.slot_ms": 900.0},
        "calls", "down", "calls would wait for longer than they may",
        before={**CALLS, "beams.allocation": "periodic", "satellite.beams_at_once": 5,
                "beams.slots": 16},
    ),
    Row(
        "guard beams", {"beams.statistics_count": 7},
        "sir_db", "down", "beams at the rim, which have fewer neighbours, are not counted",
        before={"users.placement": "uniform", "users.file": None},
        not_many="its cells are all counted",
    ),
    Row(
        "cells without users lit", {"cells.lit": "all"},
        "sir_db", "down", "their beams disturb the others",
        before={"users.count": 10}, low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "guard cells", {"region.guard_km": 300.0},
        "sir_db", "down", "beams of the cells around the region disturb its users",
        before={"cells.lit": "all", "satellite.beams_at_once": 100},
        low=True, not_one=_MANY_ONLY,
    ),
    # --- Satellites ------------------------------------------------------------------------------
    Row(
        "elevation of the centre", {"satellite.elevation_deg": 70.0},
        "snr_db", "up", "the way is shorter",
        low=True, not_many=_ITS_ORBITS,
    ),
    Row(
        "elevation mask", {"constellation.minimum_elevation_deg": 50.0},
        "served", "down", "fewer satellites may serve",
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "assignment of cells", {"cells.assignment": "max-sinr"},
        "snr_db", "up", "it goes by the signal",
        before={"cells.assignment": "highest-elevation"}, low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "order of cells", {"cells.order": "random"},
        "served", "down", "cells with few users have beams that busy ones would have had",
        before={"cells.assignment": "demand-first", "satellite.beams_at_once": 2}, low=True,
        not_one=_MANY_ONLY,
    ),
    Row(
        "preference among satellites", {"cells.preference": "elevation"},
        "snr_db", "down", "those that stand higher are farther up",
        before={"cells.assignment": "demand-first"}, low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "local search", {"cells.refinement": "local-search", "cells.moves": 50},
        "calls", "up", "it tries other satellites for cells, and counts calls",
        before=CALLS, low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "several beams a cell", {"cells.beams_per_cell": 2},
        "calls", "up", "a busy cell has a second channel",
        before={**CALLS, "beams.frequency_reuse": 3, "users.placement": "hotspots",
                "users.hotspots.count": 2, "users.hotspots.radius_km": 20.0,
                "users.hotspots.share": 1.0, "users.count": 1000},
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "coverage first", {"cells.objective": "coverage"},
        "served", "up", "cells share the time of beams, so that none is left dark",
        before={**CALLS, "beams.allocation": "periodic", "satellite.beams_at_once": 1,
                "beams.slots": 4},
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "a part of the rate for everyone", {"cells.minimum_share": 0.5},
        "calls", "down", "all callers hold a part of their rate before any call is carried",
        before={**CALLS, "cells.objective": "coverage", "users.count": 2000},
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "bound of calls", {"cells.bound": "interference-free"},
        "calls", "same", "it says what no assignment exceeds, and changes none",
        before=CALLS, low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "largest scan", {"satellite.largest_scan_deg": 35.0},
        "served", "down", "antennas do not reach cells that they see from far aside",
        low=True, not_one=_MANY_ONLY,
    ),
    Row(
        "fewer beams where power is short", {"satellite.power_limit": "fewer-beams"},
        "snr_db", "up", "those that are lit have their whole power",
        before={"satellite.rf_power_w": 30.0, "beams.allocation": "periodic",
                "satellite.beams_at_once": 12},
        low=True,
    ),
    Row(
        "bandwidth of the feeder link", {"satellite.feeder_bandwidth_mhz": 60.0},
        "sir_db", "up", "it feeds two beams of 30 MHz, which disturb each other less",
        before={"beams.allocation": "periodic", "satellite.beams_at_once": 12},
        low=True,
    ),
    Row(
        "beams at once", {"satellite.beams_at_once": 2},
        "served", "down", "a satellite lights fewer cells",
        low=True, one={"beams.allocation": "random"},
    ),
    # --- What users get --------------------------------------------------------------------------
    Row(
        "the best user takes it all", {"scheduler.policy": "max-ci"},
        "throughput", "up", "no time goes to weak links",
    ),
    Row(
        "equal rates", {"scheduler.policy": "equal-rate"},
        "throughput", "down", "weak links take most of the time",
    ),
    Row(
        "Shannon bound", {"link.adaptation": "truncated-shannon", "link.shannon": "bound"},
        "throughput", "up", "no receiver does better",
    ),
    Row(
        "calls", CALLS,
        "calls", "up", "there are none without a service",
    ),
    Row(
        "delay budget", {"service.delay_budget_ms": 100.0},
        "calls", "down", "light takes longer to the geostationary orbit",
        before=CALLS,
    ),
    Row(
        "admission by chance", {"scheduler.admission": "random"},
        "calls", "down", "calls that need more resources are not put last",
        before=CALLS,
    ),
    Row(
        "headers on top of the rate", {"service.header_share": 0.3},
        "calls", "down", "each call takes more",
        before=CALLS,
    ),
    Row(
        "calls that pause", {"service.talk_share": 0.5},
        "calls", "up", "others send in the pauses",
        before=CALLS,
    ),
    Row(
        "calls whose rates adapt",
        {"service.least_downlink_kbps": 80.0, "service.least_uplink_kbps": 10.0},
        "calls", "up", "a call is carried with the least rate",
        before=CALLS,
    ),
    Row(
        "calls that come and go",
        {"service.activity": 0.9, "service.simulated_holding_times": 3},
        "blocked", "up", "some find their beam taken",
        before=CALLS,
    ),
    Row(
        "callers in reach", {"service.count_reachable": True},
        "calls", "same", "it says whom an empty network would carry, and carries nobody more",
        before=CALLS,
    ),
    Row(
        "block errors that are repaired", {"link.harq": "on"},
        "throughput", "down", "a block in ten is sent again",
    ),
    Row(
        "no block is sent again", {"link.harq": "off"},
        "calls", "up", "packets need not wait for a round trip",
        before={**CALLS, "service.delay_budget_ms": 400.0},
    ),
    Row(
        "width of each phone", {"uplink.width": "least-share", "uplink.bandwidth_mhz": 1.8},
        "calls", "up", "each call has the width that takes least of the beam",
        before={**CALLS, "service.uplink_kbps": 200.0, "handset.body_loss_db": 8.0},
        low=True,
    ),
    Row(
        "best effort beside calls",
        {"service.mix": "voice 50%, best-effort 50%"},
        "best_effort", "up", "they take what calls leave",
    ),
    Row(
        "regenerative payload", {"satellite.payload": "regenerative"},
        "delay_ms", "down", "there is no feeder link",
    ),
    Row(
        "uplink with interference", {"uplink.interference": "full-buffer"},
        "calls", "down", "phones of other beams are heard",
        before={**CALLS, "service.uplink_kbps": 200.0},
        low=True,
    ),
    Row(
        "uplink with the interference of calls", {"uplink.interference": "load"},
        "calls", "down", "phones that carry calls in other beams are heard",
        before=CALLS,
    ),
    Row(
        "weather",
        {"channel.weather": "exceeded", "channel.exceeded_percent": 0.01},
        "snr_db", "down", "rain; one satellite has it at one place, a constellation in each cell",
        before={"satellite.preset": "tr38821-set1-geo-ka", "handset.preset": "3gpp-vsat",
                "beams.spacing_uv": 0.006},
        one={"channel.latitude_deg": 0.0, "channel.longitude_deg": 101.4}, agree=False,
    ),
)  # fmt: skip

_ARROWS = {"up": "rises", "down": "falls", "same": "stays"}
FIGURES = {
    "sinr_db": "SINR", "snr_db": "SNR", "sir_db": "SIR", "coupling_loss_db": "coupling loss",
    "spread_db": "spread of the coupling loss", "throughput": "throughput", "users": "users",
    "served": "users with a beam", "calls": "calls", "blocked": "calls blocked",
    "best_effort": "best-effort throughput", "delay_ms": "delay",
}  # fmt: skip
HEAD = "## What works with what\n"


def table() -> str:
    """The table of the page."""
    lines = [
        "| feature | one satellite | constellation | what it does, and why |\n",
        "| --- | --- | --- | --- |\n",
    ]
    for row in ROWS:
        one, many = (f"no: {why}" if why else "yes" for why in (row.not_one, row.not_many))
        moves = f"{FIGURES[row.figure]} {_ARROWS[row.moves]}: {row.why}"
        lines.append(f"| {row.name} | {one} | {many} | {moves} |\n")
    return "".join(lines)


def page(text: str) -> str:
    """The page as it should be."""
    start = text.index(HEAD)
    first = text.index("| feature |", start)
    return text[:first] + table() + "\n" + text[text.index("## ", first) :]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(text), encoding="utf-8")
    elif page(text) != text:
        sys.exit("the page differs: python tests/engine/matrix.py --write")
