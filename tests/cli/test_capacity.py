"""What ``capest capacity`` says: in words that hold, whole, and once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from click.testing import CliRunner, Result

from capest.cli import cli
from capest.studies.capacity.capacity_words import value_text
from tests.studies.test_capacity_of_one_beam import FIT, SCENARIO

WHERE = ("--workers", "0", "--backend", "numpy")


@pytest.fixture(autouse=True)
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "beam.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def capest(command: str, *arguments: Any) -> Result:
    done = CliRunner().invoke(cli, [command, "beam.toml", *map(str, arguments), *WHERE])
    assert done.exit_code == 0, done.output
    return done


def capacity(span: str, condition: str, trials: int, output: str = "found.nc") -> dict[str, Any]:
    named = ("--while" if "." in condition else "--blocked", condition)
    capest("capacity", "--vary", span, *named, "--trials", trials, "-o", output)
    found: dict[str, Any] = json.loads(CliRunner().invoke(cli, ["show", output, "--json"]).stdout)
    return found


def shown(path: str = "found.nc") -> str:
    return CliRunner().invoke(cli, ["show", path]).stdout


def test_the_key_and_every_row_agree_with_the_printed_figure() -> None:
    found = capacity("users.per_beam=20..60", "calls.p50>=15", 6)
    for point in found["points"]:
        assert point["met"] is (point["calls_p50"] >= 15)
    (crossing,) = found["crossings"]
    key = crossing["capacity"]
    # Plain runs: the key meets it, the number below does not.
    for users, met in ((key, True), (key - 1, False)):
        more = ("--set", f"users.per_beam={users}", "--trials", 6, "--json", "-o", f"{users}.nc")
        estimates = json.loads(capest("run", *more).stdout)["estimates"]
        (median,) = (
            each for each in estimates if (each["metric"], each["statistic"]) == ("calls", "p50")
        )
        assert (median["value"] >= 15) is met


def test_more_than_all_that_fit_is_nowhere() -> None:
    found = capacity("users.per_beam=40..120", f"calls.p50>{FIT}", 5)
    assert found["verdict"] == "nowhere"
    assert found["condition"] == f"calls.p50>{FIT}"
    assert f"calls.p50 > {FIT} at none of the values visited" in " ".join(shown().split())
    assert found["points"][-1]["calls_p50"] == FIT
    assert capacity("users.per_beam=40..120", f"calls.p50>={FIT}", 5, "b.nc")["verdict"] == "found"


@pytest.mark.parametrize("figure", ["calls.mean", "calls_in_reach.mean", "unreachable_share.mean"])
def test_a_figure_that_stands_beside_the_key_elsewhere(figure: str) -> None:
    """Half of the users call: 10 of 20."""
    limit = "<=0.5" if figure.startswith("un") else ">=8"
    found = capacity("users.per_beam=4..40", figure + limit, 5)
    name = figure.replace(".", "_")
    with xr.open_dataset("found.nc") as dataset:
        assert dataset[name].dims == ("point",)
    if limit == ">=8":
        (crossing,) = found["crossings"]
        assert 10 <= crossing["capacity"] <= 22
    else:
        assert found["verdict"] == "everywhere"


def test_another_statistic_of_it_stands_beside() -> None:
    capacity("users.per_beam=10..14", "calls.p50>=1", 5)
    with xr.open_dataset("found.nc") as dataset:
        mean, median = dataset["calls_mean"].values, dataset["calls_p50"].values
        assert (mean != median).any()
        assert "calls" in shown().splitlines()[-7]


def test_no_interval_where_no_trial_shows_anything() -> None:
    found = capacity("users.per_beam=28..100", "refused_share.mean<=0", 5)
    (crossing,) = found["crossings"]
    # Beyond 28 users somebody may find no room, however seldom.
    assert crossing["capacity"] > FIT
    assert crossing["capacity_ci95"] == [None, None]
    assert crossing["capacity_note"] == "trials beside it are all alike"
    assert "(no interval: trials beside it are all alike)" in " ".join(shown().split())


def test_one_trial_judges_nothing() -> None:
    found = capacity("users.per_beam=28..100", "2%", 1)
    assert found["goes_one_way"] is None
    assert all(each["capacity_ci95"] == [None, None] for each in found["crossings"])
    text = " ".join(shown().split())
    assert "1 trial each" in text
    assert "One trial tells no interval, and not whether the figure goes up and down" in text
    assert "The figure goes up and down" not in text


def test_a_search_may_begin_at_nothing() -> None:
    found = capacity("handset.transmit_gain_dbi=-90..30", "calls.p50>=10", 5)
    assert found["points"][0]["calls_p50"] == 0.0
    assert found["points"][0]["met"] is False
    assert found["verdict"] == "found"


def test_who_is_missing_where_nobody_is_in_reach() -> None:
    arguments = ["capacity", "beam.toml", "--vary", "handset.transmit_gain_dbi=-90..30"]
    done = CliRunner().invoke(cli, [*arguments, "--blocked", "2%", "--trials", "5", *WHERE])
    assert done.exit_code == 2
    assert "has no value at -90: 5 trials have no calls_in_reach (callers whom" in done.stderr


def test_nothing_is_swallowed_or_broken_in_80_columns() -> None:
    search = ("--blocked", "2%", "--trials", 10)
    one = capest("capacity", "--vary", "users.per_beam=28..100", *search, "-o", "one.nc").stdout
    (interval,) = re.findall(r"^most users.per_beam: \d+ (\[[^]]*\])", one, re.MULTILINE)
    assert interval.startswith("[below 28, ")
    sweep = ("--vary", "service.activity=0.5", "--capacity", "users.per_beam=28..100")
    many = capest("sweep", *sweep, *search, "-o", "many.nc")
    assert interval in many.stdout
    for line in [*one.splitlines(), *many.output.splitlines()]:
        assert len(line) <= 80
        assert line.count("[") == line.count("]")
    heading = next(line for line in one.splitlines() if "95 % CI" in line)
    assert re.sub(r"\s{2,}", "|", heading.strip()).split("|")[2] == "95 % CI"
    assert "users." in one
    assert "blocked_share." in one


def test_notes_of_many_values_are_told_once() -> None:
    done = capest(
        *("capacity", "--vary", "carrier.bandwidth_mhz=6..14", "--while", "calls.p50>=1"),
        *("--trials", 5, "-o", "found.nc"),
    )
    assert done.stderr.count("a beam has") == 1
    assert "more values the same with other numbers" in " ".join(done.stderr.split())


@pytest.mark.parametrize("there", ["a foreign file", "a search"])
def test_an_output_that_is_there_is_refused_before_anything_is_said(there: str) -> None:
    if there == "a search":
        capacity("users.per_beam=10..12", "calls.p50>=1", 1, "there.nc")
    else:
        Path("there.nc").write_text("mine", encoding="utf-8")
    arguments = ["capacity", "beam.toml", "--vary", "users.per_beam=10..12", "--blocked", "2%"]
    done = CliRunner().invoke(cli, [*arguments, *WHERE, "-o", "there.nc"])
    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1
    assert "there.nc" in done.output


def test_it_says_what_it_rests_on_and_what_is_not_modelled() -> None:
    found = capacity("users.per_beam=40..120", f"calls.p50>{FIT}", 2)
    assert any("paging" in effect for effect in found["not_modelled"])
    assert "not modelled: " in " ".join(shown().split())
    told = CliRunner().invoke(cli, ["show", "found.nc", "--assumptions", "--json"])
    assert told.exit_code == 0, told.output
    assert "link.overhead" in told.stdout


@pytest.mark.parametrize(
    ("value", "text"), [(16_614.0, "16,614"), (906_212.4, "906,212"), (12.345, "12.35"), (0.0, "0")]
)
def test_large_numbers_are_not_written_in_powers_of_ten(value: float, text: str) -> None:
    assert value_text(value, share=False) == text
