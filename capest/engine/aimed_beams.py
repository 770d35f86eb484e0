"""Beams aimed at the centres of a region's cells, one or several a cell, each on its channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.engine.beams import Beams, beams_towards, cosines_of_cells
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World


@dataclass(frozen=True)
class AimedBeams:
    """Beams of some trials, and which of them every cell has.

    Attributes
    ----------
    satellite : int32 array (trials, cells, channels)
        Satellite of the sky that lights a cell on a channel; -1 for none.
    beams : Beams
    of_cell : int32 array (trials, cells, channels)
        Beam, counted from the first of the trial; -1 where there is none.
    """

    satellite: np.ndarray
    beams: Beams
    of_cell: np.ndarray

    @property
    def most_of_cell(self) -> int:
        """Most beams that any cell has in any trial."""
        return int((self.of_cell >= 0).sum(axis=2).max(initial=0))

    def ranked(self) -> np.ndarray:
        """Beams of each cell by channel, those it has first, int32 array (most, trials, cells).

        The first beam stands in for those that a cell has not; -1 in cells without any.
        """
        order = np.argsort(self.of_cell < 0, axis=2, kind="stable")[
            :, :, : max(self.most_of_cell, 1)
        ]
        found = np.take_along_axis(self.of_cell, order, axis=2)
        found = np.where(found < 0, found[:, :, :1], found)
        return np.ascontiguousarray(np.moveaxis(found, 2, 0))

    def of_users(self, of_cells: np.ndarray, users: Users, xp: Any) -> Any:
        """Value of each user's cell, -1 for users in none.

        Parameters
        ----------
        of_cells : int32 array (trials, cells)
        users : Users
        xp : module
            ``numpy`` or ``cupy``.

        Returns
        -------
        int32 array (users,)
        """
        number = users.trial.astype(xp.int64) * of_cells.shape[1] + xp.maximum(users.cell, 0)
        found = xp.asarray(of_cells.ravel())[number]
        return xp.where(users.cell >= 0, found, -1).astype(xp.int32)


def on_own_channel(world: World, satellite_of_cell: np.ndarray) -> np.ndarray:
    """Light cells on the channel of their colour.

    Parameters
    ----------
    world : World
    satellite_of_cell : int32 array (trials, cells)
        -1 for none.

    Returns
    -------
    int32 array (trials, cells, channels)
    """
    trials, cells = satellite_of_cell.shape
    found = np.full((trials, cells, world.radio.colours), -1, dtype=np.int32)
    found[:, np.arange(cells), world.ground.colour] = satellite_of_cell
    return found


def lit_by(world: World, beams: Beams) -> np.ndarray:
    """Satellite that lights each cell on each channel, int32 array (trials, cells, channels).

    Parameters
    ----------
    world : World
    beams : Beams
        Aimed at cells.
    """
    channels, count = world.radio.colours, np.diff(beams.start)
    found = np.full((len(count), len(world.ground.colour), channels), -1, dtype=np.int32)
    segment = np.repeat(np.arange(len(beams.segment_start) - 1), np.diff(beams.segment_start))
    trial = np.repeat(np.arange(len(count)), count)
    found[trial, beams.cells_aimed_at, segment % channels] = beams.satellite
    return found


def aim(world: World, sky: Sky, satellite: np.ndarray) -> AimedBeams:
    """Aim a beam at the centre of every served cell, on each channel on which it is served.

    Parameters
    ----------
    world : World
    sky : Sky
    satellite : int32 array (trials, cells, channels)
        -1 for none.

    Returns
    -------
    AimedBeams
    """
    trial, cell, channel = np.nonzero(satellite >= 0)
    by = satellite[trial, cell, channel].astype(np.int64)
    order = np.lexsort((cell, channel, by))
    trial, cell, channel, by = trial[order], cell[order], channel[order], by[order]
    beams = beams_at(world, sky, by, channel, cell)
    of_cell = np.full(satellite.shape, -1, dtype=np.int32)
    of_cell[trial, cell, channel] = np.arange(len(cell)) - beams.start[trial]
    return AimedBeams(satellite, beams, of_cell)


def beams_at(
    world: World, sky: Sky, satellite: np.ndarray, channel: np.ndarray, cell: np.ndarray
) -> Beams:
    """Aim beams of satellites at the centres of cells.

    Parameters
    ----------
    world : World
    sky : Sky
    satellite, channel, cell : int64 array (beams,)
        Sorted by satellite, then channel.

    Returns
    -------
    Beams
    """
    cosines = cosines_of_cells(world, sky, cell, satellite)
    return replace(beams_towards(world, sky, satellite, channel, cosines), cell=cell)
