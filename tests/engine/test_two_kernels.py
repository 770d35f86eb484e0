"""One satellite through the kernel of one satellite, and through that of many: the same links.

Its users are placed in its own cells, or on the ground of a region.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink, SatelliteDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.beams import satellite_fixed
from capest.engine.build import build
from capest.engine.channel import Surroundings
from capest.engine.downlink import downlink
from capest.engine.light import light_beams
from capest.engine.links_of_many import links_of_many
from capest.engine.place_loss import with_weather
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.users import Users, draw_users
from capest.engine.world import World
from capest.physics.sky_table import ENTRIES
from capest.sampling.draws import Draws
from capest.sampling.sectors import SECTORS
from capest.scenario.load import load_scenario

from .small_network import network_world

TRIALS = 3


class Both(NumpyKernels):
    """Remembers which kernel was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def downlink_sinr(self, links: SatelliteDownlink) -> Any:
        self.asked.append("downlink_sinr")
        return super().downlink_sinr(links)

    def constellation_sinr(self, links: ConstellationDownlink) -> Any:
        self.asked.append("constellation_sinr")
        return super().constellation_sinr(links)


GEO, LEO = {"preset": "tr38821-set1-geo-s"}, {"preset": "tr38821-set1-leo600-s"}
CASES = {
    "GEO straight above": {"satellite": {**GEO, "elevation_deg": 90.0}},
    "GEO at 45 degrees": {"satellite": {**GEO, "elevation_deg": 45.0}},
    "GEO in three colours": {
        "satellite": {**GEO, "elevation_deg": 45.0},
        "beams": {"frequency_reuse": 3},
    },
    "LEO straight above": {"satellite": LEO},
    "LEO in three colours": {"satellite": LEO, "beams": {"frequency_reuse": 3}},
    "LEO at 60 degrees": {"satellite": {**LEO, "elevation_deg": 60.0}},
}


def world_of(case: str) -> World:
    sections = CASES[case]
    return build(
        load_scenario(
            {
                "satellite": sections["satellite"],
                "beams": {"count": 61, "statistics_count": 19, **sections.get("beams", {})},
                "run": {"seed": 5},
            }
        )
    )


def on_the_ground(world: World, users: Users) -> Users:
    """The same users where they stand, with one draw for all sectors of azimuth."""
    area = world.ground.users.coverage.satellites
    offset_m = area.axes[0].T @ users.view.direction * users.view.range_m
    count = len(users.trial)

    def of_all_sectors(drawn: np.ndarray | None) -> np.ndarray | None:
        if drawn is None:
            return None
        return np.broadcast_to(drawn, (count, SECTORS)).astype(np.float32)

    drawn = users.surroundings
    return replace(
        users,
        view=None,
        position_m=np.ascontiguousarray(area.position_m[0][:, None] + offset_m),
        environment=np.zeros(count, dtype=np.uint8),
        surroundings=Surroundings(
            of_all_sectors(drawn.sight), of_all_sectors(drawn.shadow), None, None
        ),
    )


@pytest.mark.parametrize("case", CASES)
def test_both_kernels_say_the_same(case: str) -> None:
    kernels, world = Both(), world_of(case)
    layout, area = world.beams.layout, world.ground.users.coverage.satellites
    draws = Draws(kernels, world.seed, 0, TRIALS)
    users = draw_users(world, draws)
    sky = draw_sky(world, draws)
    beams = light_beams(world, kernels, sky, None, users, draws)
    one = downlink(world, kernels, sky, users, beams, limit_power(world, kernels, sky, beams))
    assert kernels.asked == ["downlink_sinr"]

    axes = np.ascontiguousarray(area.axes[0][:, :, None])
    same_sky = replace(sky, axes=np.tile(axes, (1, 1, TRIALS)))
    np.testing.assert_array_equal(same_sky.position_m, np.tile(area.position_m, (TRIALS, 1)))
    beams = replace(satellite_fixed(world, layout, same_sky), of_user=one.serving)
    power = limit_power(world, kernels, same_sky, beams)
    many = downlink(world, kernels, same_sky, on_the_ground(world, users), beams, power)
    assert kernels.asked == ["downlink_sinr", "constellation_sinr"]
    counted = world.ground.counted[layout.order][one.serving]
    assert counted.sum() > 500
    # Probabilities of the line of sight come from rows of a table, by the sine of the elevation:
    # who is drawn next to one may stand in sight in the one and not in the other.
    row = np.rint(one.sin_elevation * (ENTRIES - 1)).astype(np.int64)
    in_sight = users.surroundings.sight[:, 0] < world.radio.sky[0, row, 0]
    alike = in_sight == one.ways.line_of_sight
    assert alike[counted].mean() > 0.99
    counted &= alike
    found_db, expected_db = (
        10.0 * np.log10(links.carrier[counted] / (1.0 + links.interference[counted]))
        for links in (many, one)
    )
    assert np.ptp(expected_db) > 3.0
    np.testing.assert_allclose(found_db, expected_db, atol=0.01)
    np.testing.assert_allclose(many.range_m, one.range_m, rtol=1e-9)
    np.testing.assert_allclose(many.sin_elevation, one.sin_elevation, atol=1e-9)


SHELLS, SLOTS = "constellation__shells", "constellation__geostationary"
FIXED = {"cells__layout": "satellite-fixed", "beams__count": 37, "users__count": 1500}
WIDE = {"satellite__preset": "tr38821-set1-geo-s", SHELLS: None, SLOTS: "10"}
ON_THE_GROUND = {
    "GEO": {**WIDE, "beams__spacing_uv": 0.05},
    "GEO in three colours, occupied": {
        **WIDE, "beams__spacing_uv": 0.0135, "beams__count": 397, "beams__frequency_reuse": 3,
        "users__count": 150, "cells__lit": "occupied",
    },
    "GEO, indoors and in cars": {
        **WIDE, "beams__spacing_uv": 0.05, "users__indoor_share": 0.4, "users__vehicle_share": 0.3,
    },
    "GEO in weather": {
        **WIDE, "satellite__preset": "tr38821-set1-geo-ka", "handset__preset": "3gpp-vsat",
        "carrier__bandwidth_mhz": 400.0, "channel__weather": "random",
        "channel__ionosphere": "by-latitude", "cells__diameter_km": 300.0,
        "beams__spacing_uv": 0.05, "users__count": 20_000, "users__placement": "uniform",
    },
    "an array that comes and goes": {
        SHELLS: "52: 1/1/0 @ 1200", "satellite__antenna": "array", "beams__count": 127,
        "constellation__cull_elevation_deg": 30.0, "satellite__rf_power_w": 40.0,
        "channel__line_of_sight": "always",
    },
    "a dish that comes and goes": {
        SHELLS: "52: 1/1/0 @ 1200", "beams__count": 127, "channel__shadow_fading": False,
    },
}  # fmt: skip


@pytest.mark.parametrize("case", ON_THE_GROUND)
def test_users_on_the_ground_have_the_same_links(case: str) -> None:
    world = network_world(**{**FIXED, **ON_THE_GROUND[case]})
    kernels = Both()
    draws = Draws(kernels, world.seed, 0, 3 if world.space.is_fixed else 80)
    sky = draw_sky(world, draws)
    users = with_weather(world, draws, draw_users(world, draws, sky))
    beams = light_beams(world, kernels, sky, None, users, draws)
    power = limit_power(world, kernels, sky, beams)
    one = downlink(world, kernels, sky, users, beams, power)
    assert kernels.asked == ["downlink_sinr"]
    # The kernel of many looks up the sectors itself: all eight are drawn.
    of_all_sectors = with_weather(world, draws, draw_users(world, draws))
    assert of_all_sectors.ground_view is None
    many = links_of_many(world, kernels, sky, of_all_sectors, beams, power)
    served = beams.of_user >= 0
    assert served.sum() > 200
    for name in ("carrier", "interference"):
        assert not getattr(one, name)[~served].any()
    assert (many.interference[served] > 0.0).mean() > 0.5
    # Rounding may read the next row of the sky where the sine lies between two.
    row = one.sin_elevation * (ENTRIES - 1) + 0.5
    served &= abs(row - np.rint(row)) > 0.01
    for name in ("carrier", "interference", "unlimited"):
        found, expected = getattr(one, name)[served], getattr(many, name)[served]
        np.testing.assert_array_equal(found == 0.0, expected == 0.0)
        is_heard = expected > 1e-4
        assert is_heard.mean() > 0.3
        error_db = 10.0 * np.log10(found[is_heard] / expected[is_heard])
        assert abs(error_db).max() < 0.01, name
    np.testing.assert_allclose(one.range_m[served], many.range_m[served], rtol=1e-12)
    np.testing.assert_allclose(one.sin_elevation[served], many.sin_elevation[served], atol=1e-12)
    np.testing.assert_array_equal(one.satellite[served], many.satellite[served])


def test_a_limit_of_the_flux_density_needs_the_kernel_of_many() -> None:
    limit = {"satellite__pfd_limit_dbw_per_m2_mhz": -110.0}
    world = network_world(**{**FIXED, **ON_THE_GROUND["GEO"], **limit})
    kernels = Both()
    draws = Draws(kernels, world.seed, 0, 2)
    sky = draw_sky(world, draws)
    users = draw_users(world, draws, sky)
    beams = light_beams(world, kernels, sky, None, users, draws)
    links = downlink(world, kernels, sky, users, beams, limit_power(world, kernels, sky, beams))
    assert kernels.asked == ["constellation_sinr"]
    assert (links.carrier > 0.0).sum() > 200
