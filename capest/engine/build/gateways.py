"""The gateways of a scenario, and what the user should know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.engine.gateways import Gateways
from capest.geo.gateways_file import read_gateways
from capest.geo.land import land_at
from capest.geo.sphere import unit_vectors
from capest.scenario.gateway_notation import checked_place, is_notation, parse_gateways
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_SHOWN = 3
"""Gateways named in a note, at most."""


def gateways_of(scenario: Scenario) -> tuple[Gateways | None, tuple[str, ...]]:
    """Return the gateways and notes of them; ``None`` where none are given or nothing reads them.

    Raises
    ------
    InputError
        If their file cannot be read.
    """
    text = scenario.constellation.gateways
    if text is None or scenario.satellite.payload != "transparent":
        return None, ()
    if is_notation(text):
        places = parse_gateways(text)
    else:
        places = read_gateways(shown_path(text), checked_place)
    lat_deg, lon_deg, antennas = (np.array(column) for column in zip(*places, strict=True))
    gateways = Gateways(
        unit=unit_vectors(lat_deg, lon_deg).T,
        antennas=antennas.astype(np.int64),
        lowest_deg=scenario.satellite.gateway_elevation_deg,
    )
    total = int(antennas.sum())
    notes = [
        f"{total:,} antennas of {len(places):,} gateways feed as many satellites at most; the "
        "others are dark"
    ]
    at_sea = np.flatnonzero(land_at(lat_deg, lon_deg) == 0.0)
    if len(at_sea):
        named = ", ".join(f"{lat_deg[i]:g} {lon_deg[i]:g}" for i in at_sea[:_SHOWN])
        more = f" and {len(at_sea) - _SHOWN} more" if len(at_sea) > _SHOWN else ""
        notes.append(f"constellation.gateways: {named}{more} (latitude, longitude) in the sea")
    return gateways, tuple(notes)
