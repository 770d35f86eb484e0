"""Picture ``capacity``: the figure against the key, its limit, and where it crosses."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from capest.cli import cli
from capest.plot.picture import Picture, draw, why_not
from capest.plot.source import Source
from capest.results.open import open_result
from capest.results.stored import OfDataset
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.studies.capacity.capacity_file import VERDICTS, capacities_of, read_capacities
from tests.plot.texts_apart import assert_apart
from tests.studies.test_capacity_of_one_beam import SCENARIO

KEYS = [10.0, 20.0, 40.0, 80.0, 400.0]
SHARES = [0.001, 0.01, 0.03, 0.2, 0.8]


def crossing(key: float, low: float = math.nan, high: float = math.nan, **more: float) -> Any:
    found = {
        "capacity": key,
        "capacity_low": low,
        "capacity_high": high,
        "safe_capacity": math.nan,
        "capacity_low_is_open": 0.0,
        "capacity_high_is_open": 0.0,
        "capacity_lacks_interval": 0.0 if math.isfinite(low) else 1.0,
        "met_below": 1.0,
    }
    return found | more


NONE = crossing(math.nan)


def searched(
    crossings: list[list[dict[str, float]]],
    verdicts: list[str],
    axes: dict[str, list[Any]] | None = None,
    shares: list[float] = SHARES,
) -> Source:
    """A file of capacities as it is once it is open: users while at most 2 % find no room."""
    axes = axes or {}
    dims = [key.replace(".", "__") for key in axes]
    shape = tuple(map(len, axes.values()))
    points = (*shape, len(KEYS))
    values = np.broadcast_to(shares, points)
    of_point = {
        "value": np.broadcast_to(KEYS, points),
        "is_met": (values <= 0.02).astype(float),
        "blocked_share_mean": values,
        "blocked_share_mean_low": 0.8 * values,
        "blocked_share_mean_high": 1.2 * values,
    }
    found = {
        name: (
            [*dims, "crossing"],
            np.array([[one[name] for one in row] for row in crossings]).reshape(*shape, -1),
        )
        for name in NONE
    }
    data = {name: ([*dims, "point"], array) for name, array in of_point.items()} | found
    flags = np.array([VERDICTS.index(each) for each in verdicts]).reshape(shape)
    data["verdict"] = (dims, flags)
    data["goes_one_way"] = (dims, np.ones(shape, dtype=int))
    coords = {
        dim: (dim, values, {"scenario_key": key})
        for dim, (key, values) in zip(dims, axes.items(), strict=True)
    }
    attrs = {
        "title": "a <search> of $users$",
        "capacity_of": "users.count",
        "condition": "blocked_share.mean<=2%",
        "condition_metric": "blocked_share",
        "condition_statistic": "mean",
        "condition_is_share": 1,
        "range": np.array([10.0, 400.0]),
        "whole_numbers": 1,
        "trials": 8,
        "seed": "1",
        "capest_version": "0.3.0",
        "capacity_axes": ", ".join(dims),
    }
    return Source(xr.Dataset(data, coords, attrs), "found")


def curves(picture: Picture) -> list[Any]:
    return [line for line in picture.figure.axes[0].get_lines() if line.get_marker() in "os^D"]


def upright(picture: Picture) -> list[float]:
    """Places of lines from the bottom to the top."""
    lines = [np.asarray(line.get_xdata()) for line in picture.figure.axes[0].get_lines()]
    return [float(x[0]) for x in lines if len(x) == 2 and x[0] == x[1]]


def test_curve_limit_key_and_safe_value_are_those_of_the_file() -> None:
    source = searched([[crossing(30.0, 20.0, 45.0, safe_capacity=18.0)]], ["found"])
    picture = draw("capacity", [source])
    ax = picture.figure.axes[0]
    (curve,) = curves(picture)
    np.testing.assert_array_equal(curve.get_xdata(), KEYS)
    np.testing.assert_allclose(curve.get_ydata(), 100.0 * np.array(SHARES))
    (limit,) = [line for line in ax.get_lines() if line.get_linestyle() == "--"]
    assert set(limit.get_ydata()) == {2.0}
    assert upright(picture) == [30.0, 18.0]
    (interval,) = ax.patches
    assert interval.get_x() == 20.0
    assert interval.get_x() + interval.get_width() == pytest.approx(45.0)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    texts = assert_apart(picture)
    assert "limit: at most 2 % callers in reach without room" in texts
    assert "safe: 18" in texts
    assert picture.words.title.startswith("Most users: 30 [20, 45] with at most 2 %")


@pytest.mark.parametrize(
    ("verdict", "shares", "said"),
    [
        ("everywhere", [0.0, 0.001, 0.002, 0.004, 0.01], "All values of users from 10 to 400 have"),
        ("nowhere", [0.1, 0.2, 0.3, 0.5, 0.9], "No value of users from 10 to 400 has"),
    ],
)
def test_no_key_is_drawn_and_said(verdict: str, shares: list[float], said: str) -> None:
    picture = draw("capacity", [searched([[NONE]], [verdict], shares=shares)])
    assert picture.words.title.startswith(said)
    assert not upright(picture)
    (curve,) = curves(picture)
    np.testing.assert_allclose(curve.get_ydata(), 100.0 * np.array(shares))
    assert_apart(picture)


def test_several_keys_are_all_drawn() -> None:
    shares = [0.001, 0.05, 0.01, 0.2, 0.8]
    both = [crossing(15.0), crossing(30.0, met_below=0.0), crossing(60.0)]
    picture = draw("capacity", [searched([both], ["several"], shares=shares)])
    assert upright(picture) == [15.0, 30.0, 60.0]
    assert "up to 15; from 30; up to 60" in picture.words.title
    assert "no interval" in picture.words.subtitle
    assert_apart(picture)


def test_capacities_lie_over_their_axis_with_intervals_and_verdicts() -> None:
    axes = {"service.downlink_kbps": [200.0, 400.0, 800.0, 1600.0]}
    rows = [
        [crossing(90.0, 80.0, 120.0)],
        [crossing(50.0, 10.0, 60.0, capacity_low_is_open=1.0)],
        [crossing(20.0)],
        [NONE],
    ]
    source = searched(rows, ["found", "found", "found", "nowhere"], axes)
    picture = draw("capacity", [source])
    (curve,) = [line for line in curves(picture) if len(line.get_xdata()) == 4]
    np.testing.assert_array_equal(curve.get_xdata(), axes["service.downlink_kbps"])
    np.testing.assert_array_equal(curve.get_ydata(), [90.0, 50.0, 20.0, math.nan])
    texts = assert_apart(picture)
    assert {"90", "50", "20", "met nowhere"} <= set(texts)
    title = picture.words.title
    assert title == "Users: most 90 [80, 120] at 200 kbit/s; least 20 at 800 kbit/s"
    assert "met nowhere in the range at 1" in picture.words.subtitle


def test_a_second_axis_is_a_family_and_a_third_is_refused() -> None:
    axes = {"link.adaptation": ["x", "y"], "service.downlink_kbps": [200.0, 400.0, 800.0]}
    rows = [[crossing(10.0 * k + 10.0, 10.0 * k + 5.0, 10.0 * k + 20.0)] for k in range(6)]
    picture = draw("capacity", [searched(rows, ["found"] * 6, axes)])
    assert [list(line.get_ydata()) for line in curves(picture)] == [[10, 20, 30], [40, 50, 60]]
    legend = picture.figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["x", "y"]
    three = axes | {"users.per_beam": [1, 2]}
    source = searched(rows * 2, ["found"] * 12, three)
    assert "shows two axes, and" in why_not("capacity", [source])


def test_a_search_that_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("beam.toml").write_text(SCENARIO, encoding="utf-8")
    where = ("--workers", "0", "--backend", "numpy", "--trials", "3")
    asked = ("--vary", "users.per_beam=20..200", "--while", "calls.mean>=20")
    done = CliRunner().invoke(cli, ["capacity", "beam.toml", *asked, *where, "-o", "c.nc"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli, ["plot", "c.nc", "capacity", "-o", "c.svg"])
    assert done.exit_code == 0, done.output
    assert len(Path("c.svg").read_bytes()) < 200_000
    of_file = read_capacities(Path("c.nc"))
    with open_result("c.nc") as dataset:
        dataset = dataset.load()
    Path("c.nc").unlink()
    # NaN are not equal to themselves, but written alike.
    assert repr(capacities_of(OfDataset(dataset)).capacities) == repr(of_file.capacities)
    picture = draw("capacity", [Source(dataset, "c")])
    (curve,) = curves(picture)
    np.testing.assert_array_equal(curve.get_ydata(), dataset["calls_mean"].values)
    assert picture.words.title.startswith("Least users a beam: ")
    mark = fingerprint(load_scenario({**tomllib.loads(dataset.attrs["scenario_toml"])}))[:8]
    assert picture.words.footer.startswith("3 trials a value · seed ")
    assert picture.words.footer.endswith(f" · scenario of the lower end {mark}")


def test_a_value_stands_at_its_own_point_and_on_no_upright_line() -> None:
    # Points as a search makes them: many where the answer is, few far from it.
    keys = [1_000.0, 1_030.0, 1_189.0, 1_240.0, 1_410.0, 1_540.0, 2_380.0, 5_600.0, 1_000_000.0]
    values = [0.0154, 0.0158, 0.0195, 0.0208, 0.0247, 0.0274, 0.0556, 0.146, 0.933]
    data = searched([[crossing(1_189.0, 1_000.0, 1_404.0)]], ["found"]).dataset
    point = {
        "value": keys,
        "is_met": [float(each <= 0.02) for each in values],
        **{
            f"blocked_share_mean{end}": [factor * each for each in values]
            for end, factor in (("", 1.0), ("_low", 0.8), ("_high", 1.2))
        },
    }
    data = data.drop_vars(list(point)).assign({name: ("point", v) for name, v in point.items()})
    data.attrs["range"] = np.array([1_000.0, 1_000_000.0])
    picture = draw("capacity", [Source(data, "found")])
    assert_apart(picture)
    ax = picture.figure.axes[0]
    places = ax.transData.transform([(k, 100.0 * v) for k, v in zip(keys, values, strict=True)])
    line = ax.transData.transform((1_189.0, 1.0))[0]
    labels = [text for text in ax.texts if text.get_text().endswith(" %")]
    assert len(labels) >= 4
    for text in labels:
        box = text.get_window_extent()
        assert not box.x0 < line < box.x1
        middle = np.array([0.5 * (box.x0 + box.x1), 0.5 * (box.y0 + box.y1)])
        nearest = int(np.argmin(np.hypot(*(places - middle).T)))
        assert float(text.get_text()[:-2]) == pytest.approx(100.0 * values[nearest], rel=0.01)
