"""Further beams of busy cells: channels and satellites beyond the first.

When every cell has had its first choice, the users that the beams of a cell cannot carry are its
demand in a further round, in which cells choose among what satellites have left, in the same order
and by the same preference. What a beam carries is estimated by its SNR at the middle of the cell,
without interference: a cell gets a further beam only if even undisturbed ones do not suffice, and
only on a channel on which its neighbours together carry fewer than it would. What else a further
beam disturbs is weighed by local search alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from capest.backend.protocol import Kernels, on_host
from capest.engine.assignment import SatellitesInView, assign, room_of_satellites
from capest.engine.sky import Sky
from capest.engine.world import World
from capest.sampling.draws import Draws


def with_further_beams(
    world: World,
    kernels: Kernels,
    sky: Sky,
    view: SatellitesInView,
    draws: Draws,
    users_of_cell: np.ndarray,
    satellite: np.ndarray,
) -> np.ndarray:
    """Give busy cells up to ``beams_per_cell`` beams.

    Parameters
    ----------
    world : World
    kernels : Kernels
    sky : Sky
    view : SatellitesInView
    draws : Draws
    users_of_cell : int64 array (trials, cells)
    satellite : int32 array (trials, cells, channels)
        Of the first beams, on the channel of the cell's colour.

    Returns
    -------
    int32 array (trials, cells, channels)
        Further beams are on the channels behind that of the colour, in turn.
    """
    channels, found = world.radio.colours, satellite.copy()
    room = np.broadcast_to(room_of_satellites(world, sky), len(sky)).astype(np.int64)
    carried_by = beam_capacity(world, kernels, view)
    cell, channel = np.arange(found.shape[1]), world.ground.colour
    carried = np.zeros(found.shape)
    last = found.max(axis=2)
    most, left = carried_by(last), users_of_cell.astype(np.float64)
    left[last < 0] = 0.0
    for turn in range(1, world.beams.beams_per_cell):
        carried[:, cell, channel] = np.minimum(carried_by(last), left)
        left = left - carried[:, cell, channel]
        room = room - np.bincount(last[last >= 0], minlength=len(sky))
        channel = (world.ground.colour + turn) % channels
        pays = np.minimum(left, most) > _of_neighbours(world, carried, channel)
        asking = np.where(pays, left, 0.0)
        last = assign(world, sky, view, np.ceil(asking).astype(np.int64), draws, room)
        last = np.where(asking > 0.0, last, -1).astype(np.int32)
        found[:, cell, channel] = last
    return found


def _of_neighbours(world: World, carried: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """What the neighbours of cells carry on a channel of theirs, float64 array (trials, cells).

    Cells of one colour ask for one channel, and are not neighbours.
    """
    assert world.beams.neighbours is not None
    cell, other = world.beams.neighbours
    found = np.zeros(carried.shape[1::-1])
    np.add.at(found, cell, carried[:, other, channel[cell]].T)
    return found.T


def beam_capacity(
    world: World, kernels: Kernels, view: SatellitesInView
) -> Callable[[np.ndarray], np.ndarray]:
    """Build the function from the satellite of each cell to the users that its beam carries.

    Both are arrays (trials, cells); satellites are those of the sky, -1 for none.
    """
    pairs, xp = view.candidates, kernels.xp
    snr = xp.asarray(pairs.snr.astype(np.float32))
    efficiency = on_host(kernels.link_efficiency(snr, world.radio.link.adaptation))
    number = pairs.cell.astype(np.int64) * pairs.satellites + pairs.satellite
    order = np.argsort(number, kind="stable")
    number, efficiency = number[order], efficiency[order]
    services = world.services
    rate_mbps = services.calls[0].least_mbps[0] if services and services.has_calls else None

    def carried(satellite: np.ndarray) -> np.ndarray:
        cell = np.arange(satellite.size)
        wanted = cell * np.int64(pairs.satellites) + np.maximum(satellite.ravel(), 0)
        place = np.minimum(np.searchsorted(number, wanted), max(len(number) - 1, 0))
        if not len(number):
            return np.zeros(satellite.shape)
        of_cell = np.where(satellite.ravel() >= 0, efficiency[place], 0.0)
        if rate_mbps is None:
            # Users without a guaranteed rate take whatever there is: each further beam helps two.
            return (of_cell > 0.0).reshape(satellite.shape).astype(np.float64)
        mbps = of_cell * world.radio.link.bandwidth_mhz
        return np.floor(mbps / max(rate_mbps, 1e-12)).reshape(satellite.shape)

    return carried
