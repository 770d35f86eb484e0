"""The answer on video calls: its scenarios, its command, its notebook, and what it says."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from capest.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "guowang-video-call"
SCENARIOS = sorted((FOLDER / "scenarios").glob("*.toml"))


@pytest.fixture(scope="module")
def answer():
    return runpy.run_path(str(FOLDER / "answer.py"))


def test_there_is_a_scenario_for_every_system(answer):
    assert set(answer["SYSTEMS"]) == {path.stem for path in SCENARIOS}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_all_systems_are_asked_the_same(path):
    assert f"capest run runs/guowang-video-call/scenarios/{path.name}" in path.read_text("utf-8")
    scenario = load_scenario(path)
    assert scenario.title
    assert (scenario.service.preset, scenario.users.placement) == ("video-call-480p", "population")
    assert (scenario.handset.preset, scenario.run.seed) == ("3gpp-handheld", 1)
    assert (scenario.service.downlink_kbps, scenario.service.uplink_kbps) == (600, 600)
    assert scenario.satellite.g_over_t_db_per_k is not None


def test_keys_of_all_variants_are_known(answer):
    for _, name, _, keys in answer["VARIANTS"]:
        load_scenario(FOLDER / "scenarios" / f"{name}.toml", keys)


def test_one_command_answers_for_every_system(answer, tmp_path):
    output = tmp_path / "answer.json"
    ran = subprocess.run(
        [sys.executable, FOLDER / "answer.py", "--quick", "--trials", "1", "-o", output],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    cases = json.loads(output.read_text("utf-8"))["cases"]
    for name, label in answer["SYSTEMS"].items():
        assert f"| {label} |" in ran.stdout
        assert sum(case["scenario"] == name for case in cases) == 2
    for case in cases:
        assert case["offered"][0] == 2000
        reasons = sum(share for share, _, _ in case["reasons"].values() if share is not None)
        assert reasons == pytest.approx(1.0, abs=1e-3)


def test_tables_of_the_page_are_those_of_the_committed_run(answer):
    page = (FOLDER / "README.md").read_text("utf-8")
    found = json.loads((FOLDER / "answer.json").read_text("utf-8"))
    tables = answer["tables"](found)
    assert len(tables) == 5
    for table in tables.values():
        assert table in page


def test_the_notebook_runs(monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    notebook = json.loads((FOLDER / "guowang-video-call.ipynb").read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    monkeypatch.chdir(FOLDER)
    names: dict = {}
    for cell in cells:
        exec("".join(cell["source"]), names)
    assert names["figure"].axes
