"""Links kept by cell and satellite: their sums are those of the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.backend.cell_pairs import PairLinks
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.numpy_pattern import PatternTable
from capest.backend.protocol import Kernels
from capest.engine.light import light_beams
from capest.engine.links_of_many import AlikeTrials, constellation_links, mixed_links
from capest.engine.pair_links import pair_links
from capest.engine.payloads import constellation_sinr
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.users import draw_users
from capest.sampling.draws import Draws

from ..backend.conftest import host_kernels, native_kernels  # noqa: F401
from .small_network import network_world

TRIALS = 2


def scene(kernels: Kernels, **changes: Any) -> tuple[Any, ...]:
    """What pair links are made of, and the beams of the default assignment."""
    world = network_world(users__count=400, **changes)
    draws = Draws(kernels, world.seed, 5, TRIALS)
    sky = draw_sky(world, draws)
    users = draw_users(world, draws, sky)
    view = world.ground.cells.view(world, sky)
    beams = light_beams(world, kernels, sky, view, users, draws)
    power = limit_power(world, kernels, sky, beams)
    each = np.arange(TRIALS)
    alike = AlikeTrials(each, each)
    links = constellation_links(world, sky, users, beams, power, alike, None, np)
    return world, sky, users, beams, links, mixed_links(world, sky, links, alike)


def sums_of(
    world: Any, sky: Any, users: Any, beams: Any, links: Any, trial: int, found: PairLinks
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference of the users of a trial, beam by beam."""
    pairs, colours = found.pairs, world.radio.colours
    carrier, interference = np.zeros((2, users.per_trial))
    own = users.cell[trial * users.per_trial : (trial + 1) * users.per_trial]
    serving = links.serving[trial * users.per_trial : (trial + 1) * users.per_trial]
    segment = np.repeat(np.arange(len(links.segment_start) - 1), np.diff(links.segment_start))
    colour = segment % colours
    for beam in range(beams.start[trial], beams.start[trial + 1]):
        satellite = beams.satellite[beam]
        ka, pattern = links.reduced_aperture, links.pattern
        if world.payloads is not None:
            steering = world.payloads.each[world.payloads.of_satellite[sky.number[satellite]]]
            ka, pattern = steering.steering.reduced_aperture, steering.steering.pattern
        aim = links.beam[:, beam].astype(float)
        aim[2] -= ka * links.axial_weight
        number = np.flatnonzero(pairs.satellite == satellite - sky.start[trial])
        for pair in number:
            cell = pairs.cell[pair]
            at = slice(pairs.offset[pair], pairs.offset[pair] + pairs.users[cell])
            user = slice(pairs.first[cell], pairs.first[cell] + pairs.users[cell])
            assert (own[user] == cell).all()
            toward = found.direction[:, at]
            part = PatternTable(pattern).between(toward, aim.astype(np.float32)[:, None])
            power = part * found.gain[at] * links.beam_power[beam]
            mine = serving[user] == beam
            carrier[user] += np.where(mine, power, 0.0)
            same = colour[np.maximum(serving[user], 0)] == colour[beam]
            interference[user] += np.where(mine | ~same | (serving[user] < 0), 0.0, power)
    return carrier, interference


SHELLS = [
    {"orbit": "60: 200/10/1 @ 600"},
    {
        "orbit": "50: 40/4/1 @ 1200",
        **{"eirp_density_dbw_per_mhz": 40.0, "antenna_gain_dbi": 33.0, "antenna_diameter_m": 3.0},
        **{"hpbw_deg": 2.9, "g_over_t_db_per_k": 4.1, "beams_at_once": 5},
    },
]
SYSTEMS: dict[str, dict[str, Any]] = {
    "dish": {},
    "array": {"satellite__antenna": "array"},
    "limits": {"satellite__pfd_limit_dbw_per_m2_mhz": -112.0, "satellite__rf_power_w": 50.0},
    "indoors": {"users__indoor_share": 0.5, "beams__frequency_reuse": 1},
    "guard": {"region__guard_km": 200.0},
    "high": {"constellation__cull_elevation_deg": 15.0},
    "payloads": {"constellation__shells": None, "constellation__shell": SHELLS},
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_sums_are_those_of_the_kernels(
    system: str,
    host_kernels: NumpyKernels,  # noqa: F811
) -> None:
    world, sky, users, beams, links, mixed = scene(host_kernels, **SYSTEMS[system])
    received, disturbed = constellation_sinr(host_kernels, links, mixed)
    assert (links.serving >= 0).sum() > 200
    assert (disturbed > 0.0).sum() > 100
    for trial in range(TRIALS):
        found = pair_links(world, host_kernels, sky, users, links, trial)
        carrier, interference = sums_of(world, sky, users, beams, links, trial, found)
        own = slice(trial * users.per_trial, (trial + 1) * users.per_trial)
        # The product of matrices of the reference moves gains by up to 0.005 dB.
        tolerance = 1.2e-3 if host_kernels.name == "numpy" else 1e-5
        np.testing.assert_allclose(carrier, received[own], rtol=tolerance, atol=1e-7)
        np.testing.assert_allclose(interference, disturbed[own], rtol=tolerance, atol=1e-7)
