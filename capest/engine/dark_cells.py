"""Cells whose users ask and have no beam: in each trial, and over trials for each cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.cell_places import Places
from capest.engine.collect import Computed, CountedUsers
from capest.engine.services.serve import Served
from capest.engine.users import Users


def cells_of_users(
    users: Users, computed: Computed, counted: CountedUsers, places: Places, xp: Any
) -> dict[str, Any]:
    """Find the cells of a region in which users ask, and those in which any has a beam.

    Parameters
    ----------
    users : Users
    computed : Computed
    counted : CountedUsers
        Users that count and have a beam, over a frame one with a slot.
    places : Places
        The cells of each trial.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    dict of str to bool array (trials, cells)
        ``asking``: a user asks for anything; ``with_beam``: a user has a beam.
    """
    asks = users.cell >= 0
    if computed.served is not None:
        asks = asks & _asks(computed.served)
    asking = places.number(users.trial, users.cell, xp)
    asking = xp.where(users.that_count(asks), asking, places.size)
    with_beam = places.number(counted.trial, counted.cell, xp)
    if counted.weight is not None:
        with_beam = xp.where(counted.weight > 0, with_beam, places.size)
    return {"asking": _marked(asking, places, xp), "with_beam": _marked(with_beam, places, xp)}


def beams_asked(kernels: Kernels, served: Served | None, users: Any, place: Any) -> Any:
    """Find the beams of one satellite whose users ask for anything, bool array (trials, beams).

    Parameters
    ----------
    kernels : Kernels
    served : Served or None
        ``None``: all users ask.
    users : int array (trials, beams)
        Attached to each beam of the layout.
    place : int array (beams,)
        Place of each beam of the layout in the kernels' order.
    """
    if served is None:
        return users > 0
    links = served.links
    number = kernels.xp.where(_asks(served), links.own_beam, -1)
    counts = kernels.count_numbers(number, links.trials * links.beams)
    return counts.reshape(links.trials, links.beams)[:, place] > 0


def _asks(served: Served) -> Any:
    """Users who ask for a call, or for data without a guaranteed rate, bool array (users,)."""
    return served.demand.call | served.demand.best_effort


def _marked(number: Any, places: Places, xp: Any) -> Any:
    """Places of these numbers, bool array (rows, cells); beyond all places is none."""
    found = xp.zeros(places.size + 1, dtype=bool)
    found[number] = True
    return found[:-1].reshape(places.rows, places.cells)


def dark_by_trial(
    asking: np.ndarray, with_beam: np.ndarray, may_be_served: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Count the cells of each trial.

    Parameters
    ----------
    asking, with_beam : bool array (trials, cells)
    may_be_served : bool array (trials, cells), optional
        Cells with a satellite that may serve them; ``None`` where a satellite sees them all.

    Returns
    -------
    dict of str to int32 array (trials,)
    """
    dark = asking & ~with_beam
    found = {"cells_asking": asking, "cells_dark": dark}
    if may_be_served is not None:
        found["cells_dark_in_view"] = dark & may_be_served
    return {name: each.sum(axis=1, dtype=np.int32) for name, each in found.items()}
