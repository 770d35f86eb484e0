"""What a trial of a constellation yields: totals, and sums per cell and per satellite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.protocol import Kernels, on_host
from capest.engine.network.beams import Beams
from capest.engine.network.scene import NetworkScene
from capest.engine.network.service import View
from capest.engine.network.sky import Sky
from capest.statistics.block import BlockResult
from capest.statistics.histograms import AXES

FIXED_POINT = 2.0**20
"""Real numbers are summed as whole multiples of its inverse: exact, in any order."""


@dataclass(frozen=True)
class PerUser:
    """What each user with a beam gets, arrays (n,) of the backend.

    Attributes
    ----------
    cell : int32 array
        -1 outside all cells.
    beam : int32 array
    served : bool array
        The SINR is enough for the lowest rate.
    throughput_mbps, sinr_db, elevation_deg : float64 array
        The last of the serving satellite.
    """

    cell: Any
    beam: Any
    served: Any
    throughput_mbps: Any
    sinr_db: Any
    elevation_deg: Any


def block_of(
    scene: NetworkScene,
    trial: int,
    sky: Sky,
    view: View,
    beams: Beams,
    cell_of_user: Any,
    per_user: PerUser,
    histograms: dict[str, np.ndarray],
    kernels: Kernels,
) -> BlockResult:
    """Put the results of one trial together.

    Parameters
    ----------
    scene : NetworkScene
    trial : int
    sky, view, beams
        Of the trial.
    cell_of_user : int32 array (users,)
        Of all users, -1 outside all cells.
    per_user : PerUser
    histograms : dict of str to int64 array (bins,)
        Of the users; that of the beams is added.
    kernels : Kernels
    """
    xp = kernels.xp
    rate = xp.rint(per_user.throughput_mbps * FIXED_POINT)
    everywhere, per_cell = _per_cell(scene, cell_of_user, per_user, rate, xp)
    users, served, throughput = (
        on_host(xp.bincount(per_user.beam, weights, minlength=len(beams))).astype(np.int64)
        for weights in (None, per_user.served.astype(xp.float64), rate)
    )
    lit = beams.power > 0.0
    axis = AXES["beam_throughput"]
    histograms[axis.name] = on_host(axis.count(xp.asarray(throughput[lit] / FIXED_POINT), kernels))
    number = sky.number[beams.satellite]
    satellites = len(scene.space)

    def per_satellite(values: np.ndarray) -> np.ndarray:
        # Whole numbers below 2**53 add exactly in double precision.
        return np.bincount(number, values, minlength=satellites).astype(np.int64)

    lit_beams = per_satellite(lit.astype(np.int64))
    return BlockResult(
        first_trial=trial,
        trial={
            "users": _one(scene.users_per_trial, np.int32),
            "lit_users": _one(users.sum(), np.int32),
            "served_users": _one(served.sum(), np.int32),
            "throughput": _one(throughput.sum() / FIXED_POINT, np.float64),
            "lit_beams": _one(np.count_nonzero(lit), np.int32),
            "satellites_in_use": _one(np.count_nonzero(lit_beams), np.int32),
            "satellites_in_reach": _one(len(sky), np.int32),
            "covered_cells": _one(np.count_nonzero(view.in_view), np.int32),
        },
        trial_beam={},
        histograms=histograms,
        cell={
            "cell_covered_trials": (view.in_view > 0).astype(np.int64),
            "cell_satellites_in_view": view.in_view,
            "cell_users": everywhere,
            **per_cell,
            "satellite_lit_trials": (lit_beams > 0).astype(np.int64),
            "satellite_beams": lit_beams,
            "satellite_users": per_satellite(users),
            "satellite_throughput": per_satellite(throughput),
        },
    )


def _per_cell(
    scene: NetworkScene, cell_of_user: Any, per_user: PerUser, rate: Any, xp: Any
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Users of each cell, and sums over those with a beam."""
    cells = len(scene.ground.colour)

    def total(cell: Any, values: Any | None) -> np.ndarray:
        inside = cell >= 0
        weights = None if values is None else values[inside].astype(xp.float64)
        found = xp.bincount(cell[inside], weights, minlength=cells)
        return on_host(found).astype(np.int64)

    cell = per_user.cell
    return total(cell_of_user, None), {
        "cell_lit_users": total(cell, None),
        "cell_served_users": total(cell, per_user.served),
        "cell_throughput": total(cell, rate),
        "cell_elevation": total(cell, xp.rint(per_user.elevation_deg * FIXED_POINT)),
        "cell_sinr": total(cell, xp.rint(xp.clip(per_user.sinr_db, -300.0, 300.0) * FIXED_POINT)),
    }


def _one(value: Any, dtype: type) -> np.ndarray:
    return np.array([value], dtype=dtype)
