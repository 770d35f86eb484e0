"""A scenario becomes a world: one satellite over its own cells, or many over a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.engine.build.satellite import build_satellite
from capest.engine.world import World

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def build(scenario: Scenario) -> World:
    """Work out what stays the same in all trials of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Validated.

    Returns
    -------
    World

    Raises
    ------
    InputError
        For a region, file or catalogue that does not do, or a library that is not installed.
    """
    if not scenario.has_constellation:
        return build_satellite(scenario)
    # Only here: geography loads for a third of a second.
    from capest.engine.build.constellation import build_constellation

    return build_constellation(scenario)
