"""Keys against each other."""

from typing import Any

import pytest

from capest.errors import Problem, ScenarioError
from capest.scenario.load import load_scenario

PRESET = {"preset": "tr38821-set1-leo600-s"}


def load(**sections: Any):
    return load_scenario({"satellite": PRESET, **sections})


def only_problem(**sections: Any) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        load(**sections)
    assert len(caught.value.problems) == 1, caught.value
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("count", "below", "above"),
    [(2, 1, 7), (60, 37, 61), (62, 61, 91), (128, 127, 169), (1260, 1141, 1261)],
)
def test_count_is_hexagonal(count, below, above):
    problem = only_problem(beams={"count": count, "statistics_count": 1})
    assert (problem.key, problem.value) == ("beams.count", count)
    assert problem.hint == f"the nearest are {below} and {above}"


def test_statistics_count_is_hexagonal_and_no_more_than_count():
    problem = only_problem(beams={"statistics_count": 20})
    assert (problem.key, problem.value) == ("beams.statistics_count", 20)
    assert problem.hint == "the nearest are 19 and 37"
    problem = only_problem(beams={"count": 7})
    assert (problem.key, problem.value) == ("beams.statistics_count", 19)
    assert problem.allowed == "must be at most beams.count, 7"
    assert load(beams={"count": 7, "statistics_count": 7}).beams.statistics_count == 7


def test_beams_at_once_of_one_satellite_belong_to_hopping():
    satellite = PRESET
    problem = only_problem(satellite={**satellite, "beams_at_once": 5})
    assert (problem.key, problem.value) == ("satellite.beams_at_once", 5)
    assert "random" in problem.allowed
    assert "is not read: " in str(problem)
    assert "periodic" in problem.allowed
    for allocation in ("random", "periodic"):
        problem = only_problem(beams={"allocation": allocation})
        assert (problem.key, problem.value) == ("satellite.beams_at_once", None)
        assert problem.allowed.startswith(f'required with beams.allocation = "{allocation}"')
        given = {"beams": {"allocation": allocation}}
        problem = only_problem(satellite={**satellite, "beams_at_once": 62}, **given)
        assert problem.allowed == "must be at most beams.count, 61"
        all_of_them = load(satellite={**satellite, "beams_at_once": 61}, **given)
        assert all_of_them.satellite.beams_at_once == 61


def test_polarisation_reuse_only_with_two_frequencies():
    problem = only_problem(beams={"frequency_reuse": 2})
    assert (problem.key, problem.value) == ("beams.frequency_reuse", 2)
    assert problem.hint == "otherwise one of 1, 3, 4, 7"
    for reuse in (1, 3, 4, 7):
        problem = only_problem(beams={"frequency_reuse": reuse, "polarisation_reuse": True})
        assert (problem.key, problem.value) == ("beams.polarisation_reuse", True)
        assert problem.allowed == f"only with frequency_reuse = 2, not {reuse}"


def test_users_count_has_no_meaning_in_beams():
    problem = only_problem(users={"count": 100})
    assert (problem.key, problem.value) == ("users.count", 100)
    assert "per_beam" in problem.allowed
    assert "is not read: " in str(problem)


def test_users_of_a_trial_are_limited():
    problem = only_problem(users={"per_beam": 17190})
    assert (problem.key, problem.value) == ("users.per_beam", 17190)
    assert "1048590 users per trial" in problem.allowed
    assert "random numbers" in problem.allowed
    assert problem.hint == "write 17189 or fewer"
    assert load(users={"per_beam": 17189}).users_per_trial == 1_048_529
    problem = only_problem(users={"placement": "uniform", "count": 2**20 + 1})
    assert (problem.key, problem.value) == ("users.count", 2**20 + 1)
    assert load(users={"placement": "uniform", "count": 2**20}).users_per_trial == 2**20
    # by default, uniform users are as many as those of the beams
    problem = only_problem(users={"placement": "hotspots", "per_beam": 17190})
    assert (problem.key, problem.value) == ("users.per_beam", 17190)


def test_layout_beyond_the_edge_of_the_earth():
    """TR 38.821 set 2 GEO, S band, at 45°: 61 beams of 0.0111 reach past the limb at 0.1511."""
    satellite = {"preset": "tr38821-set2-geo-s"}
    problem = only_problem(satellite=satellite)
    assert (problem.key, problem.value) == ("beams.count", 61)
    assert "wholly on the Earth" in problem.allowed
    assert "the Earth only 0.1511" in problem.allowed
    assert problem.hint.startswith("fits with beams.count at most 37, or beams.spacing_uv at most")


def test_every_suggestion_of_the_edge_fits():
    satellite = {"preset": "tr38821-set2-geo-s"}
    hint = only_problem(satellite=satellite).hint
    numbers = {
        change.split()[0]: float(change.split()[-1])
        for change in hint.removeprefix("fits with ").split(", or ")
    }
    assert list(numbers) == ["beams.count", "beams.spacing_uv", "satellite.elevation_deg"]
    spacing = numbers["beams.spacing_uv"]
    load(satellite=satellite, beams={"count": int(numbers["beams.count"])})
    load(satellite=satellite, beams={"spacing_uv": spacing})
    load(satellite=satellite | {"elevation_deg": numbers["satellite.elevation_deg"]})
    # and they are not far too careful
    only_problem(satellite=satellite, beams={"spacing_uv": spacing * 1.002})
    only_problem(satellite=satellite | {"elevation_deg": numbers["satellite.elevation_deg"] - 0.11})


def test_one_beam_at_the_horizon_needs_a_smaller_cell_or_more_elevation():
    single = {"count": 1, "statistics_count": 1}
    problem = only_problem(satellite=PRESET | {"elevation_deg": 5}, beams=single)
    assert "beams.count at most" not in problem.hint
    assert "satellite.elevation_deg at least" in problem.hint
    problem = only_problem(satellite=PRESET | {"elevation_deg": 0.05}, beams=single)
    assert problem.hint.startswith("fits with satellite.elevation_deg at least")


def test_nothing_fits():
    problem = only_problem(
        satellite=PRESET | {"elevation_deg": 0.01, "altitude_km": 100_000},
        beams={"count": 1, "statistics_count": 1, "spacing_uv": 1.5},
    )
    assert problem.hint == ""


def test_rules_do_not_echo_faulty_keys():
    """A wrong count is told once, not again by each rule that reads it."""
    problem = only_problem(beams={"count": "61"}, users={"per_beam": 2**20})
    assert problem.key == "beams.count"
    problem = only_problem(beams={"count": 100, "statistics_count": 127})
    assert problem.key == "beams.count"


def test_a_run_has_no_more_blocks_than_files_fit_a_folder():
    problem = only_problem(run={"trials": 10**7, "block_trials": 9})
    assert (problem.key, problem.value) == ("run.block_trials", 9)
    assert "gives 1111112 blocks" in problem.allowed
    assert problem.hint == "write at least 10, or leave it out"
    assert load(run={"trials": 10**7, "block_trials": 10}).run.block_trials == 10


def test_users_are_somewhere_only_once():
    problem = only_problem(users={"indoor_share": 0.7, "vehicle_share": 0.4})
    assert (problem.key, problem.value) == ("users.vehicle_share", 0.4)
    assert problem.hint == "write at most 0.3"
    assert load(users={"indoor_share": 0.7, "vehicle_share": 0.3}).users.vehicle_share == 0.3
    # Sums that are 1 but for rounding are 1.
    assert load(users={"indoor_share": 0.9, "vehicle_share": 0.1})


@pytest.mark.parametrize("weather", ["exceeded", "random"])
def test_weather_needs_a_place(weather):
    problem = only_problem(channel={"weather": weather, "latitude_deg": 40.0})
    assert problem.key == "channel.longitude_deg"
    assert f'weather = "{weather}"' in problem.allowed
    place = {"latitude_deg": 40.0, "longitude_deg": 116.0}
    assert load(channel={"weather": weather, **place}).channel.weather == weather
    # With a clear sky it is not read, so that --set channel.weather=clear will do.
    assert load(channel=place).channel.weather == "clear"


def test_the_ionosphere_by_latitude_needs_a_place():
    problem = only_problem(channel={"ionosphere": "by-latitude", "longitude_deg": 100.0})
    assert problem.key == "channel.latitude_deg"
    assert 'ionosphere = "by-latitude"' in problem.allowed
    place = {"latitude_deg": 1.3, "longitude_deg": 103.8}
    scenario = load(channel={"ionosphere": "by-latitude", **place})
    assert not [note for note in scenario.notes if "itude_deg" in note]
    # At Ka band neither is read.
    ka = {"preset": "tr38821-set1-leo600-ka"}
    scenario = load(satellite=ka, channel={"ionosphere": "by-latitude", **place})
    assert [note for note in scenario.notes if note.startswith("channel.latitude_deg is not read")]


def test_a_user_transmits_within_the_beam():
    uplink = {"interference": "full-buffer", "bandwidth_mhz": 10.1}
    beams = {"count": 19, "frequency_reuse": 3}
    problem = only_problem(uplink=uplink, beams=beams)
    assert (problem.key, problem.value) == ("uplink.bandwidth_mhz", 10.1)
    assert problem.hint == "write at most 10"
    assert load(uplink=uplink, beams={"count": 19}).uplink.bandwidth_mhz == 10.1
    # Without an uplink nobody minds.
    assert load(uplink=uplink | {"interference": "off"}, beams=beams)
