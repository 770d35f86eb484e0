"""Blocks of a run in their order: those of the result that it extends, then those on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capest.engine.memory import join
from capest.results.kept import read_blocks
from capest.results.store import BlockStore
from capest.runner.plan import Plan
from capest.statistics.block import BlockResult


@dataclass(frozen=True)
class RunBlocks:
    """Where the blocks of a run are.

    Attributes
    ----------
    store : BlockStore
        Of the blocks that are computed.
    result : Path or None
        The result that holds the plan's kept trials; ``None`` without any.
    """

    store: BlockStore
    result: Path | None = None

    def in_order(self, plan: Plan, *, with_cells: bool = True) -> Iterator[tuple[int, BlockResult]]:
        """Number and content of every block, each read when it is asked for.

        The result's last block may lack trials: those are computed, and joined to it here.

        Parameters
        ----------
        plan : Plan
        with_cells : bool
            Read values per beam and cell from the result, too.
        """
        part: list[BlockResult] = []
        first = 0
        if self.result is not None:
            sizes = Plan(plan.kept, plan.block_trials).sizes()
            for block in read_blocks(self.result, sizes, with_cells=with_cells):
                if block.trials < plan.block_size(first):
                    part = [block]
                else:
                    yield first, block
                    first += 1
        for index in range(first, plan.blocks):
            block = self.store.read(index)
            yield index, join([*part, block]) if part else block
            part = []
