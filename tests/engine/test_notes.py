"""Notes on choices that invite the wrong answer: assignment by elevation, cells beside beams."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.engine.build import build
from capest.engine.build.notes import altitudes_km, assignment_note, cell_width_note, unlike_beams
from capest.engine.world import World
from capest.scenario.load import load_scenario

from .small_network import network_scenario, network_world

GUOWANG_KM = np.array([508.0, 590.0, 600.0, 1145.0])
STARLINK_KM = np.array([525.0, 530.0])


def system_world(satellite: str, constellation: str, **changes: object) -> World:
    """A constellation preset over a box, with the cells and the assignment of the defaults."""
    scenario = load_scenario(
        {
            "rules": "0.2", "satellite": {"preset": satellite},
            "constellation": {"preset": constellation},
            "region": {
                "kind": "box", "south_deg": 30.0, "north_deg": 33.0,
                "west_deg": 100.0, "east_deg": 104.0,
            },
            "users": {"placement": "uniform", "count": 10},
        }
    )  # fmt: skip
    return build(scenario.replace(**changes) if changes else scenario)


def by_elevation(notes: tuple[str, ...]) -> list[str]:
    return [note for note in notes if note.startswith("cells.assignment = ")]


def by_width(notes: tuple[str, ...]) -> list[str]:
    return [note for note in notes if note.startswith("cells are ")]


def test_altitudes_of_satellites_whose_position_is_known() -> None:
    position_m = np.array([[6_871_000.0, 0.0, 0.0], [np.nan] * 3, [0.0, 0.0, -7_571_000.0]])
    np.testing.assert_allclose(altitudes_km(position_m), [500.0, 1200.0])
    assert altitudes_km(np.full((2, 3), np.nan)).size == 0


@pytest.mark.parametrize("assignment", ["highest-elevation", "greedy-demand"])
def test_elevations_are_not_compared_across_heights_without_a_word(assignment: str) -> None:
    (note,) = assignment_note(assignment, GUOWANG_KM)
    assert note.startswith(f'cells.assignment = "{assignment}"')
    assert "508 to 1,145 km" in note
    assert "max-sinr" in note
    (geo,) = assignment_note(assignment, np.array([600.0, 35_786.0]))
    assert "600 to 35,786 km" in geo


@pytest.mark.parametrize("assignment", ["max-sinr", "least-loaded", "solved"])
def test_other_assignments_compare_no_elevations(assignment: str) -> None:
    assert assignment_note(assignment, GUOWANG_KM) == ()


@pytest.mark.parametrize(
    "altitude_km",
    # One shell; Starlink's two; the lower half of Guowang; none at all.
    [[600.0, 600.0], STARLINK_KM, [508.0, 590.0, 600.0], []],
)
def test_about_one_height_is_no_matter(altitude_km: list[float]) -> None:
    assert assignment_note("highest-elevation", np.asarray(altitude_km)) == ()


def test_cells_narrower_than_beams_disturb_each_other() -> None:
    """Automatic cells of 17.2 km are meant for 360 km; from 525 km a beam is 25 km wide."""
    spacing_uv = math.sqrt(3.0) * math.sin(math.radians(0.5 * 3.16))
    (note,) = cell_width_note(spacing_uv * 360.0, spacing_uv, STARLINK_KM)
    assert "cells are 17 km wide" in note
    assert "satellites, 25 km:" in note
    assert "wider than its cell interferes with the cells around" in note
    assert "edge" not in note
    assert note.endswith("cells.diameter_km = 25.2 fits")
    assert cell_width_note(25.2, spacing_uv, STARLINK_KM) == ()


def test_cells_wider_than_beams_are_served_from_their_edge() -> None:
    (note,) = cell_width_note(48.0, 0.02, np.array([500.0, 500.0]))
    assert "cells are 48 km wide" in note
    assert "satellites, 10 km:" in note
    assert "far from the centre of a cell users get the edge" in note
    assert "interferes" not in note
    assert note.endswith("cells.diameter_km = 10 fits")


def test_no_width_fits_leo_and_geo() -> None:
    """Cells for LEO: beams from GEO are sixty times as wide; whatever is written, a note stands."""
    mixed_km = np.array([600.0, 35_786.0])
    for diameter_km in (40.0, 300.0, 2400.0):
        (note,) = cell_width_note(diameter_km, 40.0 / 600.0, mixed_km)
        assert "40 to 2,386 km" in note
        assert "no one width of cells fits" in note
        assert "cells.diameter_km" not in note
    (both,) = cell_width_note(300.0, 40.0 / 600.0, mixed_km)
    assert "interferes" in both
    assert "edge" in both


def test_a_width_that_no_scenario_may_have_is_not_advised() -> None:
    (note,) = cell_width_note(5.0, 0.002, np.array([500.0]))
    assert "satellites, 1 km:" in note
    assert "cells.diameter_km = " not in note


@pytest.mark.parametrize("ratio", [0.85, 1.0, 1.2])
def test_cells_about_as_wide_as_beams_are_no_matter(ratio: float) -> None:
    assert cell_width_note(40.0 * ratio, 40.0 / 600.0, np.array([600.0])) == ()
    assert cell_width_note(40.0, 40.0 / 600.0, np.array([])) == ()


@pytest.mark.parametrize(
    ("diameter_km", "low_km", "high_km"), [(17.0, 525.0, 530.0), (90.0, 500.0, 700.0)]
)
def test_the_width_advised_leaves_nothing_to_note(
    diameter_km: float, low_km: float, high_km: float
) -> None:
    altitude_km = np.array([low_km, high_km])
    (note,) = cell_width_note(diameter_km, 0.048, altitude_km)
    advised_km = float(note.rpartition("cells.diameter_km = ")[2].removesuffix(" fits"))
    assert cell_width_note(advised_km, 0.048, altitude_km) == ()


@pytest.mark.parametrize(
    ("assignment", "warned"),
    [("highest-elevation", True), ("greedy-demand", True), ("max-sinr", False)],
)
def test_guowang_complete(assignment: str, warned: bool) -> None:
    world = system_world(
        "tr38821-set1-leo600-s", "guowang-complete",
        cells__assignment=assignment, constellation__deployed_fraction=0.05,
    )  # fmt: skip
    assert bool(by_elevation(world.notes)) is warned
    (note,) = by_width(world.notes)
    assert "34 to 76 km" in note


def test_starlink_in_cells_for_another_height() -> None:
    world = system_world("starlink-dtc-calibrated", "starlink-dtc-2016")
    (note,) = world.notes
    assert note.startswith("cells are 17 km wide")
    wide = system_world(
        "starlink-dtc-calibrated", "starlink-dtc-2016", cells__diameter_km=25.0
    )  # fmt: skip
    assert wide.notes == ()
    # By the rules of 0.3 cells follow the constellation, not the height of the preset.
    own = system_world("starlink-dtc-calibrated", "starlink-dtc-2016", rules="0.3")
    assert by_width(own.notes) == []


def test_beams_are_as_wide_as_they_shine_however_far_they_lie_apart() -> None:
    """Cells as far apart as beams are set, twice the width of a beam."""
    narrow = load_scenario(
        {"rules": "0.2", "satellite": {"preset": "tr38821-set1-leo600-s"}}
    ).beam_spacing_uv
    world = system_world(
        "tr38821-set1-leo600-s", "guowang-gw-a59", beams__spacing_uv=2.0 * narrow
    )  # fmt: skip
    (note,) = by_width(world.notes)
    assert "cells are 80 km wide" in note
    assert "satellites, 34 to 40 km: far from the centre" in note


@pytest.mark.parametrize(
    ("satellite", "constellation"),
    [
        ("tr38821-set1-leo600-s", "guowang-gw-a59"),
        ("tr38821-set1-leo1200-s", "guowang-gw-2"),
        ("tr38821-set2-geo-s", "tiantong-1"),
        ("starlink-dtc-calibrated", "starlink-dtc-652"),
    ],
)
def test_nothing_to_note_by_default(satellite: str, constellation: str) -> None:
    assert system_world(satellite, constellation).notes == ()


def test_leo_beside_geo() -> None:
    world = network_world(
        constellation__shells="60: 200/10/1 @ 600", constellation__geostationary="10",
        cells__diameter_km=None,
    )  # fmt: skip
    assert len(by_elevation(world.notes)) == 1
    (note,) = by_width(world.notes)
    assert "no one width of cells fits" in note


def test_satellite_fixed_beams_follow_no_cell() -> None:
    fixed = network_world(cells__layout="satellite-fixed", beams__count=7)
    assert fixed.notes == ()
    # The same satellites and cells, with beams that follow the cells.
    assert len(network_world().notes) == 2


def test_notes_reach_the_result_and_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = network_scenario(users__count=10, run__trials=2)
    (tmp_path / "s.toml").write_text(scenario.to_toml(), encoding="utf-8")
    words = ["run", "s.toml", "--workers", "0", "--trials", "2", "-o", "s.nc"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    shown = " ".join(done.output.split())
    for part in ('cells.assignment = "highest-elevation" compares', "cells are 120 km wide"):
        assert part in shown
    with capest.open("s.nc") as result:
        kept = result.attrs["notes"]
    assert by_elevation(tuple(kept.splitlines()))
    assert by_width(tuple(kept.splitlines()))
    again = CliRunner().invoke(cli, ["show", "s.nc", "--json"], catch_exceptions=False)
    assert any("compares elevations" in note for note in json.loads(again.stdout)["notes"])


def test_a_network_that_never_comes_near_says_so():
    """One equatorial orbit at 600 km, seen from 46 N: never above the horizon."""
    far = network_scenario(constellation__shells="0: 4/1/0 @ 600", run__trials=5)
    said = "No cell had a satellite above the mask in any trial."
    assert said in repr(capest.run(far).capest.summary())
    assert said not in repr(capest.run(network_scenario(run__trials=2)).capest.summary())


@pytest.mark.parametrize(
    ("heights_km", "widths_uv", "said"),
    [
        ((525.0, 530.0), (0.048, 0.136), "beams of such different widths"),
        ((525.0, 1200.0), (0.048, 0.048), "satellites of such different heights"),
        ((525.0, 1200.0), (0.048, 0.136), "beams of such different widths on satellites of such"),
    ],
)
def test_what_no_width_of_cells_fits_is_named(
    heights_km: tuple[float, ...], widths_uv: tuple[float, ...], said: str
) -> None:
    altitude_km, width_uv = np.array(heights_km), np.array(widths_uv)
    unlike = unlike_beams(altitude_km, width_uv)
    assert unlike.startswith(said)
    (note,) = cell_width_note(25.0, 1.0, altitude_km * width_uv, unlike)
    assert note.endswith(f"no one width of cells fits {unlike}")


def test_shells_of_one_height_with_unlike_beams() -> None:
    tables = [{"orbit": "53: 400/20/1 @ 525"}, {"orbit": "43: 400/20/1 @ 530", "hpbw_deg": 13.0}]
    world = network_world(constellation={"shells": None, "shell": tables}, cells__diameter_km=40.0)
    (note,) = by_width(world.notes)
    assert note.endswith("no one width of cells fits beams of such different widths")
