"""What each stream of random numbers is for.

A draw is a pure function of (seed, purpose, trial, entity, word). Purposes are appended, never
renumbered: changing a number changes the results of every scenario that uses it.
"""

from __future__ import annotations

from enum import IntEnum

ENTITY_BITS = 20
"""The Philox counter is trial · 2**ENTITY_BITS + entity."""

MAX_ENTITIES = 2**ENTITY_BITS
"""Users (or beams, hotspots) a trial can address."""


class Purpose(IntEnum):
    """Second word of the Philox key."""

    PLACEMENT = 0
    LINE_OF_SIGHT = 1
    SHADOWING = 2
    BEAM_HOPPING = 3
    HOTSPOT_CENTRES = 4
    HOTSPOT_OFFSETS = 5
    WHEREABOUTS = 6
    WEATHER = 7
    PLACEMENT_FURTHER = 8
    SKY_FIRST_SECTORS = 9
    SKY_OTHER_SECTORS = 10
    EPOCH = 11
    SERVICE = 12
    CALL_EVENTS = 13
    WEATHER_OF_PLACES = 14
    PLACEMENT_PARTS = 15
    HOTSPOT_PARTS = 16
    RECEIVE_BRANCHES = 17
    CELL_ORDER = 18
    ASSUMPTIONS = 19
    RESAMPLES = 20
