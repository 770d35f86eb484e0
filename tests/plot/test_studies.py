"""Pictures ``tornado``, ``margin`` and ``uncertainty``: from a dataset whose file is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.errors import InputError
from capest.plot.picture import Picture, draw, why_not
from capest.plot.source import Source
from capest.plot.style import GREY
from capest.results.open import open_result
from capest.results.stored import OfDataset
from capest.studies.uncertainty.study_file import write_study
from capest.studies.uncertainty.study_reading import read_study, study_of
from tests.plot.studies import TITLE, UNKNOWN, opened, study
from tests.plot.texts_apart import assert_apart, texts_of

ENDS = {
    "handset.body_loss_db": {"2": 160.0, "6": 40.0},
    "link.thresholds": {'"a"': 110.0, '"b"': 130.0, '"c"': 70.0},
    "uplink.overhead": {"0.07": 102.0, "0.21": 97.0},
    "link.overhead": {"0.2": 100.0, "0.3": 100.0},
}


def bars(picture: Picture) -> list[Any]:
    return [each for each in picture.figure.axes[0].patches if each.get_width() != 0.0]


def colour(bar: Any) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in bar.get_facecolor()[:3])


def test_a_dataset_holds_what_its_file_does(tmp_path: Path) -> None:
    values = np.linspace(0.0, 1.0, 24).reshape(6, 4)
    made = study(ends=ENDS, margins={-3.0: 1.0, 0.0: 100.0}, sample=(values, np.arange(6.0)))
    write_study(tmp_path / "s.nc", made)
    with open_result(tmp_path / "s.nc") as dataset:
        of_dataset = study_of(OfDataset(dataset))
    of_file = read_study(tmp_path / "s.nc")
    for found in (of_dataset, of_file):
        assert found.assumptions == made.assumptions
        assert found.ends == made.ends
        assert found.margins_db == made.margins_db
        assert found.figures[0].base == made.figures[0].base
        assert found.figures[0].ends == made.figures[0].ends
        np.testing.assert_array_equal(found.values, made.values)
        np.testing.assert_array_equal(found.figures[0].answers, made.figures[0].answers)
        assert found.about["title"] == TITLE


def test_a_tornado_has_a_bar_for_every_end_the_largest_first(tmp_path: Path) -> None:
    picture = draw("tornado", [opened(tmp_path / "s.nc", study(ends=ENDS))])
    drawn = {round(bar.get_x() + bar.get_width(), 6) for bar in bars(picture)}
    changed = {end for values in ENDS.values() for end in values.values() if end != 100.0}
    assert drawn == changed
    # All begin at the answer at stated values.
    assert {round(bar.get_x(), 6) for bar in bars(picture)} == {100.0}
    ax = picture.figure.axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [
        "handset.body_loss_db = 1.5",
        "link.thresholds = 1.5",
        "uplink.overhead = 1.5",
    ]
    places = ax.get_yticks()
    assert (np.diff(places) < 0).all()
    texts = assert_apart(picture)
    assert {"2 dB: 160", "6 dB: 40.0", "b: 130", "0.21: 97.0", "as stated: 100"} <= set(texts)
    assert "handset.body_loss_db alone makes it 40.0 to 160" in picture.words.title
    assert "1 changes nothing" in picture.words.subtitle


def test_what_chance_may_have_made_is_grey_and_counted(tmp_path: Path) -> None:
    picture = draw("tornado", [opened(tmp_path / "s.nc", study(ends=ENDS, half=5.0))])
    grey = [bar.get_x() + bar.get_width() for bar in bars(picture) if colour(bar) == GREY]
    # Changes of +2 and -3, known to ±5.
    assert sorted(grey) == pytest.approx([97.0, 102.0])
    assert "1 not told apart from no change (grey)" in picture.words.subtitle
    unknown = draw("tornado", [opened(tmp_path / "u.nc", study(ends=ENDS, half=UNKNOWN))])
    assert not [bar for bar in bars(unknown) if colour(bar) == GREY]
    assert "how sure changes are is not known" in unknown.words.subtitle


def test_a_page_holds_the_largest_and_says_how_many(tmp_path: Path) -> None:
    many = {f"link.key_{k:02d}": {"1": 100.0 + k + 1, "2": 100.0 - k - 1} for k in range(40)}
    picture = draw("tornado", [opened(tmp_path / "s.nc", study(ends=many, half=0.1))])
    names = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert names[0] == "link.key_39 = 1.5"
    assert f"the {len(names)} largest of 40 assumptions" in picture.words.subtitle
    assert_apart(picture)


def test_shares_are_in_percent_in_a_tornado(tmp_path: Path) -> None:
    made = study(0.25, {"link.overhead": {"1": 0.5, "2": 0.125}}, half=0.01, metric="refused_share")
    picture = draw("tornado", [opened(tmp_path / "s.nc", made)])
    ends = [bar.get_x() + bar.get_width() for bar in bars(picture)]
    assert sorted(ends) == pytest.approx([12.5, 50.0])
    assert "25.00 % at stated values" in picture.words.title


def test_the_cliff_is_drawn_with_its_stated_point_and_nearly_none(tmp_path: Path) -> None:
    margins = {-6.0: 0.0, -4.0: 1.0, -2.0: 30.0, 0.0: 100.0, 2.0: 180.0}
    source = opened(tmp_path / "s.nc", study(margins=margins))
    picture = draw("margin", [source])
    ax = picture.figure.axes[0]
    (curve,) = [line for line in ax.get_lines() if line.get_label() == "calls at once"]
    np.testing.assert_array_equal(curve.get_xdata(), list(margins))
    np.testing.assert_array_equal(curve.get_ydata(), list(margins.values()))
    # A hundredth of 100 is nearly none: up to -4 dB.
    (none,) = [patch for patch in ax.patches if patch.get_hatch()]
    assert none.get_x() + none.get_width() == pytest.approx(-4.0)
    assert none.get_x() < -6.0
    assert "nearly none is left at −4 dB and below" in picture.words.subtitle
    texts = assert_apart(picture)
    assert "100 as stated" in texts
    assert picture.words.title == (
        "Calls at once: 100 as stated, 0.0 with 6 dB less, 180 with 2 dB more"
    )


def test_a_range_has_the_quantiles_of_its_samples(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    values = rng.uniform(size=(200, 2))
    # One assumption makes all of the answer, the other none.
    found = np.round(1000.0 * values[:, 0])
    ends = {"satellite.rf_power_w": {"1": 900.0, "2": 50.0}, "link.overhead": {"1": 500.0}}
    source = opened(tmp_path / "s.nc", study(500.0, ends, sample=(values, found)))
    picture = draw("uncertainty", [source])
    left, right = picture.figure.axes
    histogram = [patch for patch in left.patches if not patch.get_hatch()]
    none = [patch for patch in left.patches if patch.get_hatch()]
    # A hundredth of 500 is nearly none.
    assert sum(bar.get_height() for bar in none) == np.count_nonzero(found <= 5.0)
    for bar in histogram:
        low, high = bar.get_x(), bar.get_x() + bar.get_width()
        last = bar is histogram[-1]
        within = (found >= low) & ((found <= high) if last else (found < high)) & (found > 5.0)
        assert bar.get_height() == np.count_nonzero(within)
    ordered = np.sort(found)
    title = picture.words.title
    # 5 and 95 % of 200 answers are the 10th or 11th from either end.
    said = [
        float(word.replace(",", "")) for word in title.split(":")[1].split(",")[0].split(" to ")
    ]
    assert ordered[8] <= said[0] <= ordered[11]
    assert ordered[188] <= said[1] <= ordered[191]
    widths = [bar.get_width() for bar in right.patches]
    assert widths[0] > 90.0
    assert "find out first: satellite.rf_power_w" in picture.words.subtitle
    assert "1 assumption not told apart from 0 % (grey)" in picture.words.subtitle
    assert_apart(picture)


def test_what_a_study_lacks_is_said_with_what_makes_it(tmp_path: Path) -> None:
    source = opened(tmp_path / "s.nc", study(ends=ENDS))
    assert "--margin -6:6:2 makes one" in why_not("margin", [source])
    assert "without --one-at-a-time" in why_not("uncertainty", [source])
    bare = opened(tmp_path / "b.nc", study(margins={0.0: 1.0, 3.0: 2.0}))
    assert "no assumption alone" in why_not("tornado", [bare])
    with pytest.raises(InputError, match="--of cals: did you mean calls"):
        draw("tornado", [source], options={"of": "cals"})
    torn = Source(source.dataset.drop_vars("end_value"), "torn")
    with pytest.raises(InputError, match="torn: damaged, or parts were taken out of it"):
        draw("tornado", [torn])


@pytest.mark.parametrize("base", [0.0, 5.0])
def test_an_answer_of_nothing_is_drawn(tmp_path: Path, base: float) -> None:
    values = np.linspace(0.0, 1.0, 30).reshape(30, 1)
    ends = {"link.overhead": {"1": 0.0, "2": 0.0}}
    made = study(base, ends, {-1.0: 0.0, 0.0: base}, (values, np.zeros(30)), half=UNKNOWN)
    source = opened(tmp_path / "s.nc", made)
    for name in ("tornado", "margin", "uncertainty"):
        picture = draw(name, [source])
        assert_apart(picture)
        assert len(picture.content("svg")) < 200_000
    said = texts_of(draw("uncertainty", [source])).values()
    assert any("none: 100 %" in text for text in said)


SCENARIO = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
preset = "guowang-gw-a59"
[region]
kind = "country"
country = "CH"
[service]
preset = "video-call-480p"
[users]
placement = "population"
count = 20000
"""


def with_scenario(source: Source, text: str = SCENARIO) -> Source:
    """The same study, with the scenario that its file would have."""
    return Source(source.dataset.assign_attrs(scenario_toml=text), source.name)


def test_studies_say_how_many_ask(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    values = rng.uniform(size=(30, 4))
    made = study(ends=ENDS, margins={-3.0: 1.0, 0.0: 100.0}, sample=(values, 100.0 * values[:, 0]))
    source = with_scenario(opened(tmp_path / "s.nc", made))
    for name in ("tornado", "uncertainty", "margin"):
        picture = draw(name, [source])
        assert f"{TITLE} · of 20,000 who ask · " in picture.words.subtitle
        assert_apart(picture)
    of_users = {"users.count": {"1": 50.0, "2": 90.0}}
    source = with_scenario(opened(tmp_path / "u.nc", study(ends=of_users)))
    assert "who ask" not in draw("tornado", [source]).words.subtitle


def test_nearly_none_stands_apart_from_zero(tmp_path: Path) -> None:
    # As with a phone in a hand: half of the samples have nothing, one has much.
    found = np.array([0.0] * 15 + [10.0 * k for k in range(1, 16)] + [1_588.0, 10_900.0])
    values = np.linspace(0.0, 1.0, len(found))[:, None]
    made = study(718.0, {"link.overhead": {"1": 700.0}}, sample=(values, found))
    picture = draw("uncertainty", [opened(tmp_path / "s.nc", made)])
    texts = assert_apart(picture)
    assert {"(nearly)\nnone", "0"} <= set(texts)
