"""Phones with two receive branches, in whole trials."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import evaluate, slots_of_many, trial
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.power import LoweredPower
from capest.engine.slots_of_many import slot_links_of_many
from capest.physics.two_branches import combining_gain_db

from ..emulate.emulator import EmulatedDevice
from .small import assert_same_bits, compute, quantile, small_scenario
from .small_network import network_scenario, network_world

HALF_DB = combining_gain_db(2)
PER_BRANCH = {"handset__antenna_gain_dbi": -HALF_DB, "handset__transmit_gain_dbi": 0.0}
CALLS = {
    "service__mix": "video-call-480p 40%, voice 40%, best-effort 20%", "users__count": 300,
}  # fmt: skip


def network(**changes: Any) -> Any:
    return compute(network_scenario(users__placement="uniform", **changes), trials=6)


def test_against_noise_alone_two_branches_gain_3_01_db():
    changes = {"beams__frequency_reuse": 7, "handset__preset": "smartphone-typical"}
    one = compute(small_scenario(**changes))
    two = compute(small_scenario(**changes, handset__branches=2))
    rise = quantile(two, "snr_db", 0.5) - quantile(one, "snr_db", 0.5)
    assert rise == pytest.approx(HALF_DB, abs=0.02)
    for name in ("snr_db", "sir_db"):
        assert two.histograms[name].sum() == one.histograms[name].sum()
    # Interference rises with the carrier.
    np.testing.assert_array_equal(two.histograms["sir_db"], one.histograms["sir_db"])


@pytest.mark.parametrize("reuse", [1, 3])
def test_under_one_satellite_two_half_branches_are_one(reuse):
    """Rejection gains nothing: SINR is that of one branch with the gain of both, in every trial."""
    changes = {"beams__frequency_reuse": reuse, "uplink__interference": "full-buffer"}
    one = compute(small_scenario(**changes))
    two = compute(small_scenario(**changes, handset__branches=2, **PER_BRANCH))
    for name, values in one.trial.items():
        np.testing.assert_allclose(two.trial[name], values, rtol=1e-6, err_msg=name)
    for name in ("sinr_db", "snr_db", "uplink_sinr_db"):
        assert np.abs(two.histograms[name] - one.histograms[name]).sum() <= 4, name
    # The coupling loss is that of one branch, which has half the gain.
    further_db = quantile(two, "coupling_loss_db", 0.5) - quantile(one, "coupling_loss_db", 0.5)
    assert further_db == pytest.approx(HALF_DB, abs=0.02)


def test_a_constellation_of_one_rejects_nothing_either():
    changes = {
        "constellation__shells": None, "constellation__geostationary": "12",
        "satellite__preset": "tr38821-set1-geo-s", "cells__diameter_km": 300.0,
        "constellation__minimum_elevation_deg": 10.0,
    }  # fmt: skip
    one, two = network(**changes), network(**changes, handset__branches=2, **PER_BRANCH)
    assert one.histograms["sinr_db"].sum() > 0
    assert np.abs(one.histograms["sinr_db"] - two.histograms["sinr_db"]).sum() <= 4


def test_under_many_satellites_interference_is_rejected_and_noise_stays():
    # Satellites side by side with cells of one colour.
    changes = {"constellation__shells": "55: 900/30/1 @ 600", "satellite__beams_at_once": 4}
    one, two = network(**changes), network(**changes, handset__branches=2, **PER_BRANCH)
    np.testing.assert_array_equal(one.histograms["snr_db"], two.histograms["snr_db"])
    rise = quantile(two, "sir_db", 0.5) - quantile(one, "sir_db", 0.5)
    assert 1.0 < rise < 12.0
    assert quantile(two, "sinr_db", 0.5) > quantile(one, "sinr_db", 0.5)


@pytest.mark.parametrize("control", ["full", "fractional"])
@pytest.mark.parametrize("of", ["one", "many"])
def test_the_uplink_is_that_of_one_branch(of, control):
    """Phones are heard as before, also where power goes by the loss of the downlink."""
    changes = {"handset__preset": "smartphone-typical", "uplink__interference": "full-buffer"}
    if control == "fractional":
        changes |= {"uplink__power_control": control, "uplink__p0_dbm": -100.0}
    if of == "many":
        changes |= CALLS
    call = network if of == "many" else (lambda **keys: compute(small_scenario(**keys)))
    one, two = call(**changes), call(**changes, handset__branches=2)
    assert one.histograms["uplink_snr_db"].sum() > 0
    for name in ("uplink_snr_db", "uplink_sinr_db", "coupling_loss_db"):
        if of == "one" or name == "coupling_loss_db":
            assert np.abs(two.histograms[name] - one.histograms[name]).sum() <= 4, name
    if of == "many":
        # Who has a place in the uplink goes by the downlink too: the loudest are as loud.
        loudest = (quantile(each, "uplink_snr_db", 0.999) for each in (one, two))
        assert np.diff(list(loudest)) == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize(
    "changes",
    [
        CALLS,
        {"beams__frequency_reuse": 2, "beams__polarisation_reuse": True, "users__count": 200},
        {
            "constellation__shells": None, "constellation__geostationary": "5, 25",
            "cells__layout": "satellite-fixed", "beams__count": 19, "beams__spacing_uv": 0.06,
            "cells__lit": "all", "satellite__beams_at_once": None,
        },
        {
            **CALLS, "satellite__beams_at_once": 2, "beams__allocation": "proportional",
            "beams__slots": 4, "beams__cells_per_beam": 3,
        },
    ],
    ids=["calls", "two polarisations", "trials with the same beams", "a frame"],
)  # fmt: skip
def test_trials_depend_on_no_slice(changes):
    scenario = network_scenario(users__placement="uniform", handset__branches=2, **changes)
    whole = compute(scenario, 2, 4)
    assert whole.histograms["sinr_db"].sum() > 0
    assert_same_bits(whole, compute(scenario, 2, 4, slice_trials=1))


@pytest.mark.parametrize("polarised", [False, True])
def test_the_kernels_are_told_the_same_by_all_backends(polarised, tmp_path, native_world_kernels):
    changes = {"beams__frequency_reuse": 2, "beams__polarisation_reuse": True} if polarised else {}
    world = network_world(**CALLS, **changes, handset__branches=2, users__placement="uniform")
    twin = compute_block(world, NumpyKernels(), 1, 2)
    assert twin.trial["calls"].sum() > 50
    for kernels in native_world_kernels:
        found = compute_block(world, kernels, 1, 2)
        for key, values in twin.trial.items():
            if key.startswith("calls"):
                assert np.abs(found.trial[key] - values).max() <= 1, key
        moved = np.abs(found.histograms["sinr_db"] - twin.histograms["sinr_db"]).sum()
        assert moved <= 0.01 * twin.histograms["sinr_db"].sum() + 2


@pytest.fixture
def native_world_kernels(tmp_path):
    """Compiled kernels and the CUDA sources on the processor, where a compiler is."""
    from capest.backend.choose import native_obstacle
    from capest.backend.cuda_kernels import CudaKernels
    from capest.backend.native.kernels import NativeKernels
    from capest.backend.native.library import library

    from ..emulate.needs import skip_or_fail

    obstacle = native_obstacle()
    if obstacle is not None:
        skip_or_fail(obstacle.reason)
    return NativeKernels(library()), CudaKernels(EmulatedDevice(tmp_path))


def test_waves_come_from_the_same_sides_in_all_slots(monkeypatch):
    """With all beams lit a slot is the moment: satellites keep their places in a trial."""
    kept: dict[str, Any] = {}
    real = evaluate.downlink

    def keep(world, kernels, sky, users, beams, power):
        links = real(world, kernels, sky, users, beams, power)
        kept.update(sky=sky, users=users, beams=beams, power=power, links=links)
        return links

    monkeypatch.setattr(evaluate, "downlink", keep)
    monkeypatch.setitem(slots_of_many._PAIRS_AT_ONCE, "numpy", 150)
    world, kernels = network_world(handset__branches=2, users__placement="uniform"), NumpyKernels()
    trial.compute(world, kernels, 3, 3)
    power: LoweredPower = kept["power"]
    slots = slot_links_of_many(world, kernels, kept["sky"], kept["users"], kept["beams"], power)
    found = slots.in_slots(np.ones((2, len(kept["beams"])), dtype=bool))
    links, pairs = kept["links"], found.attached
    np.testing.assert_array_equal(pairs.carrier, links.carrier[found.user])
    np.testing.assert_array_equal(pairs.interference, links.interference[found.user])
    assert (links.interference > 0.0).any()
    other = replace(slots.links, wave_key=slots.links.wave_key[::-1].copy())
    assert (kernels.constellation_sinr(other)[1] != links.interference).any()


def test_one_branch_draws_nothing_new():
    plain, written = network(), network(handset__branches=1)
    assert_same_bits(plain, written)
    assert build(network_scenario()).radio.branches == 1
