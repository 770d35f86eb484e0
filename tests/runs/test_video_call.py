"""The answer on video calls: its scenarios, its command, its notebook, and what it says."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from capest.scenario.assumed import assumptions_of
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import fields
from capest.scenario.renamed import new_names
from capest.scenario.write import toml_value

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "guowang-video-call"
SCENARIOS = sorted((FOLDER / "scenarios").glob("*.toml"))
WIDTH = re.compile(r"[\d,.]+(?: %)? (?:±[\d,.]*\d|\[[\d,.]+ to [\d,.]+\])")
"""A figure of the page with its interval."""


@pytest.fixture(scope="module")
def modules():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        names = ("answer", "answer_cases", "answer_tables", "answer_page")
        names += ("answer_ranges", "answer_range_tables")
        yield tuple(importlib.import_module(name) for name in names)


@pytest.fixture(scope="module")
def ranges(modules):
    return modules[4]


@pytest.fixture(scope="module")
def range_tables(modules):
    return modules[5]


@pytest.fixture(scope="module")
def answer(modules):
    return modules[0]


@pytest.fixture(scope="module")
def cases(modules):
    return modules[1]


@pytest.fixture(scope="module")
def page(modules):
    return modules[2]


@pytest.fixture(scope="module")
def committed():
    return json.loads((FOLDER / "answer.json").read_text("utf-8"))


def prose():
    """Text of the page outside its tables, in one line."""
    lines = (FOLDER / "README.md").read_text("utf-8").splitlines()
    return " ".join(line.strip() for line in lines if not line.startswith("|"))


def test_there_is_a_scenario_for_every_system(cases):
    assert set(cases.SYSTEMS) == {path.stem for path in SCENARIOS}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_all_systems_are_asked_the_same(path):
    assert f"capest run runs/guowang-video-call/scenarios/{path.name}" in path.read_text("utf-8")
    scenario = load_scenario(path)
    assert scenario.title
    assert (scenario.service.preset, scenario.users.placement) == ("video-call-480p", "population")
    assert (scenario.handset.preset, scenario.run.seed) == ("3gpp-handheld", 1)
    assert (scenario.service.downlink_kbps, scenario.service.uplink_kbps) == (600, 600)
    assert scenario.users.count == 100_000
    assert scenario.satellite.g_over_t_db_per_k is not None
    # By the rules that every network has, but for what its preset gives.
    assert (scenario.rules, scenario.uplink.width) == ("0.3", "least-share")
    assert scenario.harq == ("off" if path.stem == "geo-china" else "on")
    assert scenario.satellite.rf_power_w is not None


def test_packets_take_longer_with_a_retransmission(committed):
    """GEO has none of its own, so the page's table works both out for all systems."""
    for case in (each for each in committed["cases"] if each["group"] == "3gpp"):
        once, again = case["packet_at_once_ms"][0], case["packet_again_ms"][0]
        # One more round trip of the whole way, twice four slots, and the medians' bins of 0.23 %.
        way_ms = case["propagation_ms"]["p50"][0]
        assert again - once == pytest.approx(2.0 * way_ms + 8.0, rel=1e-3)
        sent = once if case["scenario"] == "geo-china" else again
        assert case["packet_ms"][0] == pytest.approx(sent, rel=0.003)


def parts(setting):
    return setting.partition("=")


def test_committed_cases_are_those_of_the_scenarios(cases, committed):
    planned, renamed = cases.plan(), new_names(fields())
    assert len(planned) == len(committed["cases"])
    for (group, label, (name, keys, trials)), case in zip(planned, committed["cases"], strict=True):
        scenario = load_scenario(FOLDER / "scenarios" / f"{name}.toml", keys)
        assert (case["group"], case["label"]) == (group, label)
        # The committed file has the names of the version that made it.
        today = [f"{renamed.get(key, key)}={value}" for key, _, value in map(parts, case["keys"])]
        assert (case["scenario"], today) == (name, list(keys))
        assert case["fingerprint"] == fingerprint(scenario), label
        assert (case["trials"], case["seed"]) == (trials or scenario.run.trials, 1), label


def test_committed_ranges_are_those_of_the_studies(ranges, committed):
    """A range that somebody widens in a preset, or a default, asks for the studies anew."""
    assert list(committed["ranges"]) == list(ranges.STUDIES)
    for label, asked in ranges.STUDIES.items():
        found = committed["ranges"][label]
        assert (found["scenario"], tuple(found["keys"])) == (asked.scenario, asked.keys)
        assert (found["samples"], found["failed"]) == (asked.samples, 0)
        scenario = load_scenario(FOLDER / "scenarios" / f"{asked.scenario}.toml", asked.keys)
        drawn = {each.key: each for each in assumptions_of(scenario)}
        assert found["assumptions"].keys() == drawn.keys()
        tried = {(key, str(value).strip('"')) for key, value, *_ in found["ends"]}
        for key, each in drawn.items():
            others = [end for end in each.ends() if end != each.centre]
            assert {(key, _toml(end)) for end in others} <= tried, key
        assert found["low"][0] <= found["median"][0] <= found["high"][0]


def _toml(value):
    return toml_value(value).strip('"')


def test_studies_at_stated_values_are_the_cases(committed):
    """Both are means over trials of the same seed, of which a study has fewer."""
    # Of those alike the first has most trials.
    cases = {(c["scenario"], tuple(c["keys"])): c for c in reversed(committed["cases"])}
    compared = 0
    for label, study in committed["ranges"].items():
        case = cases.get((study["scenario"], tuple(study["keys"])))
        if case is None:
            continue
        compared += 1
        value, low, high = (each or 0.0 for each in case["calls"])
        # Eight trials, or two, scatter more than those of the case.
        width = (high - low) * (case["trials"] / study["paired_trials"]) ** 0.5
        assert study["stated"][0] == pytest.approx(value, abs=max(width, 1.0)), label
    assert compared >= 7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "label"),
    [("GEO", "any delay, voice"), ("phone's band", "0.72 MHz, in a hand")],
)
def test_a_case_comes_out_as_committed(answer, cases, committed, group, label):
    question = next(q for of, name, q in cases.plan() if (of, name) == (group, label))
    before = next(c for c in committed["cases"] if (c["group"], c["label"]) == (group, label))
    assert before["calls"][0] > 1000
    now = {"group": group, "label": label, **answer.solve(question)}
    # The last bit of a logarithm, and with it a call or two, may differ between processors.
    assert_alike(now, before)


def assert_alike(now, before):
    """Compare nested figures, all fields of them."""
    if isinstance(before, dict):
        assert now.keys() == before.keys()
        for key, value in before.items():
            assert_alike(now[key], value)
    elif isinstance(before, list) and before and not isinstance(before[0], str):
        assert [x is None for x in now] == [x is None for x in before]
        pairs = ([x for x in each if x is not None] for each in (now, before))
        assert next(pairs) == pytest.approx(next(pairs), rel=2e-3, abs=2e-4)
    else:
        assert now == before


def run(*arguments):
    return subprocess.run(
        [sys.executable, FOLDER / "answer.py", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_one_command_answers_for_every_system(cases, tmp_path):
    output = tmp_path / "answer.json"
    ran = run("--quick", "--trials", "1", "-o", output)
    assert ran.returncode == 0, ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["answer.json"]
    found = json.loads(output.read_text("utf-8"))["cases"]
    for name, label in cases.SYSTEMS.items():
        assert f"| {label} |" in ran.stdout
        assert sum(case["scenario"] == name for case in found) == 2
    for case in found:
        assert case["offered"][0] == 2000
        shares = {name: triple[0] or 0.0 for name, triple in case["reasons"].items()}
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)
        sky, link = case["refused_for_sky"][0], case["refused_for_link"][0]
        assert sky == pytest.approx(shares["satellite"] + shares["elevation"], abs=1e-4)
        assert link == pytest.approx(shares["downlink"] + shares["uplink"], abs=1e-4)


@pytest.mark.parametrize("option", ["--trials", "--workers"])
@pytest.mark.parametrize("text", ["0", "-2", "1.5", "many"])
def test_counts_are_one_or_more(option, text):
    ran = run("--quick", option, text)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].endswith("must be a whole number, 1 or more")
    assert "Traceback" not in ran.stderr


def test_output_is_refused_before_anything_is_computed(tmp_path):
    for output, why in ((tmp_path / "no" / "a.json", "no such folder"), (tmp_path, "a folder")):
        ran = run("--quick", "-o", output)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert why in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "written"), [([], True), (["--trials", "1"], False), (["--quick"], False)]
)
def test_the_committed_file_is_that_of_the_whole_run(
    answer, committed, monkeypatch, tmp_path, arguments, written
):
    monkeypatch.setattr(answer, "HERE", tmp_path)
    monkeypatch.setattr(answer, "_run", lambda todo, workers: committed["cases"])
    monkeypatch.setattr(answer, "studies", lambda folder: committed["ranges"])
    monkeypatch.setattr(sys, "argv", ["answer.py", *arguments])
    answer.main()
    assert (tmp_path / "answer.json").exists() == written
    assert (tmp_path / "README.md").exists() == written


def test_ratio_of_means_has_students_interval(answer):
    # Four trials, whole 1 in each: a plain mean. t = 3.18245 for 3 degrees of freedom.
    value, low, high = answer.ratio(np.array([1, 2, 4, 5]), np.ones(4))
    half = 3.18245 * np.sqrt(10 / 3 / 4)
    assert (value, low, high) == pytest.approx((3.0, 3.0 - half, 3.0 + half), rel=1e-4)
    assert answer.ratio(np.array([3, 6, 12]), np.array([1, 2, 4])) == [3.0, 3.0, 3.0]
    assert answer.ratio(np.zeros(3), np.zeros(3)) == [None, None, None]


def test_ratio_is_covered_by_its_interval(answer):
    """Calls of 0 to 12 beams with 5 calls each in the mean: 95 of 100 intervals hold the 5."""
    draw = np.random.default_rng(7)
    beams = draw.integers(0, 13, size=(2000, 60))
    calls = draw.poisson(5.0 * beams)
    intervals = [answer.ratio(y, n) for y, n in zip(calls, beams, strict=True)]
    held = np.mean([low <= 5.0 <= high for _, low, high in intervals])
    assert 0.935 < held < 0.965
    # And they are as narrow as they can be: sd of the estimate is sqrt(5 / (60 * 6)).
    halves = [0.5 * (high - low) for _, low, high in intervals]
    assert np.mean(halves) == pytest.approx(2.001 * np.sqrt(5 / 360), rel=0.03)


@pytest.mark.parametrize(
    ("triple", "text"),
    [
        ([28816.2, 28600.4, 29032.0], "28,816 ±216"),
        ([3.0, 1.0, 9.0], "3.0 [1.0 to 9.0]"),
        ([3.0, -10.0, 16.0], "3 [0 to 16]"),
        ([0.0, 0.0, 0.0], "0"),
        ([0.0, None, None], "0"),
        ([12.3, None, None], "12 ±?"),
        ([None, None, None], "-"),
    ],
)
def test_numbers_keep_within_what_is_possible(page, triple, text):
    assert page.number(triple) == text


def test_delays_are_no_finer_than_their_bins(page):
    assert page.milliseconds([13.956, 13.955, 13.957]) == "13.96 ±0.02"
    assert page.milliseconds([13.956, 13.955, 13.957], 2.0) == "27.91 ±0.03"
    assert page.percent([0.9998, 0.9997, 0.9999]) == "100.0 % ±0.1"
    assert page.percent([1.0, 0.16, 1.0]) == "100 % [16 to 100]"


def test_the_page_is_its_template_filled(modules, committed):
    template = modules[3]
    text = (FOLDER / "README.md").read_text("utf-8")
    assert text == template.page(committed, template.TEMPLATE.read_text("utf-8"))


@pytest.mark.parametrize("place", ["{{calls | no group | none}}", "{{no | services | voice}}"])
def test_a_place_without_a_figure_is_named(modules, committed, place):
    template = modules[3]
    with pytest.raises(KeyError, match=re.escape(place.strip("{}"))):
        template.page(committed, f"Text {place} text.")


def test_tables_of_the_page_are_those_of_the_committed_run(page, range_tables, committed):
    text = (FOLDER / "README.md").read_text("utf-8")
    tables = page.tables(committed)
    assert len(tables) == 7
    tables |= range_tables.tables(committed["ranges"])
    assert len(tables) == 11
    for table in tables.values():
        assert table in text


def figures_of(page, case):
    """All figures of a case, as the page writes them."""
    shares = ("refused", "refused_for_sky", "refused_for_link", "time_in_view", "calls_on_fading")
    delays = ("packet_ms", "packet_at_once_ms", "packet_again_ms", "packet_p05_ms", "packet_p95_ms")
    counts = ("calls", "calls_per_million_people", "calls_per_beam", "calls_while_in_view", "beams")
    yield from (page.percent(case[key]) for key in shares)
    yield from map(page.percent, case["reasons"].values())
    yield from (page.milliseconds(case[key]) for key in delays)
    yield from (page.milliseconds(case["propagation_ms"]["p50"], scale) for scale in (1.0, 2.0))
    yield from (page.number(case[key]) for key in counts)


def test_every_figure_of_the_prose_is_one_of_the_committed_run(page, range_tables, committed):
    def of_range(study):
        yield from map(range_tables.percent_of, (study["none"], *study["first_order"].values()))
        yield from (page.number(calls) for _, calls in study["margins"])

    known = {text for case in committed["cases"] for text in figures_of(page, case)}
    known |= {text for study in committed["ranges"].values() for text in of_range(study)}
    said = WIDTH.findall(prose())
    assert len(said) > 60
    assert [figure for figure in said if figure not in known] == []
    # None in a spelling that the pattern passes over: two more signs are where it is explained.
    assert prose().count("±") == sum("±" in figure for figure in said) + 2


def test_lines_of_prose_are_short():
    for line in (FOLDER / "README.md").read_text("utf-8").splitlines():
        assert len(line) <= 120 or line.startswith(("|", "[")), line


def test_the_notebook_runs(monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    notebook = json.loads((FOLDER / "guowang-video-call.ipynb").read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    monkeypatch.chdir(FOLDER)
    names: dict = {}
    for cell in cells:
        exec("".join(cell["source"]), names)
    (axes,) = names["figure"].axes
    assert "100,000" in axes.get_title()
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert sum(label.endswith("China") for label in labels) == 5
    assert sum(label.endswith("United States") for label in labels) == 2
