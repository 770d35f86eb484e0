"""Which satellite serves which Earth-fixed cell: order times preference, each a small file.

``strategies`` holds the choices of ``cells.assignment``. Most are combinations: their constants
``ORDER`` and ``PREFERENCE`` name a file of ``orders`` (which cell chooses first) and of
``preferences`` (which satellite it prefers), and `match` puts the two together by deferred
acceptance. Others decide as a whole. ``limits`` says how much a satellite may serve.

A strategy holds a function ``assign(candidates, demand, beams_at_once)``. It takes the pairs that
may serve each other, the demand of the cells and how many cells a satellite serves at most (an
array by satellite where shells carry different payloads), and returns the satellite of each
cell, int32 array (cells,), -1 for none. A cell without demand stays dark. Results are whole
numbers from comparisons alone: the same on every machine, whatever the order of the pairs. The
file's name is the strategy's.

An order holds ``turn(candidates, demand, drawn, xp)``, all cells in the order in which they
choose, or nothing where pairs compete; a preference ``weight(candidates, demand, xp)``, a number a
pair, the largest best.

Constants may stand in a file. ``ONE_BY_ONE = True`` of a strategy: the choice among equals may
change with what is solved together, so that every trial is assigned alone. ``DRAWS = True`` of an
order: it needs a random number of every cell. Of a preference, ``COMPARES_ELEVATIONS = True``: a
run warns where satellites fly at different heights; ``BY_LOAD = True``: satellites that serve fewer
cells come first, the weight decides between equals; ``LOOKS_AHEAD = True``: it needs to know how
long satellites stay in view; ``LOOKS_AROUND = True``: it needs to know which cells lie around each
other; ``LEAVES_OUT = True``: pairs whose weight is NaN may not serve, and cells that have only
weights below 0 choose last.
"""

from __future__ import annotations

from capest.registry import Registry

STRATEGIES = Registry("capest.allocation.cells.strategies", "assign")

ORDERS = Registry("capest.allocation.cells.orders", "turn")

PREFERENCES = Registry("capest.allocation.cells.preferences", "weight")

DEFAULT = "low-spill"
"""The strategy where nobody chooses."""


def parts_of(
    assignment: str, order: str | None = None, preference: str | None = None
) -> tuple[str, str] | None:
    """Return the order and the preference that hold; ``None`` for a strategy without parts.

    Parameters
    ----------
    assignment : str
        A name of ``STRATEGIES``.
    order, preference : str, optional
        In place of the combination's.
    """
    of_combination = STRATEGIES.constant(assignment, "ORDER", None)
    if of_combination is None:
        return None
    return order or of_combination, preference or STRATEGIES.constant(assignment, "PREFERENCE", "")


def combination_of(order: str, preference: str) -> str | None:
    """Return the combination of ``STRATEGIES`` that has two parts; ``None`` for none."""
    found = (name for name in STRATEGIES.names() if parts_of(name) == (order, preference))
    return next(found, None)
