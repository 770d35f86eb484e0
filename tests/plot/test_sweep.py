"""Picture ``sweep``: what is drawn is what the dataset holds, and it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.collections import PolyCollection

from capest.cli import cli
from capest.errors import InputError
from capest.plot.picture import Picture, draw, why_not
from capest.plot.source import Source
from capest.plot.style import FAMILY, OF_REASON
from capest.results.open import open_result
from tests.plot.small_results import calls as calls_run
from tests.plot.sweeps import sweep
from tests.plot.texts_apart import assert_apart
from tests.studies.test_capacity_of_one_beam import SCENARIO

SHARE = [0.01, 0.03, 0.1, 0.3, 1.0]
CALLS = [400.0, 1800.0, 6100.0, 14700.0, 29700.0]
REASONS = {
    "refused_bandwidth_share": [0.0, 0.1, 0.2, 0.3, 0.6],
    "refused_beam_share": [0.1, 0.3, 0.7, 0.7, 0.4],
    "refused_satellite_share": [0.9, 0.6, 0.1, 0.0, 0.0],
}
ROLLOUT = sweep(
    {"constellation.deployed_fraction": SHARE},
    {"calls": CALLS, **REASONS},
    satellites=[60, 180, 600, 1800, 6000],
)


def lines(picture: Picture, panel: int = 0) -> list[Any]:
    """Curves of a panel: lines with a mark at each point."""
    return [
        line
        for line in picture.figure.axes[panel].get_lines()
        if line.get_marker() not in ("None", None, "|", "_") and len(line.get_xdata())
    ]


def test_curve_and_band_are_those_of_the_dataset() -> None:
    picture = draw("sweep", [ROLLOUT])
    (curve,) = lines(picture)
    np.testing.assert_array_equal(curve.get_xdata(), SHARE)
    np.testing.assert_array_equal(curve.get_ydata(), CALLS)
    band = picture.figure.axes[0].collections[0].get_paths()[0].vertices
    for x, y in zip(SHARE, CALLS, strict=True):
        ends = band[np.isclose(band[:, 0], x), 1]
        assert ends.min() == pytest.approx(0.9 * y)
        assert ends.max() == pytest.approx(1.1 * y)
    assert picture.figure.axes[1].get_xscale() == "log"


def test_what_limits_it_is_stacked_to_all_of_the_refused() -> None:
    picture = draw("sweep", [ROLLOUT])
    bands = [
        each for each in picture.figure.axes[1].collections if isinstance(each, PolyCollection)
    ]
    below = np.zeros(len(SHARE))
    shown = [reason for reason in OF_REASON if f"refused_{reason}_share" in REASONS]
    assert len(bands) == len(shown)
    for band, reason in zip(bands, shown, strict=True):
        vertices = band.get_paths()[0].vertices
        above = below + np.array(REASONS[f"refused_{reason}_share"])
        for x, low, high in zip(SHARE, below, above, strict=True):
            ends = vertices[np.isclose(vertices[:, 0], x), 1]
            assert (ends.min(), ends.max()) == (pytest.approx(low), pytest.approx(high))
        assert (band.get_hatch() or "") == OF_REASON[reason][1]
        below = above
    np.testing.assert_allclose(below, 1.0)


def test_title_and_texts_say_the_ends_in_satellites() -> None:
    picture = draw("sweep", [ROLLOUT])
    texts = assert_apart(picture)
    assert picture.words.title.startswith("Calls at once: 29,700")
    assert "with all 6,000 satellites" in picture.words.title
    assert "with 60 satellites" in picture.words.title
    assert {"29,700", "400", "1\n60", "100\n6,000"} <= set(texts)
    assert any("log scale" in text for text in texts)
    # Every reason has its word, in its band or in the legend.
    for reason in ("bandwidth", "beam", "satellite"):
        assert OF_REASON[reason][2] in texts
    assert "8 trials a point" in picture.words.footer


def test_an_axis_without_order_has_points_and_no_lines() -> None:
    source = sweep({"handset.preset": ["a", "b", "c"]}, {"calls": [30.0, 10.0, 20.0]})
    picture = draw("sweep", [source])
    (curve,) = lines(picture)
    assert curve.get_linestyle() == "None"
    assert not [c for c in picture.figure.axes[0].collections if isinstance(c, PolyCollection)]
    texts = assert_apart(picture)
    assert {"a", "b", "c", "30.0"} <= set(texts)
    assert "most 30.0 ±3.0 at a; least 10.0 ±1.0 at b" in picture.words.title


@pytest.mark.parametrize(
    ("values", "is_log"),
    [
        ([1.0, 10.0, 100.0], True),
        ([10.0, 40.0, 70.0, 100.0], False),
        ([1.0, 2.0, 3.0], False),
        ([0.0, 10.0, 100.0], False),
        ([-5.5, 0.0, 5.5], False),
    ],
)
def test_an_axis_is_logarithmic_where_its_values_are_spaced_so(
    values: list[float], is_log: bool
) -> None:
    source = sweep({"handset.antenna_gain_dbi": values}, {"calls": np.arange(1.0, 1 + len(values))})
    picture = draw("sweep", [source])
    assert (picture.figure.axes[0].get_xscale() == "log") is is_log
    assert ("log scale" in picture.figure.axes[0].get_xlabel()) is is_log


def test_two_axes_are_a_family_that_is_told_apart_without_colour() -> None:
    source = sweep(
        {"beams.frequency_reuse": [1, 3, 4], "link.adaptation": ["x", "y"]},
        {"throughput": [[1.0, 2.0], [3.0, 5.0], [2.0, 4.0]]},
    )
    picture = draw("sweep", [source])
    first, second = lines(picture)
    np.testing.assert_array_equal(first.get_ydata(), [1.0, 3.0, 2.0])
    np.testing.assert_array_equal(second.get_ydata(), [2.0, 5.0, 4.0])
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()
    legend = picture.figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["x", "y"]
    assert_apart(picture)
    # The other way round on request: now curves go along places without an order.
    turned = draw("sweep", [source], options={"by": "beams.frequency_reuse"})
    assert [list(line.get_ydata()) for line in lines(turned)] == [[1, 2], [3, 5], [2, 4]]


def test_what_it_cannot_show_it_says_with_how_to_select() -> None:
    three = sweep(
        {"users.count": [1, 2], "beams.count": [3, 4], "run.seed": [5, 6]},
        {"calls": np.ones((2, 2, 2))},
    )
    assert "ds.sel(run__seed=...)" in why_not("sweep", [three])
    # A value selected is said, and no axis.
    selected = type(three)(three.dataset.sel(run__seed=5))
    assert why_not("sweep", [selected]) == ""
    assert "seed (run): 5" in draw("sweep", [selected]).words.subtitle
    many = sweep(
        {"users.count": range(9), "beams.count": range(1, len(FAMILY) + 2)},
        {"calls": np.ones((9, len(FAMILY) + 1))},
    )
    assert f"has {len(FAMILY) + 1} values" in why_not("sweep", [many])
    with pytest.raises(InputError, match=r"--of cals: no such figure: did you mean calls"):
        draw("sweep", [ROLLOUT], options={"of": "cals"})
    with pytest.raises(InputError, match="--by nothing: the sweep has constellation"):
        draw("sweep", [ROLLOUT], options={"by": "nothing"})


def test_points_without_intervals_say_why() -> None:
    source = sweep({"users.count": [10, 20]}, {"calls": [1.0, 2.0]}, half=None, trials=2)
    picture = draw("sweep", [source])
    assert "no point has an interval: 2 trials are too few" in picture.words.subtitle
    assert not picture.figure.axes[0].collections or all(
        not len(each.get_paths()) for each in picture.figure.axes[0].collections
    )
    assert "±" not in picture.words.title


def test_shares_are_in_percent() -> None:
    source = sweep({"users.count": [10, 20]}, {"refused_share": [0.25, 0.5]})
    picture = draw("sweep", [source], options={"of": "refused_share"})
    (curve,) = lines(picture)
    np.testing.assert_allclose(curve.get_ydata(), [25.0, 50.0])
    assert picture.figure.axes[0].get_ylabel() == "calls refused, %"
    assert "50 ±5 % at users = 20" in picture.words.title.replace(".0", "")


def test_one_point_zero_calls_and_a_hostile_title() -> None:
    title = "<script>$x_1$</script>" + "long " * 60
    source = sweep({"users.count": [10]}, {"calls": [0.0]}, title=title)
    picture = draw("sweep", [source])
    assert_apart(picture)
    assert picture.content("svg").count(b"<script>") == 0


def test_a_panel_of_somebody_else_is_drawn_into() -> None:
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    picture = draw("sweep", [ROLLOUT], ax=ax)
    assert picture.figure.axes == [ax]
    assert len(lines(picture)) == 1


def test_a_sweep_that_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("beam.toml").write_text(SCENARIO, encoding="utf-8")
    where = ("--workers", "0", "--backend", "numpy", "--trials", "6")
    varied = ("--vary", "users.per_beam=20,80,320")
    done = CliRunner().invoke(cli, ["sweep", "beam.toml", *varied, *where, "-o", "s.nc"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli, ["plot", "s.nc", "sweep", "-o", "s.svg"])
    assert done.exit_code == 0, done.output
    # Means of the trials themselves, which the file has beside them.
    with open_result("s.nc") as dataset:
        trials = dataset["calls"].values
        source_means = trials.mean(axis=1)
        picture = draw("sweep", [Source(dataset, "s")])
    (curve,) = lines(picture)
    np.testing.assert_allclose(curve.get_ydata(), source_means)
    assert len(Path("s.svg").read_bytes()) < 200_000


def test_all_reasons_at_once_stay_small() -> None:
    names = list(OF_REASON)
    shares = {
        f"refused_{reason}_share": np.full(4, 1.0 / len(names)) + 0.02 * (k - 3) * np.arange(4)
        for k, reason in enumerate(names)
    }
    source = sweep({"users.count": [1, 2, 3, 4]}, {"calls": [4.0, 3.0, 2.0, 1.0], **shares})
    picture = draw("sweep", [source])
    texts = assert_apart(picture)
    assert all(OF_REASON[reason][2] in texts for reason in names)
    assert len(picture.content("svg")) < 200_000


def test_no_point_is_the_most_where_chance_may_have_made_it() -> None:
    near = sweep({"handset.preset": ["a", "b", "c"]}, {"calls": [30.0, 31.0, 29.0]})
    picture = draw("sweep", [near])
    assert picture.words.title == (
        "Calls at once: 29.0 ±2.9 to 31.0 ±3.1; no point stands out from the others by more than "
        "chance"
    )
    one = sweep({"handset.preset": ["a", "b", "c"]}, {"calls": [30.0, 31.0, 10.0]})
    title = draw("sweep", [one]).words.title
    assert title == "Calls at once: no point stands out as the most; least 10.0 ±1.0 at c"
    unknown = sweep({"handset.preset": ["a", "b", "c"]}, {"calls": [30.0, 1.0, 10.0]}, half=None)
    title = draw("sweep", [unknown]).words.title
    assert "1 (interval not known) to 30 (interval not known)" in title
    assert "no point stands out" in title


def test_common_draws_tell_points_apart_whose_intervals_overlap() -> None:
    rng = np.random.default_rng(3)
    common = rng.uniform(50.0, 150.0, 40)
    trials = np.stack([common, common + 5.0 + rng.uniform(-1.0, 1.0, 40), common - 5.0])
    source = sweep({"handset.preset": ["a", "b", "c"]}, {"calls": trials.mean(axis=1)}, half=0.15)
    dataset = source.dataset.assign(
        calls=(("handset__preset", "trial"), trials),
        trials=("handset__preset", np.full(3, 40)),
        seed=("handset__preset", np.full(3, 1, np.uint64)),
        block_trials=("handset__preset", np.full(3, 8)),
        group=("group", np.arange(5)),
    )
    title = draw("sweep", [Source(dataset, "s")]).words.title
    assert " at b; least " in title
    assert title.startswith("Calls at once: most ")


def test_one_value_is_drawn_whole() -> None:
    source = sweep({"users.count": [5]}, {"calls": [100.0]}, half=0.004)
    ax = draw("sweep", [source]).figure.axes[0]
    assert ax.get_ylim()[1] >= 1.1 * 100.0


def test_the_footer_names_the_scenario_as_a_run_does() -> None:
    text = str(calls_run().attrs["scenario_toml"])
    source = Source(ROLLOUT.dataset.assign_attrs(scenario_toml=text), "s")
    words = draw("sweep", [source]).words
    mark = str(calls_run().attrs["scenario_fingerprint"])[:8]
    again = "8 trials a point · seed 1 · capest 0.3.0"
    assert words.footer == f"{again} · scenario of the last point {mark}"
    assert "of 300 who ask" in words.subtitle
    damaged = Source(ROLLOUT.dataset.assign_attrs(scenario_toml="[users"), "s")
    assert draw("sweep", [damaged]).words.footer == again
