"""Delay of packets between users and their gateways."""

from __future__ import annotations

from typing import Any

from capest.engine.links import Links
from capest.engine.services.settings import Services
from capest.engine.sky import Sky, feeder_ranges_m
from capest.engine.world import World


def packet_delay_ms(world: World, services: Services, sky: Sky, links: Links, xp: Any) -> Any:
    """One-way delay of packets, float64 array (users,)."""
    if not len(sky):
        return xp.zeros(links.serving.shape)
    feeder_m = xp.asarray(feeder_ranges_m(world, sky))[links.satellite]
    return services.delay.one_way_ms(links.range_m, feeder_m)
