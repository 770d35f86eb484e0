"""The satellites of a scenario: how many, where, and their axes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capest.engine.build.notes import catalogue_notes
from capest.engine.build.space import space_of
from capest.engine.space import frames
from capest.orbits.constants import GEOSTATIONARY_RADIUS_M
from capest.physics.constants import EARTH_RADIUS_M
from capest.scenario.sections import ConstellationSettings

SHELLS = "53: 24/4/1 @ 550, 97.6: 12/3/1 @ 560 star"


def test_shells_slots_and_catalogue_stand_one_behind_the_other() -> None:
    space = space_of(ConstellationSettings(shells=SHELLS, geostationary="101.4, -15"))
    assert len(space) == 24 + 12 + 2
    assert space.names == ("53: 24/4/1 @ 550", "97.6: 12/3/1 @ 560 star",
                           "geostationary 101.4", "geostationary -15")  # fmt: skip
    assert np.bincount(space.group).tolist() == [24, 12, 1, 1]
    position_m = space.positions_m(1000.0)
    radius_m = np.linalg.norm(position_m, axis=1)
    np.testing.assert_allclose(radius_m[:24], EARTH_RADIUS_M + 550e3)
    np.testing.assert_allclose(radius_m[24:36], EARTH_RADIUS_M + 560e3)
    np.testing.assert_allclose(radius_m[36:], GEOSTATIONARY_RADIUS_M)
    longitude = np.degrees(np.arctan2(position_m[36:, 1], position_m[36:, 0]))
    np.testing.assert_allclose(longitude, [101.4, -15.0])
    assert (position_m[36:] == space.positions_m(5000.0)[36:]).all()
    assert not (position_m[:36] == space.positions_m(5000.0)[:36]).any()


@pytest.mark.parametrize("deployment", ["spread", "planes"])
@pytest.mark.parametrize("fraction", [0.25, 0.5, 1.0])
def test_part_of_a_constellation(deployment: str, fraction: float) -> None:
    whole = space_of(ConstellationSettings(shells=SHELLS)).positions_m(0.0)
    part = space_of(
        ConstellationSettings(shells=SHELLS, deployed_fraction=fraction, deployment=deployment)
    )
    assert np.bincount(part.group).tolist() == [round(24 * fraction), round(12 * fraction)]
    found = part.positions_m(0.0)
    distance = np.linalg.norm(found[:, None] - whole[None], axis=2)
    assert (distance.min(axis=1) == 0.0).all()


def test_start_turns_the_earth() -> None:
    # A sidereal day later the stars, and with them the planes, stand as before.
    one = space_of(ConstellationSettings(shells=SHELLS, start="2026-01-01T00:00:00Z")).positions_m(
        0.0
    )
    other = space_of(
        ConstellationSettings(shells=SHELLS, start="2026-01-02T00:00:00Z")
    ).positions_m(0.0)
    turned = (
        np.degrees(np.arctan2(one[0, 1], one[0, 0]) - np.arctan2(other[0, 1], other[0, 0])) % 360.0
    )
    assert turned == pytest.approx(360.0 * (1.0 / 0.99726957 - 1.0), abs=1e-4)


def test_catalogues_that_are_old_and_satellites_that_have_decayed(tmp_path: Path) -> None:
    pytest.importorskip("sgp4")
    lines = (
        "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991",
        "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482",
    )
    path = tmp_path / "iss.tle"
    path.write_text("\n".join(lines) + "\n")
    space = space_of(ConstellationSettings(catalogue=str(path), start="2019-12-09T17:00:00Z"))
    height_m = np.linalg.norm(space.positions_m(0.0)[0]) - EARTH_RADIUS_M
    assert 400e3 < height_m < 440e3
    assert space.window_s == 24 * 3600.0
    assert catalogue_notes(space) == ()
    (late,) = catalogue_notes(replace(space, window_s=60 * 86400.0))
    assert "1 of 1 element sets are more than 30 days" in late
    assert "60 at most" in late
    dragged = lines[0].replace("38792-4 0  9991", "38792-1 0  9998")
    path.write_text("\n".join((dragged, lines[1])) + "\n")
    fallen = space_of(ConstellationSettings(catalogue=str(path), start="2020-12-09T17:00:00Z"))
    assert np.isnan(fallen.positions_m(0.0)).all()
    assert "SGP4 has no position for 1 of 1" in catalogue_notes(fallen)[-1]


def test_frames_are_orthonormal_and_look_down() -> None:
    position_m = space_of(ConstellationSettings(shells=SHELLS)).positions_m(0.0)
    position_m = np.concatenate([position_m, [[0.0, 0.0, 7e6], [0.0, 0.0, -7e6]]])
    axes = frames(position_m).transpose(2, 0, 1)
    np.testing.assert_allclose(
        axes @ axes.transpose(0, 2, 1), np.broadcast_to(np.eye(3), axes.shape), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)
    np.testing.assert_allclose(
        axes[:, 2], -position_m / np.linalg.norm(position_m, axis=1, keepdims=True), atol=1e-12
    )
    assert np.abs(axes[:-2, 0, 2]).max() < 1e-12  # u points east
