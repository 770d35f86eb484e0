"""Titles follow what was changed of a scenario's file."""

from __future__ import annotations

from pathlib import Path

import pytest

import capest
from capest.plot.source import Source
from capest.results.changed import changed_line, title_as_run

FILE = """
title = "Reuse 1"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
frequency_reuse = 1
[run]
trials = 5
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "reuse.toml"
    found.write_text(FILE)
    return found


@pytest.mark.parametrize("how", ["option", "replace"])
def test_a_title_names_what_was_changed_of_the_file(path: Path, how: str) -> None:
    if how == "option":
        scenario = capest.load(path, "beams.frequency_reuse=3")
    else:
        scenario = capest.load(path).replace(beams__frequency_reuse=3)
    found = capest.run(scenario, trials=6, backend="numpy")
    wanted = "Reuse 1 (changed: beams.frequency_reuse = 3)"
    assert title_as_run(found.attrs) == wanted
    assert Source(found).title == wanted
    assert wanted in found.capest.plot.cdf().words.subtitle
    assert changed_line(found.attrs).startswith("changed: beams.frequency_reuse = 3 (1)")
    unchanged = capest.run(path, backend="numpy")
    assert title_as_run(unchanged.attrs) == "Reuse 1"
    said = repr(unchanged.capest.compare(found)).replace("\n   ", "")
    assert wanted in said
    assert repr(found.capest.difference_to(unchanged)).startswith(f"{wanted} less Reuse 1")


def test_many_changes_are_counted(path: Path) -> None:
    keys = ["beams.frequency_reuse=3", "users.per_beam=5", "carrier.bandwidth_mhz=10"]
    three = capest.run(capest.load(path, keys), backend="numpy")
    assert title_as_run(three.attrs).count(" = ") == 3
    four = capest.run(capest.load(path, [*keys, "channel.shadow_fading=false"]), backend="numpy")
    assert title_as_run(four.attrs).count(" = ") == 2
    assert title_as_run(four.attrs).endswith(" and 2 more)")


def test_a_scenario_that_was_never_a_file_has_its_own_title(path: Path) -> None:
    given = {
        "title": "Mine",
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 7, "statistics_count": 7, "frequency_reuse": 3},
    }
    assert title_as_run(capest.run(given, trials=5, backend="numpy").attrs) == "Mine"
    assert title_as_run({}) == ""
