"""Users without a terrestrial network: in regions and below satellites, with all that goes on."""

import json

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.users import draw_users
from capest.errors import InputError
from capest.geo.population import population_model
from capest.geo.region import box
from capest.geo.uncovered import uncovered_by_density
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario

from .small_network import network_scenario
from .test_placed import placed

SPLIT = 10.0
"""Longitude up to which the files below have a network."""


def everywhere(tmp_path, east_deg=SPLIT):
    ring = [[0.0, 40.0], [east_deg, 40.0], [east_deg, 60.0], [0.0, 60.0], [0.0, 40.0]]
    path = tmp_path / "covered.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    return str(path)


def uncovered(**changes):
    return network_scenario(users__placement="uncovered", **changes)


def test_a_note_says_how_many_people_that_is():
    region = box(46.0, 6.0, 54.0, 18.0)
    living = population_model(region)
    left = uncovered_by_density(living, 1.0).people
    told = f"users stand for the {left:,.0f} of {living.people:,.0f} people"
    assert any(note.startswith(told) for note in build(uncovered()).notes)
    assert 0.002 < left / living.people < 0.02


def test_devices_are_those_of_uncovered_people():
    per_person = {"users__count": None, "users__devices_per_person": 0.5}
    world = build(uncovered(**per_person, users__activity_factor=0.01))
    living = population_model(box(46.0, 6.0, 54.0, 18.0))
    left = uncovered_by_density(living, 1.0).people
    assert world.ground.users_per_trial == round(0.005 * left)


def test_users_live_less_densely_than_all_people():
    kinds = {}
    for placement in ("population", "uncovered"):
        world = build(
            network_scenario(
                users__placement=placement, users__count=4000, channel__environment="by-place"
            )
        )
        users = draw_users(world, Draws(NumpyKernels(), world.seed, 0, 2))
        kinds[placement] = np.bincount(users.environment, minlength=4) / len(users.environment)
    assert kinds["uncovered"][0] > 0.9
    assert kinds["population"][0] < 0.8


def test_people_of_cells_are_those_without_a_network():
    scenario = uncovered()
    people = build(scenario).layout["cell_people"]
    everybody = build(scenario.replace(users__placement="population")).layout["cell_people"]
    assert people.shape == everybody.shape
    assert (people <= everybody).all()
    living = population_model(box(46.0, 6.0, 54.0, 18.0))
    assert people.sum() == pytest.approx(uncovered_by_density(living, 1.0).people, rel=1e-3)


def test_nobody_stands_where_a_file_has_a_network(tmp_path):
    scenario = uncovered(users__file=everywhere(tmp_path), users__count=2000)
    world = build(scenario)
    users = draw_users(world, Draws(NumpyKernels(), world.seed, 0, 2))
    lon = np.degrees(np.arctan2(users.position_m[1], users.position_m[0]))
    # Users stand anywhere in a piece whose middle has none: the widest is a part of a large town.
    assert lon.min() > SPLIT - 0.1
    assert (lon > SPLIT).mean() > 0.995
    assert (lon > 12.0).mean() > 0.5


MODES = {
    "by density": {},
    "by a file": {"users__file": None},
    "with guard cells": {"region__guard_km": 150.0},
    "by a file with guard cells": {"users__file": None, "region__guard_km": 150.0},
    "stratified": {"users__positions": "stratified", "users__file": None},
    "in weather": {"channel__weather": "exceeded"},
    "a frame": {"beams__allocation": "proportional", "satellite__beams_at_once": 3},
    "calls": {"service__preset": "voice", "users__count": 300},
    "satellite-fixed": {"cells__layout": "satellite-fixed", "beams__count": 19},
}


@pytest.mark.parametrize("mode", MODES)
def test_it_goes_with_everything_and_trials_are_the_same_in_any_batch(mode, tmp_path):
    changes = dict(MODES[mode])
    if "users__file" in changes:
        changes["users__file"] = everywhere(tmp_path)
    world = build(uncovered(**changes))
    together = compute_block(world, NumpyKernels(), 0, 3)
    alone = compute_block(world, NumpyKernels(), 2, 1)
    for name, values in alone.trial.items():
        assert values.tobytes() == together.trial[name][2:].tobytes(), name
    assert world.ground.guard_users > 0 or "guard" not in mode


@pytest.mark.parametrize("by_file", [False, True])
def test_below_one_satellite(by_file, tmp_path):
    changes = {"users__file": everywhere(tmp_path, 11.0)} if by_file else {}
    scenario = placed(users__placement="uncovered", **changes)
    world = build(scenario)
    people = world.layout["cell_people"]
    everybody = build(scenario.replace(users__placement="population", users__file=None))
    assert (people <= 1.1 * everybody.layout["cell_people"] + 1e3).all()
    assert 0.0 < people.sum() < 0.8 * everybody.layout["cell_people"].sum()
    block = compute_block(world, NumpyKernels(), 0, 2)
    assert (block.trial["users"] == 300).all()
    assert any("without a terrestrial network, by users." in note for note in world.notes)


def test_where_a_network_covers_everybody_nobody_asks(tmp_path):
    path = everywhere(tmp_path, 30.0)
    said = rf"users\.file = {path}: covers everybody in the box .* nobody is without a terrestrial"
    with pytest.raises(InputError, match=said):
        build(uncovered(users__file=path))
    with pytest.raises(InputError, match=r"covers everybody in the cells of the satellite's beams"):
        build(placed(users__placement="uncovered", users__file=path))


def test_a_file_of_another_part_of_the_earth_is_doubted(tmp_path):
    """The region begins at 6 degrees east."""
    said = "covers nobody in the box"
    for east_deg, expected in ((2.0, 1), (SPLIT, 0)):
        notes = build(uncovered(users__file=everywhere(tmp_path, east_deg))).notes
        assert sum(said in note for note in notes) == expected


def test_a_satellite_without_a_place_has_no_people():
    raw = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "users": {"placement": "uncovered", "count": 10},
    }
    with pytest.raises(InputError, match=r"users\.placement"):
        load_scenario(raw)
