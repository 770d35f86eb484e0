"""One satellite through the kernel of one satellite, and through that of many: the same links."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink, SatelliteDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.beams import light_beams, satellite_fixed
from capest.engine.build import build
from capest.engine.channel import Surroundings
from capest.engine.downlink import downlink
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.users import Users, draw_users
from capest.engine.world import World
from capest.physics.sky_table import ENTRIES
from capest.sampling.draws import Draws
from capest.sampling.sectors import SECTORS
from capest.scenario.load import load_scenario

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
