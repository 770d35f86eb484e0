"""Who sees whom, who serves whom, and where beams point."""

import numpy as np
import pytest

from capest.engine import beams as beam_layouts
from capest.engine import sky as skies
from capest.engine.aimed_beams import aim, on_own_channel
from capest.engine.assignment import assign, view_of_cells
from capest.engine.channel import Surroundings
from capest.engine.sky import elevation_of, pairs_above, sky_at
from capest.engine.users import Users
from capest.errors import InputError
from capest.physics.constants import EARTH_RADIUS_M
from tests.orbits.orbit_positions import sin_elevation

from .small_network import network_world

SECONDS = 12_345.0


def sky_of(world, seconds: float = SECONDS):
    """The sky of one trial."""
    return sky_at(world, np.array([seconds]))


def attach(world, sky, position_m):
    """Attach users of one trial to satellite-fixed beams."""
    users = Users(
        per_trial=position_m.shape[1],
        trial=np.zeros(position_m.shape[1], dtype=np.int32),
        view=None,
        position_m=position_m,
        cell=None,
        environment=None,
        surroundings=Surroundings(None, None, None, None),
    )
    return beam_layouts.attach_to_highest(world, world.beams.layout, sky, users, np)


def test_elevation_is_that_of_the_triangle() -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(50, 3))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    position_m = rng.normal(size=(20, 3))
    position_m *= (EARTH_RADIUS_M + 600e3) / np.linalg.norm(position_m, axis=1, keepdims=True)
    sine, range_m = elevation_of(centres, position_m)
    for point, of_point, range_of_point in zip(centres, sine, range_m, strict=True):
        np.testing.assert_allclose(of_point, sin_elevation(position_m, point), atol=1e-9)
        direct = np.linalg.norm(position_m - EARTH_RADIUS_M * point, axis=1)
        np.testing.assert_allclose(range_of_point, direct, rtol=1e-9)


@pytest.mark.parametrize("altitude_m", [300e3, 600e3, 35_786e3])
@pytest.mark.parametrize(("lowest_deg", "together"), [(0.0, 2**16), (10.0, 100), (85.0, 1)])
def test_pairs_above_are_all_that_stand_so_high(altitude_m, lowest_deg, together, monkeypatch):
    monkeypatch.setattr(skies, "_PAIRS_AT_ONCE", together)
    rng = np.random.default_rng(2)
    # Some satellites stand over a point, others right at the lowest elevation of one.
    centres = rng.normal(size=(60, 3))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    radius_m = EARTH_RADIUS_M + altitude_m
    lowest = np.radians(lowest_deg)
    angle = np.arccos(EARTH_RADIUS_M / radius_m * np.cos(lowest)) - lowest
    aside = np.cross(centres, rng.normal(size=(60, 3)))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    edge = np.cos(angle * (1.0 + 1e-9)) * centres + np.sin(angle * (1.0 + 1e-9)) * aside
    position_m = radius_m * np.concatenate([centres, edge])
    sine, range_m = elevation_of(centres, position_m)
    point, satellite = np.nonzero(sine >= np.sin(lowest))
    found = pairs_above(centres, position_m, lowest_deg)
    expected = (point, satellite, sine[point, satellite], range_m[point, satellite])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
    for nothing in (pairs_above(centres[:0], position_m, 0.0), pairs_above(centres, edge[:0], 0.0)):
        assert [len(column) for column in nothing] == [0, 0, 0, 0]


@pytest.mark.parametrize("cull_deg", [0.0, 25.0, 80.0])
def test_nobody_in_reach_is_left_out_of_the_sky(cull_deg: float) -> None:
    world = network_world(constellation__cull_elevation_deg=cull_deg)
    sky = sky_of(world)
    every = world.space.positions_m(SECONDS)
    sine = elevation_of(np.asarray(world.ground.cells.centre_unit), every)[0]
    heard = np.flatnonzero((sine >= np.sin(np.radians(min(cull_deg, 20.0)))).any(axis=0))
    assert set(heard) <= set(sky.number)
    assert len(heard) < len(sky) < len(every) / 2
    np.testing.assert_array_equal(sky.position_m, every[sky.number])


@pytest.mark.parametrize("stay_s", [0.0, 120.0])
def test_candidates_are_those_above_the_mask_now_and_later(stay_s: float) -> None:
    world = network_world(constellation__minimum_visibility_s=stay_s)
    sky = sky_of(world)
    view = view_of_cells(world, sky)
    centres = np.asarray(world.ground.cells.centre_unit)
    mask = np.sin(np.radians(20.0))
    now = elevation_of(centres, sky.position_m)[0] >= mask
    later_m = world.space.positions_m(SECONDS + stay_s)[sky.number]
    later = elevation_of(centres, later_m)[0] >= mask
    np.testing.assert_array_equal(view.in_view, [now.sum(axis=1)])
    expected = np.nonzero(now & later)
    np.testing.assert_array_equal(view.candidates.cell, expected[0])
    np.testing.assert_array_equal(view.candidates.satellite, expected[1])
    assert view.candidates.elevation_deg.min() >= 20.0 - 1e-4
    if stay_s:
        assert 0 < len(expected[0]) < now.sum()


@pytest.mark.parametrize("cull_deg", [0.0, 8.0])
def test_a_satellite_may_stand_too_low_or_there_may_be_none(cull_deg: float) -> None:
    few = {"constellation__deployed_fraction": 0.03, "constellation__minimum_elevation_deg": 30.0}
    world = network_world(**few, constellation__cull_elevation_deg=cull_deg)
    centres = np.asarray(world.ground.cells.centre_unit)
    kinds = np.zeros(3, dtype=np.int64)
    for seconds in range(0, 40_000, 2_000):
        view = view_of_cells(world, sky_of(world, seconds))
        sine = elevation_of(centres, world.space.positions_m(seconds))[0]
        above = (sine >= np.sin(np.radians(cull_deg))).any(axis=1)
        np.testing.assert_array_equal(view.above_horizon, [above])
        (seen,) = view.in_view > 0
        kinds += [seen.sum(), (above & ~seen).sum(), (~above).sum()]
    assert (kinds > 0).all()


def test_signal_at_a_cell_is_the_link_budget() -> None:
    # 34 dBW/MHz to a handset of -31.62 dB/K: SNR = 34 + 30 - 31.62 + 228.6 - 60 - 30 - loss.
    world = network_world()
    view = view_of_cells(world, sky_of(world))
    k = int(np.argmax(view.candidates.elevation_deg))
    sky = sky_of(world)
    centre = np.asarray(world.ground.cells.centre_unit)[view.candidates.cell[k]]
    satellite_m = sky.position_m[view.candidates.satellite[k]]
    range_m = np.linalg.norm(satellite_m - EARTH_RADIUS_M * centre)
    elevation = np.radians(view.candidates.elevation_deg[k])
    loss_db = 32.45 + 20 * np.log10(2.0) + 20 * np.log10(range_m) + 0.035 / np.sin(elevation)
    expected_db = 34.0 - 60.0 - 31.62 + 228.6 - loss_db
    assert 10 * np.log10(view.candidates.snr[k]) == pytest.approx(expected_db, abs=0.02)


@pytest.mark.parametrize("lit", ["occupied", "all"])
@pytest.mark.parametrize("reuse", [1, 3])
def test_beams_point_at_the_cells_they_serve(lit: str, reuse: int) -> None:
    world = network_world(cells__lit=lit, beams__frequency_reuse=reuse)
    sky = sky_of(world)
    view = view_of_cells(world, sky)
    cells = len(world.ground.colour)
    users = np.where(np.arange(cells) % 3 == 0, 5, 0)
    satellite_of_cells = assign(world, sky, view, users[None])
    aimed = aim(world, sky, on_own_channel(world, satellite_of_cells))
    beams, beam_of_cell = aimed.beams, aimed.of_cell[0].max(axis=1)
    (satellite_of_cell,) = satellite_of_cells
    served = np.flatnonzero(satellite_of_cell >= 0)
    if lit == "occupied":
        assert set(served) <= set(np.flatnonzero(users))
    assert len(beams) == len(served) > 10
    assert np.bincount(beams.satellite).max() <= 12
    assert (beam_of_cell >= 0).sum() == len(beams)
    # Sorted by satellite and colour, as the segments say.
    segment = np.repeat(np.arange(len(beams.segment_start) - 1), np.diff(beams.segment_start))
    cell_of_beam = np.empty(len(beams), dtype=int)
    cell_of_beam[beam_of_cell[served]] = served
    np.testing.assert_array_equal(segment // world.radio.colours, beams.satellite)
    np.testing.assert_array_equal(segment % world.radio.colours, world.ground.colour[cell_of_beam])
    np.testing.assert_array_equal(satellite_of_cell[cell_of_beam], beams.satellite)
    # The boresight goes through the cell's centre.
    centre_m = EARTH_RADIUS_M * np.asarray(world.ground.cells.centre_unit)[cell_of_beam]
    offset_m = centre_m - sky.position_m[beams.satellite]
    toward = offset_m / np.linalg.norm(offset_m, axis=1, keepdims=True)
    cosines = beams.direction.T / world.radio.steering.reduced_aperture
    back = np.einsum("bi,ijb->bj", cosines, sky.axes[:, :, beams.satellite])
    np.testing.assert_allclose(back, toward, atol=1e-6)


def test_satellite_fixed_beams_hang_under_their_satellite() -> None:
    world = network_world(cells__layout="satellite-fixed", beams__count=19,
                          beams__statistics_count=19, beams__frequency_reuse=3)  # fmt: skip
    sky = sky_of(world)
    beams = beam_layouts.satellite_fixed(world, world.beams.layout, sky)
    assert len(beams) == 19 * len(sky)
    position_m = 6_371e3 * (sky.position_m / np.linalg.norm(sky.position_m, axis=1, keepdims=True))
    found = attach(world, sky, np.ascontiguousarray(position_m.T))
    # Who stands right under a satellite is on its central beam.
    np.testing.assert_array_equal(beams.satellite[found], np.arange(len(sky)))
    np.testing.assert_allclose(beams.direction[:2, found], 0.0, atol=1e-6)


def test_the_highest_satellite_serves_and_none_below_the_mask() -> None:
    world = network_world(
        cells__layout="satellite-fixed", constellation__minimum_elevation_deg=60.0
    )
    sky = sky_of(world)
    beams = beam_layouts.satellite_fixed(world, world.beams.layout, sky)
    centres = np.asarray(world.ground.cells.centre_unit)
    found = attach(world, sky, EARTH_RADIUS_M * centres.T)
    sine = elevation_of(centres, sky.position_m)[0]
    expected = np.where(sine.max(axis=1) >= np.sin(np.radians(60.0)), sine.argmax(axis=1), -1)
    # Every satellite's layout of 61 beams reaches less far than 60 degrees of elevation.
    in_layout = found >= 0
    assert 0 < in_layout.sum() < (expected >= 0).sum()
    np.testing.assert_array_equal(beams.satellite[found[in_layout]], expected[in_layout])
    # Who is inside has a centre of the layout within a hexagon's corner, and nobody else has.
    offset_m = EARTH_RADIUS_M * centres - sky.position_m[sine.argmax(axis=1)]
    toward = offset_m / np.linalg.norm(offset_m, axis=1, keepdims=True)
    axes = sky.axes[:2, :, sine.argmax(axis=1)]
    uv = np.einsum("ijn,nj->ni", axes, toward)
    away = np.linalg.norm(uv[:, None, :] - world.beams.layout.grid.uv, axis=2).min(axis=1)
    near = away <= world.beams.layout.grid.spacing_uv / np.sqrt(3.0)
    np.testing.assert_array_equal(in_layout, near & (expected >= 0))


def test_scan_loss_and_the_limit_at_the_ground_are_in_the_signal() -> None:
    array = {"satellite__antenna": "array", "satellite__element_exponent": 1.3}
    plain = view_of_cells(network_world(), sky := sky_of(network_world())).candidates
    steered = view_of_cells(network_world(**array), sky).candidates
    centres = np.asarray(network_world().ground.cells.centre_unit)[plain.cell]
    down_m = EARTH_RADIUS_M * centres - sky.position_m[plain.satellite]
    cosine = -(down_m * sky.position_m[plain.satellite]).sum(axis=1) / (
        np.linalg.norm(down_m, axis=1) * np.linalg.norm(sky.position_m[plain.satellite], axis=1)
    )
    np.testing.assert_allclose(steered.snr / plain.snr, cosine**1.3, rtol=1e-5)
    limited = view_of_cells(
        network_world(satellite__pfd_limit_dbw_per_m2_mhz=-93.0), sky
    ).candidates
    density_db = 34.0 - 10.0 * np.log10(4.0 * np.pi * (down_m**2).sum(axis=1))
    back_off_db = np.maximum(density_db + 93.0, 0.0)
    assert back_off_db.max() > 0.0
    assert back_off_db.min() == 0.0
    np.testing.assert_allclose(10.0 * np.log10(plain.snr / limited.snr), back_off_db, atol=1e-4)


def test_a_layout_beyond_the_earths_edge_is_refused() -> None:
    layout = {"cells__layout": "satellite-fixed", "beams__count": 7}
    network_world(**layout, beams__spacing_uv=0.83)  # the Earth of 1,200 km ends at 0.84
    with pytest.raises(InputError, match=r"reaches 0\.85 .* ends at 0\.84"):
        network_world(**layout, beams__spacing_uv=0.85)
