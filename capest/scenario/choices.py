"""Choices of keys that follow from folders: one file there is one more choice here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from capest.allocation import cells, slots
from capest.physics.environments import ENVIRONMENTS
from capest.physics.patterns import PATTERNS

HOPPING = tuple(
    sorted((name for name in slots.STRATEGIES.names() if name != "all-on"), key=slots.knows_demand)
)
"""Ways to light some beams at a time, those that know no demand first."""

KNOW_DEMAND = tuple(filter(slots.knows_demand, HOPPING))
"""Those that plan a frame for the demand of users."""

if TYPE_CHECKING:
    Allocation = str
    Assignment = str
    Order = str
    Preference = str
    Environment = str
    Pattern = str
else:
    Allocation = Literal[("all-on", *HOPPING)]
    Assignment = Literal[cells.STRATEGIES.names()]
    Order = Literal[cells.ORDERS.names()]
    Preference = Literal[cells.PREFERENCES.names()]
    Environment = Literal[(*ENVIRONMENTS.names(), "by-place")]
    Pattern = Literal[PATTERNS.names()]
