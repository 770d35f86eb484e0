"""The picture of paired differences: what is drawn, where, and in which words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from capest import api
from capest.errors import InputError
from capest.plot import picture
from capest.plot.source import Source
from capest.plot.style import PAPER
from capest.results.compared_figures import BEYOND
from capest.results.figures import value_text
from capest.results.sweep_file import AXES

BASE: dict[str, Any] = {
    "title": "base",
    "rules": "0.2",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "users": {"per_beam": 2},
    "run": {"trials": 12, "seed": 4},
}


def run(**changes: Any) -> xr.Dataset:
    return api.run(api.load(BASE).replace(**changes), backend="numpy")


@pytest.fixture(scope="module")
def results() -> dict[str, xr.Dataset]:
    return {
        "one-colour": run(run__trials=12),
        "three": run(beams__frequency_reuse=3),
        "half": run(carrier__bandwidth_mhz=5.0),
        "weak": run(handset__noise_figure_db=17.0),
        "again": run(run__seed=5),
        "deaf": run(handset__antenna_gain_dbi=-22.0),
    }


def sources(results: dict[str, xr.Dataset], *names: str) -> list[Source]:
    return [Source(results[name], name) for name in names]


def drawn(results: dict[str, xr.Dataset], *names: str, **options: Any) -> picture.Picture:
    found = picture.draw("compare", sources(results, *names), options=options)
    FigureCanvasAgg(found.figure).draw()
    return found


def panel(figure: Figure, label: str) -> Axes:
    return next(ax for ax in figure.axes if label in ax.get_xlabel())


def marks(ax: Axes) -> list[tuple[float, float, bool]]:
    """Value, row and whether it is filled, of every mark."""
    return [
        (
            float(np.asarray(line.get_xdata())[0]),
            float(np.asarray(line.get_ydata())[0]),
            to_hex(str(line.get_markerfacecolor())) != to_hex(PAPER),
        )
        for line in ax.lines
        if line.get_marker() not in ("None", "", None)
    ]


def test_marks_stand_at_the_differences_of_the_files(results: dict[str, xr.Dataset]) -> None:
    found = drawn(results, "one-colour", "weak")
    told = results["one-colour"].capest.compare(results["weak"])[0]
    percent = panel(found.figure, "% of one-colour")
    labels = [text.get_text() for text in percent.get_yticklabels()]
    row = labels.index("throughput, Mbit/s")
    expected = told["throughput", "mean"].difference
    value, _, filled = marks(percent)[row]
    assert value == pytest.approx(expected.percent)
    assert filled
    ends = [line for line in percent.lines if len(line.get_xdata()) == 2][1 + row]
    assert list(ends.get_xdata()) == pytest.approx([expected.percent_low, expected.percent_high])
    decibels = panel(found.figure, "dB")
    values = [value for value, _, _ in marks(decibels)]
    assert values == pytest.approx(
        [told["sinr_db", each].difference.value for each in ("p05", "p50", "p95")]
    )


def test_the_title_is_the_answer_with_its_interval(results: dict[str, xr.Dataset]) -> None:
    words = drawn(results, "one-colour", "half").words
    assert words.title.startswith("half: ")
    assert " → " in words.title
    assert "Mbit/s throughput (−" in words.title
    assert re.search(r"\(−\d+\.?\d* (±\d|\[−\d).* %\)$", words.title)
    assert "from pairs of trials" in words.subtitle
    several = drawn(results, "one-colour", "three", "half").words.title
    assert len(re.findall(r"\([+−]\d+\.?\d* (?:±\d|\[[+−]?\d)[^)]* %\)", several)) == 2
    assert several.startswith("Throughput, ")
    assert "in one-colour: three " in several
    assert "of independent runs" in drawn(results, "one-colour", "again").words.subtitle


def test_what_chance_may_do_is_hollow(results: dict[str, xr.Dataset]) -> None:
    found = drawn(results, "one-colour", "one-colour")
    assert not any(filled for ax in found.figure.axes for *_, filled in marks(ax))
    assert "same" in found.words.title


def test_what_the_reference_has_none_of_is_named(results: dict[str, xr.Dataset]) -> None:
    """A figure that rises from 0 has no percentage: no row, but not a word less of it."""
    found = drawn(results, "deaf", "three")
    told = results["deaf"].capest.compare(results["three"])
    zero = [each for each in told[0].figures if each.reference.value == 0.0]
    assert zero
    rows = sum(len(marks(ax)) for ax in found.figure.axes)
    assert rows + len(zero) == told.figures_at_once
    subtitle = " ".join(found.words.subtitle.split())
    assert f"among {told.figures_at_once} differences ({rows} drawn)" in subtitle
    _, _, named = subtitle.partition("In no percentage, as deaf has 0 of it: ")
    for each in zero:
        assert f"{each.label}: {value_text(each.value)}" in named
    assert named.count("(beyond chance)") == sum(each.verdict == BEYOND for each in zero)


def test_every_row_has_its_interval_in_one_kind_of_minus(results: dict[str, xr.Dataset]) -> None:
    figure = drawn(results, "one-colour", "three", "weak").figure
    written = [text.get_text() for ax in figure.axes for text in ax.texts]
    changed = [text for text in written if "→" in text and not text.endswith("?")]
    assert len(changed) > 10
    for text in changed:
        assert "±" in text or "[" in text or "limits not known" in text, text
        assert "-" not in text, text


def test_shares_differ_by_points_not_by_percent(results: dict[str, xr.Dataset]) -> None:
    found = drawn(results, "one-colour", "deaf", of="served_share")
    (ax,) = found.figure.axes
    assert ax.get_xlabel() == "difference, % points"
    assert re.search(r"users served \(−\d.* % points\)$", found.words.title)
    assert "Filled: beyond chance; hollow" in found.words.subtitle
    told = results["one-colour"].capest.compare(results["deaf"], of=["served_share"])[0]
    expected = 100.0 * told["served_share", "mean"].difference.value
    assert marks(ax)[0][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "names",
    [("one-colour", "three"), ("one-colour", "three", "half", "again", "three", "half", "again")],
    ids=["two", "seven"],
)
def test_texts_lie_on_the_paper_and_do_not_overlap(
    results: dict[str, xr.Dataset], names: tuple[str, ...]
) -> None:
    figure = drawn(results, *names).figure
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [*figure.texts]
    for ax in figure.axes:
        texts += [*ax.texts, *ax.get_yticklabels(), *ax.get_xticklabels(), ax.xaxis.label]
    boxes = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in texts
        if text.get_text() and text.get_visible()
    ]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= width, text
        assert box.y0 >= 0, text
        assert box.y1 <= height, text
    for k, (text, box) in enumerate(boxes):
        for other, beside in boxes[k + 1 :]:
            assert not box.padded(-0.5).overlaps(beside.padded(-0.5)), (text, other)


def test_one_figure_in_its_own_unit(results: dict[str, xr.Dataset]) -> None:
    found = drawn(results, "one-colour", "half", of="throughput")
    (ax,) = found.figure.axes
    assert ax.get_xlabel() == "difference, Mbit/s"
    told = results["one-colour"].capest.compare(results["half"])[0]
    assert marks(ax)[0][0] == pytest.approx(told["throughput", "mean"].difference.value)


def test_a_panel_of_somebody_else_and_hostile_names(results: dict[str, xr.Dataset]) -> None:
    (ax,) = [Figure().add_subplot()]
    results["one-colour"].capest.plot.compare(results["three"], ax=ax, labels=["$a$", "<b>\x1b"])
    assert "$a$" in ax.get_xlabel()
    long = [Source(results["three"], "x" * 300), Source(results["half"], "é$_{")]
    found = picture.draw("compare", long)
    assert len(found.content("svg")) < 200_000


def test_why_it_cannot_be_drawn(results: dict[str, xr.Dataset]) -> None:
    assert "two files or more" in picture.why_not("compare", sources(results, "three"))
    with pytest.raises(InputError, match="--of cals: no such figure"):
        drawn(results, "one-colour", "three", of="cals")
    sweep = Source(results["three"].assign_attrs({AXES: "beams_frequency_reuse"}), "swept")
    reason = picture.why_not("compare", [*sources(results, "three"), sweep])
    assert "swept is a sweep: capest compare takes sweeps" in reason
    nine = sources(results, *["three"] * 9)
    assert "8 files at most" in picture.why_not("compare", nine)
