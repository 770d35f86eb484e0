"""Small results that tests of pictures draw, each computed once."""

from __future__ import annotations

from functools import cache
from typing import Any

import xarray as xr

import capest
from capest.plot.source import Source
from capest.validation.cases import study_case

TITLE = "T <script>alert(1)</script> $x$"


@cache
def calls(seed: int = 1) -> xr.Dataset:
    """Video calls over Switzerland, under some satellites of a constellation."""
    return capest.run(
        {
            "title": TITLE,
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "constellation": {"preset": "guowang-gw-a59", "deployed_fraction": 0.1},
            "region": {"kind": "country", "country": "CH"},
            "handset": {"preset": "3gpp-handheld"},
            "service": {"preset": "video-call-480p"},
            "users": {"placement": "population", "count": 300},
            "run": {"trials": 8, "seed": seed},
        },
        backend="numpy",
    )


@cache
def of_service(preset: str, antenna_gain_dbi: float = 0.0) -> xr.Dataset:
    """Users of a service under one satellite, with such an antenna."""
    settings: dict[str, Any] = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 19, "statistics_count": 7},
        "handset": {"preset": "3gpp-handheld", "antenna_gain_dbi": antenna_gain_dbi},
        "service": {"preset": preset},
        "users": {"per_beam": 5},
        "run": {"trials": 6, "seed": 1},
    }
    return capest.run(settings, backend="numpy")


@cache
def thin() -> xr.Dataset:
    """Users without a service under so few satellites that some cells see none at times."""
    return capest.run(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 3},
            "constellation": {"shells": "60: 60/6/1 @ 600", "minimum_elevation_deg": 30.0},
            "region": {
                **{"kind": "box", "south_deg": -4.0, "north_deg": 4.0},
                **{"west_deg": 6.0, "east_deg": 12.0},
            },
            "cells": {"diameter_km": 150.0},
            "users": {"placement": "uniform", "count": 200},
            "run": {"trials": 12, "seed": 1},
        },
        backend="numpy",
    )


@cache
def beams(**changes: Any) -> xr.Dataset:
    """One satellite that lights some of its beams."""
    settings: dict[str, Any] = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 5},
        "beams": {"count": 19, "statistics_count": 19, "allocation": "random"},
        "users": {"placement": "hotspots", "count": 100},
        "run": {"trials": 10, "seed": 1},
    }
    for key, value in changes.items():
        section, _, name = key.partition("__")
        settings[section] = {**settings[section], name: value}
    return capest.run(settings, backend="numpy")


@cache
def case(number: int) -> xr.Dataset:
    """A study case of TR 38.821."""
    return capest.run(study_case(number, 20), backend="numpy")


def source(dataset: xr.Dataset, name: str = "a") -> Source:
    """What a picture takes."""
    return Source(dataset, name)
