"""Ionospheric scintillation by the magnetic latitude of each user."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.place_loss import own_loss_db
from capest.engine.users import draw_users
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws

from .small import small_scenario
from .small_network import below_one, coupling_db, network_scenario

GUANGZHOU, BEIJING, ICELAND = (23.1, 113.3), (39.9, 116.4), (64.1, -21.9)


@pytest.mark.parametrize(("place", "loss_db"), [(GUANGZHOU, 2.2), (BEIJING, 0.0), (ICELAND, 12.0)])
def test_the_ionosphere_goes_by_magnetic_latitude(
    place: tuple[float, float], loss_db: float
) -> None:
    # TR 38.821 Table 6.1.3.2-1: 2.2 dB at 2 GHz; TR 38.811 clause 6.6.6.1: 17 dB peak to peak.
    scenario = below_one(place, "tr38821-set1-geo-s")
    found = coupling_db(scenario.replace(channel__ionosphere="by-latitude")) - coupling_db(scenario)
    assert found == pytest.approx(loss_db, abs=0.1)
    one = small_scenario(channel__latitude_deg=place[0], channel__longitude_deg=place[1])
    fixed = coupling_db(one.replace(channel__ionosphere="by-latitude"), trials=20)
    assert fixed - coupling_db(one, trials=20) == pytest.approx(loss_db, abs=0.1)


def test_the_ionosphere_differs_within_a_region() -> None:
    scenario = network_scenario(
        region__south_deg=8.0, region__east_deg=10.0, users__placement="uniform",
        channel__ionosphere="by-latitude", cells__diameter_km=300.0,
    )  # fmt: skip
    world = build(scenario)
    draws = Draws(NumpyKernels(), 1, 0, 2)
    users = draw_users(world, draws)
    loss_db = own_loss_db(world, world.radio.place_loss, users, np.ones(len(users.trial)), np)
    latitude_deg = np.degrees(np.arcsin(users.position_m[2] / EARTH_RADIUS_M))
    assert loss_db[latitude_deg < 14.0] == pytest.approx(2.2, abs=0.01)
    assert not loss_db[latitude_deg > 24.0].any()
