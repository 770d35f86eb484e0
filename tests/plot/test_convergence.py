"""Running estimates: their last point is the result's own estimate."""

import numpy as np
import pytest

import capest
from capest.errors import InputError
from capest.plot import picture
from tests.plot.readable import assert_readable
from tests.plot.small_results import beams, calls, source


@pytest.mark.parametrize("of", ["", "calls", "throughput.mean"])
def test_a_running_mean_ends_at_the_mean(of: str) -> None:
    ds = calls()
    drawn = picture.draw("convergence", [source(ds)], options={"of": of})
    assert_readable(drawn)
    name = of.removesuffix(".mean") or "calls"
    line = drawn.figure.axes[0].lines[0]
    values = ds[name].values.astype(float)
    np.testing.assert_allclose(line.get_ydata(), [values[:n].mean() for n in range(1, 9)])
    assert line.get_ydata()[-1] == pytest.approx(float(ds[f"{name}_mean"]))


@pytest.mark.parametrize("statistic", ["p05", "p50", "p95"])
def test_a_running_quantile_ends_at_the_quantile(statistic: str) -> None:
    ds = beams()
    drawn = picture.draw("convergence", [source(ds)], options={"of": f"sinr_db.{statistic}"})
    assert_readable(drawn)
    line = drawn.figure.axes[0].lines[0]
    place = ["p05", "p50", "p95"].index(statistic)
    assert line.get_ydata()[-1] == pytest.approx(float(ds["sinr_db_quantile"][place]), abs=0.026)
    assert line.get_xdata()[-1] == 10


def test_what_until_wanted_is_drawn() -> None:
    ds = capest.run(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "beams": {"count": 7, "statistics_count": 7},
            "users": {"per_beam": 5},
            "run": {"seed": 1, "trials": 200},
        },
        until="throughput.mean±5%",
        backend="numpy",
    )
    drawn = picture.draw("convergence", [source(ds)])
    assert_readable(drawn)
    mean = float(ds["throughput_mean"])
    levels = {round(float(line.get_ydata()[0]), 6) for line in drawn.figure.axes[0].lines[1:]}
    assert {round(0.95 * mean, 6), round(1.05 * mean, 6)} <= levels
    assert "--until: reached" in drawn.words.subtitle


def test_labels_say_trials_once() -> None:
    drawn = picture.draw("convergence", [source(calls())])
    assert "by trial" not in drawn.figure.axes[0].get_ylabel()
    assert drawn.words.title.startswith("Calls at once: ")


def test_what_has_no_value_of_every_trial() -> None:
    for of in ("nosuch", "sinr_db.p33", "sinr_db.mean"):
        with pytest.raises(InputError, match="has no value for every trial"):
            picture.draw("convergence", [source(calls())], options={"of": of})


def test_of_nothing_the_axis_has_no_less_than_nothing() -> None:
    """No call in any trial: the axis starts at 0, and no interval is in title or legend."""
    ds = calls()
    unknown = {f"calls_mean_{end}": np.nan + 0 * ds[f"calls_mean_{end}"] for end in ("low", "high")}
    none = ds.assign({"calls": 0 * ds["calls"], "calls_mean": 0 * ds["calls_mean"], **unknown})
    drawn = picture.draw("convergence", [source(none)])
    (ax,) = drawn.figure.axes
    assert ax.get_ylim()[0] == 0.0
    assert ax.get_ylim()[1] > 0.0
    assert drawn.words.title.startswith("Calls at once: 0 after 8 trials; interval not known")
    legend = ax.get_legend()
    assert legend is not None
    assert "95 % interval" not in [text.get_text() for text in legend.get_texts()]
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_a_count_near_nothing_has_a_band_from_nothing_up() -> None:
    ds = calls()
    few = np.array([0, 0, 1, 0, 2, 0, 1, 5])
    rare = ds.assign({"calls": ("trial", few)})
    drawn = picture.draw("convergence", [source(rare)])
    assert drawn.figure.axes[0].get_ylim()[0] == 0.0
