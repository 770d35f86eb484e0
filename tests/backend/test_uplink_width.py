"""Widths of uplinks against brute force over all widths, on every backend of a processor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.services.admission import WHOLE
from capest.engine.services.uplink_width import widen

from ..engine.small import small_scenario

FREE = {
    **{"service__preset": "video-call-480p", "uplink__width": "least-share"},
    "uplink__bandwidth_mhz": None,
}
SHANNON = {"link__adaptation": "truncated-shannon"}


def smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


def brute_force(
    sinr: np.ndarray,
    rate: np.ndarray,
    room: np.ndarray,
    most: np.ndarray,
    world: Any,
    mhz: float,
    places: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the beam in blocks, and width, of every user, over all widths; inf if none does."""
    best, chosen = np.full(len(sinr), np.inf), np.ones(len(sinr), dtype=int)
    for width in range(1, places + 1):
        if not smooth(width):
            continue
        power = np.minimum(room, width)
        each = (sinr * (power / width).astype(np.float32)).astype(np.float32)
        efficiency = NumpyKernels().link_efficiency(each, world.radio.link.adaptation)
        with np.errstate(divide="ignore", invalid="ignore"):
            blocks = rate / (efficiency.astype(float) * mhz)
        fits = np.ceil(blocks * WHOLE) <= np.floor(most * WHOLE) * width
        share = np.where(fits, blocks, np.inf)
        better = share < best
        best, chosen = np.where(better, share, best), np.where(better, width, chosen)
    return best, chosen


@pytest.mark.parametrize("more", [{}, SHANNON, {"link__table": "64qam-low-se"}], ids=str)
def test_no_other_width_takes_less(more: dict[str, Any], host_kernels: NumpyKernels):
    world = build(small_scenario(**FREE, **more))
    access = world.services.uplink.access
    assert access.widths[-1] > 100
    rng = np.random.default_rng(7)
    users = 4000
    sinr = (10.0 ** rng.uniform(-2.0, 4.0, users)).astype(np.float32)
    rate = rng.choice([0.0, 0.01, 0.15, 0.6, 3.0, 20.0], users)
    for room in (None, 10.0 ** rng.uniform(0.0, 3.0, users)):
        for most in (None, rng.uniform(0.3, 1.0, users)):
            efficiency, width = widen(
                host_kernels, world.radio.link.adaptation, access, sinr, rate, room, most
            )
            best, expected = brute_force(
                sinr, rate, np.ones(users) if room is None else room,
                np.ones(users) if most is None else most, world, access.user_bandwidth_mhz,
                access.users_at_once,
            )  # fmt: skip
            carried = np.isfinite(best) & (rate > 0.0)
            assert carried.sum() > 1000
            assert len(np.unique(width[carried])) > 20
            with np.errstate(divide="ignore", invalid="ignore"):
                share = rate / (efficiency.astype(float) * access.user_bandwidth_mhz)
            np.testing.assert_array_equal(share[carried], best[carried])
            np.testing.assert_array_equal(width[carried], expected[carried])
            # Who has nothing to carry, and whom no width carries, has one block.
            assert (width[~carried] == 1).all()


@pytest.mark.parametrize("rules", ["0.2", "0.3"])
def test_calls_are_the_same_on_all_backends(rules: str, host_kernels: NumpyKernels):
    keys = {"service__preset": "video-call-480p", "users__per_beam": 30}
    keys["uplink__interference"] = "load"
    world = build(small_scenario(rules=rules, **keys, handset__body_loss_db=2.0))
    found, expected = (
        compute_block(world, kernels, 0, 4) for kernels in (host_kernels, NumpyKernels())
    )
    assert expected.trial["calls"].sum() > 100
    for name in ("calls", "calls_refused_uplink", "calls_from_empty", "calls_from_full"):
        np.testing.assert_array_equal(found.trial[name], expected.trial[name])
