"""Results compared: pairs by brute force, verdicts that hold their level, what differs."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import xarray as xr

import capest
from capest import api
from capest.errors import InputError
from capest.results.compared_figures import (
    BEYOND,
    SAME,
    UNKNOWN,
    UNSURE,
    WITHIN,
    ComparedResult,
    compared_figures,
    figure_label,
    with_verdicts,
)
from capest.results.comparison import MOST, compare_results
from capest.results.comparison_text import comparison_lines
from capest.results.counted_part import CountedPart
from capest.results.differences import Trials
from capest.runner import sweep
from capest.runner.execute.inline import InlineExecutor
from capest.statistics.intervals import mean_interval
from capest.statistics.rare_events import share_over_trials
from capest.statistics.reduction import Estimate
from capest.statistics.trial_sums import PartAndWhole

BASE: dict[str, Any] = {
    "title": "base",
    "rules": "0.2",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 3},
    "run": {"trials": 16, "seed": 4},
}
OLD = Path(__file__).parents[1] / "reference" / "result_0.2.0.nc.gz"
T_15 = 2.131449546
"""97.5 % quantile of Student's t with 15 degrees of freedom (Fisher and Yates, table III)."""


def run(**changes: Any) -> xr.Dataset:
    scenario = api.load(BASE)
    return api.run(scenario.replace(**changes) if changes else scenario, backend="numpy")


@pytest.fixture(scope="module")
def base() -> xr.Dataset:
    return run()


@pytest.fixture(scope="module")
def reuse() -> xr.Dataset:
    return run(beams__frequency_reuse=3)


def swept(path: Path, scenario: dict[str, Any], *varied: str) -> xr.Dataset:
    axes = [sweep.parse_axis(text) for text in varied]
    sweep.run_sweep(
        sweep.points_of(scenario, [], axes), axes, path, InlineExecutor, backend="numpy"
    )
    return api.open(path)


def words(found: object) -> str:
    return " ".join(str(found).split())


def test_a_difference_is_that_of_pairs_of_trials(base: xr.Dataset, reuse: xr.Dataset) -> None:
    (found,) = base.capest.compare(reuse, names=["one colour", "three"])
    figure = found["throughput", "mean"]
    pairs = reuse["throughput"].values - base["throughput"].values
    half = T_15 * pairs.std(ddof=1) / 4.0
    assert figure.difference.value == pytest.approx(pairs.mean())
    assert figure.difference.low == pytest.approx(pairs.mean() - half)
    assert figure.difference.high == pytest.approx(pairs.mean() + half)
    assert (figure.reference.value, figure.value.value) == (
        pytest.approx(base["throughput"].values.mean()),
        pytest.approx(reuse["throughput"].values.mean()),
    )
    assert (figure.verdict, figure.why_apart, found.common_trials) == (BEYOND, "", 16)
    assert (found.reference.name, found.values.name) == ("one colour", "three")


def test_runs_of_other_lengths_are_paired_as_far_as_both_go(base: xr.Dataset) -> None:
    longer = run(run__trials=24, beams__frequency_reuse=3)
    (found,) = base.capest.compare(longer)
    pairs = longer["throughput"].values[:16] - base["throughput"].values
    assert found["throughput", "mean"].difference.value == pytest.approx(pairs.mean())
    assert [each.line for each in found.runs] == ["trials: 16 → 24"]
    said = "differences are of the 16 trials that both have, not of all 24."
    assert said in words(base.capest.compare(longer))


def test_other_seeds_make_no_pairs_and_say_so(base: xr.Dataset) -> None:
    found = base.capest.compare(run(run__seed=5))
    figure = found[0]["throughput", "mean"]
    arms = [each.high - each.value for each in (figure.reference, figure.value)]
    assert figure.difference.high - figure.difference.value == pytest.approx(math.hypot(*arms))
    assert figure.why_apart == "other seed: 4 and 5"
    assert found[0].common_trials == 0
    assert "Not paired: other seed (4 and 5)." in words(found)
    assert [each.line for each in found[0].runs] == ["seed: 4 → 5"]
    assert found[0].keys == ()


def test_a_result_is_the_same_as_itself(base: xr.Dataset) -> None:
    found = base.capest.compare(base)
    assert {each.verdict for each in found[0].figures} == {SAME}
    assert "Scenarios, versions and rules are the same." in str(found)
    assert "result (1)" in str(found)
    assert "result (2)" in str(found)


def test_what_differs_in_scenarios_is_told_by_key_and_origin(
    base: xr.Dataset, reuse: xr.Dataset
) -> None:
    (found,) = base.capest.compare(reuse)
    (key,) = found.keys
    assert (key.key, key.reference, key.value) == ("beams.frequency_reuse", 1, 3)
    assert key.line == "beams.frequency_reuse: 1 → 3 [default → given]"
    assert found.keys_are_read
    (found,) = base.capest.compare(run(link__adaptation="truncated-shannon"))
    lines = {each.key: each.line for each in found.keys}
    # A table of adaptation is not read where Shannon's bound stands for it.
    assert lines["link.table"] == "link.table: 64qam → – [default → not read]"
    assert "satellite.altitude_km" not in lines


def test_rules_versions_and_users_are_told(base: xr.Dataset, tmp_path: Path) -> None:
    later = api.run(api.load(BASE | {"rules": "0.3", "users": {"per_beam": 4}}), backend="numpy")
    (found,) = base.capest.compare(later)
    assert [each.line for each in found.runs] == ["rules: 0.2 → 0.3", "users a trial: 57 → 76"]
    assert any(each.origin == "rules 0.3" for each in found.keys)
    assert "The numbers of users differ" in words(base.capest.compare(later))
    path = tmp_path / "old.nc"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    with api.open(path) as old:
        found = base.capest.compare(old, names=["new", "old"])
        lines = [each.line for each in found[0].runs]
        assert f"capest: {capest.__version__} → 0.2.0" in lines
        assert not any(line.startswith("rules") for line in lines)
        assert not found[0].keys_are_read
        changed = {each.key: (each.reference, each.value) for each in found[0].keys}
        assert changed["users.per_beam"] == (3, 6)
        assert "a file does not say what it read" in words(found)
        assert found[0]["throughput", "mean"].verdict == BEYOND
        # Calls are in the old file alone.
        assert found[0].not_compared["calls", "mean"] == "old has it, new does not"


def test_figures_are_the_headline_all_or_those_that_are_asked_for(
    base: xr.Dataset, reuse: xr.Dataset
) -> None:
    every = base.capest.compare(reuse, all_figures=True)[0].figures
    assert {each.name for each in every} == {
        f"{one.metric}.{one.statistic}" for one in base.capest.difference_to(reuse)
    }
    asked = base.capest.compare(reuse, of=["sinr_db.p05", "throughput"])[0].figures
    assert [each.name for each in asked] == ["sinr_db.p05", "throughput.mean"]
    with pytest.raises(InputError, match=r"--of sinr: no such figure: did you mean sir_db\?|snr"):
        base.capest.compare(reuse, of=["sinr"])
    with pytest.raises(InputError, match=r"there are sinr_db\.p05, sinr_db\.p50, sinr_db\.p95"):
        base.capest.compare(reuse, of=["sinr_db.p06"])


def test_labels_have_a_unit_and_shares_are_in_percent() -> None:
    assert figure_label("calls", "mean") == "calls at once"
    assert figure_label("refused_share", "mean") == "calls refused, %"
    assert figure_label("sinr_db", "p05") == "SINR 5 %, dB"
    assert figure_label("throughput", "mean") == "throughput, Mbit/s"


def test_one_trial_tells_nothing_and_says_so() -> None:
    one, other = run(run__trials=1), run(run__trials=1, beams__frequency_reuse=3)
    found = one.capest.compare(other)
    assert {each.verdict for each in found[0].figures} <= {UNKNOWN, SAME}
    assert "one trial" in words(found)


def test_one_trial_beside_many_claims_no_limits(base: xr.Dataset) -> None:
    """The one trial has no limits alone either, so nothing is said to be of independent runs."""
    text = words(run(run__trials=1).capest.compare(base))
    assert "one trial in common tells nothing of chance" in text
    assert "each alone does" not in text
    assert "one trial gives no interval" in text


def test_what_few_trials_have_is_still_the_same_in_a_file_and_itself() -> None:
    """Of 8 trials 4 have any user with a beam: too few for an interval, not for this."""
    lit, users = np.array([0, 9, 0, 9, 9, 0, 0, 9]), np.full(8, 50)
    read = {"served_users": lit // 2, "lit_users": lit, "users": users} | {
        f"served_share_mean{end}": np.array(value)
        for end, value in (("", 4 / 9), ("_low", math.nan), ("_high", math.nan))
    }
    trials = Trials(8, 1, "1", frozenset(read), read.__getitem__, lambda _: {})
    ends = (4 / 9, math.nan, math.nan)
    estimates = {("served_share", "mean"): Estimate("served_share", "mean", *ends, "1")}
    one = cast("ComparedResult", MadeUp(trials, estimates))
    (told,) = with_verdicts([(one, one, compared_figures(one, one, ()))])
    assert [each.verdict for each in told] == [SAME]


def test_several_results_and_hostile_names(base: xr.Dataset, reuse: xr.Dataset) -> None:
    third = run(users__per_beam=2)
    third.attrs["title"] = "<script>alert(1)</script> \x1b[31m " + "x" * 300
    found = base.capest.compare(reuse, third, names=["a", "b", "<b>\x1b"])
    assert [each.values.name for each in found] == ["b", "<b>\\x1b"]
    text = str(found)
    assert "\x1b" not in text
    assert "C less A" in text
    html = found._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert len(found.to_pandas()) == found.figures_at_once
    plain = json.loads(json.dumps(found.to_list()))
    assert plain[0]["scenario"][0]["key"] == "beams.frequency_reuse"
    assert plain[1]["result"] == "<b>\\x1b"
    assert {row["verdict"] for row in plain[0]["figures"]} <= {
        *(BEYOND, UNSURE, WITHIN, SAME, UNKNOWN)
    }


def test_lines_fit_80_columns(base: xr.Dataset, reuse: xr.Dataset) -> None:
    for all_figures in (False, True):
        lines = comparison_lines(base.capest.compare(reuse, all_figures=all_figures))
        assert max(map(len, lines)) <= 80


def test_sweeps_of_the_same_points_are_compared_point_by_point(
    base: xr.Dataset, tmp_path: Path
) -> None:
    varied = "beams.frequency_reuse=1,3"
    small = BASE | {"beams": {"count": 7, "statistics_count": 7}, "run": {"trials": 6, "seed": 4}}
    ours = swept(tmp_path / "a.nc", small, varied)
    theirs = swept(tmp_path / "b.nc", small | {"users": {"per_beam": 4}}, varied)
    found = ours.capest.compare(theirs)
    assert [each.values.place for each in found] == [
        "beams.frequency_reuse = 1",
        "beams.frequency_reuse = 3",
    ]
    for each, reuse in zip(found, (1, 3), strict=True):
        pairs = (theirs["throughput"] - ours["throughput"]).sel(beams__frequency_reuse=reuse)
        assert each["throughput", "mean"].difference.value == pytest.approx(float(pairs.mean()))
        assert [key.key for key in each.keys] == ["users.per_beam"]
    assert "B less A at beams.frequency_reuse = 3" in str(found)
    with pytest.raises(InputError, match=r"has 2 points .*one result: .*such as at 'beams\.freq"):
        base.capest.compare(ours)
    (point,) = base.capest.compare(ours.sel(beams__frequency_reuse=3))
    assert point.common_trials == 6
    changed = [key.key for key in point.keys]
    assert changed == ["beams.count", "beams.frequency_reuse"]
    with pytest.raises(InputError, match="sweeps of the same points"):
        ours.capest.compare(theirs.isel(beams__frequency_reuse=[1, 0]))


def test_what_cannot_be_compared_is_refused(base: xr.Dataset) -> None:
    with pytest.raises(InputError, match=f"1 result: give 2 to {MOST}"):
        base.capest.compare()
    study = xr.Dataset(attrs={"uncertainty_of": "calls"})
    with pytest.raises(InputError, match="is a study of uncertainty: runs and sweeps are compared"):
        base.capest.compare(study)
    with pytest.raises(InputError, match="is nothing of capest"):
        base.capest.compare(xr.Dataset())
    with pytest.raises(InputError, match="1 names for 2 results"):
        compare_results([base, base], ["one"])


METRICS = ("throughput", "calls", "calls_offered", "calls_on_fading", "users", "lit_beams")


REGION_PART = CountedPart(is_region=True, cells=None)


@dataclass(frozen=True)
class MadeUp:
    """A result of means alone."""

    trials: Trials
    estimates: dict[tuple[str, str], Estimate]
    name: str = "made up"
    part: CountedPart = REGION_PART


def made_up(draws: np.random.Generator, seed: int, common: np.ndarray) -> MadeUp:
    """A result of the means alone: what trials share, and noise of its own."""
    values = common + draws.normal(0.0, 1.0, common.shape)
    read: dict[str, Any] = dict(zip(METRICS, values, strict=True))
    estimates = {}
    for name, row in list(read.items()):
        centred = row - row.mean()
        found = mean_interval(len(row), float(row.mean()), float(centred @ centred))
        ends = (found.value, found.low, found.high)
        read |= dict(
            zip(
                (f"{name}_mean{end}" for end in ("", "_low", "_high")),
                map(np.array, ends),
                strict=True,
            )
        )
        estimates[name, "mean"] = Estimate(name, "mean", *ends, "1")
    trials = Trials(common.shape[1], 1, str(seed), frozenset(read), read.__getitem__, lambda _: {})
    return MadeUp(trials, estimates)


def served(part: np.ndarray, seed: int = 1) -> ComparedResult:
    """A result of one share, of 1,000 users in every trial."""
    whole = np.full(len(part), 1000)
    sums = PartAndWhole()
    sums.add(part, whole)
    found = share_over_trials(sums)
    read = {"lit_users": whole, "served_users": part} | {
        f"served_share_mean{end}": np.array(value)
        for end, value in (("", found.value), ("_low", found.low), ("_high", found.high))
    }
    names = frozenset(read)
    trials = Trials(len(part), 1, str(seed), names, read.__getitem__, lambda _: {})
    ends = (found.value, found.low, found.high)
    estimates = {("served_share", "mean"): Estimate("served_share", "mean", *ends, "1")}
    return cast("ComparedResult", MadeUp(trials, estimates))


def test_a_share_of_all_in_more_trials_is_beyond_chance() -> None:
    """Of 40 trials with 92.5 % served, and of 400 with all: 400 trials tell the two apart."""
    part = np.random.default_rng(10).binomial(1000, 0.925, 40)
    few, many = served(part), served(np.full(400, 1000))
    (found,) = compared_figures(many, few, ())
    gap = 1.0 - part.mean() / 1000
    assert (found.difference.value, found.difference.paired) == (pytest.approx(gap), False)
    assert found.difference.low == pytest.approx(gap - (1.0 - 0.025 ** (1 / 400)), abs=0.0005)
    assert found.difference.high == pytest.approx(gap, abs=0.003)
    assert "0 or 100 % in every trial" in found.why_apart
    (told,) = with_verdicts([(many, few, [found])])
    assert told[0].verdict == BEYOND
    # Of 40 trials each, one in eleven might be another one: that is not beyond chance.
    alike = served(np.full(40, 1000))
    figures = compared_figures(alike, few, ())
    (told,) = with_verdicts([(alike, few, figures)])
    assert told[0].verdict == WITHIN


def verdicts(values: MadeUp, reference: MadeUp) -> list[str]:
    figures = compared_figures(values, reference, ())  # type: ignore[arg-type]
    assert len(figures) == len(METRICS)
    (told,) = with_verdicts([(values, reference, figures)])  # type: ignore[list-item]
    return [each.verdict for each in told]


@pytest.mark.parametrize("seed", [1, 2], ids=["paired", "independent"])
def test_beyond_chance_is_wrong_in_one_of_twenty_comparisons_at_most(seed: int) -> None:
    draws = np.random.default_rng(7)
    families, trials = 600, 12
    any_beyond = any_alone = 0
    for _ in range(families):
        common = draws.normal(50.0, 2.0, (len(METRICS), trials))
        other = common if seed == 1 else draws.normal(50.0, 2.0, common.shape)
        found = set(verdicts(made_up(draws, seed, other), made_up(draws, 1, common)))
        any_beyond += BEYOND in found
        any_alone += bool(found & {BEYOND, UNSURE})
    # Standard error 0.9 %. Six intervals of 95 % alone: 1 - 0.95^6 = 26 %.
    assert 0.01 < any_beyond / families < 0.05 + 3 * 0.009
    assert 0.2 < any_alone / families < 0.32


def test_a_difference_that_is_there_is_found_among_many() -> None:
    draws = np.random.default_rng(8)
    common = draws.normal(50.0, 2.0, (len(METRICS), 40))
    more = common.copy()
    more[0] += 3.0
    found = verdicts(made_up(draws, 1, more), made_up(draws, 1, common))
    assert found[0] == BEYOND
    assert found.count(BEYOND) == 1


REGION: dict[str, Any] = {
    "title": "region",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "constellation": {"shells": "60: 600/20/1 @ 600"},
    "region": {"kind": "circle", "latitude_deg": 40, "longitude_deg": 116, "radius_km": 200},
    "users": {"placement": "uniform", "count": 100},
    "run": {"trials": 4, "seed": 4},
}


@pytest.fixture(scope="module")
def region() -> xr.Dataset:
    """A region of some cells, served by a constellation."""
    return api.run(api.load(REGION), backend="numpy")


TOTALS = {("throughput", "mean"), ("users", "mean"), ("lit_beams", "mean")}
"""Figures of a region and of one satellite that are no figures of one thing."""


def test_totals_of_a_region_and_of_one_satellite_are_not_compared(
    base: xr.Dataset, region: xr.Dataset
) -> None:
    for ours, theirs in ((base, region), (region, base)):
        results = compare_results([ours, theirs], ["A", "B"], all_figures=True)
        (found,) = results
        compared = {(each.difference.metric, each.difference.statistic) for each in found.figures}
        assert {("sinr_db", "p50"), ("served_share", "mean")} <= compared
        assert not compared & {*TOTALS, ("cells_dark", "mean"), ("cells_asking", "mean")}
        whys = {found.not_compared[key] for key in TOTALS}
        part = "of 7 beams of one satellite in {}, of a whole region in {}"
        if ours is region:
            part = "of a whole region in {}, of 7 beams of one satellite in {}"
        assert whys == {part.format("A", "B")}
        assert "Totals are not compared." in words(results)
        assert results.to_list()[0]["warnings"] == list(found.warnings) != []


def test_a_total_that_is_asked_for_is_told_why_it_is_not_compared(
    base: xr.Dataset, region: xr.Dataset
) -> None:
    asked = base.capest.compare(region, of=["throughput"])
    assert asked[0].figures == ()
    assert "Not compared: throughput.mean (of 7 beams of one satellite" in words(asked)


def test_other_numbers_of_beams_and_of_cells_are_told(base: xr.Dataset, region: xr.Dataset) -> None:
    (found,) = base.capest.compare(run(beams__statistics_count=1))
    assert found.warnings == (
        "Totals are of 7 beams of one satellite in the first, and of 1 beam of one satellite in "
        "the other.",
    )
    assert ("throughput", "mean") in {
        (each.difference.metric, each.difference.statistic) for each in found.figures
    }
    larger = api.run(api.load(REGION).replace(region__radius_km=300.0), backend="numpy")
    (found,) = compare_results([region, larger], ["A", "B"], all_figures=True)
    counts = [int(each["cell_counted"].sum()) for each in (region, larger)]
    assert found.not_compared["covered_cells", "mean"] == (
        f"a count of cells, of {counts[0]:,} in A and of {counts[1]:,} in B"
    )
    assert found.warnings == ("The regions differ: totals, users and cells are of other ground.",)
    assert found["throughput", "mean"].value.value > 0.0
