"""Users of a constellation's trial."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.sky import draw_sky
from capest.engine.trial import compute
from capest.engine.users import draw_users
from capest.errors import InputError
from capest.geo import data
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws
from capest.sampling.sectors import SECTORS, draw_one_sector, draw_sectors

from .small_network import network_world


def users_of(trial: int = 5, **changes):
    world = network_world(**changes)
    return world, draw_users(world, Draws(NumpyKernels(), 3, trial, 1))


def links_of(**changes):
    """What the kernel of many satellites is told of the users of a trial."""

    class Keeper(NumpyKernels):
        links = None

        def constellation_sinr(self, links):
            self.links = links
            return super().constellation_sinr(links)

    kernels = Keeper()
    compute(network_world(**changes), kernels, 5, 1)
    return kernels.links


def test_users_stand_on_the_ground_sorted_by_cell() -> None:
    world, users = users_of(users__count=5000)
    np.testing.assert_allclose(np.linalg.norm(users.position_m, axis=0), EARTH_RADIUS_M)
    assert (np.diff(users.cell) >= 0).all()
    assert (users.cell >= 0).mean() > 0.98
    centre = np.asarray(world.ground.cells.centre_unit)[users.cell]
    unit = users.position_m.T / EARTH_RADIUS_M
    away_km = 6371.0 * np.arccos(np.clip((centre * unit).sum(axis=1), -1, 1))
    assert away_km[users.cell >= 0].max() < 120.0
    assert (users.environment == 0).all()
    assert (links_of().entry == [0.0, 1.0]).all()


def test_surroundings_by_place() -> None:
    _, users = users_of(users__count=5000, channel__environment="by-place")
    share = np.bincount(users.environment, minlength=4) / 5000
    assert (share > 0.02).all()  # central Europe has all four


def test_walls_of_those_indoors_and_in_cars() -> None:
    entry = links_of(
        users__count=20_000, users__indoor_share=0.3, users__vehicle_share=0.1
    ).entry  # fmt: skip
    indoor = entry[:, 0] > 0.0
    vehicle = ~indoor & (entry[:, 1] != 1.0)
    assert indoor.mean() == pytest.approx(0.3, abs=0.015)
    assert vehicle.mean() == pytest.approx(0.1, abs=0.01)
    # TR 38.901: 9 dB on average, 5 dB of spread.
    loss_db = 10 * np.log10(entry[vehicle, 1])
    assert loss_db.mean() == pytest.approx(9.0, abs=0.5)
    assert loss_db.std() == pytest.approx(5.0, abs=0.4)


@pytest.mark.parametrize(("kind", "value"), [("always", -1.0), ("never", 2.0)])
def test_line_of_sight_by_decree(kind: str, value: float) -> None:
    links = links_of(channel__line_of_sight=kind)
    assert (links.sight == value).all()
    assert links.shadow.std() == pytest.approx(1.0, abs=0.2)


def test_no_shadow_fading() -> None:
    links = links_of(channel__shadow_fading=False)
    assert (links.shadow == 0.0).all()
    assert links.sight.std() > 0.2


def test_one_sector_has_the_draws_it_has_among_all() -> None:
    users, rng = 70, np.random.default_rng(2)
    draws = Draws(NumpyKernels(), 1, 4, 3)
    every = draw_sectors(draws, users)
    chosen, sector = rng.permutation(3 * users), rng.integers(0, SECTORS, 3 * users)
    for one, all_of_them in zip(draw_one_sector(draws, users, chosen, sector), every, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one[:, 0], all_of_them[chosen, sector])


@pytest.mark.parametrize("slot", ["-170", "10", "60"])
def test_only_what_is_on_the_way_to_one_satellite_is_drawn(slot: str) -> None:
    geo = {"constellation__shells": None, "constellation__geostationary": slot}
    world, every = users_of(**geo, channel__environment="urban")
    draws = Draws(NumpyKernels(), 3, 5, 1)
    sky = draw_sky(world, draws)
    users = draw_users(world, draws, sky)
    np.testing.assert_array_equal(users.position_m, every.position_m)
    np.testing.assert_array_equal(users.cell, every.cell)
    if not len(sky):
        assert slot == "-170"
        return
    # Azimuth from east to north, by the tangent plane's axes.
    up = users.position_m / EARTH_RADIUS_M
    east = np.cross([0.0, 0.0, 1.0], up.T)
    north = np.cross(up.T, east)
    offset_m = sky.position_m[0] - users.position_m.T
    to_east, to_north = ((axis * offset_m).sum(axis=1) for axis in (east, north))
    sector = 4 * (to_east < 0) + 2 * (to_north < 0) + (abs(to_east) < abs(to_north))
    assert set(sector) <= {2, 3, 6, 7}
    number = np.arange(len(sector))
    drawn, among = users.surroundings, every.surroundings
    assert drawn.sight.shape == drawn.shadow.shape == (len(number), 1)
    np.testing.assert_array_equal(drawn.sight[:, 0], among.sight[number, sector])
    np.testing.assert_array_equal(drawn.shadow[:, 0], among.shadow[number, sector])
    np.testing.assert_allclose(
        users.ground_view.range_m, np.linalg.norm(offset_m, axis=1), rtol=1e-12
    )


def test_sectors_are_uniform_normal_and_independent() -> None:
    sight, normal = draw_sectors(Draws(NumpyKernels(), 1, 0, 10), 5000)
    assert sight.shape == normal.shape == (50_000, SECTORS)
    assert sight.dtype == normal.dtype == np.float32
    assert stats.kstest(sight.ravel(), "uniform").pvalue > 1e-3
    assert stats.kstest(normal.ravel(), "norm").pvalue > 1e-3
    both = np.concatenate([sight, normal], axis=1)
    off = np.corrcoef(both.T) - np.eye(2 * SECTORS)
    assert np.abs(off).max() < 5 / np.sqrt(50_000)
    assert np.abs(np.corrcoef(sight[:, 0], np.abs(normal[:, 0]))[0, 1]) < 5 / np.sqrt(50_000)


def test_active_users_of_a_population() -> None:
    world = network_world(users__count=None, users__devices_per_person=0.8,
                          users__activity_factor=0.001, region__kind="country",
                          region__country="LU", region__south_deg=None, region__north_deg=None,
                          region__west_deg=None, region__east_deg=None)  # fmt: skip
    listed = data.countries()
    people = listed.population[list(listed.alpha2).index("LU")]
    assert world.ground.users_per_trial == round(people * 0.8 * 0.001)


def test_hotspots_gather_the_first_users() -> None:
    world, users = users_of(
        users__count=2000, users__placement="hotspots", users__hotspots__count=4,
        users__hotspots__share=0.75, users__hotspots__radius_km=10.0,
    )  # fmt: skip
    unit = users.position_m.T / EARTH_RADIUS_M
    near = (unit @ unit.T) > np.cos(30.0 / 6371.0)
    # Three of four users have hundreds of others within three standard deviations.
    assert (near.sum(axis=1) > 200).mean() == pytest.approx(0.75, abs=0.03)
    again = draw_users(world, Draws(NumpyKernels(), 3, 6, 1))
    assert not np.allclose(again.position_m[:, 0], users.position_m[:, 0])


def test_users_of_a_file_outside_the_region_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("lat,lon,weight\n50,10,3\n-25,135,1\n")
    world, users = users_of(users__placement="file", users__file=str(path))
    assert (users.cell >= 0).all()
    assert len(users.cell) == 100
    (note,) = (note for note in world.notes if "25.00%" in note)
    assert note.startswith(f"{path}: ")
    path.write_text("lat,lon\n-25,135\n")
    with pytest.raises(InputError, match="nobody in it lives in the region"):
        users_of(users__placement="file", users__file=str(path))
