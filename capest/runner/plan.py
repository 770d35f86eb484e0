"""How a run is cut: blocks of trials (fixed by the scenario) and batches of blocks (free)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Blocks of a run: the unit of statistics and of storage.

    Attributes
    ----------
    trials : int
        Trials of the run.
    block_trials : int
        Trials of every block but perhaps the last.
    """

    trials: int
    block_trials: int

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return math.ceil(self.trials / self.block_trials)

    def block_size(self, block: int) -> int:
        """Trials of one block."""
        return min(self.block_trials, self.trials - block * self.block_trials)

    def first_trial(self, block: int) -> int:
        """Number of a block's first trial."""
        return block * self.block_trials

    def sizes(self) -> dict[int, int]:
        """Trials of every block."""
        return {block: self.block_size(block) for block in range(self.blocks)}


def blocks_per_batch(
    blocks: int,
    work_per_block: float,
    work_per_batch: float,
    workers: int,
    most_batches: int = 10_000,
) -> int:
    """Choose how many blocks one task computes.

    A task should last about a second, so that Dask's milliseconds per task do not count and little
    is lost with a worker; every worker should get several tasks, so that none idles at
    the end; and Dask should not hold more than some thousand tasks in one run.

    Parameters
    ----------
    blocks : int
        Blocks still to be computed.
    work_per_block, work_per_batch : float
        Cost of a block, and the cost of a task to aim for, in the same unit.
    workers : int
    most_batches : int
        Largest number of tasks in a run.

    Returns
    -------
    int
        At least 1.
    """
    by_time = max(1, int(work_per_batch / work_per_block))
    by_balance = max(1, blocks // (4 * max(1, workers)))
    by_count = math.ceil(blocks / most_batches)
    return max(min(by_time, by_balance), by_count, 1)


def batches(blocks: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Cut a list of blocks into consecutive batches."""
    return [tuple(blocks[start : start + size]) for start in range(0, len(blocks), size)]
