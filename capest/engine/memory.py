"""Blocks of trials, computed slice by slice: as many trials at once as memory takes.

On a GPU, the next slice is queued before the results of the last one are waited for, so that it
computes while results travel, are put together and written. What is computed for a trial does not
depend on its slice, so slices may be cut smaller at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.parts import Parts
from capest.engine.plans_ahead import PlansAhead
from capest.engine.trial import Started, start
from capest.engine.world import World
from capest.errors import CapestError
from capest.statistics.block import BlockResult

MEMORY_NOTE = "memory ran out: fewer trials are computed at once, the results stay the same"

# Arrays of a slice on a processor: small enough for its cache, large enough that a few hundred
# array operations do not count. On a GPU: more would not make it faster.
_USERS_PER_SLICE = {"numpy": 2**15, "native": 2**15, "cupy": 2**22}

_PAIRS_PER_SLICE = 500_000
"""Of a user and a slot or a cell of a frame: plans are made on the host, many side by side."""

# Bytes that a slice holds at its peak. A user: some forty float64 of place, channel, powers and
# their intermediate results. A beam of a trial: the kernels' sums, in two orders, and results in
# float64. A turn of the uplink: a dozen arrays, half of them of 64 bits. A user that may ask for a
# call: thirty figures, shares and sorted numbers of 64 bits more. A service: counts by beam and
# outcome, in two orders.
_BYTES_PER_USER = 400
_BYTES_PER_BEAM = 250
_BYTES_PER_TURN = 150
_BYTES_PER_CALL = 250
_BYTES_PER_CLASS = 200

# Of a user and a slot of a frame: directions and powers of those lit, and rates.
_BYTES_PER_PAIR = 60

# Of the uplink to many satellites: what a user sends in two chains, now and before, twenty figures
# of 64 bits, and its place in a tile of the kernel. What beams hear is a whole number each.
_BYTES_PER_SENDER = 300

# Of the uplink to one satellite: what a beam hears of a user, as it is and of 64 bits, and masks.
_BYTES_PER_HEARD = 24

_HEARD_PER_SLICE = 2**20
"""Pairs of a user and a beam that hears it: a processor goes through them in every step."""

# Of each further sector of azimuth: two draws, once in the order of drawing and once by cell, and
# the random words they come from.
_BYTES_PER_SECTOR = 40

# The rest is left to results on their way and to the gaps of the memory pool.
_SHARE_OF_MEMORY = 0.5

Item = TypeVar("Item")


@dataclass
class SliceLength:
    """How many trials are computed at once.

    Attributes
    ----------
    trials : int
    shortened : bool
        Memory ran out, and `halve` was called.
    """

    trials: int
    shortened: bool = False

    def halve(self) -> None:
        """Go on with half as many.

        Raises
        ------
        CapestError
            If it is one trial already.
        """
        if self.trials == 1:
            raise CapestError(
                "one trial does not fit the memory: see that no other process fills it (of a GPU: "
                "with `nvidia-smi`), take fewer users, or run with --backend numpy"
            )
        self.trials //= 2
        self.shortened = True


def slice_length(world: World, kernels: Kernels) -> SliceLength:
    """Choose a length that fits the cache, or the GPU's free memory."""
    trials = _USERS_PER_SLICE[kernels.name] // longest_arrays(world)
    if world.beams.frame is not None:
        trials = _PAIRS_PER_SLICE // pairs_of_frame(world)
    if kernels.name != "cupy":
        trials = min(trials, _HEARD_PER_SLICE // max(pairs_heard(world), 1))
    free = kernels.free_bytes()
    if free is not None:
        trials = min(trials, int(free * _SHARE_OF_MEMORY) // bytes_per_trial(world))
    return SliceLength(max(1, trials))


def longest_arrays(world: World) -> int:
    """Entries of the longest arrays of a trial: its users, or the turns of its uplink."""
    return max(world.ground.drawn_users, _turns(world))


def bytes_per_trial(world: World) -> int:
    """Estimate of the memory that a trial takes on a GPU."""
    per_user = _BYTES_PER_USER + _BYTES_PER_SECTOR * (world.channel.sectors - 1)
    per_beam, services = _BYTES_PER_BEAM, world.services
    if services is not None:
        per_user += _BYTES_PER_CALL
        per_beam += _BYTES_PER_CLASS * len(services.classes)
        if services.uplink is not None and services.uplink.interference != "off":
            per_user += _BYTES_PER_SENDER
    users = world.ground.drawn_users
    of_frame = _BYTES_PER_PAIR * pairs_of_frame(world) if world.beams.frame is not None else 0
    return (
        of_frame
        + per_user * users
        + per_beam * beams_of_trial(world)
        + _BYTES_PER_TURN * _turns(world)
        + _BYTES_PER_HEARD * pairs_heard(world)
    )


def beams_of_trial(world: World) -> int:
    """About as many beams as a trial has at most."""
    return world.beams.most_beams(len(world.space), len(world.ground.colour))


def pairs_of_frame(world: World) -> int:
    """Pairs of a user and a slot, or a cell of its satellite if these are more, of a trial."""
    plan = world.beams.frame
    slots = 1 if plan is None else plan.slots
    of_one = len(world.ground.colour)
    cells = min(of_one, world.beams.cells_at_once) if world.beams.attachment == "cell" else of_one
    return world.ground.drawn_users * max(slots, cells)


def pairs_heard(world: World) -> int:
    """Pairs of a user and a beam of one satellite that hears who carries a call; 0 of many."""
    services, one = world.services, world.radio.call_carrier is not None
    if services is None or services.uplink is None or services.uplink.interference == "off":
        return 0
    return world.ground.drawn_users * len(world.ground.colour) if one else 0


def _turns(world: World) -> int:
    uplink, plan = world.radio.uplink, world.beams.frame
    if uplink is None:
        return 0
    return max(uplink.drops, 1 if plan is None else plan.slots) * beams_of_trial(world)


def compute_blocks(
    world: World, kernels: Kernels, blocks: Iterable[tuple[int, int]], length: SliceLength
) -> Iterator[BlockResult]:
    """Compute blocks one after the other.

    Parameters
    ----------
    world : World
    kernels : Kernels
    blocks : iterable of (int, int)
        First trial of each block, and how many it has.
    length : SliceLength
        Shortened when memory runs out.

    Yields
    ------
    BlockResult
    """
    spans = list(blocks)
    plans = PlansAhead(world, kernels, spans)
    held: list[BlockResult] = []
    for numbers, started in _one_behind(_start_slices(world, kernels, spans, length, plans)):
        for number, part in zip(numbers, started.wait(), strict=True):
            held.append(part)
            if sum(each.trials for each in held) == spans[number][1]:
                yield join(held)
                held = []


def compute_block(
    world: World,
    kernels: Kernels,
    first_trial: int,
    trials: int,
    slice_trials: int | None = None,
) -> BlockResult:
    """Compute one block.

    Parameters
    ----------
    world : World
    kernels : Kernels
    first_trial, trials : int
    slice_trials : int, optional
        Trials at once; chosen by the number of users if not given. The result is the same.

    Returns
    -------
    BlockResult
    """
    length = slice_length(world, kernels) if slice_trials is None else SliceLength(slice_trials)
    return next(compute_blocks(world, kernels, [(first_trial, trials)], length))


def _start_slices(
    world: World,
    kernels: Kernels,
    spans: list[tuple[int, int]],
    length: SliceLength,
    plans: PlansAhead,
) -> Iterator[tuple[tuple[int, ...], Started]]:
    """Start the slices of some blocks, each when it is asked for.

    Yields
    ------
    numbers : tuple of int
        Of the blocks, in their order, that each part of the slice belongs to.
    started : Started
    """
    spanning = world.ground.cells.take_parts and world.beams.frame is None and kernels.xp is np
    number, done = 0, 0  # blocks, and trials of the next one
    while number < len(spans):
        first = spans[number][0] + done
        parts = _next_parts(spans[number:], done, length.trials, spanning)
        count = sum(parts)
        try:
            lit = plans.of(first, count, length.trials)
            started = start(world, kernels, first, Parts(parts), lit)
        except MemoryError:
            length.trials = count
            length.halve()
        else:
            yield tuple(range(number, number + len(parts))), started
            done = parts[-1] + (done if len(parts) == 1 else 0)
            number += len(parts) - 1
            if done == spans[number][1]:
                number, done = number + 1, 0
            continue
        # Only here: while the error is handled, its traceback holds the arrays of the failed slice.
        kernels.release_memory()


def _next_parts(
    spans: Sequence[tuple[int, int]], done: int, most: int, spanning: bool
) -> tuple[int, ...]:
    """Trials that a slice has of the first blocks of some: of one, or of several in a row.

    Parameters
    ----------
    spans : sequence of (int, int)
        First trial and trials of each block.
    done : int
        Trials of the first block that are not to be computed any more.
    most : int
        Trials of a slice.
    spanning : bool
        Whether a slice may have trials of several blocks.
    """
    parts = [min(most, spans[0][1] - done)]
    end = spans[0][0] + done + parts[0]
    for first, trials in spans[1:] if spanning else ():
        room = most - sum(parts)
        if not room or first != end:
            break
        parts.append(min(room, trials))
        end += parts[-1]
    return tuple(parts)


def _one_behind(items: Iterable[Item]) -> Iterator[Item]:
    """Pass every item on when the next one has been made."""
    held: list[Item] = []
    for item in items:
        held.append(item)
        if len(held) == 2:
            yield held.pop(0)
    yield from held


def join(parts: list[BlockResult]) -> BlockResult:
    """One block from its slices, in their order."""
    first, *others = parts
    if not others:
        return first

    def rows(group: str) -> dict[str, np.ndarray]:
        return {
            key: np.concatenate([getattr(part, group)[key] for part in parts])
            for key in getattr(first, group)
        }

    def total(group: str) -> dict[str, np.ndarray]:
        return {
            key: sum((getattr(part, group)[key] for part in others), start=values)
            for key, values in getattr(first, group).items()
        }

    return BlockResult(
        first.first_trial, rows("trial"), rows("trial_cell"), total("histograms"), total("cell")
    )
