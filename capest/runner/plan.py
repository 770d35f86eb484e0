"""How a run is cut: blocks of trials (fixed, whatever its length) and batches of blocks (free).

Limits of blocks know neither the number of trials of a run nor a clock, so that a run of more
trials has the blocks of a shorter one and goes on from its result. Block b belongs to the
statistical group b % GROUPS. A short run needs groups as much as a long one, and a long one should
not consist of very many blocks: so blocks come in rounds of one a group, and grow from round to
round.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from capest.statistics.growing_blocks import rounds
from capest.statistics.reduction import GROUPS


@dataclass(frozen=True)
class Plan:
    """Blocks of a run: the unit of statistics and of storage.

    Attributes
    ----------
    trials : int
        Trials of the run.
    block_trials : int or None
        Trials of every block but perhaps the last; ``None`` for blocks that grow by themselves.
    kept : int
        Trials that a result holds already, fewer than ``trials``.
    """

    trials: int
    block_trials: int | None = None
    kept: int = 0

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return self._block_of(self.trials - 1) + 1

    @property
    def longest_block(self) -> int:
        """Trials of the longest block if the last one is whole."""
        if self.block_trials is not None:
            return self.block_trials
        return rounds(self.trials)[1][(self.blocks - 1) // GROUPS]

    def block_size(self, block: int) -> int:
        """Trials of one block."""
        return min(self._length(block), self.trials - self.first_trial(block))

    def first_trial(self, block: int) -> int:
        """Number of a block's first trial; for the number of blocks, the number of trials."""
        if block == self.blocks:
            return self.trials
        if self.block_trials is not None:
            return block * self.block_trials
        firsts, lengths = rounds(self.trials)
        full_rounds, place = divmod(block, GROUPS)
        return firsts[full_rounds] + place * lengths[full_rounds]

    def whole_blocks(self, trials: int) -> int:
        """How many blocks end with this number of trials or earlier, were the run that long."""
        return self._block_of(trials)

    def sizes(self) -> list[int]:
        """Trials of every block."""
        return [self.block_size(block) for block in range(self.blocks)]

    def span(self, block: int) -> tuple[int, int]:
        """First trial that is to be computed of a block, and how many: those not kept."""
        first = max(self.first_trial(block), self.kept)
        return first, self.first_trial(block) + self.block_size(block) - first

    def spans(self) -> dict[int, tuple[int, int]]:
        """What is to be computed of every block that is not kept."""
        return {block: self.span(block) for block in range(self._block_of(self.kept), self.blocks)}

    def _length(self, block: int) -> int:
        if self.block_trials is not None:
            return self.block_trials
        return rounds(self.trials)[1][block // GROUPS]

    def _block_of(self, trial: int) -> int:
        """Block that a trial lies in."""
        if self.block_trials is not None:
            return trial // self.block_trials
        firsts, lengths = rounds(max(self.trials, trial + 1))
        full_rounds = bisect_right(firsts, trial) - 1
        return full_rounds * GROUPS + (trial - firsts[full_rounds]) // lengths[full_rounds]


def trials_per_batch(
    trials: int,
    seconds_per_trial: float,
    seconds_per_batch: float,
    workers: int,
    most_batches: int = 5000,
) -> float:
    """Choose how many trials one task computes.

    A task should last about a second, so that Dask's milliseconds per task do not count and little
    is lost with a worker; every worker should get several tasks, so that none idles at
    the end; and Dask should not hold more than some thousand tasks in one run.

    Parameters
    ----------
    trials : int
        Trials still to be computed.
    seconds_per_trial, seconds_per_batch : float
        Cost of a trial, and the cost of a task to aim for.
    workers : int
    most_batches : int
        Number of tasks in a run to stay near to, or below.

    Returns
    -------
    float
    """
    by_time = seconds_per_batch / seconds_per_trial
    by_balance = trials / (4 * max(1, workers))
    return max(min(by_time, by_balance), trials / most_batches)


def batches(sizes: Mapping[int, int], trials: float) -> Iterator[tuple[int, ...]]:
    """Cut blocks into consecutive batches of up to so many trials, at least one block each.

    Parameters
    ----------
    sizes : mapping of int to int
        Trials of each block, in the order of blocks.
    trials : float
    """
    batch: list[int] = []
    held = 0
    for block, size in sizes.items():
        if batch and held + size > trials:
            yield tuple(batch)
            batch, held = [], 0
        batch.append(block)
        held += size
    if batch:
        yield tuple(batch)
