"""Distributions: curves against the counts of the file, differences against published figures."""

import dataclasses
import re

import numpy as np
import pytest
import xarray as xr

from capest.errors import InputError
from capest.plot import picture
from capest.plot.distribution_words import quantile_text
from capest.plot.distributions import Member, members_of
from capest.plot.source import Source
from capest.results.differences import trials_of
from capest.statistics.quantities import AXES
from capest.validation.cases import published
from tests.plot.readable import assert_readable, texts_of
from tests.plot.small_results import beams, calls, case, source, thin


def test_a_curve_is_the_share_of_counts_below() -> None:
    ds = beams()
    drawn = picture.draw("cdf", [source(ds)])
    assert_readable(drawn)
    (curve,) = (line for line in drawn.figure.axes[0].lines if line.get_label() == "a")
    x, y = curve.get_data()
    counts = ds["sinr_db_count"].values.sum(axis=0)
    bounds = ds["sinr_db_bin_bounds"].values
    below = int(ds["sinr_db_below"].sum())
    whole = counts.sum() + below + int(ds["sinr_db_above"].sum())
    for value, share in zip(x[::17], y[::17], strict=True):
        expected = (below + counts[bounds[:, 1] <= value + 1e-9].sum()) / whole
        assert share == pytest.approx(expected)
    assert f"median {float(ds['sinr_db_quantile'][1]):.0f} dB" in drawn.words.title


def test_differences_to_published_figures() -> None:
    drawn = picture.draw("cdf", [source(case(9), "case9"), source(case(10), "case10")])
    assert_readable(drawn)
    assert "study cases 9 and 10" in drawn.words.title
    shown = {text.get_text() for text in texts_of(drawn)}
    assert "capest less 3GPP" in shown
    panel = drawn.figure.axes[1]
    values = [line.get_xdata()[0] for line in panel.lines if line.get_marker() not in ("None", "")]
    expected = [
        float(case(number)["sinr_db_quantile"][place])
        - published()[number, "DL", "sinr_db", percent].value_db
        for number in (9, 10)
        for place, percent in enumerate(np.round(100 * case(number)["quantile"].values).astype(int))
    ]
    # The same groups of trials, on the same bins.
    np.testing.assert_allclose(sorted(values), sorted(expected), atol=1e-9)


def test_the_largest_difference_is_said_with_its_place_and_interval() -> None:
    ds = case(9)
    drawn = picture.draw("cdf", [source(ds, "case9")])
    quantiles = {
        percent: tuple(
            float(ds[f"sinr_db_quantile{end}"][place])
            - published()[9, "DL", "sinr_db", percent].value_db
            for end in ("", "_low", "_high")
        )
        for place, percent in enumerate((5, 50, 95))
    }
    percent, (value, low, high) = max(quantiles.items(), key=lambda each: abs(each[1][0]))
    title = drawn.words.title
    assert "largest difference from 3GPP at 5/50/95 %: " in title
    assert title.endswith(f"(case 9, {percent} %)")
    numbers = [float(each) for each in re.findall(r"[+-]?\d+\.\d+", title.replace("−", "-"))]
    assert numbers[0] == pytest.approx(value, abs=0.006)
    if "±" in title:
        assert numbers[1] == pytest.approx(0.5 * (high - low), abs=0.02)
    else:
        assert numbers[1:3] == pytest.approx([low, high], abs=0.006)


def test_nothing_published_for_another_scenario() -> None:
    drawn = picture.draw("cdf", [source(beams(), "a"), source(calls(), "b")])
    assert_readable(drawn)
    shown = {text.get_text() for text in texts_of(drawn)}
    assert not any("3GPP" in text for text in shown)
    assert "less a" in shown


def test_differences_of_a_family_are_those_of_the_table() -> None:
    one, other = calls(1), calls(2)
    drawn = picture.draw("cdf", [source(one, "one"), source(other, "other")])
    import capest.accessor.of_dataset  # noqa: F401  registers ds.capest

    table = other.capest.difference_to(one)
    values = [
        line.get_xdata()[0]
        for line in drawn.figure.axes[1].lines
        if line.get_marker() not in ("None", "")
    ]
    expected = [table["sinr_db", each].value for each in ("p05", "p50", "p95")]
    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize("of", ["user_throughput", "beam_throughput", "one_way_delay"])
def test_other_metrics(of: str) -> None:
    drawn = picture.draw("cdf", [source(thin())], options={"of": of})
    assert_readable(drawn)
    assert (
        drawn.figure.axes[0].get_xlabel()
        == {
            "user_throughput": "throughput per user, Mbit/s",
            "beam_throughput": "throughput per beam, Mbit/s",
            "one_way_delay": "one-way propagation delay, ms",
        }[of]
    )
    whom = "beams" if AXES[of].population == "beam" else "users"
    assert whom in drawn.figure.axes[0].get_ylabel()


def test_users_with_nothing_and_without_a_beam_are_said() -> None:
    ds = thin()
    drawn = picture.draw("cdf", [source(ds)], options={"of": "user_throughput"})
    nothing = float(ds["user_throughput_below"].sum() / ds["users"].sum())
    assert f"Have nothing: {100.0 * nothing:.0f} %" in drawn.words.subtitle
    assert f": {100.0 * nothing:.0f} % have nothing; " in drawn.words.title
    # Nobody is below the lowest of the others, and some are not below nothing.
    assert "5 % below" not in drawn.words.title
    drawn = picture.draw("cdf", [source(ds)])
    without = 1.0 - float(ds["lit_users"].sum() / ds["users"].sum())
    assert f"not in it: {100.0 * without:.0f} %" in drawn.words.subtitle


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    from click.testing import CliRunner

    from capest.cli import cli
    from capest.results.open import open_result

    path = tmp_path_factory.mktemp("swept") / "swept.nc"
    arguments = (
        *("sweep", "runs/leo600-19-beams.toml", "--trials", "6", "--backend", "numpy"),
        *("--vary", "beams.frequency_reuse=1,3,4", "--vary", "handset.antenna_gain_dbi=0,-5"),
        *("-o", str(path)),
    )
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return open_result(path)


def test_a_sweep_is_a_family(swept: xr.Dataset) -> None:
    drawn = picture.draw("cdf", [source(swept)])
    assert_readable(drawn)
    labels = [line.get_label() for line in drawn.figure.axes[0].lines]
    assert [each for each in labels if not each.startswith("_")] == ["1", "3", "4"]
    assert "Antenna gain of the phone: 0 dBi" in drawn.words.subtitle
    assert "6 trials a point" in drawn.words.footer
    assert "scenario of the last point" in drawn.words.footer
    by = {"by": "handset.antenna_gain_dbi"}
    drawn = picture.draw("cdf", [source(swept)], options=by)
    labels = [line.get_label() for line in drawn.figure.axes[0].lines]
    assert [each for each in labels if not each.startswith("_")] == ["0 dBi", "−5 dBi"]
    with pytest.raises(InputError, match="has no such axis"):
        picture.draw("cdf", [source(swept)], options={"by": "beams.count"})
    assert "drawn alone" in picture.why_not("cdf", [source(swept), source(beams())])


def test_what_there_is_no_distribution_of() -> None:
    with pytest.raises(InputError, match="no distribution of it"):
        picture.draw("cdf", [source(beams())], options={"of": "calls"})
    with pytest.raises(InputError, match="a run has no axis"):
        picture.draw("cdf", [source(beams())], options={"by": "beams.count"})


def test_medians_of_unlike_shares_of_users_say_of_whom_they_are() -> None:
    few, many = (thin(), calls())
    drawn = picture.draw("cdf", [source(few, "few"), source(many, "many")])
    assert_readable(drawn)
    for ds in (few, many):
        share = float(ds["lit_users"].sum() / ds["users"].sum())
        assert f"of the {100.0 * share:.0f} % of users with a beam" in drawn.words.title


def test_too_few_trials_say_that_no_interval_is_known() -> None:
    ds = thin()
    one = ds.assign(
        {name: ds[name].isel(group=slice(0, 1)) for name in ds if "group" in ds[name].dims}
    )
    member = Member("a", source(ds), dataclasses.replace(trials_of(one), trials=1))
    assert quantile_text(member, "sinr_db", 0.5).endswith("dB (interval not known)")


def test_data_in_memory_is_called_by_its_title() -> None:
    ds = beams()
    drawn = picture.draw("cdf", [source(ds, "")])
    assert f"of {ds.attrs['title']}. " in drawn.words.alt


def test_a_narrow_rise_is_drawn_where_it_is() -> None:
    # Delays of one satellite are within a bin or two of each other, beside 300 ms.
    (member,), _ = members_of(source(beams()), "", 1)
    x, band = member.band("one_way_delay", 0.0, 300.0)
    counts, axis = (
        beams()["one_way_delay_count"].values.sum(axis=0),
        member.trials.axis("one_way_delay"),
    )
    ends = axis.edges()
    rise = np.flatnonzero(counts)
    wide = x[band.share >= 1.0].min() - x[band.share <= 0.0].max()
    assert wide <= (ends[rise[-1] + 1] - ends[rise[0]]) * (1.0 + 1e-9)


def test_a_dataset_in_memory_is_called_by_its_title() -> None:
    ds = beams()
    alt = picture.draw("cdf", [Source(ds)]).words.alt
    assert " of . " not in alt
    assert f" of {ds.attrs['title']}. " in alt
    assert " of a. " in picture.draw("cdf", [source(ds, "a")]).words.alt
