"""Guard cells of a region: they change nobody's draws, disturb the border, and count nowhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build.guard import guard_of
from capest.engine.downlink import downlink
from capest.engine.evaluate import share_time
from capest.engine.light import light_beams
from capest.engine.power import limit_power
from capest.engine.services.demand import draw_demand
from capest.engine.services.serve import serve
from capest.engine.sky import draw_sky
from capest.engine.trial import compute
from capest.engine.uplink import UplinkResult
from capest.engine.users import draw_users
from capest.errors import InputError
from capest.geo import region
from capest.geo.tiling import cells, nearest_cell
from capest.sampling.draws import Draws

from ..emulate.constellation_scene import brute_force, only_trial
from .small_network import network_scenario, network_world

FIRST, TRIALS = 4, 3
MIX = {"service__mix": "video-call-480p 40%, voice 40%, best-effort 20%"}
AROUND = {"region__guard_km": 150.0}
ROOMY = {
    "satellite__beams_at_once": 300, "cells__lit": "all", "users__placement": "uniform",
    "users__count": 300,
    "beams__frequency_reuse": 3, "cells__assignment": "highest-elevation",
}  # fmt: skip
FIXED = {"cells__layout": "satellite-fixed", "beams__count": 37}
PLACEMENTS: dict[str, dict[str, Any]] = {
    "population": {"channel__environment": "by-place", "users__indoor_share": 0.3},
    "uncovered": {"users__placement": "uncovered", "channel__environment": "by-place"},
    "uniform": {"users__placement": "uniform", "users__vehicle_share": 0.2},
    "hotspots": {"users__placement": "hotspots", "users__hotspots__count": 3},
}


class Pieces:
    """A trial's steps, one by one."""

    def __init__(self, **changes: Any) -> None:
        self.kernels = NumpyKernels()
        self.world = world = network_world(**changes)
        self.draws = draws = Draws(self.kernels, world.seed, FIRST, TRIALS)
        self.sky = sky = draw_sky(world, draws)
        self.view = world.ground.cells.view(world, sky)
        self.users = users = draw_users(world, draws)
        self.beams = beams = light_beams(world, self.kernels, sky, self.view, users, draws)
        self.power = power = limit_power(world, self.kernels, sky, beams)
        self.links = downlink(world, self.kernels, sky, users, beams, power)
        self.down = share_time(world, self.kernels, users, beams, self.links, None, None)

    def own(self) -> np.ndarray:
        """Users of the region: the first of each trial."""
        number = np.arange(len(self.users.trial)) % self.users.per_trial
        return number < self.world.ground.users_per_trial


@cache
def pieces(*changes: tuple[str, Any]) -> Pieces:
    return Pieces(**dict(changes))


def lattice_cell(one: Pieces) -> np.ndarray:
    """Cell of each user among those of the whole Earth, -1 for none."""
    index = np.asarray(one.world.ground.cells.tiling.lattice_index)
    return np.where(one.users.cell >= 0, index[one.users.cell], -1)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_users_of_the_region_are_who_they_are_without_guard_cells(placement: str) -> None:
    changes = {**PLACEMENTS[placement], **MIX, "scheduler__admission": "random"}
    alone, beside = Pieces(**changes), Pieces(**changes, **AROUND)
    own = beside.own()
    assert alone.own().all()
    assert own.sum() == len(alone.users.trial) < len(own)
    one, other = alone.users, beside.users
    np.testing.assert_array_equal(one.trial, other.trial[own])
    np.testing.assert_array_equal(one.position_m, other.position_m[:, own])
    np.testing.assert_array_equal(one.environment, other.environment[own])
    np.testing.assert_array_equal(lattice_cell(alone), lattice_cell(beside)[own])
    for name in ("sight", "shadow"):
        before, after = (getattr(each.surroundings, name) for each in (one, other))
        np.testing.assert_array_equal(before, after[own])
    if one.surroundings.whereabouts is not None:
        for name in ("place", "thermally_efficient", "normal"):
            before, after = (getattr(each.surroundings.whereabouts, name) for each in (one, other))
            np.testing.assert_array_equal(before, after[own])
    few, many = (
        draw_demand(each.world.services, each.draws, each.users.per_trial, np)
        for each in (alone, beside)
    )
    for name in ("call", "best_effort", "down_mbps", "call_class", "arrival"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[own])
    # Those of guard cells are in guard cells, and nobody else is.
    counted, cell = beside.world.ground.counted, other.cell
    assert (cell[~own] >= 0).mean() > 0.99
    assert not counted[cell[~own & (cell >= 0)]].any()
    assert counted[cell[own & (cell >= 0)]].all()
    np.testing.assert_array_equal(other.counted, own)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_guard_cells_have_the_density_of_the_region(placement: str) -> None:
    world = network_world(**PLACEMENTS[placement], **AROUND, users__count=20_000)
    ground, source = world.ground, world.ground.users
    share = source.guard.people / source.people.people
    assert ground.guard_users == round(20_000 * share)
    if placement in ("population", "uncovered"):
        # Wide rings hold the people of the countries around, by another division of them.
        people = world.layout["cell_people"]
        assert people[~ground.counted].sum() == pytest.approx(source.guard.people, rel=0.01)
        assert people[ground.counted].sum() == pytest.approx(source.people.people, rel=1e-9)
    else:
        guard_km2 = (~ground.counted).sum() * ground.cells.tiling.area_km2
        assert source.guard.people == pytest.approx(guard_km2)
        assert source.people.people == pytest.approx(8.0 * 12.0 * 111.2**2 * 0.643, rel=0.02)


def test_the_border_hears_more_and_the_middle_does_not() -> None:
    wide = {**ROOMY, "region__south_deg": 36.0, "region__east_deg": 36.0}
    alone, beside = Pieces(**wide), Pieces(**wide, **AROUND)
    own = beside.own()
    # With room for all cells, the region's are served as before, in the same colours.
    before_m = alone.sky.position_m[alone.links.satellite]
    after_m = beside.sky.position_m[beside.links.satellite[own]]
    with_beam = alone.links.serving >= 0
    np.testing.assert_array_equal(with_beam, beside.links.serving[own] >= 0)
    np.testing.assert_array_equal(before_m[with_beam], after_m[with_beam])
    np.testing.assert_allclose(alone.links.carrier, beside.links.carrier[own], rtol=1e-6)
    before, after = (
        10.0 * np.log10(1.0 + each.astype(np.float64))
        for each in (alone.links.interference, beside.links.interference[own])
    )
    more_db = (after - before)[with_beam]
    assert more_db.min() > -1e-4
    # How far users are from the nearest guard cell, in widths of a cell.
    ground = beside.world.ground
    away = angle(beside.users.position_m[:, own], ground.cells.centre_unit[~ground.counted])
    border, middle = away[with_beam] < 190.0, away[with_beam] > 700.0
    assert min(border.sum(), middle.sum()) > 30
    assert more_db[border].mean() > 0.3
    # Far away only side lobes of satellites that serve the border are heard.
    assert more_db[middle].mean() < 0.1


def angle(position_m: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Distance on the ground from the nearest of some points, km."""
    unit = position_m / np.linalg.norm(position_m, axis=0)
    return 6371.0 * np.arccos(np.clip((centres @ unit).max(axis=0), -1.0, 1.0))


def test_interference_is_that_of_brute_force_with_and_without_guard_cells() -> None:
    """Pair by pair in double precision; with the beams of guard cells dark, as without those."""
    alone, beside = pieces(*ROOMY.items()), pieces(*ROOMY.items(), *AROUND.items())
    seen: list[ConstellationDownlink] = []

    class Spy(NumpyKernels):
        def constellation_sinr(self, links: ConstellationDownlink) -> Any:
            seen.append(links)
            return super().constellation_sinr(links)

    power = limit_power(beside.world, Spy(), beside.sky, beside.beams)
    downlink(beside.world, Spy(), beside.sky, beside.users, beside.beams, power)
    counted = beside.world.ground.counted[beside.beams.cell]
    assert (~counted).sum() > 50
    own = beside.own()
    for dark, found in ((False, beside.links), (True, alone.links)):
        lit = np.where(dark & ~counted, 0.0, seen[0].beam_power).astype(np.float32)
        links = replace(seen[0], beam_power=lit)
        truth = [brute_force(only_trial(links, trial)) for trial in range(TRIALS)]
        carrier, interference, _ = (np.concatenate(part) for part in zip(*truth, strict=True))
        true_sinr = carrier[own] / (1.0 + interference[own])
        some = slice(None) if dark else own
        sinr = found.carrier[some] / (1.0 + found.interference[some])
        heard = carrier[own] > 1e-3
        assert heard.sum() > 200
        assert abs(10.0 * np.log10(sinr[heard] / true_sinr[heard])).max() < 0.02


@pytest.mark.parametrize("layout", [{}, FIXED], ids=["aimed", "fixed"])
def test_what_is_counted_is_of_the_region_alone(layout: dict[str, Any]) -> None:
    """Every sum again, from the steps of the trials, over the users of the region."""
    few = {} if layout else {"satellite__beams_at_once": 2}
    count = 1000 if layout else 400
    changes = {**layout, **few, **MIX, **AROUND, "users__count": count}
    one = Pieces(**changes)
    world, links, users, own = one.world, one.links, one.users, one.own()
    block = compute(world, one.kernels, FIRST, TRIALS)
    trial, cell, counts = block.trial, block.cell, block.histograms
    with_beam, served = own & (links.serving >= 0), own & (one.down.efficiency > 0.0)
    assert (~own & (links.serving >= 0)).sum() >= 30

    def by_trial(values: np.ndarray) -> np.ndarray:
        return np.bincount(users.trial, values, minlength=TRIALS)

    assert (trial["users"] == count).all()
    np.testing.assert_array_equal(trial["lit_users"], by_trial(with_beam))
    np.testing.assert_array_equal(trial["served_users"], by_trial(served))
    # Equal time among all that a beam serves, those of guard cells too.
    number = one.beams.first_of(users.trial, np) + links.serving
    all_served = one.down.efficiency > 0.0
    share = np.bincount(number[all_served], minlength=len(one.beams))
    rate = np.zeros(len(own))
    rate[all_served] = one.down.efficiency[all_served] / share[number[all_served]]
    rate *= world.radio.link.bandwidth_mhz * own
    np.testing.assert_allclose(trial["throughput"], by_trial(rate), rtol=1e-5)
    assert counts["user_throughput"].sum() == own.sum()
    assert counts["sinr_db"].sum() == with_beam.sum()
    assert (
        cell["cell_lit_users"].sum() == trial["lit_users"].sum() - (users.cell < 0)[with_beam].sum()
    )
    guard = ~world.ground.counted
    for name, values in cell.items():
        if name.startswith("cell_") and name not in (
            "cell_covered_trials", "cell_satellites_in_view"
        ):  # fmt: skip
            assert not values[guard].any(), name
    covered = one.view.in_view > 0
    np.testing.assert_array_equal(trial["covered_cells"], covered[:, ~guard].sum(axis=1))
    assert cell["satellite_users"].sum() == trial["lit_users"].sum()
    np.testing.assert_allclose(cell["satellite_throughput"].sum() / 2.0**20, rate.sum(), rtol=1e-5)
    # Calls, with what guard cells take of their beams.
    nothing = UplinkResult({}, {}, {})
    found = serve(
        world, one.kernels, one.draws, sky=one.sky, view=one.view, users=users, beams=one.beams,
        power=one.power, links=links, attached=one.down.attached, efficiency=one.down.efficiency,
        up=nothing, frame=None, most_share=None,
    )  # fmt: skip
    asks, carried = found.demand.call, found.admitted.outcome == 0
    assert (asks & ~own).sum() > 50
    np.testing.assert_array_equal(trial["calls_offered"], by_trial(asks & own))
    np.testing.assert_array_equal(trial["calls"], by_trial(asks & carried & own))
    np.testing.assert_array_equal(trial["calls_refused"], by_trial(asks & ~carried & own))
    assert cell["satellite_calls"].sum() == trial["calls"].sum()
    # Data of those without a guaranteed rate: equal time of what calls leave.
    rest = found.demand.best_effort & all_served
    share = np.bincount(number[rest], minlength=len(one.beams))
    left = found.admitted.left[:, 0].reshape(TRIALS, -1)[users.trial, links.serving] * 2.0**-32
    rate = np.zeros(len(own))
    rate[rest] = one.down.efficiency[rest] * left[rest] / share[number[rest]]
    rate *= world.services.bandwidth_mhz * own
    np.testing.assert_allclose(trial["best_effort_throughput"], by_trial(rate), rtol=1e-5)


def test_beams_that_only_guard_cells_have_do_not_count() -> None:
    one = pieces(*ROOMY.items(), *AROUND.items())
    block = compute(one.world, one.kernels, FIRST, TRIALS)
    of_region = one.world.ground.counted[one.beams.cell]
    assert block.histograms["beam_throughput"].sum() == of_region.sum() < len(one.beams)
    trial = np.repeat(np.arange(TRIALS), np.diff(one.beams.start))
    lit = np.bincount(trial[of_region], minlength=TRIALS)
    np.testing.assert_array_equal(block.trial["lit_beams"], lit)
    assert block.cell["satellite_beams"].sum() == lit.sum()


def test_calls_that_come_and_go_are_those_of_the_regions_beams() -> None:
    calls = {
        "service__preset": "voice", "service__activity": 0.5,
        "service__simulated_holding_times": 5,
    }  # fmt: skip
    world = network_world(**ROOMY, **AROUND, **calls)
    found = compute(world, NumpyKernels(), 0, 2).trial["call_attempts"]
    alone = replace(world.ground, counted=np.ones_like(world.ground.counted))
    everybody = compute(replace(world, ground=alone), NumpyKernels(), 0, 2).trial["call_attempts"]
    share = world.ground.users_per_trial / world.ground.drawn_users
    assert found.sum() / everybody.sum() == pytest.approx(share, abs=0.1)


REGIONS: dict[str, dict[str, Any]] = {
    "north pole": {"latitude_deg": 88.0, "longitude_deg": 10.0, "radius_km": 500.0},
    "date line": {"latitude_deg": 55.0, "longitude_deg": 179.0, "radius_km": 400.0},
}


@pytest.mark.parametrize("name", REGIONS)
def test_guard_cells_reach_over_poles_and_the_date_line(name: str) -> None:
    box = dict.fromkeys(("south_deg", "north_deg", "west_deg", "east_deg"))
    place = {"kind": "circle", **REGIONS[name], **box, "guard_km": 200.0}
    changes = {f"region__{key}": value for key, value in place.items()}
    shells = {"constellation__shells": "88: 200/10/1 @ 1200"}
    world = network_world(**changes, **shells, users__placement="uniform", users__count=3000)
    ground, draws = world.ground, Draws(NumpyKernels(), 1, 0, 1)
    places = ground.users.place(draws)
    cell = nearest_cell(places.unit[:, places.in_guard], ground.cells.tiling)
    number = np.bincount(cell, minlength=len(ground.counted))
    assert not number[ground.counted].any()
    # Cells of equal area have equally many, within five standard deviations.
    mean = number[~ground.counted].mean()
    assert abs(number[~ground.counted] - mean).max() < 5.0 * np.sqrt(mean)
    block = compute(world, NumpyKernels(), 0, 2)
    assert (block.trial["users"] == 3000).all()


def test_cells_of_the_whole_earth_have_nothing_around_them() -> None:
    whole, people = region.whole_earth(), network_world().ground.users.people
    every = cells(whole, 1e7)
    with pytest.raises(InputError, match=r"region\.guard_km = 150: .* cover the whole Earth"):
        guard_of(network_scenario(**AROUND), whole, every, people=people, users=1, everybody=people)


def test_users_of_a_file_in_guard_cells_are_those_beside_the_region(tmp_path: Any) -> None:
    path = tmp_path / "users.csv"
    rows = ["50,12,300", "46.2,6.2,50", "54.9,12,80", "43,12,10000"]
    path.write_text("\n".join(["latitude,longitude,weight", *rows]) + "\n")
    world = network_world(**AROUND, users__placement="file", users__file=str(path))
    # Of weights 300 and 50 in the region and 80 beside it; the last is too far away.
    assert world.ground.guard_users == round(100 * 80 / 350)


def test_where_nobody_lives_there_is_nobody() -> None:
    box = dict.fromkeys(("south_deg", "north_deg", "west_deg", "east_deg"))
    place = {"kind": "country", "country": "Iceland", "guard_km": 10.0, **box}
    world = network_world(**{f"region__{key}": value for key, value in place.items()})
    assert world.ground.guard_users == 0 < (~world.ground.counted).sum()
    assert any("nobody is in the" in note for note in world.notes)
    assert (compute(world, NumpyKernels(), 0, 1).trial["users"] == 100).all()
