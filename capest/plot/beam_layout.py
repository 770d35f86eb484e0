"""The layout of one satellite's beams in its view, as a result has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.physics.beam_grid import cell_corners
from capest.physics.constants import EARTH_RADIUS_M
from capest.plot.map_places import scenario_of, spacing_uv
from capest.results.stored import Stored


@dataclass(frozen=True)
class BeamLayout:
    """Beams in direction cosines.

    Attributes
    ----------
    uv : float64 array (beams, 2)
        Boresights.
    hexagons : float64 array (beams, 6, 2)
        Corners of their cells.
    spacing_uv : float
        Distance of neighbouring boresights.
    half_power_uv : float
        Radius of the contour at which a beam has half its power.
    limb_uv : float
        Radius of the edge of the Earth.
    colour : int64 array (beams,)
        Number of each beam's frequencies in the reuse pattern, from 0.
    colours : int
        How many the pattern has.
    is_counted : bool array (beams,)
        Beams that the figures are of.
    """

    uv: np.ndarray
    hexagons: np.ndarray
    spacing_uv: float
    half_power_uv: float
    limb_uv: float
    colour: np.ndarray
    colours: int
    is_counted: np.ndarray


def layout_of(stored: Stored) -> BeamLayout:
    """Read the layout of a result of one satellite.

    Parameters
    ----------
    stored : Stored
        With ``cell_u`` and ``cell_v``.
    """
    uv = np.stack([stored.values("cell_u"), stored.values("cell_v")], axis=1).astype(np.float64)
    spacing = spacing_uv(stored)
    satellite = scenario_of(stored)["satellite"]
    altitude_m = float(str(satellite["altitude_km"])) * 1e3
    counted = np.ones(len(uv), dtype=bool)
    if "cell_counted" in stored.names:
        counted = stored.values("cell_counted") != 0
    colour = np.zeros(len(uv), dtype=np.int64)
    if "cell_colour" in stored.names:
        colour = stored.values("cell_colour").astype(np.int64)
    return BeamLayout(
        uv=uv,
        hexagons=uv[:, None, :] + cell_corners(spacing),
        spacing_uv=spacing,
        half_power_uv=math.sin(0.5 * math.radians(float(str(satellite["hpbw_deg"])))),
        limb_uv=EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m),
        colour=colour,
        colours=int(colour.max()) + 1,
        is_counted=counted,
    )


def border_of(layout: BeamLayout) -> np.ndarray:
    """Edges between beams that count and others, or nothing.

    Parameters
    ----------
    layout : BeamLayout

    Returns
    -------
    float64 array (edges, 2, 2)
        Both ends of each.
    """
    corners = layout.hexagons[layout.is_counted]
    edges = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2, 2)
    # Two cells that count share an edge: its middle is there twice.
    middle = np.rint(edges.mean(axis=1) / (1e-3 * layout.spacing_uv)).astype(np.int64)
    _, number, times = np.unique(middle, axis=0, return_inverse=True, return_counts=True)
    found: np.ndarray = edges[times[number.ravel()] == 1]
    return found
