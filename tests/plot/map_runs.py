"""Small results with cells on the ground, and help to look at what is drawn of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import xarray as xr

import capest
from capest.plot import picture
from capest.plot.picture import Picture
from capest.plot.source import Source
from capest.scenario.load import load_scenario
from tests.engine.small_network import network_scenario

REGIONS: dict[str, dict[str, Any]] = {
    "pole": {"kind": "circle", "latitude_deg": 89.0, "longitude_deg": 0.0, "radius_km": 1500.0},
    "date line": {
        "kind": "box", "south_deg": -20.0, "north_deg": -10.0,
        "west_deg": 174.0, "east_deg": -174.0,
    },
    "earth": {"kind": "earth"},
}  # fmt: skip


@cache
def run_over(region: str) -> xr.Dataset:
    """Two trials over a place of `REGIONS`, users anywhere."""
    diameter_km = 1500.0 if region == "earth" else 300.0
    scenario = network_scenario(
        region=REGIONS[region],
        cells={"diameter_km": diameter_km},
        users={"placement": "uniform", "count": 60},
        run={"trials": 2},
    )
    return capest.run(scenario, backend="numpy")


@cache
def run_of_calls() -> xr.Dataset:
    """Three trials over central Europe, with guard cells around it, of people who call."""
    scenario = network_scenario(
        service={"preset": "voice"}, users={"count": 60}, run={"trials": 3},
        region={"guard_km": 150.0},
    )  # fmt: skip
    return capest.run(scenario, backend="numpy")


@cache
def run_in_vain() -> xr.Dataset:
    """Twelve trials with so few beams that some cells call in vain in all of many trials."""
    scenario = network_scenario(
        service={"preset": "video-call-480p"}, users={"count": 300}, run={"trials": 12},
        satellite={"beams_at_once": 3}, region={"guard_km": 150.0},
    )  # fmt: skip
    return capest.run(scenario, backend="numpy")


@cache
def run_of_beams(placed: bool = False) -> xr.Dataset:
    """Four trials of 19 beams of one satellite, 7 of which count, over Japan or nowhere."""
    place = {"latitude_deg": 36.0, "longitude_deg": 139.0} if placed else {}
    scenario = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s", **place},
            "beams": {"count": 19, "statistics_count": 7, "frequency_reuse": 3},
            "users": {"placement": "beam", "per_beam": 3},
            "run": {"trials": 4, "seed": 1},
        }
    )
    return capest.run(scenario, backend="numpy")


def drawn(name: str, dataset: xr.Dataset, **options: Any) -> Picture:
    """Draw a picture."""
    return picture.draw(name, [Source(dataset, "result")], options=options)


def why_not(name: str, dataset: xr.Dataset) -> str:
    """Why it cannot be drawn."""
    return picture.why_not(name, [Source(dataset, "result")])
