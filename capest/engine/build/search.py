"""What a local search of the assignment takes, and what it does not see."""

from __future__ import annotations

from capest.engine.cell_search import bytes_of_search, left_out
from capest.engine.world import World
from capest.errors import InputError

_WORTH_SAYING = 2**28
_MOST_BYTES = 2**35
"""More than that is more than machines have a worker; the message says what takes it."""


def search_notes(world: World) -> tuple[str, ...]:
    """Lines on the memory of a search and on what decides after it; none without a search.

    Raises
    ------
    InputError
        If a trial's search does not fit any memory.
    """
    if world.beams.moves is None:
        return ()
    needed = bytes_of_search(world)
    takes = (
        f"a link of each user to each satellite that it hears, about {needed / 1e9:.2g} GB a trial"
    )
    if needed > _MOST_BYTES:
        raise InputError(
            f'cells.refinement = "local-search": keeps {takes}, more than the '
            f"{_MOST_BYTES / 1e9:.0f} GB that it may take; ask for fewer users"
        )
    notes = [f'cells.refinement = "local-search" keeps {takes}, in each worker']
    notes = notes if needed > _WORTH_SAYING else []
    if unseen := left_out(world):
        # Whatever it does not see, the trial does, which keeps the better of start and end.
        notes.append(
            "local search counts as a trial does, but for what follows, which the trial then "
            f"computes to keep the better of start and end. {' '.join(unseen)}"
        )
    return tuple(notes)
