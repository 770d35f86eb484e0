"""What satellites radiate and lay on the ground: closed form, brute force, limits just met."""

import math

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.assignment import view_of_cells
from capest.engine.build import build
from capest.engine.emissions import emissions
from capest.engine.evaluate import Drawn, evaluate
from capest.engine.light import light_beams
from capest.engine.memory import compute_block
from capest.engine.parts import Parts
from capest.engine.sky import draw_sky
from capest.engine.users import draw_users
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.statistics.quantities_of_cells import FIXED_POINT
from capest.statistics.reduction import Reduction

from ..results import synthetic
from .small_network import network_world

BEAM_W = 10 ** (0.1 * (34.0 - 30.0)) * 30.0
"""Of the 3GPP satellite: 34 dBW/MHz through 30 dBi, 30 MHz."""


def one_world(**changes):
    keys = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 19, "statistics_count": 7},
        "users": {"per_beam": 3},
        "run": {"seed": 3},
    }
    return build(load_scenario(keys).replace(**changes))


def trials_of(world, trials=3):
    return compute_block(world, NumpyKernels(), 0, trials).trial


def pfd_dbw(eirp_dbw, range_m):
    return eirp_dbw - 10.0 * math.log10(4.0 * math.pi * range_m**2)


@pytest.mark.parametrize(
    ("altitude_km", "eirp_dbw", "rounded_dbw"),
    # EIRP densities as published, and their flux straight below: Starlink's filed peak, ITU's
    # System A, the 3GPP satellite (Set 1, TR 38.821).
    [(360, 57.7, -64.4), (525, 39.9, -85.5), (600, 34.0, -92.6)],
)
def test_one_beam_straight_below(altitude_km, eirp_dbw, rounded_dbw) -> None:
    found = trials_of(
        one_world(
            satellite__altitude_km=altitude_km, satellite__eirp_density_dbw_per_mhz=eirp_dbw,
            beams__count=1, beams__statistics_count=1,
        )
    )  # fmt: skip
    wanted_dbw = pfd_dbw(eirp_dbw, altitude_km * 1e3)
    assert wanted_dbw == pytest.approx(rounded_dbw, abs=0.06)
    np.testing.assert_allclose(found["pfd_worst_dbw_per_m2_mhz"], wanted_dbw, atol=1e-9)
    np.testing.assert_allclose(found["pfd_worst_elevation_deg"], 90.0, atol=1e-5)
    np.testing.assert_allclose(
        found["out_of_band_pfd_worst_dbw_per_m2_mhz"], wanted_dbw - 45.0, atol=1e-9
    )
    radiated_w = 10 ** (0.1 * (eirp_dbw - 30.0)) * 30.0
    np.testing.assert_allclose(found["radiated_w"], radiated_w)
    np.testing.assert_allclose(found["radiated_w_largest"], radiated_w)
    assert (found["beams_radiating"] == 1).all()


def test_a_beam_that_arrives_low_spreads_over_its_slant_range() -> None:
    found = trials_of(
        one_world(satellite__elevation_deg=30.0, beams__count=1, beams__statistics_count=1)
    )
    # TR 38.821: 1,075 km from a satellite 600 km high that stands at 30°.
    np.testing.assert_allclose(
        found["pfd_worst_dbw_per_m2_mhz"], pfd_dbw(34.0, 1_075.1e3), atol=1e-3
    )
    np.testing.assert_allclose(found["pfd_worst_elevation_deg"], 30.0, atol=1e-4)


def test_beams_of_a_layout_that_are_lit_by_chance() -> None:
    found = trials_of(
        one_world(
            beams__allocation="random", satellite__beams_at_once=5, satellite__rf_power_w=None
        ),
        8,
    )
    assert (found["beams_radiating"] == 5).all()
    np.testing.assert_allclose(found["radiated_w"], 5 * BEAM_W)
    # The nearest lit beam is the middle one in some trials only.
    worst_dbw = found["pfd_worst_dbw_per_m2_mhz"]
    assert worst_dbw.min() < worst_dbw.max() <= pfd_dbw(34.0, 600e3) + 1e-9


def test_all_beams_share_what_the_satellite_has() -> None:
    found = trials_of(one_world(satellite__rf_power_w=500.0))
    off_db = 10 * math.log10(19 * BEAM_W / 500.0)
    np.testing.assert_allclose(found["radiated_w"], 500.0, rtol=1e-6)
    np.testing.assert_allclose(found["radiated_w_largest"], 500.0, rtol=1e-6)
    np.testing.assert_allclose(found["turned_down_by_rf_power_db"], off_db, atol=1e-6)
    np.testing.assert_allclose(found["turned_down_by_rf_power_largest_db"], off_db, atol=1e-6)
    assert (found["beams_turned_down_by_rf_power"] == 19).all()
    np.testing.assert_allclose(
        found["pfd_worst_dbw_per_m2_mhz"], pfd_dbw(34.0, 600e3) - off_db, atol=1e-6
    )


@pytest.mark.parametrize("world", [one_world, network_world])
def test_a_limit_on_flux_is_just_met(world) -> None:
    found = trials_of(world(satellite__pfd_limit_dbw_per_m2_mhz=-95.0))
    np.testing.assert_allclose(found["pfd_worst_dbw_per_m2_mhz"], -95.0, atol=1e-9)
    loose = trials_of(world(satellite__pfd_limit_dbw_per_m2_mhz=-90.0))
    assert (loose["beams_turned_down_by_pfd"] == 0).all()
    assert (loose["turned_down_by_pfd_largest_db"] == 0.0).all()
    free = trials_of(world())
    for name, values in free.items():
        np.testing.assert_allclose(loose[name], values, rtol=1e-6)


def test_the_sum_over_satellites_keeps_its_limit_where_one_beam_lies_below() -> None:
    limit = "satellite__out_of_band_pfd_limit_dbw_per_m2_mhz"
    found = trials_of(network_world(**{limit: -140.0}))
    together_dbw = found["out_of_band_pfd_aggregate_dbw_per_m2_mhz"]
    np.testing.assert_allclose(together_dbw, -140.0, atol=1e-3)
    assert (found["out_of_band_pfd_worst_dbw_per_m2_mhz"] <= together_dbw + 0.01).all()
    assert (found["beams_turned_down_by_out_of_band_pfd"] == found["beams_radiating"]).all()


SHELLS = [
    {"orbit": "60: 200/10/1 @ 600"},
    {"orbit": "50: 40/4/1 @ 1200", "eirp_density_dbw_per_mhz": 37.0, "antenna_gain_dbi": 33.0,
     "rf_power_w": 60.0},
]  # fmt: skip

KINDS = {
    "Earth-fixed": {},
    "array": {"satellite__antenna": "array"},
    "shells with payloads of their own": {
        "constellation__shells": None, "constellation__shell": SHELLS,
        "satellite__rf_power_w": 120.0, "satellite__pfd_limit_dbw_per_m2_mhz": -94.0,
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_against_a_loop_over_satellites_and_beams(kind) -> None:
    world, kernels, parts = network_world(**KINDS[kind]), NumpyKernels(), Parts((3,))
    draws = Draws(kernels, world.seed, 0, 3)
    sky = draw_sky(world, draws)
    view, users = view_of_cells(world, sky), draw_users(world, draws, sky)
    beams = light_beams(world, kernels, sky, view, users, draws)
    computed = evaluate(Drawn(world, kernels, draws, sky, view, users, parts), beams)
    found, centre = emissions(world, kernels, computed), world.ground.cells.centre_unit
    table, limits = world.space.table, world.radio.limits
    for trial in range(3):
        watts, fluxes = [], []
        for satellite in range(sky.start[trial], sky.start[trial + 1]):
            own = np.flatnonzero(beams.satellite == satellite)
            second = "shells" in kind and table[sky.number[satellite]] == 1
            eirp_dbw, gain_dbi = (37.0, 33.0) if second else (34.0, 30.0)
            fed_w = 60.0 if second else limits.rf_power_w or math.inf
            beam_w, arriving = 10 ** (0.1 * (eirp_dbw - gain_dbi)) * 30.0, []
            for beam in own:
                cell_m = EARTH_RADIUS_M * centre[beams.cell[beam]]
                way_m = sky.position_m[satellite] - cell_m
                range_m = np.linalg.norm(way_m)
                elevation = math.degrees(math.asin(way_m @ cell_m / range_m / EARTH_RADIUS_M))
                down = -sky.position_m[satellite] / np.linalg.norm(sky.position_m[satellite])
                steered_db = (
                    world.radio.steering.element_exponent * 10 * math.log10(-way_m @ down / range_m)
                )
                flux_dbw = pfd_dbw(eirp_dbw, range_m) + steered_db
                most_dbw = limits.pfd_dbw_per_m2_mhz or 0.0
                off_db = max(flux_dbw - most_dbw, 0.0)
                arriving.append((flux_dbw - off_db, elevation, off_db))
            wanted_w = sum(beam_w * 10 ** (-0.1 * off_db) for _, _, off_db in arriving)
            shared_db = 10 * math.log10(max(wanted_w / fed_w, 1.0))
            watts += [min(wanted_w, fed_w)] if len(own) else []
            fluxes += [(flux - shared_db, elevation) for flux, elevation, _ in arriving]
        worst_dbw, elevation_deg = max(fluxes)
        # Boresights are in single precision: half a millionth of the aperture.
        assert found["pfd_worst_dbw_per_m2_mhz"][trial] == pytest.approx(worst_dbw, abs=1e-4)
        assert found["pfd_worst_elevation_deg"][trial] == pytest.approx(elevation_deg, abs=0.01)
        assert found["radiated_w"][trial] == pytest.approx(np.mean(watts), rel=1e-5)
        assert found["radiated_w_largest"][trial] == pytest.approx(max(watts), rel=1e-5)
        assert found["beams_radiating"][trial] == len(fluxes)


def test_a_frame_of_one_satellite_counts_slots() -> None:
    frame = {"beams__allocation": "periodic", "beams__slots": 8, "satellite__beams_at_once": 5}
    found = trials_of(one_world(**frame))
    np.testing.assert_allclose(found["radiated_w"], 5 * BEAM_W)
    np.testing.assert_allclose(found["radiated_w_largest"], 5 * BEAM_W)
    assert (found["beams_radiating"] == 19).all()
    np.testing.assert_allclose(found["pfd_worst_dbw_per_m2_mhz"], pfd_dbw(34.0, 600e3), atol=1e-9)


def test_a_frame_of_many_satellites_is_averaged_over_its_slots() -> None:
    frame = {
        "beams__allocation": "periodic", "beams__slots": 6, "beams__cells_per_beam": 4,
        "satellite__beams_at_once": 2,
    }  # fmt: skip
    block = compute_block(network_world(**frame), NumpyKernels(), 0, 1)
    found = block.trial
    lit_beams = block.cell["cell_slot_share"].sum() / FIXED_POINT
    together_w = found["radiated_w"][0] * found["satellites_in_use"][0]
    assert together_w == pytest.approx(lit_beams * BEAM_W, rel=1e-4)
    assert found["radiated_w_largest"][0] == pytest.approx(2 * BEAM_W)


def test_trials_without_a_lit_beam_have_none_and_count_for_nothing() -> None:
    fixed = {"cells__layout": "satellite-fixed", "beams__count": 19}
    found = trials_of(network_world(**fixed), 5)
    dark = found["beams_radiating"] == 0
    assert dark.any()
    assert not dark.all()
    for name in ("pfd_worst_dbw_per_m2_mhz", "pfd_worst_elevation_deg", "radiated_w"):
        assert (np.isnan(found[name]) == dark).all()

    block = synthetic.block(0, 12)
    values = block.trial["pfd_worst_dbw_per_m2_mhz"]
    values[::3] = np.nan
    reduction = Reduction()
    reduction.add(0, block)
    mean = reduction.interval("pfd_worst_dbw_per_m2_mhz", "mean")
    some = values[~np.isnan(values)]
    assert mean.value == pytest.approx(some.mean(), rel=1e-12)
    # Student's t with 7 degrees of freedom, 2.3646.
    half = 2.364624 * some.std(ddof=1) / math.sqrt(8)
    assert mean.high - mean.value == pytest.approx(half, rel=1e-5)
    assert mean.value - mean.low == pytest.approx(half, rel=1e-5)

    values[:] = np.nan
    nothing = Reduction()
    nothing.add(0, block)
    mean = nothing.interval("pfd_worst_dbw_per_m2_mhz", "mean")
    assert math.isnan(mean.value)
    assert "none of 12 trials" in mean.note
