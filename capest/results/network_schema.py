"""Variables of a constellation's result: per Earth-fixed cell and per satellite.

Blocks hold sums over trials as whole numbers; the file holds means over all trials.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from capest.results.variable import Variable

FIXED_POINT = 2.0**20
"""What sums of real numbers are whole multiples of the inverse of (``network.results``)."""

_PLACE = {"coordinates": "cell_latitude cell_longitude"}


def _of_cell(units: str, long_name: str, comment: str | None = None) -> Variable:
    attributes = _PLACE if comment is None else {"comment": comment} | _PLACE
    fill = np.nan if comment is not None else None
    return Variable(("cell",), "f4", units, long_name, fill=fill, attributes=attributes)


def _of_satellite(units: str, long_name: str) -> Variable:
    where = {"coordinates": "satellite_group"}
    return Variable(("satellite",), "f4", units, long_name, attributes=where)


LAYOUT: dict[str, Variable] = {
    "cell_latitude": Variable(
        ("cell",), "f8", "degrees_north", "latitude of the cell's centre", "latitude"
    ),
    "cell_longitude": Variable(
        ("cell",), "f8", "degrees_east", "longitude of the cell's centre", "longitude"
    ),
    "cell_area": Variable(("cell",), "f8", "km2", "area of the cell", attributes=_PLACE),
    "cell_people": Variable(
        ("cell",),
        "f8",
        "1",
        "people living in the cell, places counted where their centre is",
        attributes=_PLACE,
    ),
    "cell_colour": Variable(
        ("cell",), "i4", "1", "colour of the cell in the reuse pattern", attributes=_PLACE
    ),
    "cell_country": Variable(
        ("cell",),
        "str",
        None,
        "country of the cell's centre, ISO 3166 alpha-2, -- for none",
        attributes=_PLACE,
    ),
    "satellite_group": Variable(
        ("satellite",), "i4", "1", "number of the satellite's shell, slot or catalogue, from 0"
    ),
}
"""Coordinates of cells and satellites, given by the scene."""

COORDINATES: dict[str, Variable] = {
    "cell": Variable(("cell",), "i4", "1", "number of the Earth-fixed cell, from north to south"),
    "satellite": Variable(("satellite",), "i4", "1", "number of the satellite"),
}

MEANS: dict[str, Variable] = {
    "cell_covered_share": _of_cell("1", "share of trials with a satellite above the mask"),
    "cell_satellites_in_view": _of_cell("1", "satellites above the mask, mean over trials"),
    "cell_users": _of_cell("1", "users in the cell, mean over trials"),
    "cell_lit_users": _of_cell("1", "users with a beam in the cell, mean over trials"),
    "cell_served_users": _of_cell("1", "users served in the cell, mean over trials"),
    "cell_throughput": _of_cell("Mbit s-1", "downlink throughput of the cell, mean over trials"),
    "cell_elevation": _of_cell(
        "degree",
        "elevation of the serving satellite, mean over all users with a beam",
        "missing where no user ever had a beam",
    ),
    "cell_sinr_db": _of_cell(
        "dB",
        "signal to interference and noise ratio, mean of the dB values of all users with a beam",
        "missing where no user ever had a beam",
    ),
    "satellite_lit_share": _of_satellite("1", "share of trials in which the satellite has a beam"),
    "satellite_beams": _of_satellite("1", "lit beams of the satellite, mean over trials"),
    "satellite_users": _of_satellite("1", "users of the satellite's beams, mean over trials"),
    "satellite_throughput": _of_satellite(
        "Mbit s-1", "downlink throughput of the satellite, mean over trials"
    ),
}
"""Means over all trials."""

CALL_MEANS: dict[str, Variable] = {
    "cell_calls": _of_cell("1", "calls that the cell's users have, mean over trials"),
    "cell_calls_offered": _of_cell("1", "calls that the cell's users ask for, mean over trials"),
    "satellite_calls": _of_satellite("1", "calls that the satellite carries, mean over trials"),
}
"""Means over all trials, where users ask for calls."""

TRIAL: dict[str, Variable] = {
    "satellites_in_use": Variable(("trial",), "i4", "1", "satellites with a lit beam"),
    "satellites_in_reach": Variable(
        ("trial",), "i4", "1", "satellites that somebody in the region may hear"
    ),
    "covered_cells": Variable(("trial",), "i4", "1", "cells with a satellite above the mask"),
}
"""One value per trial, beside those of every result."""


def cell_means(sums: Mapping[str, np.ndarray], trials: int) -> dict[str, np.ndarray]:
    """Means over trials from sums.

    Parameters
    ----------
    sums : mapping of str to int64 array
        Names of ``BlockResult.cell``.
    trials : int

    Returns
    -------
    dict of str to float32 array
        Names of `MEANS`, and of `CALL_MEANS` where there are such sums.
    """
    real = {name: values.astype(np.float64) for name, values in sums.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "cell_covered_share": real["cell_covered_trials"] / trials,
            "cell_satellites_in_view": real["cell_satellites_in_view"] / trials,
            "cell_users": real["cell_users"] / trials,
            "cell_lit_users": real["cell_lit_users"] / trials,
            "cell_served_users": real["cell_served_users"] / trials,
            "cell_throughput": real["cell_throughput"] / FIXED_POINT / trials,
            "cell_elevation": real["cell_elevation"] / FIXED_POINT / real["cell_lit_users"],
            "cell_sinr_db": real["cell_sinr"] / FIXED_POINT / real["cell_lit_users"],
            "satellite_lit_share": real["satellite_lit_trials"] / trials,
            "satellite_beams": real["satellite_beams"] / trials,
            "satellite_users": real["satellite_users"] / trials,
            "satellite_throughput": real["satellite_throughput"] / FIXED_POINT / trials,
        }
    found |= {name: real[name] / trials for name in CALL_MEANS if name in real}
    return {name: values.astype(np.float32) for name, values in found.items()}
