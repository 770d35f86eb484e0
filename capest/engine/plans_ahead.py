"""Plans of frames for the trials of several blocks at once.

Plans are made on the host, step by step for all trials side by side: thirteen trials cost about as
much as three that are planned one by one. First blocks of a run have one trial each, so a plan
reaches over as many blocks as are to be computed one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from capest.allocation.slots import knows_demand
from capest.backend.protocol import Kernels
from capest.engine.trial import plan
from capest.engine.world import World


class PlansAhead:
    """Plans of the trials of some blocks, in their order.

    Parameters
    ----------
    world : World
    kernels : Kernels
    blocks : iterable of (int, int)
        First trial of each block, and how many it has.
    """

    def __init__(self, world: World, kernels: Kernels, blocks: Iterable[tuple[int, int]]) -> None:
        self._world, self._kernels = world, kernels
        self._ends = _ends_in_a_row(blocks)
        self._first, self._lit = 0, np.empty((0, 0, 0), dtype=bool)
        # Of many satellites, those of one trial are planned side by side already.
        self._is_worth_it = (
            world.beams.frame is not None
            and world.beams.attachment == "strongest"
            and knows_demand(world.beams.allocation)
        )

    def of(self, first: int, trials: int, at_once: int) -> np.ndarray | None:
        """Which cells are lit when in some trials of a block.

        Parameters
        ----------
        first, trials : int
        at_once : int
            So many trials are planned at a time, at most.

        Returns
        -------
        bool array (trials, slots, cells) or None
            ``None`` where a trial plans for itself.
        """
        if not self._is_worth_it:
            return None
        start = first - self._first
        if not 0 <= start <= start + trials <= len(self._lit):
            end = max(self._ends.get(first, 0), first + trials)
            count = min(end - first, max(at_once, trials))
            self._lit = plan(self._world, self._kernels, first, count)
            self._first, start = first, 0
        return self._lit[start : start + trials]


def _ends_in_a_row(blocks: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Trial at which the row of blocks without a gap ends, by the first trial of each block."""
    found: dict[int, int] = {}
    for first, trials in reversed(list(blocks)):
        end = first + trials
        found[first] = found.get(end, end)
    return found
