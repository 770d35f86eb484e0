"""Who is served, of small runs: by hand from the values of every trial and cell."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.errors import InputError
from capest.results.cell_totals import cell_totals
from capest.results.stored import OfDataset, open_stored
from capest.scenario.load import load_scenario
from tests.engine.small import small_scenario
from tests.engine.small_network import network_scenario

OLD = Path(__file__).parents[1] / "reference" / "result_0.2.0.nc.gz"
TRIALS = 12
KEPT = {"trials": TRIALS, "keep_cells": True}

# Few beams leave cells dark; guard cells do not count.
NETWORK = network_scenario(
    users__count=150,
    service__preset="video-call-480p",
    satellite__beams_at_once=3,
    region__guard_km=150.0,
    run=KEPT,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("served") / "network.nc"
    capest.run(NETWORK, output=target, backend="numpy").close()
    return target


@pytest.fixture
def result(path):
    with capest.open(path) as opened:
        yield opened


def test_never_served_is_what_every_trial_says(result) -> None:
    asked = result["cell_calls_offered_by_trial"].values
    carried = result["cell_calls_by_trial"].values
    counted = result["cell_counted"].values == 1
    assert not counted.all()
    never = counted & (asked.sum(axis=0) > 0) & (carried.sum(axis=0) == 0)
    assert never.any()
    found = result.capest.unserved()
    assert found.number.tolist() == np.flatnonzero(never).tolist()
    people, area = result["cell_residents"].values, result["cell_area"].values
    assert found.never_served.people == pytest.approx(people[never].sum())
    assert found.never_served.people_share == pytest.approx(
        people[never].sum() / people[counted].sum()
    )
    assert found.never_served.area_share == pytest.approx(area[never].sum() / area[counted].sum())
    silent = counted & (asked.sum(axis=0) == 0)
    assert found.never_asked.cells == silent.sum() > 0
    assert found.trials == TRIALS
    by_reason = {
        reason: result[f"cell_calls_refused_{reason}_by_trial"].values[:, never].sum()
        for reason in ("beam", "uplink", "downlink", "bandwidth", "satellite", "elevation")
    }
    main = max(by_reason, key=by_reason.get)
    assert next(iter(found.reasons)) == main
    assert found.reasons[main] == pytest.approx(by_reason[main] / asked[:, never].sum())


def test_cells_that_asked_often_and_in_vain(result) -> None:
    asked = result["cell_calls_offered_by_trial"].values
    carried = result["cell_calls_by_trial"].values
    counted = result["cell_counted"].values == 1
    times = (asked > 0).sum(axis=0)
    in_vain = counted & (times > 0) & (carried.sum(axis=0) == 0)

    def by_chance(least: int) -> float:
        return sum(1.0 / (2.0**n - 1.0) for n in times[counted] if n >= least)

    least = next(
        each
        for each in range(5, TRIALS + 1)
        if by_chance(each) <= 0.05 * (in_vain & (times >= each)).sum() > 0.0
    )
    found = result.capest.unserved()
    assert found.least_asking_trials == least
    often = in_vain & (times >= least)
    assert found.rarely_number.tolist() == np.flatnonzero(often).tolist()
    people = result["cell_residents"].values
    assert found.rarely_served.people == pytest.approx(people[often].sum())
    assert found.asked_seldom.cells == (in_vain & ~often).sum() > 0
    assert found.asked_seldom.people == pytest.approx(people[in_vain & ~often].sum())


def test_cells_with_the_minimum_are_served_something(tmp_path) -> None:
    scenario = NETWORK.replace(
        users__count=900, cells__objective="coverage", beams__allocation="periodic",
        beams__slots=8, run__trials=3,
    )  # fmt: skip
    target = tmp_path / "covered.nc"
    capest.run(scenario, output=target, backend="numpy").close()
    with capest.open(target) as opened:
        counted = opened["cell_counted"].values == 1
        asked, carried, held = (
            opened[f"{name}_by_trial"].values.sum(axis=0)
            for name in ("cell_calls_offered", "cell_calls", "cell_calls_at_or_below_minimum")
        )
        in_vain = counted & (asked > 0) & (carried == 0)
        found = opened.capest.unserved()
        assert found.number.tolist() == np.flatnonzero(in_vain & (held == 0)).tolist()
        assert found.minimum_only.cells == (in_vain & (held > 0)).sum() > 0
        assert found.minimum_callers == held[in_vain].sum() / 3
        of_trials = (opened["calls_at_minimum"] + opened["calls_below_minimum"]).values.sum()
        assert held[counted].sum() == of_trials
        groups = opened.capest.by_density()
        assert (groups["share_with_minimum"] >= groups["share"]).all()
        assert "The minimum alone: in" in str(opened.capest.summary())


def test_cells_left_dark_are_counted_in_every_trial(result) -> None:
    asks = result["cell_users_by_trial"].values > 0  # all users call
    lit = result["cell_lit_share_by_trial"].values > 0
    counted = result["cell_counted"].values == 1
    dark = asks & ~lit & counted
    in_view = result["cell_satellites_in_view_by_trial"].values > 0
    np.testing.assert_array_equal(result["cells_asking"], (asks & counted).sum(axis=1))
    np.testing.assert_array_equal(result["cells_dark"], dark.sum(axis=1))
    np.testing.assert_array_equal(result["cells_dark_in_view"], (dark & in_view).sum(axis=1))
    assert dark.sum() > (dark & in_view).sum() > 0 or in_view.all()
    share = dark.sum(axis=0)[counted] / np.maximum(asks.sum(axis=0)[counted], 1)
    asked = asks.any(axis=0)[counted]
    stored = result["cell_dark_share"].values[counted]
    np.testing.assert_allclose(stored[asked], share[asked], rtol=1e-6)
    assert np.isnan(stored[~asked]).all()


def test_shares_by_density_and_fairness_follow_from_the_cells(result) -> None:
    counted = result["cell_counted"].values == 1
    asked = result["cell_calls_offered_by_trial"].values.sum(axis=0)[counted]
    carried = result["cell_calls_by_trial"].values.sum(axis=0)[counted]
    found = result.capest.by_density()
    assert found.attrs["of"] == "calls"
    assert found.sizes == {"density_group": 10}
    people = result["cell_residents"].values[counted]
    np.testing.assert_allclose(found["people"], people.sum() / 10)
    settled = people > 0
    assert float(found["asked"].sum()) == pytest.approx(asked[settled].sum() / TRIALS)
    assert float(found["served"].sum()) == pytest.approx(carried[settled].sum() / TRIALS)
    (halves,) = result.capest.by_density(1)["share"].values
    assert halves == pytest.approx(carried[settled].sum() / asked[settled].sum())
    share = carried[asked > 0] / asked[asked > 0]
    fairness = result.capest.summary().to_dict()["fairness"]
    wanted = share.sum() ** 2 / (len(share) * (share**2).sum())
    assert fairness["jain_over_cells"] == pytest.approx(wanted)
    assert fairness["jain_over_users"] == pytest.approx(carried.sum() / asked.sum())


def test_a_run_that_went_on_says_the_same(path, tmp_path) -> None:
    longer = tmp_path / "longer.nc"
    capest.run(NETWORK.replace(run={"trials": 5}), output=longer, backend="numpy").close()
    capest.run(NETWORK, output=longer, backend="numpy").close()
    shown = [
        json.loads(CliRunner().invoke(cli, ["show", str(each), "--json"]).stdout)
        for each in (path, longer)
    ]
    for part in ("unserved", "served_by_density", "fairness"):
        assert shown[0][part] == shown[1][part]
    assert shown[0]["unserved"]["trials"] == TRIALS


def test_it_follows_from_sums_alone(path) -> None:
    """As where values of trials are not kept, and as in files without exact sums."""
    with open_stored(path) as stored, capest.open(path) as opened:
        exact = cell_totals(stored)
        kept = [name for name in opened.variables if str(name).endswith("_by_trial")]
        few = opened.drop_vars([*kept, "cell_sums"])
        rounded = cell_totals(OfDataset(few))
        for name in ("asked", "served", "covered", "with_beam", "people", "asking_trials"):
            np.testing.assert_array_equal(getattr(exact, name), getattr(rounded, name))
        assert exact.refused.keys() == rounded.refused.keys()


def test_in_the_summary(path, result) -> None:
    summary = result.capest.summary()
    text = repr(summary)
    assert max(map(len, text.splitlines())) <= 80
    assert f"Never served in {TRIALS} trials:" in text
    assert "cells with users left dark" in text
    assert "Never served" in summary._repr_html_()
    shown = CliRunner().invoke(cli, ["show", str(path), "--by-density"])
    assert shown.exit_code == 0
    assert "people per km²" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    "changes",
    [
        {"cells__layout": "satellite-fixed", "satellite__beams_at_once": None},
        {"users__placement": "uniform"},
    ],
    ids=["satellite-fixed", "uniform"],
)
def test_users_without_a_service(changes) -> None:
    found = capest.run(
        network_scenario(**changes, constellation__deployed_fraction=0.3, run=KEPT),
        backend="numpy",
    )
    users = found["cell_users_by_trial"].values
    served = found["cell_served_users_by_trial"].values.sum(axis=0)
    never = (users.sum(axis=0) > 0) & (served == 0)
    unserved = found.capest.unserved()
    assert unserved.what == "users"
    assert unserved.number.tolist() == np.flatnonzero(never).tolist()
    assert never.any()
    assert sum(unserved.reasons.values()) == pytest.approx(1.0)
    dark = (users > 0) & (found["cell_lit_users_by_trial"].values == 0)
    np.testing.assert_array_equal(found["cells_dark"], dark.sum(axis=1))
    groups = found.capest.by_density(4)
    assert ("people" in groups) == ("users__placement" not in changes)
    # Of users, Jain's index is that of the throughput of each, to the width of bins.
    assert 0.0 < fairness_of_users(found) < 1.0
    counts = np.zeros_like(found["user_throughput_count"].values)
    counts[0, 2000] = 3
    below = np.zeros(len(counts), dtype=int)
    below[-1] = 1
    made = found.assign(
        user_throughput_count=(found["user_throughput_count"].dims, counts),
        user_throughput_below=("group", below),
        user_throughput_above=("group", np.zeros_like(below)),
    )
    # Three users have the same, and one has nothing.
    assert fairness_of_users(made) == pytest.approx(3 / 4)


def fairness_of_users(result) -> float:
    return result.capest.summary().to_dict()["fairness"]["jain_over_users"]


def test_frames_leave_cells_dark_that_get_no_slot() -> None:
    found = capest.run(
        network_scenario(
            beams={"slots": 4, "allocation": "max-min"},
            users__demand_mbps=1.0,
            satellite__beams_at_once=1,
            run=KEPT | {"trials": 4},
        ),
        backend="numpy",
    )
    asks = found["cell_users_by_trial"].values > 0
    lit = found["cell_lit_share_by_trial"].values > 0
    np.testing.assert_array_equal(found["cells_dark"], (asks & ~lit).sum(axis=1))


def test_beams_of_one_satellite() -> None:
    scenario = small_scenario(
        beams={"allocation": "periodic"}, satellite={"beams_at_once": 5}, run={"trials": 9}
    )
    found = capest.run(scenario, backend="numpy")
    counted = found["cell_counted"].values == 1
    users, lit = found["cell_users"].values, found["cell_lit"].values
    dark = (users > 0) & (lit == 0)
    np.testing.assert_array_equal(found["cells_dark"], dark[:, counted].sum(axis=1))
    assert "cells_dark_in_view" not in found
    served = found["cell_served_users"].values.sum(axis=0)
    never = counted & (users.sum(axis=0) > 0) & (served == 0)
    assert found.capest.unserved().number.tolist() == np.flatnonzero(never).tolist()
    with pytest.raises(InputError, match=r"no place on the Earth.*satellite\.latitude_deg"):
        found.capest.by_density()
    plain = found.capest.summary().to_dict()
    assert "no_served_by_density" in plain
    assert "area_km2" not in plain["unserved"]["never_served"]


def test_one_satellite_with_a_place() -> None:
    scenario = load_scenario(
        {
            "satellite": {
                "preset": "tr38821-set1-leo600-s",
                "latitude_deg": 48.0,
                "longitude_deg": 11.0,
            },
            "beams": {"count": 19, "statistics_count": 7},
            "users": {"placement": "population", "count": 200},
            "service": {"preset": "voice"},
            "run": {"trials": 5, "seed": 3},
        }
    )
    found = capest.run(scenario, backend="numpy")
    groups = found.capest.by_density()
    counted = found["cell_counted"].values == 1
    assert float(groups["people"].sum()) == pytest.approx(
        found["cell_residents"].values[counted].sum()
    )
    assert float(groups["area_km2"].sum()) == pytest.approx(
        found["cell_area"].values[counted].sum()
    )


def test_files_of_earlier_versions_say_it_too(tmp_path) -> None:
    old = tmp_path / "old.nc"
    old.write_bytes(gzip.decompress(OLD.read_bytes()))
    with capest.open(old) as opened:
        counted = opened["cell_counted"].values == 1
        carried = opened["cell_calls"].values.sum(axis=0)
        asked = opened["cell_calls_offered"].values.sum(axis=0)
        never = counted & (asked > 0) & (carried == 0)
        found = opened.capest.unserved()
        assert found.number.tolist() == np.flatnonzero(never).tolist()
        assert found.asking.cells == (counted & (asked > 0)).sum()
        # Such files have values of every trial.
        totals = cell_totals(OfDataset(opened))
        times = (opened["cell_calls_offered"].values > 0).sum(axis=0)
        np.testing.assert_array_equal(totals.asking_trials, times[counted])
    assert CliRunner().invoke(cli, ["show", str(old)]).exit_code == 0


@pytest.mark.parametrize("groups", [0, 1001, 2.5])
def test_groups_are_a_whole_number(result, groups) -> None:
    with pytest.raises(InputError, match="whole number from 1 to 1000"):
        result.capest.by_density(groups)


def test_one_cell_is_too_few(result) -> None:
    with pytest.raises(InputError, match="one cell is selected"):
        result.isel(cell=0).capest.unserved()
