"""Users of one satellite that stands over a known place."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import capest
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.errors import CapestError, ScenarioError
from capest.physics.geometry import View
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

from .small import assert_same_bits, compute

RADIUS_KM = 6371.0
GEO_KM = 35_786.0


def placed(**changes: Any) -> Scenario:
    """Seven beams of a satellite 600 km over Bavaria, which sees them in the north."""
    scenario = load_scenario(
        {
            "satellite": {
                "preset": "tr38821-set1-leo600-s",
                "elevation_deg": 70.0,
                "latitude_deg": 48.0,
                "longitude_deg": 11.0,
            },
            "beams": {"count": 7, "statistics_count": 7},
            "users": {"placement": "population", "count": 300},
        }
    )
    return scenario.replace(**changes) if changes else scenario


def geostationary(**changes: Any) -> Scenario:
    """A satellite at 101.4° E whose centre sees it at 45° in the south."""
    return placed(
        satellite={
            "preset": "tr38821-set1-geo-s",
            "elevation_deg": 45.0,
            "latitude_deg": 0.0,
            "longitude_deg": 101.4,
        },
        **changes,
    )


def view_of(scenario: Scenario, trials: int = 20) -> tuple[World, View]:
    world = build(scenario)
    view = draw_users(world, Draws(NumpyKernels(), 5, 0, trials)).view
    assert view is not None
    return world, view


def unit(latitude_deg: float, longitude_deg: float) -> np.ndarray:
    lat, lon = math.radians(latitude_deg), math.radians(longitude_deg)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


def look_angles(
    satellite: np.ndarray, latitude_deg: float, longitude_deg: float
) -> tuple[float, float]:
    """Elevation and azimuth, degrees, by east, north and up components."""
    up = unit(latitude_deg, longitude_deg)
    lat, lon = math.radians(latitude_deg), math.radians(longitude_deg)
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    north = np.array(
        [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)]
    )
    offset = satellite - RADIUS_KM * up
    elevation = math.degrees(math.asin(offset @ up / np.linalg.norm(offset)))
    return elevation, math.degrees(math.atan2(offset @ east, offset @ north)) % 360.0


def test_a_dish_on_the_ground_at_the_centre_has_the_look_angles_of_the_scenario() -> None:
    rng = np.random.default_rng(1)
    for _ in range(12):
        latitude, longitude = rng.uniform(-65.0, 65.0), rng.uniform(-180.0, 180.0)
        elevation, azimuth = rng.uniform(35.0, 89.0), rng.uniform(0.0, 360.0)
        scenario = placed(
            satellite__latitude_deg=latitude,
            satellite__longitude_deg=longitude,
            satellite__elevation_deg=elevation,
            satellite__azimuth_deg=azimuth,
            users__placement="beam",
            users__count=None,
        )
        layout = build(scenario).layout
        satellite = (RADIUS_KM + 600.0) * unit(latitude, longitude)
        centre = layout["cell_latitude"][0], layout["cell_longitude"][0]
        assert look_angles(satellite, *centre) == pytest.approx((elevation, azimuth), abs=1e-6)
        # Where no other place is given, the weather is that of the centre.
        weather = scenario.weather_place_deg
        assert weather == pytest.approx((centre[0], (centre[1] + 180.0) % 360.0 - 180.0), abs=1e-6)


def test_weather_is_that_of_the_centre_unless_another_place_is_given() -> None:
    pytest.importorskip("itur")
    rain = placed(channel__weather="random", satellite__frequency_ghz=20.0)
    latitude, longitude = rain.weather_place_deg or (0.0, 0.0)
    there = rain.replace(channel__latitude_deg=latitude, channel__longitude_deg=longitude)
    assert_same_bits(compute(rain, trials=3), compute(there, trials=3))
    north = rain.replace(channel__latitude_deg=60.0, channel__longitude_deg=11.0)
    assert north.weather_place_deg == (60.0, 11.0)
    with pytest.raises(ScenarioError, match=r"channel\.longitude_deg: required with weather"):
        rain.replace(channel__latitude_deg=48.0)


def test_beijing_sees_a_geostationary_satellite_where_the_closed_form_has_it() -> None:
    """Elevation and azimuth from a slot are textbook formulas (Maral and Bousquet, clause 8.3)."""
    latitude, east = math.radians(39.9), math.radians(116.4 - 101.4)
    cosine = math.cos(latitude) * math.cos(east)
    tangent = (cosine - RADIUS_KM / (RADIUS_KM + GEO_KM)) / math.sqrt(1.0 - cosine**2)
    azimuth = 180.0 + math.degrees(math.atan2(math.tan(east), math.sin(latitude)))
    scenario = geostationary(
        satellite__elevation_deg=math.degrees(math.atan(tangent)),
        satellite__azimuth_deg=azimuth,
        users__placement="beam",
        users__count=None,
    )
    assert scenario.satellite.altitude_km == GEO_KM
    layout = build(scenario).layout
    assert layout["cell_latitude"][0] == pytest.approx(39.9, abs=1e-6)
    assert layout["cell_longitude"][0] == pytest.approx(116.4, abs=1e-6)
    assert layout["cell_country"][0] == "CN"


def test_a_satellite_overhead_turns_its_layout_by_the_azimuth() -> None:
    """Neighbours lie along the layout's axis, which points away from the satellite."""
    for azimuth, toward in ((180.0, (1.0, 0.0)), (0.0, (-1.0, 0.0)), (270.0, (0.0, 1.0))):
        layout = build(
            placed(
                satellite__elevation_deg=90.0,
                satellite__azimuth_deg=azimuth,
                users__placement="beam",
                users__count=None,
            )
        ).layout
        north = layout["cell_latitude"] - 48.0
        east = (layout["cell_longitude"] - 11.0) * math.cos(math.radians(48.0))
        along = toward[0] * north + toward[1] * east
        across = toward[0] * east - toward[1] * north
        ahead = int(np.argmax(along))
        assert layout["cell_u"][ahead] > 0.0
        assert across[ahead] == pytest.approx(0.0, abs=0.01)


@pytest.fixture(scope="module")
def people() -> tuple[Scenario, World, View]:
    scenario = placed(channel__environment="by-place")
    return scenario, *view_of(scenario, trials=100)


def test_people_stand_in_the_cells_and_see_the_satellite_where_it_is(
    people: tuple[Scenario, World, View],
) -> None:
    _, world, view = people
    grid = world.beams.layout.grid
    # In its own cell a user is nearer to no other boresight.
    away = np.linalg.norm(view.direction[:2].T[:, None] - grid.uv, axis=2)
    offset = view.direction[:2].T - grid.uv[away.argmin(axis=1)]
    for angle in np.radians([0.0, 60.0, 120.0]):
        along = offset @ np.array([math.cos(angle), math.sin(angle)])
        assert np.abs(along).max() <= 0.5 * grid.spacing_uv * (1.0 + 1e-9)
    # sin(nadir angle) (R + h) = cos(elevation) R, and the range by the law of cosines.
    nadir_sine = np.hypot(*view.direction[:2])
    cosine = nadir_sine * (RADIUS_KM + 600.0) / RADIUS_KM
    assert view.sin_elevation == pytest.approx(np.sqrt(1.0 - cosine**2), abs=1e-9)
    angle = np.arccos(cosine) - np.arccos(nadir_sine)
    squared = RADIUS_KM**2 + 6971.0**2 - 2.0 * RADIUS_KM * 6971.0 * np.cos(angle)
    assert view.range_m == pytest.approx(1e3 * np.sqrt(squared), rel=1e-9)


def test_cells_have_users_in_proportion_to_their_people(
    people: tuple[Scenario, World, View],
) -> None:
    _, world, view = people
    grid = world.beams.layout.grid
    away = np.linalg.norm(view.direction[:2].T[:, None] - grid.uv, axis=2)
    found = np.bincount(away.argmin(axis=1), minlength=7) / view.range_m.size
    share = world.layout["cell_people"] / world.layout["cell_people"].sum()
    # A city at a border of cells counts where its centre is, and its users on both sides.
    assert found == pytest.approx(share, abs=0.05)
    assert np.corrcoef(found, share)[0, 1] > 0.95
    # Upper and Middle Franconia have 150 and 250 people a km² (2022).
    density = world.layout["cell_people"].sum() / world.layout["cell_area"].sum()
    assert 70.0 < density < 300.0
    assert set(world.layout["cell_country"]) <= {"DE", "CZ"}


def test_surroundings_by_place_are_those_of_their_own_tables(
    people: tuple[Scenario, World, View],
) -> None:
    """Users who are all in one environment by chance have the loss of that one by name."""
    scenario, world, _ = people
    draws = Draws(NumpyKernels(), 5, 0, 100)
    users = draw_users(world, draws)
    share = np.bincount(users.environment, minlength=4) / users.environment.size
    assert (share[:3] > 0.02).all()

    def loss_db(of: World, environments: Any) -> np.ndarray:
        ways = sightlines(
            of.channel, of.radio.carrier, users.view, environments, users.surroundings, np
        )
        return path_loss_db(of.radio.carrier, ways, np)

    mixed = loss_db(world, users.environment)
    for number, name in enumerate(("rural", "suburban", "urban", "dense-urban")):
        alone = build(scenario.replace(channel__environment=name))
        own = users.environment == number
        assert (mixed[own] == loss_db(alone, None)[own]).all()


def test_devices_in_use_follow_from_the_people_below() -> None:
    scenario = placed(
        users__count=None, users__devices_per_person=0.01, users__activity_factor=0.005
    )
    world = build(scenario)
    expected = round(float(world.layout["cell_people"].sum()) * 0.01 * 0.005)
    assert world.ground.users_per_trial == pytest.approx(expected, abs=1)
    block = compute(scenario, 0, 3)
    assert (block.trial["users"] == world.ground.users_per_trial).all()


def grid_file(path: Path, step_deg: float) -> Path:
    import netCDF4

    with netCDF4.Dataset(path, "w") as file:
        for name, low, high in (("lat", 40.0, 60.0), ("lon", 0.0, 24.0)):
            edges = np.arange(low, high + 1e-9, step_deg)
            file.createDimension(name, len(edges) - 1)
            file.createVariable(name, "f8", (name,))[:] = 0.5 * (edges[1:] + edges[:-1])
            file[name].units = {"lat": "degrees_north", "lon": "degrees_east"}[name]
        people = file.createVariable("people", "f8", ("lat", "lon"))
        people.units = "km-2"
        people[:] = 7.0
    return path


@pytest.mark.parametrize("step_deg", [0.1, 2.0])
def test_users_of_an_even_population_come_by_the_area_of_cells(
    tmp_path: Path, step_deg: float
) -> None:
    scenario = placed(
        users__placement="file",
        users__file=str(grid_file(tmp_path / "even.nc", step_deg)),
        users__count=1000,
        satellite__elevation_deg=45.0,
    )
    world, view = view_of(scenario, trials=100)
    grid = world.beams.layout.grid
    away = np.linalg.norm(view.direction[:2].T[:, None] - grid.uv, axis=2)
    found = np.bincount(away.argmin(axis=1), minlength=7)
    # Independently: dA = range² / sin(elevation) dΩ, dΩ = du dv / w; a raster of each hexagon.
    fine = np.stack(np.meshgrid(*[np.linspace(-0.6, 0.6, 121)] * 2), axis=-1).reshape(-1, 2)
    inside = np.all(
        [np.abs(fine @ [math.cos(a), math.sin(a)]) <= 0.5 for a in np.radians([0.0, 60.0, 120.0])],
        axis=0,
    )
    uv = grid.uv[:, None] + grid.spacing_uv * fine[inside]
    sine = np.hypot(uv[..., 0], uv[..., 1])
    cosine_elevation = sine * 6971.0 / RADIUS_KM
    sin_elevation = np.sqrt(1.0 - cosine_elevation**2)
    range_km = 6971.0 * np.sqrt(1.0 - sine**2) - RADIUS_KM * sin_elevation
    area = (range_km**2 / sin_elevation / np.sqrt(1.0 - sine**2)).sum(axis=1)
    expected = 100_000 * area / area.sum()
    assert area.max() > 1.2 * area.min()
    # Five standard deviations of a share, and 0.3 % for pieces of the grid along the border.
    assert found == pytest.approx(expected, abs=5.0 * math.sqrt(1e5 / 7) + 0.003 * 1e5 / 7)
    km2 = world.layout["cell_area"]
    assert km2 / km2.sum() == pytest.approx(area / area.sum(), rel=2e-3)


def test_two_points_of_a_file_have_the_directions_of_their_places(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("lat,lon,weight\n50.1,11.0,3\n49.6,11.4,1\n10.0,11.0,4\n", encoding="utf-8")
    scenario = placed(users__placement="file", users__file=str(path), users__count=400)
    world, view = view_of(scenario)
    # A person's way: along east, north and up at the point below, the satellite looks down.
    seen = []
    for latitude, longitude in ((50.1, 11.0), (49.6, 11.4)):
        below = unit(48.0, 11.0)
        offset = RADIUS_KM * unit(latitude, longitude) - 6971.0 * below
        direction = offset / np.linalg.norm(offset)
        north = unit(48.0 + 90.0, 11.0)
        # The centre lies north of the satellite: that is the axis u, and v completes u and down.
        seen.append([direction @ north, direction @ np.cross(-below, north)])
    near = np.abs(view.direction[:2].T[:, None] - np.array(seen)).max(axis=2)
    assert near.min(axis=1).max() < 1e-9
    share = (near.argmin(axis=1) == 0).mean()
    assert share == pytest.approx(0.75, abs=5.0 * math.sqrt(0.75 * 0.25 / 8000))
    assert any("50.00% of the weight lies outside the cells" in note for note in world.notes)


def test_a_file_without_anybody_below_says_where_the_cells_are(tmp_path: Path) -> None:
    path = tmp_path / "far.csv"
    path.write_text("lat,lon\n10,11\n", encoding="utf-8")
    scenario = placed(users__placement="file", users__file=str(path))
    with pytest.raises(CapestError, match=r"nobody in it stands in the cells .*° N and .*° E"):
        build(scenario)


def test_beams_of_a_geostationary_satellite_have_the_people_of_china() -> None:
    world, _ = view_of(geostationary(), trials=1)
    of_china = world.layout["cell_people"][world.layout["cell_country"] == "CN"].sum()
    assert of_china > 0.9 * world.layout["cell_people"].sum()
    south_of_slot = geostationary(
        satellite__azimuth_deg=0.0, users__placement="beam", users__count=None
    )
    assert (build(south_of_slot).layout["cell_latitude"] < 0.0).all()


def test_cells_where_nobody_lives_are_refused() -> None:
    with pytest.raises(CapestError, match="nobody lives in the cells of the satellite's beams"):
        build(placed(satellite__latitude_deg=-50.0, satellite__longitude_deg=-120.0))


def test_beams_across_the_date_line_and_near_a_pole_hold_their_people() -> None:
    for latitude, longitude in ((-17.0, 179.5), (66.0, -176.0)):
        scenario = placed(
            satellite__latitude_deg=latitude, satellite__longitude_deg=longitude,
            satellite__elevation_deg=80.0, beams__count=37,
        )  # fmt: skip
        _, view = view_of(scenario)
        assert view.sin_elevation.min() > 0.5


def test_the_place_moves_nothing_where_users_are_placed_by_beams() -> None:
    here = placed(users__placement="beam", users__count=None)
    nowhere = here.replace(satellite__latitude_deg=None, satellite__longitude_deg=None)
    assert_same_bits(compute(here, 0, 5), compute(nowhere, 0, 5))
    assert "cell_latitude" not in build(nowhere).layout


def test_trials_with_people_do_not_depend_on_their_batch() -> None:
    scenario = placed(users__indoor_share=0.5, channel__environment="by-place")
    assert_same_bits(compute(scenario, 0, 6), compute(scenario, 0, 6, slice_trials=2))


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"satellite__longitude_deg": None}, "satellite.longitude_deg", "required with"),
        (
            {"satellite__longitude_deg": None, "satellite__latitude_deg": None},
            "users.placement",
            "needs to know where the satellite stands: satellite.latitude_deg, longitude_deg",
        ),
        ({"satellite__latitude_deg": 89.0}, "satellite.latitude_deg", "beyond the pole"),
        ({"users__devices_per_person": 0.1}, "users.devices_per_person", "beside users.count"),
        (
            {"users__placement": "uniform", "channel__environment": "by-place"},
            "channel.environment",
            "only with users placed by",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_line(changes: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        placed(**changes)
    (problem,) = error.value.problems
    assert problem.key == key
    assert said in str(problem)


def test_a_weather_far_from_the_cells_is_told() -> None:
    there = {"ionosphere": "by-latitude", "latitude_deg": 48.5, "longitude_deg": 11.0}
    assert not [note for note in build(placed(channel=there)).notes if "weather" in note]
    there |= {"latitude_deg": -60.0, "longitude_deg": 0.0}
    (note,) = [note for note in build(placed(channel=there)).notes if "weather" in note]
    away_km = math.radians(48.0 + 60.0) * RADIUS_KM
    assert 0.97 * away_km < float(note.split(", ")[-1].split()[0].replace(",", "")) < 1.05 * away_km


def test_cells_are_summed_up_by_country_and_latitude(tmp_path: Path) -> None:
    found = capest.run(
        placed(), trials=3, backend="numpy", workers=0, output=tmp_path / "placed.nc"
    )
    users = float(found["cell_users"].mean("trial").sum())
    for summed in (found.capest.by_country(), found.capest.by_latitude(1.0)):
        assert float(summed["users"].sum()) == pytest.approx(users)
    found.close()
