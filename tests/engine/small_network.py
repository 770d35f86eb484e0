"""Small constellations for tests."""

from __future__ import annotations

from typing import Any

from capest.engine.build import build
from capest.engine.world import World
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario


def network_scenario(**changes: Any) -> Scenario:
    """Two hundred satellites at 600 km over central Europe, a hundred users."""
    scenario = load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 12},
            "constellation": {
                "shells": "60: 200/10/1 @ 600, 50: 40/4/1 @ 1200",
                "minimum_elevation_deg": 20.0,
            },
            "region": {
                "kind": "box", "south_deg": 46.0, "north_deg": 54.0,
                "west_deg": 6.0, "east_deg": 18.0,
            },
            "cells": {"diameter_km": 120.0},
            "users": {"placement": "population", "count": 100},
            "run": {"seed": 3, "trials": 40},
        }
    )  # fmt: skip
    return scenario.replace(**changes) if changes else scenario


def network_world(**changes: Any) -> World:
    return build(network_scenario(**changes))
