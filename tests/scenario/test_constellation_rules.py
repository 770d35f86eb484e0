"""Constellations, regions and cells: what does not go together is one clear problem."""

from typing import Any

import pytest

from capest.engine.build import build
from capest.errors import InputError, Problem, ScenarioError
from capest.scenario.load import load_scenario
from capest.scenario.shell_notation import parse_longitudes, parse_shells

GOOD: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "constellation": {"shells": "50: 2000/40/1 @ 600"},
    "region": {"kind": "country", "country": "CN"},
    "users": {"placement": "population", "count": 1000},
}


def load(**sections: Any):
    return load_scenario(
        {**GOOD, **{key: {**GOOD.get(key, {}), **s} for key, s in sections.items()}}
    )


def only_problem(raw: dict[str, Any]) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(raw)
    assert len(caught.value.problems) == 1, caught.value
    return caught.value.problems[0]


def changed(section: str, **values: Any) -> dict[str, Any]:
    return {**GOOD, section: {**GOOD.get(section, {}), **values}}


def test_a_short_scenario_will_do():
    scenario = load()
    assert scenario.has_constellation
    assert scenario.users_per_trial == 1000
    # The width of a cell is that of a beam straight below: sqrt(3) sin(4.4127°/2) · 600 km.
    assert scenario.cell_diameter_km == pytest.approx(40.01, abs=0.01)
    assert not load_scenario({"satellite": GOOD["satellite"]}).has_constellation


def test_walkers_notation():
    one, two = parse_shells("53: 1584/72/17 @ 550, 97.6:348/6/1@560 star")
    assert one == (53.0, 1584, 72, 17, 550.0, "delta")
    assert two == (97.6, 348, 6, 1, 560.0, "star")
    assert parse_longitudes("101.4, -15.5") == [101.4, -15.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("53: 1584/72 @ 550", "is not inclination: total/planes/phasing @ altitude_km"),
        ("", "is not inclination"),
        ("53: 1584/72/17 @ 550,", "shell ''"),
        ("53: 1585/72/17 @ 550", "do not spread evenly"),
        ("53: 1584/72/72 @ 550", "phasing must be below"),
        ("181: 10/1/0 @ 550", "at most 180"),
        ("53: 10/1/0 @ 50", "100 to 100000 km"),
        ("53: 0/0/0 @ 550", "planes and satellites"),
    ],
)
def test_shells_that_are_none(text, said):
    with pytest.raises(InputError, match=r".") as caught:
        parse_shells(text)
    assert said in str(caught.value)
    problem = only_problem(changed("constellation", shells=text))
    assert problem.key == "constellation.shells"


@pytest.mark.parametrize("text", ["east", "400", "10,,20", "nan"])
def test_slots_that_are_none(text):
    problem = only_problem(changed("constellation", geostationary=text))
    assert problem.key == "constellation.geostationary"


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_start_is_a_moment(text):
    problem = only_problem(changed("constellation", start=text))
    assert problem.key == "constellation.start"
    assert "2026-01-01T00:00:00Z" in problem.hint


@pytest.mark.parametrize(
    ("region", "key"),
    [
        ({}, "region.kind"),
        ({"kind": "country"}, "region.country"),
        ({"kind": "country", "country": "CN", "radius_km": 5.0}, "region.radius_km"),
        ({"kind": "box", "south_deg": 1, "north_deg": 2, "west_deg": 3}, "region.east_deg"),
        (
            {"kind": "box", "south_deg": 2, "north_deg": 1, "west_deg": 3, "east_deg": 4},
            "region.north_deg",
        ),
        ({"kind": "circle", "latitude_deg": 0, "longitude_deg": 0}, "region.radius_km"),
        ({"kind": "geojson"}, "region.file"),
        ({"kind": "earth", "country": "CN"}, "region.country"),
    ],
)
def test_a_region_is_given_by_its_keys(region, key):
    assert only_problem({**GOOD, "region": region}).key == key


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        ("users", {"placement": "beam"}, "users.placement"),
        ("users", {"count": None}, "users.count"),
        ("users", {"placement": "file"}, "users.file"),
        ("users", {"file": "a.csv"}, "users.file"),
        ("users", {"count": 2**20 + 1}, "users.count"),
        ("beams", {"allocation": "periodic", "bound": "interference"}, "beams.bound"),
    ],
)
def test_what_a_constellation_does_not_go_with(section, values, key):
    assert only_problem(changed(section, **values)).key == key


def test_surroundings_by_place_need_people():
    by_place = {"environment": "by-place"}
    assert load(channel=by_place).channel.environment == "by-place"
    uniform = changed("users", placement="uniform")
    assert only_problem({**uniform, "channel": by_place}).key == "channel.environment"
    single = {"satellite": GOOD["satellite"]}
    assert only_problem({**single, "channel": by_place}).key == "channel.environment"
    assert only_problem({**single, "users": {"placement": "population"}}).key == "users.placement"
    assert only_problem({**single, "region": {"kind": "earth"}}).key == "region.kind"


def test_a_limit_of_a_preset_is_read_by_one_satellite():
    one = load_scenario({"satellite": {"preset": "ast-bluebird-filed"}})
    (note,) = (*one.notes, *build(one).notes)
    assert note.startswith(f"satellite.rf_power_w = {one.satellite.rf_power_w:g}: 61 beams")
    assert build(one).radio.limits.rf_power_w == one.satellite.rf_power_w > 0.0


def test_weather_is_that_of_each_cell_so_that_no_place_is_written():
    for weather in ("exceeded", "random"):
        assert load(channel={"weather": weather}).channel.weather == weather
    place = {"latitude_deg": 31.2, "longitude_deg": 121.5}
    with pytest.raises(ScenarioError) as caught:
        load(channel={"weather": "random", **place})
    assert {problem.key for problem in caught.value.problems} == {
        *(f"channel.{key}" for key in place)
    }
    assert "each cell of its region has the weather of its own place" in str(caught.value)
    assert load(channel={"ionosphere": "by-latitude"}).notes == load().notes
