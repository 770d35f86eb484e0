"""A report in a real browser: quiet, reachable, readable, printable, and deaf to hostile texts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import Opened, lacking
from tests.report.small import source

pytestmark = pytest.mark.browser

REPORTS = ("network", "satellite", "hostile")
Open = Callable[..., Opened]


@pytest.mark.parametrize("name", REPORTS)
def test_it_says_nothing_and_asks_for_nothing(name: str, open_page: Open) -> None:
    opened = open_page(name)
    page = opened.page
    page.keyboard.press("Tab")
    for each in page.locator("summary").all()[:3]:
        each.click()
    page.mouse.wheel(0, 4000)
    page.wait_for_load_state("networkidle")
    assert len(opened.requests) == 1
    assert opened.unasked == []


def test_the_map_says_what_the_nearest_cell_holds(open_page: Open, files: dict[str, Path]) -> None:
    page = open_page("network").page
    dataset = source(files["network"]).dataset
    asked = dataset["cell_calls_offered"].values
    for number in np.argsort(-asked)[:5].tolist() + np.flatnonzero(asked == 0.0)[:1].tolist():
        latitude, longitude = (
            float(dataset[f"cell_{name}"].values[number]) for name in ("latitude", "longitude")
        )
        # Where the page draws the cell of this place.
        spot = page.evaluate(
            """([latitude, longitude]) => {
                const near = (k) => Math.hypot(lat[k] - latitude, lon[k] - longitude);
                const cells = JSON.parse(document.getElementById("map-cells").textContent);
                const read = (column, name) => {
                    const bytes = Uint8Array.from(atob(column.values), (c) => c.charCodeAt(0));
                    return Array.from(new name(bytes.buffer), (each) => each * column.scale);
                };
                const lat = read(cells.latitude, Int16Array);
                const lon = read(cells.longitude, Int16Array);
                const best = lat.map((_, k) => k).sort((a, b) => near(a) - near(b))[0];
                const frame = document.getElementById("live-map").getBoundingClientRect();
                const box = document.querySelector(".marker").viewBox.baseVal;
                return [read(cells.x, Uint16Array)[best] / box.width * frame.width,
                        read(cells.y, Uint16Array)[best] / box.height * frame.height];
            }""",
            [latitude, longitude],
        )
        page.locator("#live-map").hover(position={"x": spot[0] + 0.7, "y": spot[1] - 0.7})
        said = page.locator("#map-says").inner_text()
        place = f"{latitude:.2f}° N, {longitude:.2f}° E"
        shown = [float(each) for each in re.findall(r"[\d.]+", said)[:2]]
        assert shown == pytest.approx([latitude, longitude], abs=0.011), (place, said)
        for label, name in (
            ("calls carried a trial", "cell_calls"),
            ("asked", "cell_calls_offered"),
            ("people live there", "cell_residents"),
        ):
            value = float(dataset[name].values[number])
            found = re.search(rf"{label} ([\d,.]+\d|\d)", said)
            assert found, said
            assert float(found[1].replace(",", "")) == pytest.approx(value, rel=0.01, abs=0.002)


def test_a_finger_and_the_keyboard_read_the_map(open_page: Open) -> None:
    page = open_page("network", has_touch=True).page
    stage = page.locator("#live-map")
    # Skip link, sections, and on to the map.
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "live-map":
            break
    assert page.evaluate("document.activeElement.id") == "live-map"
    seen = [page.locator("#map-says").inner_text()]
    latitudes = [_latitude(seen[0])]
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(page.locator("#map-says").inner_text())
        latitudes.append(_latitude(seen[-1]))
    assert latitudes[0] < latitudes[1] < latitudes[2]
    assert latitudes[3] < latitudes[2]
    assert all(seen)
    assert seen[4] != seen[3]
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    before = page.locator("#map-says").inner_text()
    box = stage.bounding_box()
    assert box is not None
    stage.tap(position={"x": 0.45 * box["width"], "y": 0.55 * box["height"]})
    assert page.locator("#map-says").inner_text() != before


def test_no_cell_answers_for_a_place_outside_all(open_page: Open) -> None:
    page = open_page("network").page
    shown = "document.getElementById('marker').getAttribute('visibility')"
    assert page.evaluate(shown) == "hidden"
    stage = page.locator("#live-map")
    box = stage.bounding_box()
    assert box is not None
    stage.hover(position={"x": 0.45 * box["width"], "y": 0.5 * box["height"]})
    assert "° N" in page.locator("#map-says").inner_text()
    assert page.evaluate(shown) == "visible"
    for x, y in ((3.0, 3.0), (box["width"] - 3.0, 3.0), (3.0, box["height"] - 3.0)):
        stage.hover(position={"x": x, "y": y})
        assert page.locator("#map-says").inner_text() == "no cell here"
        assert page.evaluate(shown) == "hidden"


def test_paper_breaks_no_short_word_of_a_table(open_page: Open) -> None:
    # A4 less its margins, at 96 pixels an inch.
    page = open_page("network", 680).page
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    broken = page.evaluate(
        r"""() => {
            const found = [];
            for (const cell of document.querySelectorAll("th, td")) {
                const node = cell.firstChild;
                if (!node || node.nodeType !== 3) continue;
                for (const word of node.data.matchAll(/[A-Za-z.,_\d]{2,16}(?=\s|$)/g)) {
                    if (word.index && !/\s/.test(node.data[word.index - 1])) continue;
                    const range = document.createRange();
                    range.setStart(node, word.index);
                    range.setEnd(node, word.index + word[0].length);
                    const lines = new Set([...range.getClientRects()].map((each) => each.top));
                    if (lines.size > 1) found.push(word[0]);
                }
            }
            return found;
        }"""
    )
    assert broken == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def _latitude(said: str) -> float:
    found = re.match(r"([\d.]+)° ([NS])", said)
    assert found, said
    return float(found[1]) * (1.0 if found[2] == "N" else -1.0)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
@pytest.mark.parametrize("name", REPORTS)
def test_axe_finds_nothing(name: str, scheme: str, width: int, open_page: Open) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ModuleNotFoundError:
        lacking('no axe-core: pip install -e ".[browser]"')
    page = open_page(name, width, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page).response["violations"]
    told = [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]
    assert not told


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_is_wider_than_the_page(name: str, width: int, open_page: Open) -> None:
    page = open_page(name, width).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """(width) => [...document.querySelectorAll("body *")].filter((each) =>
            !each.closest(".scroller, svg, .skip") && each.getClientRects().length
            && each.getBoundingClientRect().right > width + 1
        ).map((each) => each.outerHTML.slice(0, 100))""",
        width,
    )
    assert beyond == []


def test_dark_and_light_differ_and_pictures_follow(open_page: Open) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        page = open_page("satellite", color_scheme=scheme).page
        shades[scheme] = page.evaluate(
            """() => {
                const dull = (colour) =>
                    colour.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0);
                const text = document.querySelector("figure svg text");
                return [dull(getComputedStyle(document.body).backgroundColor),
                        dull(getComputedStyle(text).fill)];
            }"""
        )
    (paper, ink), (dark_paper, dark_ink) = shades["light"], shades["dark"]
    assert ink < 200 < 600 < paper
    assert dark_paper < 200 < 600 < dark_ink


@pytest.mark.parametrize("name", REPORTS)
def test_paper_has_everything(name: str, open_page: Open, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        lacking("no pdftotext")
    page = open_page(name).page
    wanted = page.locator("h2, h3, summary, caption").all_text_contents()
    path = tmp_path / "report.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    text = _letters(done.stdout.decode())
    for each in wanted:
        # A long one is broken over lines and pages.
        assert _letters(each)[:60] in text, each[:100]
    if name == "network":
        assert "antenna_diameter_m" in text
        assert "chromium" not in text.lower()


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_no_figure_is_cut_by_a_page(open_page: Open) -> None:
    page = open_page("network").page
    page.emulate_media(media="print")
    inside = page.evaluate(
        "[...document.querySelectorAll('figure')].map((each) => getComputedStyle(each).breakInside)"
    )
    assert inside
    assert set(inside) == {"avoid"}


def test_hostile_texts_add_nothing(open_page: Open) -> None:
    counts: dict[str, dict[str, Any]] = {}
    for name in ("network", "hostile"):
        opened = open_page(name)
        opened.page.mouse.move(300, 300)
        opened.page.wait_for_timeout(50)
        assert opened.dialogs == []
        counts[name] = opened.page.evaluate(
            """() => ({
                scripts: document.scripts.length,
                images: document.images.length,
                frames: document.querySelectorAll("iframe, object, embed, form, link").length,
                acting: [...document.querySelectorAll("*")].filter((each) =>
                    each.getAttributeNames().some((name) => name.startsWith("on"))).length,
                sections: document.querySelectorAll("main > section").length,
            })"""
        )
    assert counts["hostile"] == counts["network"]
    assert counts["hostile"]["images"] == counts["hostile"]["frames"] == 0
    assert counts["hostile"]["acting"] == 0
