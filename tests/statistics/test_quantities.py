"""The one table of quantities: what it holds together, and that a quantity is one row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from capest.scenario.service_classes import guaranteed_services
from capest.scenario.until import UNTIL_KEYS
from capest.statistics.quantities import (
    AXES,
    QUANTITIES,
    figures,
    in_order,
    is_known,
    of_dims,
    quantity,
)
from capest.statistics.quantity import When

from . import quantities_page

TESTS = Path(__file__).parent


def test_no_quantity_stands_twice():
    assert len({(row.name, row.dims) for row in QUANTITIES}) == len(QUANTITIES)
    named = figures(guaranteed_services())
    assert len(set(named)) == len(named)


def test_what_shares_and_distributions_rest_on_is_in_the_table():
    for row in QUANTITIES:
        if row.share:
            parts = {row.share.part, row.share.whole}
            assert len({quantity(name).is_whole for name in parts}) == 1, row.name
            assert not row.share.beside or quantity(row.share.beside).dims == ("trial",)
            assert row.dims == ()
        if row.distribution:
            assert row.distribution.counted_in, row.name
            assert all(quantity(name).is_whole for name in row.distribution.counted_in), row.name
        for each in row.when:
            assert bool(each.detail) >= (each.when in (When.LIMIT, When.MIX)), row.name
            if each.when is When.LIMIT:
                assert each.detail in UNTIL_KEYS
            if each.when is When.ONE_SATELLITE and each.detail:
                assert is_known(each.detail)


def test_means_of_cells_and_satellites_are_no_figures():
    for row in (*of_dims("cell").values(), *of_dims("satellite").values()):
        assert row.statistics == ()
        assert row.sum is not None


def test_a_mean_over_what_another_sum_counts_says_when_it_is_missing():
    sums = {row.sum.of or row.name for row in QUANTITIES if row.sum}
    for row in QUANTITIES:
        if row.sum and row.sum.per:
            assert row.comment
            assert row.sum.per in sums


def test_names_come_in_the_order_of_the_table():
    wanted = ["sinr_db", "calls", "calls_video_call_480p", "calls_voice", "calls_offered_voice"]
    wanted += ["calls_on_fading", "served_share"]
    assert in_order(reversed(wanted)) == wanted
    assert list(AXES)[-1] == "calls"


@pytest.mark.parametrize("name", ["cell_throughput", "cell_elevation", "voice", "calls_", ""])
def test_what_is_no_quantity_of_users_or_trials(name):
    assert not is_known(name)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory) -> dict:
    """What a run says whose table has four more rows, see ``made_up_quantities.py``."""
    script = TESTS / "made_up_quantities.py"
    folder = tmp_path_factory.mktemp("made-up")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(TESTS.parents[1])},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_row_is_a_variable_of_the_file(made_up):
    assert made_up["variables"] == {
        "talkative_users": [["trial"], "int32", "1", "users who talk, made up"],
        "talkative_users_mean": [[], "float64", "1", "users who talk, made up, mean over trials"],
        "talkative_share_mean": [[], "float64", "1", "users who talk, of all, made up"],
        "loudness_db_quantile": [["quantile"], "float64", "dB", made_up["loudness"]],
        "cell_talkative": [["cell"], "float32", "1", "users of the cell who talk, made up"],
    }
    assert made_up["cell_talkative"] == 5.0


def test_a_row_is_a_figure_with_an_interval(made_up):
    found = {f"{one['metric']}.{one['statistic']}": one for one in made_up["json"]}
    share = found["talkative_share.mean"]
    assert share["value"] == pytest.approx(made_up["share"], rel=1e-12)
    assert share["low"] < share["value"] < share["high"]
    assert (found["loudness_db.p50"]["unit"], found["talkative_users.mean"]["unit"]) == ("dB", "1")
    assert found["talkative_users.mean"]["low"] < found["talkative_users.mean"]["value"]


def test_a_row_is_a_line_of_the_summary(made_up):
    assert "users who talk" in made_up["summary"]
    assert "loudness, dB" in made_up["summary"]
    assert "users who talk, of all" in made_up["summary"]


def test_a_row_is_a_column_of_sweeps(made_up):
    assert "talk" in made_up["columns"]


def test_a_row_is_a_difference_in_pairs(made_up):
    found = {f"{one['metric']}.{one['statistic']}": one for one in made_up["differences"]}
    more = found["talkative_users.mean"]
    # 0, 1, 2, 0, ... users fewer: 39 in 40 trials.
    assert more["value"] == pytest.approx(39 / 40, rel=1e-12)
    assert 0 < more["low"] < more["value"] < more["high"]
    assert more["paired"]
    assert found["talkative_share.mean"]["low"] > 0
    assert found["loudness_db.p50"]["note"] == "same: equal in all groups of trials"
    assert found["loudness_db.p50"]["unit"] == "dB"


def test_a_row_is_named_by_until(made_up):
    assert made_up["until"]["talkative_users.mean±1%"] == ""
    assert "with a percentage" not in made_up["until"]["loudness_db.p50±0.1"]
    hint = 'with uplink.interference = "full-buffer" it is'
    assert hint in made_up["until"]["loudness_db.p50±0.1"]
    assert "there is no figure cell_talkative.mean" in made_up["until"]["cell_talkative.mean±1"]


def test_the_page_on_results_has_every_quantity():
    page = quantities_page.PAGE.read_text(encoding="utf-8")
    assert page == quantities_page.page(), "python tests/statistics/quantities_page.py --write"
    assert all(f"| `{row.name}` |" in page for row in QUANTITIES)
