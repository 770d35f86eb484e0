"""Results of frames by trial, beam and cell of a region."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import on_host
from capest.engine.beams import Beams
from capest.engine.cell_places import Places, counted_places, sums_of
from capest.engine.played_frames import PlayedFrames
from capest.engine.users import Users
from capest.engine.world import World
from capest.statistics.quantities_of_cells import FIXED_POINT


def collect(
    world: World, beams: Beams, users: Users, frame: PlayedFrames, places: Places, xp: Any
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parts of the groups ``trial``, ``beam`` and ``cell`` of `per_cell.collect_cells`."""
    demand = frame.problem.users.demand
    counted = True if users.counted is None else on_host(users.counted).reshape(demand.shape)
    # Of cells that a satellite holds: what no satellite holds is not the plan's.
    satisfaction = frame.outcome.satisfaction
    shown = counted_places(world, beams, satisfaction.shape[1]) & ~np.isnan(satisfaction)
    of_trials = {
        "offered_traffic": np.where(counted, demand, 0.0).sum(axis=1),
        "least_satisfaction": np.where(shown, satisfaction, 1.0).min(axis=1, initial=1.0),
    }
    if frame.bound_mbps is not None:
        of_trials["bound_traffic"] = frame.bound_mbps
    trial = np.repeat(np.arange(len(beams.start) - 1), np.diff(beams.start))
    share = on_host(frame.share)[trial, np.arange(len(beams)) - beams.start[trial]]
    wanted = xp.rint(xp.asarray(demand.ravel()) * FIXED_POINT)
    number = places.number(users.trial, users.cell, xp)
    number = xp.where(users.that_count(users.cell >= 0), number, places.size)
    offered = places.shaped(sums_of(number, wanted, places.size + 1, None, xp)[:-1])
    return (
        {name: xp.asarray(values) for name, values in of_trials.items()},
        {"share": xp.asarray(share)},
        {"cell_offered_traffic": offered},
    )
