"""Small constellations for tests."""

from __future__ import annotations

from typing import Any

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.world import World
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

from .small import quantile


def network_scenario(**changes: Any) -> Scenario:
    """Two hundred satellites at 600 km over central Europe, a hundred users."""
    scenario = load_scenario(
        {
            # Interference in the uplink follows from the calls.
            **{"rules": "0.2", "uplink": {"interference": None}},
            "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 12},
            "constellation": {
                "shells": "60: 200/10/1 @ 600, 50: 40/4/1 @ 1200",
                "minimum_elevation_deg": 20.0,
            },
            "region": {
                "kind": "box", "south_deg": 46.0, "north_deg": 54.0,
                "west_deg": 6.0, "east_deg": 18.0,
            },
            "cells": {"diameter_km": 120.0, "assignment": "highest-elevation"},
            "users": {"placement": "population", "count": 100},
            "run": {"seed": 3, "trials": 40},
        }
    )  # fmt: skip
    return scenario.replace(**changes) if changes else scenario


def network_world(**changes: Any) -> World:
    return build(network_scenario(**changes))


def below_one(
    place: tuple[float, float], preset: str = "tr38821-set1-geo-ka", slot: str = "", **channel: Any
) -> Scenario:
    """A constellation of one geostationary satellite over one small cell, without fading."""
    return load_scenario(
        {
            # So wide a beam that the cell's rim is as good as its centre.
            "rules": "0.2",
            "satellite": {"preset": preset, "antenna_diameter_m": 0.5},
            "constellation": {
                "geostationary": slot or f"{place[1]:g}",
                "minimum_elevation_deg": 10.0,
            },
            "region": {
                "kind": "circle",
                "latitude_deg": place[0],
                "longitude_deg": place[1],
                "radius_km": 10.0,
            },
            "cells": {"diameter_km": 20.0},
            "users": {"placement": "uniform", "count": 5},
            "handset": {"preset": "3gpp-vsat"},
            "channel": {"line_of_sight": "always", "shadow_fading": False, **channel},
            "run": {"seed": 1},
        }
    )


def coupling_db(scenario: Scenario, share: float = 0.5, trials: int = 4) -> float:
    """A quantile of the users' coupling loss."""
    block = compute_block(build(scenario), NumpyKernels(), 0, trials)
    return quantile(block, "coupling_loss_db", share)
