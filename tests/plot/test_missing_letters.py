"""Letters that no font has are said in one line; an SVG keeps them."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

import capest
from capest.cli import cli
from capest.errors import MissingFontWarning
from capest.plot import missing_letters as module
from capest.plot import picture
from capest.plot.missing_letters import missing_letters
from tests.plot.small_results import beams, source

TITLE = "中国中 direct to phone, ±3 µs²"


@pytest.fixture(autouse=True)
def _only_matplotlibs_own_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "fonts", lambda: ["DejaVu Sans"])


def written(text: str) -> Figure:
    figure = Figure()
    figure.text(0.1, 0.5, text)
    return figure


def test_each_letter_once_and_those_of_the_font_never() -> None:
    assert missing_letters(written(TITLE)) == "中国"
    assert missing_letters(written("Übergröße → 5 °C, ≤ α\n\t")) == ""


@pytest.mark.parametrize(("ending", "warns"), [("png", 1), ("pdf", 1), ("svg", 0)])
def test_a_picture_that_has_boxes_says_so(ending: str, warns: int) -> None:
    drawn = picture.draw("beams", [source(beams().assign_attrs(title=TITLE))])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        content = drawn.content(ending)
    ours = [each for each in caught if issubclass(each.category, MissingFontWarning)]
    assert len(ours) == warns
    assert not [each for each in caught if "Glyph" in str(each.message)]
    if ours:
        text = str(ours[0].message)
        assert text.startswith("no font here has 中, 国: drawn as boxes; install")
        assert "fonts-noto-cjk" in text
        assert "\n" not in text
    else:
        assert TITLE in content.decode()


def test_on_the_command_line_it_is_one_line_on_stderr(tmp_path: Path) -> None:
    path = tmp_path / "beams.nc"
    scenario = {
        "title": TITLE,
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 7, "statistics_count": 1},
        "users": {"per_beam": 2},
        "run": {"trials": 2, "seed": 1},
    }
    capest.run(scenario, output=path, backend="numpy").close()
    drawn = ["plot", str(path), "beams", "-o", str(tmp_path / "beams.png")]
    found = CliRunner().invoke(cli, drawn)
    assert found.exit_code == 0
    assert found.stderr.count("Warning: no font here has 中, 国: drawn as boxes") == 1
    assert len(found.stderr.splitlines()) == 1
