"""Notebooks: stored without outputs, plain to read, and answers come from files that are there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import capest

RUNS = Path(__file__).parents[2] / "runs"
NOTEBOOKS = sorted(RUNS.rglob("*.ipynb"))
ASKED = ("start", "leo-and-geo", "roll-out", "allocations", "how-sure")


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def test_every_question_has_a_notebook() -> None:
    names = " ".join(path.stem for path in NOTEBOOKS)
    for word in ASKED:
        assert word in names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stored_without_outputs(path: Path) -> None:
    code = cells(path, "code")
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_begins_with_its_question_and_is_short(path: Path) -> None:
    first, *_ = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert first["cell_type"] == "markdown"
    assert "".join(first["source"]).startswith("# ")
    assert len(cells(path, "code")) <= 12


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_it_names_is_there(path: Path) -> None:
    text = "".join(
        line for kind in ("code", "markdown") for c in cells(path, kind) for line in c["source"]
    )
    names = re.findall(r"[\w./-]+\.(?:toml|ipynb|md|json)\b", text)
    for name in names:
        assert (path.parent / name).is_file(), name


FEWEST_TRIALS = 5
"""With fewer no interval is known."""


@pytest.mark.parametrize(
    "path", sorted((RUNS / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_every_run_has_trials_enough_for_intervals(path: Path) -> None:
    text = "".join(line for cell in cells(path, "code") for line in cell["source"])
    trials = [int(each) for each in re.findall(r"trials=(\d+)", text)]
    assert len(trials) == len(re.findall(r"capest\.(?:run|sweep|uncertainty|capacity)\(", text))
    assert min(trials) >= FEWEST_TRIALS


def test_heights_that_are_told_are_those_of_the_scenarios() -> None:
    (path,) = (each for each in NOTEBOOKS if "leo-and-geo" in each.stem)
    prose = "".join(line for cell in cells(path, "markdown") for line in cell["source"])
    code = "".join(line for cell in cells(path, "code") for line in cell["source"])
    told = set()
    for text in re.findall(r"([\d, to]+) km", prose):
        told |= {float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", text)}
    heights: list[float] = []
    for name in re.findall(r"[\w./-]+\.toml", code):
        scenario = capest.load(path.parent / name)
        shells = re.findall(r"@ (\d+)", scenario.constellation.shells or "")
        heights += [scenario.satellite.altitude_km, *map(float, shells)]
    assert told
    for each in told:
        assert min(abs(each - height) for height in heights) < 1.0, each
