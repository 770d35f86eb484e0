"""The gallery shows every picture, each small, readable and with its answer in words."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from capest.plot import picture

from .gallery import BEGIN, GALLERY, PAGE, PICTURES, RESULTS, page_with_section, plot_command

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "font-weight: 700; font-size: 12px"


def test_it_has_every_picture_there_is_and_no_other() -> None:
    assert sorted(GALLERY) == sorted(picture.names())
    assert {path.stem for path in PICTURES.iterdir()} == set(GALLERY)
    assert {file for entry in GALLERY.values() for file in entry.files} == set(RESULTS)


def test_the_page_is_as_the_gallery_writes_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_with_section()
    for name in GALLERY:
        assert plot_command(name) in PAGE.read_text(encoding="utf-8").partition(BEGIN)[2]


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_picture_is_small_and_says_its_answer(name: str) -> None:
    content = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert len(content.encode()) < 200_000
    root = ElementTree.fromstring(content)
    texts = list(root.iter(f"{_SVG}text"))
    titles = ["".join(each.itertext()) for each in texts if _TITLE in each.get("style", "")]
    assert re.search(r"\d", " ".join(titles)), titles
    said = " ".join("".join(each.itertext()) for each in texts)
    assert re.search(r"\d+ (trials|samples)", said)
    assert "capest 0." in said


def test_links_of_the_page_lead_to_pictures() -> None:
    links = re.findall(r"\]\((gallery/[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) == len(GALLERY)
    for link in links:
        assert Path(PAGE.parent, link).is_file()
