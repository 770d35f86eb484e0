"""``[constellation.select]``, and moments as TOML has them."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from capest.errors import ScenarioError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario

SATELLITE = {"preset": "tr38821-set1-leo600-s"}
REGION = {"kind": "earth"}
USERS = {"placement": "uniform", "count": 100}


@pytest.fixture
def catalogue(tmp_path: Path) -> str:
    path = tmp_path / "sats.tle"
    path.write_text("only its bytes count here")
    return str(path)


def raw_with(catalogue: str, select: object = None, **keys: object) -> dict:
    constellation = {"catalogue": catalogue, **keys}
    if select is not None:
        constellation["select"] = select
    return {
        "satellite": SATELLITE,
        "constellation": constellation,
        "region": REGION,
        "users": USERS,
    }


@pytest.mark.parametrize(
    ("key", "written", "kept"),
    [
        ("names", ["OWN-*", "A, B"], ("OWN-*", "A, B")),
        ("names", "OWN-*, B", ("OWN-*", "B")),
        ("numbers", [90001, "90003 - 90005", "7"], (90001, "90003-90005", 7)),
        ("numbers", 90001, (90001,)),
        ("numbers", "1, 3-5", (1, "3-5")),
        ("numbers", np.array([5, 7]), (5, 7)),
        ("height_km", [500, 700.5], (500.0, 700.5)),
    ],
)
def test_what_may_be_written(catalogue: str, key: str, written: object, kept: tuple) -> None:
    scenario = load_scenario(raw_with(catalogue, {key: written}))
    assert getattr(scenario.constellation.select, key) == kept
    again = load_scenario(tomllib.loads(scenario.to_toml()))
    assert again == scenario
    assert hash(again) == hash(scenario)
    assert fingerprint(again) == fingerprint(scenario)
    assert scenario.replace(run__seed=2).constellation == scenario.constellation


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("names", value) for value in ([], [1], 1, "", ["A", " "], True, ["A\u00a0B"])],
        *[("numbers", value) for value in ([], [0], [-1], [1.0], [True], "x", ["9-3"], [10**9])],
        *[
            ("height_km", v)
            for v in (500, [500], [700, 500], [5, 5], [-1, 5], ["1", "2"], [0, 1e8])
        ],
    ],
)
def test_what_may_not_be_written(catalogue: str, key: str, value: object) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(raw_with(catalogue, {key: value}))
    (problem,) = caught.value.problems
    assert problem.key == f"constellation.select.{key}"
    assert problem.allowed.startswith("must be a list of ")
    assert "such as [" in problem.hint


@pytest.mark.parametrize("constellation", [{}, {"shells": "53: 24/4/1 @ 550"}])
def test_select_needs_a_catalogue(constellation: dict) -> None:
    raw = {"satellite": SATELLITE, "constellation": {**constellation, "select": {"names": ["A"]}}}
    if constellation:
        raw |= {"region": REGION, "users": USERS}
    with pytest.raises(ScenarioError, match=r"only with constellation\.catalogue"):
        load_scenario(raw)


def test_select_and_altitude_are_part_of_the_fingerprint(catalogue: str) -> None:
    def mark(select: object = None, altitude_km: float = 600.0) -> str:
        raw = raw_with(catalogue, select)
        raw["satellite"] = {**SATELLITE, "altitude_km": altitude_km}
        return fingerprint(load_scenario({**raw, "cells": {"diameter_km": 50}}))

    selects = [None, {"names": ["A"]}, {"names": ["B"]}, {"numbers": [1]}, {"height_km": [1, 2]}]
    assert len({mark(select) for select in selects}) == len(selects)
    assert mark() != mark(altitude_km=610.0)
    assert mark({"names": ["A"]}) == mark({"names": ["A"]}, altitude_km=610.0)
    assert mark({"names": ["A", "b"]}) == mark({"names": ["B", "a", "A"]})
    assert mark({"numbers": [2, 1]}) == mark({"numbers": [1, "2"]})
    assert mark({}) == mark()


def test_overrides_and_sweeps_take_lists(catalogue: str) -> None:
    raw = raw_with(catalogue)
    scenario = load_scenario(raw, ['constellation.select.names=["A*", "B"]'])
    assert scenario.constellation.select.names == ("A*", "B")
    axis = parse_axis('constellation.select.names=[["A*"], ["A*", "B"]]')
    points = points_of(raw, [], [axis])
    assert [point.scenario.constellation.select.names for point in points] == [("A*",), ("A*", "B")]


MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20T00:00:00Z",
        '"2026-11-20T00:00:00Z"',
        "2026-11-20 00:00:00z",
        "2026-11-20T08:00:00+08:00",
        '"2026-11-20T08:00:00+08:00"',
        "2026-11-19T19:00:00.000-05:00",
    ],
)
def test_the_start_is_a_moment_or_its_text(catalogue: str, written: str) -> None:
    start = tomllib.loads(f"start = {written}")["start"]
    scenario = load_scenario(raw_with(catalogue, start=start))
    assert isinstance(scenario.constellation.start, str)
    assert datetime.fromisoformat(scenario.constellation.start) == MOMENT
    plain = load_scenario(raw_with(catalogue, start="2026-11-20T00:00:00Z"))
    assert fingerprint(scenario) == fingerprint(plain)
    assert load_scenario(tomllib.loads(scenario.to_toml())) == scenario
    assert plain.replace(constellation__start=MOMENT) == plain


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (datetime(2026, 11, 20, 8), 'for UTC write "2026-11-20T08:00:00Z"'),
        ("2026-11-20T08:00:00", 'for UTC write "2026-11-20T08:00:00Z"'),
        (date(2026, 11, 20), 'for UTC write "2026-11-20T00:00:00Z"'),
        (time(7, 30), "a time needs its date"),
        ("soon", 'such as "2026-01-01T00:00:00Z"'),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))), "outside the calendar"),
    ],
)
def test_a_start_without_date_or_zone(catalogue: str, start: object, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(raw_with(catalogue, start=start))
    (problem,) = caught.value.problems
    assert problem.allowed == "must be a moment with its time zone"
    assert words in problem.hint
    assert "datetime" not in str(problem)


def test_dates_elsewhere_are_shown_as_toml_has_them() -> None:
    raw = {"satellite": SATELLITE, "title": date(2026, 11, 20), "run": {"seed": MOMENT}}
    with pytest.raises(ScenarioError) as caught:
        load_scenario(raw | {"users": {"count": [time(7, 30)]}})
    text = str(caught.value)
    assert "title = 2026-11-20: must be text; put it in quotes" in text
    assert "run.seed = 2026-11-20T00:00:00Z: must be a whole number" in text
    assert "users.count = [07:30:00]: must be" in text
    assert "datetime" not in text


def test_sweeps_over_moments(catalogue: str) -> None:
    axis = parse_axis("constellation.start=[2026-11-20T00:00:00Z, 2026-12-20T00:00:00Z]")
    assert axis.values == ("2026-11-20T00:00:00Z", "2026-12-20T00:00:00Z")
    starts = [p.scenario.constellation.start for p in points_of(raw_with(catalogue), [], [axis])]
    assert starts == list(axis.values)
