"""Which satellite serves which Earth-fixed cell; one strategy = one file in ``strategies``.

A file holds a function ``assign(candidates, demand, beams_at_once)``. It takes the pairs that
may serve each other, the demand of the cells and how many cells a satellite serves at most (an
array by satellite where shells carry different payloads), and returns the satellite of each
cell, int32 array (cells,), -1 for none. A cell without demand stays dark. Results are whole
numbers from comparisons alone: the same on every machine, whatever the order of the pairs. The
file's name is the strategy's.

Two constants may stand in a file. ``ONE_BY_ONE = True``: the choice among equals may change with
what is solved together, so that every trial is assigned alone. ``COMPARES_ELEVATIONS = True``: a
run warns where satellites fly at different heights.
"""

from __future__ import annotations

from capest.registry import Registry

STRATEGIES = Registry("capest.allocation.cells.strategies", "assign")
