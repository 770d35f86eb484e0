"""Pairs of users and the beams that serve them, found among those of tiles."""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_colour_beams import ColourBeams
from capest.backend.numpy_tiles import Tiles


class OwnPairs:
    """Pairs of a user and its own beam among those of tiles.

    Parameters
    ----------
    own_beam : int32 array (blocks, n)
    beams : ColourBeams
    tiles : Tiles
    """

    def __init__(self, own_beam: np.ndarray, beams: ColourBeams, tiles: Tiles) -> None:
        lit = np.minimum(np.searchsorted(beams.beam, own_beam), beams.beam.size - 1)
        block, column = np.nonzero(beams.beam[lit] == own_beam)
        row = lit[block, column]
        # Tiles are found by block and satellite, in which `number` ranks them.
        satellites = len(beams.satellite)
        key = np.empty(tiles.block.size, dtype=np.int64)
        key[tiles.number] = tiles.block * satellites + tiles.place
        position = np.empty_like(key)
        position[tiles.number] = np.arange(key.size)
        wanted = block * satellites + beams.place[row]
        found = np.searchsorted(key, wanted)
        there = np.flatnonzero(np.append(key, -1)[found] == wanted)
        tile = position[found[there]]
        order = np.argsort(tile, kind="stable")
        chosen = there[order]
        self._shape = own_beam.shape
        self._tile, self._block, self._column = tile[order], block[chosen], column[chosen]
        self._row = row[chosen] - beams.first[beams.place[row[chosen]]]
        self._power, self._aim = beams.power[row[chosen]], beams.aim[:, row[chosen]]
        self._pattern = beams.pattern
        self._start = np.searchsorted(self._tile, np.arange(key.size + 1)).tolist()

    def receive(self, direction: np.ndarray, gain: np.ndarray, first_tile: int) -> None:
        """Compute the own pairs of some tiles, by differences: the carrier is worth it.

        Parameters
        ----------
        direction : float32 array (3, tiles, n)
        gain : float32 array (tiles, n)
        first_tile : int
        """
        some = slice(self._start[first_tile], self._start[first_tile + len(gain)])
        place = self._tile[some] - first_tile, self._column[some]
        self._power[some] *= self._pattern.between(direction[:, *place], self._aim[:, some])
        self._power[some] *= gain[place]

    def take_out(self, pairs: np.ndarray, first_tile: int) -> None:
        """Set the own pairs of some tiles, (tiles, beams, n), to zero before they are summed."""
        some = slice(self._start[first_tile], self._start[first_tile + len(pairs)])
        pairs[self._tile[some] - first_tile, self._row[some], self._column[some]] = 0.0

    def carrier(self) -> np.ndarray:
        """Power of all own pairs, float32 array (blocks, n); 0 where there was none."""
        carrier = np.zeros(self._shape, dtype=np.float32)
        carrier[self._block, self._column] = self._power
        return carrier
