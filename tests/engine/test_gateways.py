"""Antennas on the ground: each feeds one satellite, and as many satellites as can be are fed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.assignment import view_of_cells
from capest.engine.gateways import fed_only, matching, with_gateways
from capest.engine.memory import compute_block
from capest.engine.sky import Sky, draw_sky, elevation_of, feeder_ranges_m
from capest.engine.trial import compute
from capest.engine.world import World
from capest.errors import InputError, ScenarioError
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws
from capest.scenario.fingerprint import fingerprint
from capest.scenario.gateway_notation import EXAMPLE

from .small_network import network_scenario, network_world

PLACES = "50 10 x 2, 47.5 7 x 1, 53 16 x 3"
LAT, LON, ANTENNAS = np.array([50.0, 47.5, 53.0]), np.array([10.0, 7.0, 16.0]), (2, 1, 3)
TRIALS = 6
UNIT = np.stack(
    [
        np.cos(np.radians(LAT)) * np.cos(np.radians(LON)),
        np.cos(np.radians(LAT)) * np.sin(np.radians(LON)),
        np.sin(np.radians(LAT)),
    ],
    axis=1,
)


def skies(places: str = PLACES, **changes: Any) -> tuple[World, Sky, Sky]:
    """All satellites in reach, and those that are fed."""
    world = network_world(
        constellation__gateways=places, satellite__gateway_elevation_deg=25.0, **changes
    )
    whole = draw_sky(world, Draws(NumpyKernels(), world.seed, 0, TRIALS))
    return world, whole, with_gateways(world, whole)[0]


def seen(sky: Sky, trial: int) -> np.ndarray:
    """Which gateways see which satellites of a trial, by the elevation from first principles."""
    some = slice(sky.start[trial], sky.start[trial + 1])
    place_m = EARTH_RADIUS_M * UNIT
    way_m = sky.position_m[some][None] - place_m[:, None]
    up = (way_m * UNIT[:, None]).sum(axis=2) / np.linalg.norm(way_m, axis=2)
    return np.degrees(np.arcsin(up)) >= 25.0


LAYOUTS: dict[str, dict[str, Any]] = {
    "cells": {},
    "fixed beams": {"cells__layout": "satellite-fixed", "beams__count": 19},
    "a frame": {"beams__allocation": "proportional", "beams__slots": 4},
    "geostationary": {
        "constellation": {"shells": None, "geostationary": "0, 5, 10, 15, 20, 25, 30, 35"}
    },
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_antennas_are_conserved_in_every_trial(case: str) -> None:
    _, whole, fed = skies(**LAYOUTS[case])
    assert len(fed) < len(whole)
    for trial in range(TRIALS):
        some = slice(fed.start[trial], fed.start[trial + 1])
        used = np.bincount(fed.gateway[some], minlength=3)
        assert (used <= ANTENNAS).all()
        # Each lit satellite has an antenna, which sees it.
        lit = np.arange(some.stop - some.start)
        assert seen(fed, trial)[fed.gateway[some], lit].all()
        before = whole.number[whole.start[trial] : whole.start[trial + 1]]
        assert np.isin(fed.number[some], before).all()
        assert len(np.unique(fed.number[some])) == len(lit)


@pytest.mark.parametrize("case", LAYOUTS)
def test_as_many_are_fed_as_can_be(case: str) -> None:
    world, whole, fed = skies(**LAYOUTS[case])
    for trial in range(TRIALS):
        some = slice(whole.start[trial], whole.start[trial + 1])
        sine = elevation_of(np.asarray(world.ground.cells.centre_unit), whole.position_m[some])[0]
        lowest = np.sin(np.radians(world.beams.lowest_deg))
        serves = (sine >= lowest).any(axis=0)
        by_antenna = np.repeat(seen(whole, trial) & serves, ANTENNAS, axis=0)
        found = maximum_bipartite_matching(csr_matrix(by_antenna), perm_type="column")
        assert fed.start[trial + 1] - fed.start[trial] == (found >= 0).sum()
    assert len(fed) > TRIALS


def test_matching_against_scipy() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        satellites, gateways = rng.integers(1, 30), rng.integers(1, 8)
        sees = rng.random((satellites, gateways)) < rng.choice([0.1, 0.3, 0.7])
        antennas = rng.integers(1, 6, gateways)
        order = rng.permutation(satellites)
        choices = [np.flatnonzero(row).tolist() for row in sees]
        own = matching(order.tolist(), choices, antennas.tolist())
        fed = np.flatnonzero(own >= 0)
        assert sees[fed, own[fed]].all()
        assert (np.bincount(own[fed], minlength=gateways) <= antennas).all()
        by_antenna = np.repeat(sees, antennas, axis=1)
        most = (maximum_bipartite_matching(csr_matrix(by_antenna)) >= 0).sum()
        assert len(fed) == most
        # Who comes first in the order has more weight than all behind it together.
        weight = np.zeros(satellites)
        weight[order] = 2.0 ** -np.arange(satellites)
        best = linear_sum_assignment(by_antenna * weight[:, None], maximize=True)
        total = (by_antenna * weight[:, None])[best].sum()
        assert weight[fed].sum() == pytest.approx(total, rel=1e-12)


def test_enough_antennas_everywhere_change_nothing_but_the_delay() -> None:
    places = ", ".join(f"{lat} {lon} x 100" for lat in range(36, 65, 4) for lon in range(-8, 33, 5))
    free = compute_block(network_world(satellite__gateway_elevation_deg=10.0), NumpyKernels(), 0, 4)
    world = network_world(satellite__gateway_elevation_deg=10.0, constellation__gateways=places)
    fed = compute_block(world, NumpyKernels(), 0, 4)
    np.testing.assert_allclose(fed.trial["throughput"], free.trial["throughput"], rtol=1e-6)


def test_dark_satellites_serve_nobody() -> None:
    free, fed = (
        compute_block(network_world(**changes), NumpyKernels(), 0, 8)
        for changes in ({}, {"constellation__gateways": "50 10"})
    )
    assert 0 < fed.trial["throughput"].sum() < 0.7 * free.trial["throughput"].sum()
    none = compute_block(
        network_world(constellation__gateways="-40 -120 x 50"), NumpyKernels(), 0, 2
    )
    assert none.trial["throughput"].sum() == 0.0


def test_the_feeder_link_goes_to_the_gateway_in_use() -> None:
    world, _, fed = skies()
    place_m = EARTH_RADIUS_M * UNIT[fed.gateway]
    expected_m = np.linalg.norm(fed.position_m - place_m, axis=1)
    np.testing.assert_allclose(feeder_ranges_m(world, fed), expected_m, rtol=1e-9)
    # 25 degrees above the ground a satellite 1,200 km high is 2,120 km away.
    assert (feeder_ranges_m(world, fed) < 2.13e6).all()


def test_a_trial_depends_on_its_number_alone() -> None:
    world = network_world(constellation__gateways=PLACES)
    together = compute(world, NumpyKernels(), 0, 4).trial["throughput"]
    alone = [compute(world, NumpyKernels(), k, 1).trial["throughput"][0] for k in range(4)]
    np.testing.assert_array_equal(together, alone)


def test_a_file_is_as_good_as_the_notation(tmp_path: Path) -> None:
    table = tmp_path / "g.csv"
    table.write_text("latitude_deg,longitude_deg,antennas\n50,10,2\n47.5,7,\n53,16,3\n")
    points = tmp_path / "g.geojson"
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
         "properties": {"antennas": count} if count > 1 else None}
        for lat, lon, count in zip(LAT, LON, ANTENNAS, strict=True)
    ]  # fmt: skip
    points.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for source in (PLACES, str(table), str(points)):
        world = network_world(constellation__gateways=source)
        np.testing.assert_array_equal(world.gateways.antennas, ANTENNAS)
        np.testing.assert_allclose(world.gateways.unit, UNIT)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("longitude_deg,antennas\n1,2\n", "line 1: there is no column latitude_deg"),
        ("latitude_deg,longitude_deg\n50,10\n50,ten\n", "line 3, column longitude_deg: 'ten'"),
        ("latitude_deg,longitude_deg,antennas\n50,10,2.5\n", "line 2, column antennas: '2.5'"),
        ("latitude_deg,longitude_deg\n95,10\n", "line 2: latitude 95"),
        ("latitude_deg,longitude_deg\nnan,10\n", "line 2: latitude nan"),
        ("latitude_deg,longitude_deg,antennas\n50,10,0\n", "line 2: a gateway has 1 to"),
        ("latitude_deg,longitude_deg\n", "holds no gateway"),
        ("", "line 1: there is no column latitude_deg"),
        ('{"features": [', "broken GeoJSON"),
        ('{"features": [{"geometry": {"type": "Polygon"}}]}', "feature 1: must be a Feature"),
        ('{"geometry": {"type": "Point", "coordinates": [1]}}', "feature 1: coordinates must"),
        ('{"geometry": {"type": "Point", "coordinates": [1, 99]}}', "feature 1: latitude 99"),
    ],
)
def test_a_bad_file_says_where(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        network_world(constellation__gateways=str(path))
    assert fault in str(caught.value)
    assert "bad.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "52, 21", "52N 21E x 8", "21.0 x 52", "52.1,21.0 x 8", "-33;151"),
        *(
            "50 10 x",
            "50 10 x 0",
            "91 10",
            "50 400",
            "50 10 x 2; 3 4",
            "50 10, 51",
            "50 10 x 99999",
        ),
    ],
)
def test_bad_notation_is_named(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"constellation\.gateways") as caught:
        network_scenario(constellation__gateways=text)
    assert (
        EXAMPLE in str(caught.value)
        or "must be from" in str(caught.value)
        or "1 to" in str(caught.value)
    )


def test_a_missing_file_is_named() -> None:
    for text in ("nowhere.csv", "2026.csv", "Warsaw", "52N/21E"):
        with pytest.raises(InputError, match=r"^constellation\.gateways: ") as caught:
            network_world(constellation__gateways=text)
        assert f"{text}: cannot be read: No such file" in str(caught.value)
        assert EXAMPLE in str(caught.value)
        # A run asks for the content of files before anything else.
        with pytest.raises(InputError) as asked:
            fingerprint(network_scenario(constellation__gateways=text))
        assert str(asked.value) == str(caught.value)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("50 10", "1 antenna of 1 gateway feeds one satellite at most"),
        ("50 10 x 3", "3 antennas of 1 gateway feed as many"),
        ("50 10, 47.5 7", "2 antennas of 2 gateways feed as many"),
    ],
)
def test_antennas_are_counted_in_words_that_fit(places: str, said: str) -> None:
    world = network_world(constellation__gateways=places)
    assert any(each.startswith(said) for each in world.notes)


def test_a_gateway_in_the_sea_gets_a_note() -> None:
    world = network_world(constellation__gateways="50 10 x 2, 56 3.5")
    (note,) = [each for each in world.notes if "in the sea" in each]
    assert "56 3.5" in note
    assert "50 10" not in note
    assert any(each.startswith("3 antennas of 2 gateways") for each in world.notes)


def test_a_regenerative_satellite_needs_none() -> None:
    with pytest.raises(ScenarioError, match="no trial computes their links"):
        network_scenario(constellation__gateways=PLACES, satellite__payload="regenerative")


@pytest.mark.parametrize("places", ["39.9 116.4 x 8", "50 10 x 1"])
def test_a_dark_satellite_still_stands_in_view(places: str) -> None:
    calls = {"service": {"preset": "video-call-480p"}}
    free, fed = (
        compute_block(network_world(**changes, **calls), NumpyKernels(), 0, 6)
        for changes in ({}, {"constellation__gateways": places})
    )
    for name in ("covered_cells", "calls_refused_satellite", "calls_refused_elevation"):
        np.testing.assert_array_equal(fed.trial[name], free.trial[name])
    assert free.trial["covered_cells"].all()
    np.testing.assert_array_equal(
        fed.cell["cell_satellites_in_view"], free.cell["cell_satellites_in_view"]
    )
    more = fed.trial["calls_refused_beam"] - free.trial["calls_refused_beam"]
    assert (more > 0).all()
    if places.startswith("39.9"):
        in_view = fed.trial["calls_offered"] - fed.trial["calls_refused_satellite"]
        in_view = in_view - fed.trial["calls_refused_elevation"]
        np.testing.assert_array_equal(fed.trial["calls_refused_beam"], in_view)


def test_what_may_serve_is_what_the_fed_satellites_alone_show() -> None:
    world, whole, fed = skies()
    sky, view = fed_only(world, whole, view_of_cells(world, whole))
    alone = view_of_cells(world, fed)
    np.testing.assert_array_equal(sky.number, fed.number)
    for name in ("cell", "satellite", "elevation_deg", "snr"):
        found, expected = (getattr(each.candidates, name) for each in (view, alone))
        np.testing.assert_array_equal(found, expected)
    assert view.candidates.satellites == len(fed) > 0
    assert len(view.candidates.cell) < view.in_view.sum()


FAR = {
    # 600 and 1,200 km high: from 20 degrees to 10 on the other side is 34 degrees at most.
    "39.9 116.4 x 8": "no gateway sees",
    "10 50 x 8, -40 -120": "no gateway sees",
    "50 10 x 8, 39.9 116.4, -40 -120": "2 of 3 gateways never see",
    "50 10 x 8, 40 20": "",
}


@pytest.mark.parametrize("places", FAR)
def test_gateways_too_far_from_the_region_get_a_note(places: str) -> None:
    found = [
        each
        for each in network_world(constellation__gateways=places).notes
        if "that sees the region" in each
    ]
    assert len(found) == bool(FAR[places])
    if found:
        assert found[0].startswith(f"constellation.gateways: {FAR[places]} a satellite")
        assert "latitude longitude" in found[0]


@pytest.mark.parametrize(("places", "far"), [("50 60 x 2", False), ("50 150 x 2", True)])
def test_the_places_of_satellites_that_stand_still_tell(places: str, far: bool) -> None:
    # From 150 degrees east no satellite above 80 degrees east is hidden, but these are at 10.
    still = {"constellation": {"shells": None, "geostationary": "8, 12"}}
    world = network_world(**still, constellation__gateways=places)
    assert any("that sees the region" in each for each in world.notes) == far


@pytest.mark.parametrize("place", [(50.0, 40.0), (50.0, 66.0), (20.0, 12.0), (80.0, -40.0)])
def test_a_gateway_that_ever_feeds_is_never_called_too_far(place: tuple[float, float]) -> None:
    world = network_world(constellation__gateways=f"{place[0]} {place[1]} x 50")
    sky = draw_sky(world, Draws(NumpyKernels(), world.seed, 0, 40))
    feeds = len(with_gateways(world, sky)[0]) > 0
    noted = any("that sees the region" in each for each in world.notes)
    assert not (feeds and noted)
