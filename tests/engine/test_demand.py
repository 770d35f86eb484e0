"""Who asks for what, and how long a packet takes."""

import math

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.services.demand import draw_demand
from capest.physics.packet_delay import PacketDelay
from capest.sampling.draws import Draws

from .small import small_scenario


def test_everybody_arrives_in_any_order_whatever_he_asks_for():
    mix = "video-call-480p 30%, voice 50%, best-effort 20%"
    scenario = small_scenario(service__mix=mix, scheduler__admission="random")
    settings = build(scenario).services
    trials, users = 500, 97
    demand = draw_demand(settings, Draws(NumpyKernels(), 5, 0, trials), users, np)
    assert demand.arrival.shape == (trials * users,)
    assert not (demand.call & demand.best_effort).any()
    for rate_mbps, share in ((0.6, 0.3), (0.0164, 0.5), (0.0, 0.2)):
        own = np.isclose(demand.down_mbps, rate_mbps)
        size = own.sum()
        assert size / own.size == pytest.approx(share, abs=4 * math.sqrt(0.25 / own.size))
        # Kolmogorov and Smirnov: farther apart than 1.95 / sqrt(n) once in a thousand.
        steps = np.arange(1, size + 1) / size
        assert np.abs(np.sort(demand.arrival[own]) - steps).max() < 1.95 / math.sqrt(size)
    again = draw_demand(settings, Draws(NumpyKernels(), 5, 0, trials), users - 5, np)
    first = demand.down_mbps.reshape(trials, users)[:, : users - 5]
    np.testing.assert_array_equal(again.down_mbps.reshape(trials, -1), first)


def test_idle_users_ask_for_nothing():
    scenario = small_scenario(service__preset="voice", service__activity=0.25)
    draws = Draws(NumpyKernels(), 5, 0, 400)
    demand = draw_demand(build(scenario).services, draws, 100, np)
    assert demand.call.mean() == pytest.approx(0.25, abs=4 * math.sqrt(0.1875 / 40_000))
    assert not demand.down_mbps[~demand.call].any()
    assert not demand.best_effort.any()


@pytest.mark.parametrize(("transparent", "again_m"), [(True, 7e6), (False, 1e6)])
def test_the_delay_is_the_sum_of_its_parts(transparent, again_m):
    # 1,000 km up, 2,000 km down, two hops of 2,000 km; and round trips to the sender.
    way_ms = 7e6 / 299_792_458.0 * 1e3
    once = PacketDelay(2, 0, transparent).one_way_ms(1e6, 2e6)
    assert once == pytest.approx(way_ms + 4.0 + 20.0)
    again = PacketDelay(2, 3, transparent).one_way_ms(1e6, 2e6)
    assert again - once == pytest.approx(3 * 2 * (again_m / 299_792_458.0 * 1e3 + 4.0))
