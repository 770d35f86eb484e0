"""What a report says, from the file alone; and what hostile texts of a file do: nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from capest.plot.source import Source
from capest.report.page import MOST_BYTES, report_page
from capest.report.sections.answer import HOW_TO_GET_A_RANGE
from capest.results.stored import stored_estimates
from capest.results.who_is_served import who_is_served
from capest.validation.stored_differences import stored_differences
from tests.report.reader import Page
from tests.report.small import HOSTILE, hostile, source

KINDS = ("network", "satellite", "sweep", "uncertainty", "capacity")
ALWAYS = {"question", "sensitivity", "not-modelled", "assumptions", "validity", "again"}
PLAIN = {"html", "head", "meta", "title", "style", "body", "script", "a", "header", "nav", "main"}
TEXT = {"section", "footer", "p", "strong", "span", "h1", "h2", "h3", "ol", "ul", "li", "div"}
TABLES = {"table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "details"}
FIGURES = {"summary", "figure", "figcaption", "output", "svg", "g", "path", "use", "defs", "text"}
DRAWN = {"tspan", "image", "clippath", "rect", "circle", "pattern", "polygon", "polyline", "line"}
ELEMENTS = PLAIN | TEXT | TABLES | FIGURES | DRAWN


def page_of(*sources: Source) -> Page:
    return Page(report_page(sources).content.decode())


@pytest.fixture(scope="module")
def network(files: dict[str, Path]) -> Page:
    return page_of(source(files["network"]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_a_report(kind: str, files: dict[str, Path]) -> None:
    made = report_page([source(files[kind])])
    page = Page(made.content.decode())
    assert len(made.content) <= MOST_BYTES
    sections = [each.attributes["id"] for each in page.all("section")]
    assert tuple(sections) == made.sections
    assert set(sections) >= ALWAYS
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("nav")) == 1
    links = [each.attributes["href"] for each in page.all("a")]
    assert links[1:] == [f"#{name}" for name in sections]


def test_same_files_same_bytes(files: dict[str, Path]) -> None:
    for kind in ("network", "uncertainty"):
        first, second = (report_page([source(files[kind])]).content for _ in range(2))
        pieces = [each.decode().split(">") for each in (first, second)]
        assert [pair for pair in zip(*pieces, strict=False) if pair[0] != pair[1]] == []
        assert first == second


def test_headings_go_down_by_one_and_ids_are_unique(network: Page) -> None:
    levels = [int(each.tag[1]) for each in network.elements if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [each.attributes["id"] for each in network.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in network.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert each.attributes.get(name, ids[0]) in ids
        link = each.attributes.get("href", "")
        if link.startswith("#"):
            assert link[1:] in ids
        for target in re.findall(r"url\(#([^)]*)\)", " ".join(each.attributes.values())):
            assert target in ids


def test_the_answer_is_the_file_s(network: Page, files: dict[str, Path]) -> None:
    found = {
        (each.metric, each.statistic): each
        for each in stored_estimates(source(files["network"]).stored)
    }
    calls, offered = found["calls", "mean"], found["calls_offered", "mean"]
    text = network.by_id("answer").text
    shown = float(re.search(r"[\d,.]+", text)[0].replace(",", ""))  # type: ignore[index]
    assert shown == pytest.approx(calls.value, abs=0.51)
    low, high = re.search(r"interval ([\d,.]+) to ([\d,.]+)", text).groups()  # type: ignore[union-attr]
    assert float(low.replace(",", "")) == pytest.approx(calls.low, abs=0.51)
    assert float(high.replace(",", "")) == pytest.approx(calls.high, abs=0.51)
    assert f"Of {offered.value:,.0f}" in text
    assert HOW_TO_GET_A_RANGE in text


def test_a_study_of_the_same_scenario_gives_a_range_and_another_one_says_why_not(
    files: dict[str, Path],
) -> None:
    study = source(files["uncertainty"])
    range_words = "90 % range over the stated assumptions"
    assert range_words in page_of(source(files["satellite"]), study).by_id("answer").text
    other = page_of(source(files["network"]), study)
    assert range_words not in other.by_id("answer").text
    assert "This study is of another scenario: " in other.by_id("sensitivity").text


def test_the_map_holds_every_cell_of_the_file(network: Page, files: dict[str, Path]) -> None:
    dataset = source(files["network"]).dataset
    counted = np.flatnonzero(dataset["cell_counted"].values)
    cells = network.cells()
    assert cells["count"] == len(counted)
    values = {each["label"]: _numbers(each) for each in cells["figures"]}
    for label, name in (
        ("calls carried a trial", "cell_calls"),
        ("asked", "cell_calls_offered"),
        ("people live there", "cell_residents"),
    ):
        expected = dataset[name].values[counted].astype(np.float32)
        np.testing.assert_array_equal(values[label], expected)
    for name in ("latitude", "longitude"):
        expected = dataset[f"cell_{name}"].values[counted]
        assert np.abs(_numbers(cells[name]) - expected).max() <= 0.0051
    # Farther north is higher on the paper, and farther east farther right, near the middle.
    y, latitude = _numbers(cells["y"]), _numbers(cells["latitude"])
    assert np.corrcoef(y, latitude)[0, 1] < -0.99
    assert np.corrcoef(_numbers(cells["x"]), _numbers(cells["longitude"]))[0, 1] > 0.99
    box = [each for each in network.all("svg") if each.attributes.get("class") == "marker"]
    _, _, width, height = map(float, box[0].attributes["viewbox"].split())
    assert 0.0 <= _numbers(cells["x"]).min() <= _numbers(cells["x"]).max() <= width
    assert 0.0 <= y.min() <= y.max() <= height


def test_a_cell_s_reach_is_its_own(network: Page, files: dict[str, Path]) -> None:
    """Every place of a cell lies within the reach, and none so far as the second next cell."""
    dataset = source(files["network"]).dataset
    cells = network.cells()
    x, y = (_numbers(cells[name]) for name in ("x", "y"))
    reach = float(network.by_id("live-map").attributes["data-reach"])
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    nearest = np.median(apart.min(axis=1))
    assert 0.5 * nearest < reach < nearest
    assert network.by_id("marker").attributes["visibility"] == "hidden"
    assert len(x) <= dataset.sizes["cell"]


def test_a_search_is_told_in_words(files: dict[str, Path]) -> None:
    one = source(files["capacity"])
    page = page_of(one)
    for name in ("answer", "question", "sensitivity"):
        text = page.by_id(name).text
        assert "users.per_beam" not in text.replace(_folded(page, name), ""), name
        assert "blocked_share" not in text, name
        if name != "sensitivity":
            assert "users a beam" in text
    # Five trials of so small a scene find no limit in the range.
    assert page.by_id("answer").text.split()[0] in ("everywhere", "nowhere")
    assert "for users a beam from 1 to 200" in page.by_id("answer").text
    found = one.dataset.load().copy(deep=True)
    for name, value in (("", 42.0), ("_low", 30.0), ("_high", 50.0)):
        found[f"capacity{name}"][...] = value
    found["capacity_low_is_open"][...] = found["capacity_high_is_open"][...] = 0
    found["met_below"][...], found["capacity_lacks_interval"][...] = 1, 0
    with_one = page_of(Source(found, "capacity")).by_id("answer").text
    assert with_one.split()[:4] == ["42", "users", "a", "beam"]
    assert "95 % interval 30 to 50" in with_one
    assert "It is the most with at most 20 % callers in reach without room." in with_one
    assert "With at most 20 % callers in reach without room" in page.by_id("answer").text
    asked = page.by_id("question").text
    assert "How many users a beam, with at most 20 % callers in reach without room?" in asked
    assert "searched from 1 to 200" in asked


def _folded(page: Page, name: str) -> str:
    """What is folded away: the keys of the scenario, which are keys."""
    inside = page.by_id(name).text
    found = [each.text for each in page.all("details") if each.text in inside]
    return found[0] if found else "\0"


def _numbers(column: dict) -> np.ndarray:
    packed = base64.b64decode(column["values"])
    return np.frombuffer(packed, f"<{column['type']}") * column["scale"]


def test_who_gets_nothing_is_the_file_s(network: Page, files: dict[str, Path]) -> None:
    found = who_is_served(source(files["network"]).stored)
    assert found is not None
    text = network.by_id("unserved").text
    assert f"{found.unserved.asking.cells:,} cells whose users asked" in text
    assert len(found.by_density) == 10
    for group in found.by_density:
        assert f"{100 * group.share:.0f} %" in text


def test_assumptions_have_source_confidence_and_range(network: Page) -> None:
    text = network.by_id("assumptions").text
    for words in ("satellite.rf_power_w", "TR 38.821", "assumed", "100 to 1,000 W"):
        assert words in text
    assert "gateways and feeder links" in network.by_id("not-modelled").text


def test_validity_shows_the_stored_differences(network: Page) -> None:
    text = network.by_id("validity").text
    largest = max(stored_differences(), key=lambda each: abs(each.difference_db))
    assert f"{largest.difference_db:+.2f} ({largest.percentile} % of case {largest.case})" in text


def test_again_has_command_scenario_and_citation(network: Page, files: dict[str, Path]) -> None:
    text = network.by_id("again").text
    about = source(files["network"]).dataset.attrs
    assert about["scenario_fingerprint"] in text
    assert about["scenario_toml"].splitlines()[3] in text
    assert "@software{capest," in text
    assert about["scenario_fingerprint"] in network.all("footer")[0].text


def test_runs_are_compared_with_the_first(files: dict[str, Path]) -> None:
    ours, theirs = (source(files[name]) for name in ("network", "weaker"))
    text = page_of(ours, theirs).by_id("comparison").text
    calls = [each.dataset["calls"].values.astype(float) for each in (ours, theirs)]
    difference = float((calls[1] - calls[0]).mean())
    row = next(line for line in text.split("calls at once")[1].splitlines() if "±" in line or line)
    assert "handset.antenna_gain_dbi" in text
    shown = [float(each.replace(",", "")) for each in re.findall(r"[-+]\d[\d,.]*", text)]
    assert any(abs(each - difference) <= 0.5 for each in shown), (difference, row)


def test_nothing_is_fetched_and_the_script_is_the_one_that_is_allowed(network: Page) -> None:
    policy = next(
        each.attributes["content"]
        for each in network.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:;")
    script = next(each for each in network.all("script") if "type" not in each.attributes)
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    for each in network.elements:
        assert each.attributes.keys().isdisjoint({"src", "srcset", "data", "action", "xmlns"})
        link = each.attributes.get("href", "#")
        assert link.startswith(("#", "data:image/png;base64,"))
    assert not re.search(r"url\((?!#)|@import", network.content)


@pytest.mark.parametrize("kind", [*KINDS, "weaker"])
def test_hostile_texts_do_nothing(kind: str, files: dict[str, Path]) -> None:
    plain = page_of(source(files[kind]))
    made = report_page([hostile(files[kind])])
    page = Page(made.content.decode())
    assert len(made.content) <= MOST_BYTES
    assert {each.tag for each in page.elements} <= ELEMENTS
    assert len(page.all("script")) == len(plain.all("script"))
    for each in page.elements:
        assert not [name for name in each.attributes if name.startswith("on")]
        assert "javascript:" not in each.attributes.get("href", "")
    # What steers terminals, texts and parsers is written as escapes.
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]", page.content)
    # It was there, and templates do not read it.
    assert "<script>alert(1)</script>" in page.all("h1")[0].text
    assert "{{ 7 * 7 }}" in page.all("h1")[0].text
    assert "\\x1b[31m\\x00\\x08\\u202e" in page.all("h1")[0].text
    scripts = [each for each in page.elements if each.tag == "script"]
    assert not any("alert(" in each.text for each in scripts)


def test_hostile_names_of_files_do_nothing(files: dict[str, Path]) -> None:
    names = ("network", "weaker", "uncertainty", "sweep", "capacity")
    page = page_of(source(files["network"]), *(hostile(files[name]) for name in names))
    assert {each.tag for each in page.elements} <= ELEMENTS
    assert HOSTILE[:25] in page.by_id("comparison").text
    assert not any("alert(" in each.text for each in page.all("script"))
