"""A scenario as people read it."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

import capest

RUNS = Path(__file__).parents[2] / "runs"
FILES = sorted([*RUNS.glob("*.toml"), *RUNS.glob("*/scenarios/*.toml")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_is_short_and_says_the_main_facts(path: Path) -> None:
    scenario = capest.load(path)
    said = repr(scenario)
    assert said == str(scenario)
    assert said.startswith(f"Scenario: {scenario.title}")
    lines = said.splitlines()
    facts = [line for line in lines if not line.startswith("  note")]
    assert len(facts) < 20
    assert all(len(line) <= 100 for line in lines[1:])
    for label in ("what", "carrier", "users", "phone", "service", "trials", "changed"):
        assert f"  {label} " in said
    assert f"{scenario.run.trials:,}" in said
    assert ("  where " in said) == scenario.has_constellation


def test_changes_stand_with_what_they_replace() -> None:
    scenario = capest.load(RUNS / "tr38821-case9.toml")
    before = repr(scenario)
    assert "link.overhead" not in before
    after = repr(scenario.replace(link__overhead=0.3, users__per_beam=7))
    assert "link.overhead = 0.3 (not 0.14)" in " ".join(after.split())
    assert "427 a trial" in after  # 7 users in each of 61 beams


def test_notes_stand_below() -> None:
    crowded = {"satellite": {"preset": "tr38821-set1-leo600-s", "hpbw_deg": 4.0}}
    scenario = capest.load(crowded)
    assert scenario.notes
    for note in scenario.notes:
        assert " ".join(note.split()) in " ".join(repr(scenario).split())


def test_hostile_titles_do_nothing() -> None:
    title = "<script>alert(1)</script>\x1b[31m\n$x$ 中国 " + "long " * 70
    scenario = capest.load(RUNS / "tr38821-case9.toml").replace(title=title)
    assert "\x1b" not in repr(scenario)
    assert repr(scenario).splitlines()[1].startswith("  what")
    html = scenario._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "中国" in html
    assert "\n" not in html


def test_it_stays_a_model() -> None:
    scenario = capest.load(RUNS / "tr38821-case9.toml")
    assert isinstance(scenario, pydantic.BaseModel)
    assert scenario.model_dump()["title"] == scenario.title
    assert "per_beam=10" in repr(scenario.users)


def test_no_title_and_every_kind_of_region() -> None:
    base = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "constellation": {"shells": "60: 200/10/1 @ 600"},
        "users": {"placement": "uniform", "count": 10},
    }
    box = {"south_deg": -10, "north_deg": 10, "west_deg": 170, "east_deg": 190}
    circle = {"latitude_deg": 46.0, "longitude_deg": 8.0, "radius_km": 100}
    for region, said in (
        ({"kind": "earth"}, "the whole Earth"),
        ({"kind": "box", **box}, "-10° to 10° north"),
        ({"kind": "circle", **circle}, "100 km around 46° north, 8° east"),
        ({"kind": "country", "country": "CHE"}, "country CHE"),
    ):
        shown = repr(capest.load({**base, "region": region}))
        assert said in shown
        assert shown.startswith("Scenario: without a title")
