"""Limits on power: each against its closed form, and kept in whole trials."""

import warnings

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import beams as beam_layouts
from capest.engine.aimed_beams import aim, on_own_channel
from capest.engine.assignment import assign, view_of_cells
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.power import (
    aggregate_pfd_w,
    boresight_pfd_dbw,
    limit_power,
)
from capest.engine.sky import sky_at
from capest.physics.constants import EARTH_RADIUS_M
from capest.scenario.load import load_scenario
from capest.statistics.quantities import AXES

from .small_network import network_world

SECONDS = np.array([12_345.0])


def lit(**changes):
    world = network_world(cells__lit="all", **changes)
    sky = sky_at(world, SECONDS)
    users = np.ones((1, len(world.ground.colour)), dtype=np.int64)
    satellite_of_cell = assign(world, sky, view_of_cells(world, sky), users)
    aimed = aim(world, sky, on_own_channel(world, satellite_of_cell))
    beams, beam_of_cell = aimed.beams, aimed.of_cell[0].max(axis=1)
    return world, sky, beams, beam_of_cell


def test_power_of_a_beam() -> None:
    # 34 dBW/MHz through 30 dBi are 4 dBW/MHz: 2.51 W in each of 30 MHz.
    assert network_world().radio.beam_power_w == pytest.approx(75.36, abs=0.01)
    third = network_world(beams__frequency_reuse=3)
    assert third.radio.beam_power_w == pytest.approx(25.12, abs=0.01)


@pytest.mark.parametrize(
    ("altitude_km", "eirp_dbw", "pfd_dbw"),
    # Arithmetic of published figures, straight below: Starlink's filed peak at 360 km, ITU System A
    # at 525 km, the 3GPP satellite at 600 km.
    [(360, 57.7, -64.4), (525, 39.9, -85.5), (600, 34.0, -92.6)],
)
def test_power_flux_density_straight_below(altitude_km, eirp_dbw, pfd_dbw) -> None:
    world = network_world(
        constellation__shells=f"60: 200/10/1 @ {altitude_km}",
        satellite__eirp_density_dbw_per_mhz=eirp_dbw,
        cells__layout="satellite-fixed", beams__count=1,
    )  # fmt: skip
    sky = sky_at(world, SECONDS)
    beams = beam_layouts.satellite_fixed(world, world.beams.layout, sky)
    np.testing.assert_allclose(boresight_pfd_dbw(world, sky, beams), pfd_dbw, atol=0.06)


def test_power_flux_density_at_the_cells() -> None:
    world, sky, beams, beam_of_cell = lit()
    found = boresight_pfd_dbw(world, sky, beams)
    cell = np.flatnonzero(beam_of_cell >= 0)
    centre_m = EARTH_RADIUS_M * np.asarray(world.ground.cells.centre_unit)[cell]
    beam = beam_of_cell[cell]
    range_m = np.linalg.norm(sky.position_m[beams.satellite[beam]] - centre_m, axis=1)
    np.testing.assert_allclose(found[beam], 34.0 - 10 * np.log10(4 * np.pi * range_m**2), atol=0.01)


def test_no_beam_exceeds_its_limit() -> None:
    limit = -95.0
    world, sky, beams, _ = lit(satellite__pfd_limit_dbw_per_m2_mhz=limit)
    before = boresight_pfd_dbw(world, sky, beams)
    assert before.max() > limit > before.min()
    whole = limit_power(world, NumpyKernels(), sky, beams).satellite
    assert (whole == 1.0).all()
    after = before + 10 * np.log10(beams.power)
    np.testing.assert_allclose(after[before > limit], limit, atol=1e-5)
    assert (beams.power[before <= limit] == 1.0).all()


def test_a_satellite_shares_what_it_has() -> None:
    # 150 W feed two beams of 75.36 W; with n lit each gets 150 / n.
    world, sky, beams, _ = lit(satellite__rf_power_w=150.0)
    whole = limit_power(world, NumpyKernels(), sky, beams).satellite
    count = np.bincount(beams.satellite, minlength=len(sky))
    assert count.max() > 2
    radiated_w = count * whole * 75.36
    np.testing.assert_allclose(radiated_w[count > 2], 150.0, rtol=1e-3)
    assert (whole[count <= 1] == 1.0).all()


def test_the_constellation_keeps_out_of_the_neighbouring_band() -> None:
    world, sky, beams, _ = lit(satellite__out_of_band_pfd_limit_dbw_per_m2_mhz=-140.0)
    full = aggregate_pfd_w(world, NumpyKernels(), sky, beams, np.ones(len(sky), np.float32))
    assert 10 * np.log10(full.max()) - 45.0 > -140.0
    whole = limit_power(world, NumpyKernels(), sky, beams).satellite
    turned = aggregate_pfd_w(world, NumpyKernels(), sky, beams, whole)
    assert 10 * np.log10(turned.max()) - 45.0 == pytest.approx(-140.0, abs=1e-3)
    assert len(np.unique(whole)) == 1


def test_the_sum_at_a_cell_is_at_least_its_own_beam() -> None:
    world, sky, beams, beam_of_cell = lit()
    whole = np.ones(len(sky), np.float32)
    (total,) = aggregate_pfd_w(world, NumpyKernels(), sky, beams, whole)
    cell = np.flatnonzero(beam_of_cell >= 0)
    own_dbw = boresight_pfd_dbw(world, sky, beams)[beam_of_cell[cell]]
    excess_db = 10 * np.log10(total[cell]) - own_dbw
    assert excess_db.min() > -0.01
    assert excess_db.max() < 15.0


def test_less_power_costs_throughput() -> None:
    free = compute_block(network_world(), NumpyKernels(), 0, 5)
    limited = compute_block(
        network_world(satellite__pfd_limit_dbw_per_m2_mhz=-115.0), NumpyKernels(), 0, 5
    )
    assert limited.trial["throughput"].sum() < 0.7 * free.trial["throughput"].sum()


def test_an_array_loses_gain_and_widens_as_it_is_steered() -> None:
    dish = compute_block(network_world(), NumpyKernels(), 0, 5)
    array = compute_block(network_world(satellite__antenna="array"), NumpyKernels(), 0, 5)
    flat = compute_block(
        network_world(satellite__antenna="array", satellite__element_exponent=0.0),
        NumpyKernels(), 0, 5,
    )  # fmt: skip
    assert array.trial["throughput"].sum() < flat.trial["throughput"].sum()
    # Wider beams disturb their neighbours more.
    assert flat.trial["throughput"].sum() < dish.trial["throughput"].sum()


LIMITS = {
    "pfd_reduction_db": {"satellite__pfd_limit_dbw_per_m2_mhz": -107.0},
    "rf_power_reduction_db": {"satellite__rf_power_w": 40.0},
    "out_of_band_reduction_db": {"satellite__out_of_band_pfd_limit_dbw_per_m2_mhz": -155.0},
}


@pytest.mark.parametrize("limits", [[name] for name in LIMITS] + [list(LIMITS)])
def test_turned_down_power_is_no_loss_and_has_a_name(limits) -> None:
    changes = {key: value for name in limits for key, value in LIMITS[name].items()}
    free = compute_block(network_world(), NumpyKernels(), 0, 5)
    limited = compute_block(network_world(**changes), NumpyKernels(), 0, 5)
    assert not set(free.histograms) & set(LIMITS)
    assert set(limited.histograms) & set(LIMITS) == set(limits)
    users = limited.histograms["coupling_loss_db"].sum()
    means_db = [mean_db(limited, name) for name in limits]
    for name, taken_db in zip(limits, means_db, strict=True):
        assert limited.histograms[name].sum() == users
        assert taken_db > 0.5 or len(limits) > 1
    # The way takes the same: but for rounding nobody leaves a bin.
    moved = abs(limited.histograms["coupling_loss_db"] - free.histograms["coupling_loss_db"]).sum()
    assert moved <= 0.01 * users
    # What the limits take, each after the other, is what the signal lacks.
    lacking_db = mean_db(free, "snr_db") - mean_db(limited, "snr_db")
    assert sum(means_db) == pytest.approx(lacking_db, abs=0.02)


def mean_db(block, name) -> float:
    axis, counts = AXES[name], block.histograms[name]
    assert counts[0] == counts[-1] == 0
    middles = axis.low + axis.step * (np.arange(axis.regular_bins) + 0.5)
    return float((counts[1:-1] * middles).sum() / counts.sum())


def test_a_satellite_that_comes_and_goes_has_no_power_to_limit_while_it_is_away():
    """Nothing arrives from below the horizon: no zero is divided by zero, nobody has a nan."""
    scenario = load_scenario(
        {
            "rules": "0.2",
            "satellite": {
                **{"preset": "tr38821-set1-leo1200-s", "antenna": "array"},
                **{"rf_power_w": 5000, "eirp_density_dbw_per_mhz": 46},
            },
            "constellation": {
                **{"shells": "10: 1/1/0 @ 2000", "minimum_elevation_deg": 20},
                **{"epochs": "stratified"},
            },
            "region": {
                **{"kind": "box", "south_deg": -15, "north_deg": 15},
                **{"west_deg": -60, "east_deg": 60},
            },
            "cells": {"diameter_km": 900, "layout": "satellite-fixed", "lit": "all"},
            "beams": {"count": 127},
            "users": {"placement": "uniform", "count": 2000},
            "run": {"trials": 20, "seed": 32},
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        blocks = [compute_block(build(scenario), NumpyKernels(), trial, 1) for trial in range(3)]
    counts = [block.histograms["sinr_db"].sum() for block in blocks]
    assert min(counts) == 0 < max(counts)  # away, and there
    assert counts == [block.histograms["snr_db"].sum() for block in blocks]
