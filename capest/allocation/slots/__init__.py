"""Which cells are lit in which slot of a frame, and what users are served then.

One strategy = one file in ``strategies``. A file holds a function ``light(frame, draws)``, which
returns a bool array (..., slots, cells) of what is lit, exactly ``frame.beams`` cells in every
slot, or ``None`` if every cell is always lit. ``KNOWS_DEMAND`` says whether it plans for the demand
of a `Problem`, or makes do with a `Frame`; those that make do are what a run's ``beams.allocation``
can be. The file's name is the strategy's.
"""

from __future__ import annotations

from capest.registry import Registry

STRATEGIES = Registry("capest.allocation.slots.strategies", "light")


def knows_demand(name: str) -> bool:
    """Tell whether a strategy plans for demand."""
    return bool(STRATEGIES.constant(name, "KNOWS_DEMAND", default=False))
