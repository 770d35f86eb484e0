"""Share of the time in which a user can be served: HARQ has so many blocks under way, no more."""

from __future__ import annotations

from typing import Any

from capest.engine.links import Links
from capest.engine.sky import Sky, feeder_ranges_m
from capest.engine.world import World


def largest_share(world: World, sky: Sky, links: Links, xp: Any) -> Any | None:
    """Largest share of the time, float64 array (users,); ``None`` where nothing bounds it.

    Parameters
    ----------
    world : World
    sky : Sky
    links : Links
    xp : module
        ``numpy`` or ``cupy``.
    """
    processes = world.radio.link.processes
    if processes is None or not len(sky):
        return None
    feeder_m = xp.asarray(feeder_ranges_m(world, sky))[links.satellite]
    return processes.largest_share(links.range_m, feeder_m, xp)
