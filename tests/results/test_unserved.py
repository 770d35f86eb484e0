"""Cells never served and shares by density, of totals made by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from capest.results.by_density import density_groups, why_no_groups
from capest.results.cell_totals import CellTotals
from capest.results.unserved import most_share, unserved_of
from capest.results.who_is_served import WhoIsServed
from capest.results.who_is_served_text import amount_text, density_table, sentences


def totals(**changes) -> CellTotals:
    """Five cells: served, never served twice, nobody asked, served."""
    values = {
        "trials": 40,
        "what": "calls",
        "number": np.array([0, 1, 2, 4, 7]),
        "asked": np.array([80, 40, 10, 0, 400]),
        "served": np.array([60, 0, 0, 0, 1]),
        "refused": {
            "beam": np.array([5, 30, 1, 0, 0]),
            "uplink": np.array([15, 10, 9, 0, 0]),
            "bandwidth": np.array([0, 0, 0, 0, 399]),
        },
        "covered": None,
        "with_beam": None,
        "area_km2": np.array([100.0, 200.0, 100.0, 500.0, 100.0]),
        "people": np.array([8000.0, 4000.0, 1000.0, 500.0, 40000.0]),
        "rough_people": False,
        "of_beams": False,
    }
    return CellTotals(**(values | changes))


def test_cells_that_asked_in_vain_are_told_from_those_that_never_asked() -> None:
    found = unserved_of(totals())
    assert found.number.tolist() == [1, 2]
    never = found.never_served
    assert (never.cells, never.cells_share) == (2, 0.4)
    assert (never.area_km2, never.area_share) == (300.0, 0.3)
    assert (never.people, never.people_share) == (5000.0, pytest.approx(5000 / 53500))
    assert (never.asked, never.asked_share) == (50 / 40, pytest.approx(50 / 530))
    assert (found.never_asked.cells, found.never_asked.people) == (1, 500.0)
    assert (found.asking.cells, found.asking.asked_share) == (4, 1.0)


def test_the_main_reason_comes_first() -> None:
    found = unserved_of(totals())
    assert list(found.reasons.items()) == [("beam", 31 / 50), ("uplink", 19 / 50)]


def test_of_users_the_reasons_count_cells() -> None:
    of_users = totals(
        what="users",
        refused={},
        served=np.array([60, 0, 0, 0, 0]),
        covered=np.array([40, 0, 40, 40, 40]),
        with_beam=np.array([70, 0, 0, 0, 350]),
    )
    found = unserved_of(of_users)
    assert found.number.tolist() == [1, 2, 7]
    assert found.reasons == {"elevation": 1 / 3, "beam": 1 / 3, "downlink": 1 / 3}


@pytest.mark.parametrize("trials", [1, 2, 20, 40, 1000])
def test_what_no_trial_showed_happens_in_few(trials) -> None:
    share = most_share(trials)
    # At the limit, all trials show nothing with a probability of 5 %.
    assert (1.0 - share) ** trials == pytest.approx(0.05, rel=1e-9)
    assert share < 3.0 / trials
    if trials >= 100:
        assert share == pytest.approx(3.0 / trials, rel=3e-3)


def test_without_a_map_there_are_shares_of_cells_and_users() -> None:
    alone = totals(area_km2=None, people=None, of_beams=True)
    found = unserved_of(alone).never_served
    assert found.to_dict() == {
        "cells": 2,
        "cells_share": 0.4,
        "asked": 1.25,
        "asked_share": 50 / 530,
    }
    assert density_groups(alone) == []
    assert "no place on the Earth" in why_no_groups(alone)


def brute_force(found: CellTotals, groups: int) -> list[tuple[float, float, float]]:
    """Every person by themselves: cells, calls asked and carried of each group, in a trial."""
    rows = []
    for people, area, asked, served in zip(
        found.people, found.area_km2, found.asked, found.served, strict=True
    ):
        for _ in range(round(people)):
            each = 1.0 / people
            rows.append((people / area, each, asked * each, served * each))
    rows.sort(key=lambda row: row[0])
    size = len(rows) // groups
    assert size * groups == len(rows)
    return [
        tuple(
            sum(row[k] for row in rows[group * size : (group + 1) * size])
            / (1 if k == 1 else found.trials)
            for k in (1, 2, 3)
        )
        for group in range(groups)
    ]


def test_groups_have_equally_many_people() -> None:
    rng = np.random.default_rng(5)
    people = np.append(rng.integers(0, 90, 39), 0).astype(float)
    people[-1] = 10 - people.sum() % 10
    asked = rng.integers(0, 60, 40)
    made = totals(
        number=np.arange(40),
        asked=asked,
        served=rng.binomial(asked, 0.4),
        refused={},
        area_km2=rng.uniform(10.0, 90.0, 40),
        people=people,
    )
    found = density_groups(made)
    assert len(found) == 10
    assert [group.people for group in found] == pytest.approx([people.sum() / 10] * 10)
    wanted = brute_force(made, 10)
    np.testing.assert_allclose([(g.cells, g.asked, g.served) for g in found], wanted, rtol=1e-9)
    density = np.sort((people / made.area_km2)[people > 0])
    assert (found[0].lowest_per_km2, found[-1].highest_per_km2) == (density[0], density[-1])
    for thin, dense in itertools.pairwise(found):
        # A cell at the border belongs to both.
        assert thin.lowest_per_km2 <= thin.highest_per_km2 <= dense.lowest_per_km2


def test_one_cell_of_many_people_spans_several_groups() -> None:
    # 40,000 of 53,500 people: all of the upper seven tenths.
    found = density_groups(totals())
    assert [group.share for group in found[3:]] == pytest.approx([1 / 400] * 7)
    assert found[9].lowest_per_km2 == found[9].highest_per_km2 == 400.0
    assert sum(group.cells for group in found) == pytest.approx(5.0)
    assert sum(group.asked for group in found) == pytest.approx(530 / 40)
    assert sum(group.served for group in found) == pytest.approx(61 / 40)


def test_where_nobody_knows_people_groups_are_of_users() -> None:
    found = density_groups(totals(people=None))
    assert [group.asked for group in found] == pytest.approx([53 / 40] * 10)
    assert {group.people for group in found} == {None}
    assert why_no_groups(totals(asked=np.zeros(5, int))) == "nobody asked in any trial"


def whole(made: CellTotals, **more) -> WhoIsServed:
    return WhoIsServed(
        unserved_of(made), density_groups(made), why_no_groups(made), 0.31, 0.2, **more
    )


def test_it_is_said_in_sentences() -> None:
    assert sentences(whole(totals())) == [
        "Never served in 40 trials: 2 of 4 cells whose users asked (50 %), with 5,000 people "
        "(9 %), 300 km² (30 %); refused there: no beam 62 %, uplink too weak 38 %. How many of "
        "these are served rarely is not known: the file does not say in how many trials they "
        "asked, so chance is not ruled out. Fewer trials find more by chance.",
        "No user ever asked in 1 cell more, with 500 people (0.9 %), 500 km² (50 %).",
        "Calls carried: 0 % in the least densely settled tenth of the people (up to 20 per km²), "
        "0.2 % in the densest (from 400); Jain's index over cells 0.31.",
        "By tenths of the people, from the least densely settled to the densest: 0, 73, 39, 0.2, "
        "0.2, 0.2, 0.2, 0.2, 0.2, 0.2 %.",
    ]
    often = totals(asking_trials=np.array([40, 12, 4, 0, 40]))
    assert sentences(whole(often))[0] == (
        "Never served in 40 trials: 2 of 4 cells whose users asked (50 %), with 5,000 people "
        "(9 %), 300 km² (30 %); refused there: no beam 62 %, uplink too weak 38 %. Of these, 1 "
        "cell, with 4,000 people (7 %), 200 km² (20 %), asked in 5 trials or more, and is served "
        "in less than 50 % of those in which it asks (named by chance with a probability of 5 % "
        "at most); 1 more, with 1,000 people (2 %), asked in too few to tell. Fewer trials find "
        "more by chance."
    )
    beams = totals(area_km2=None, people=None, of_beams=True, served=np.array([60, 1, 1, 0, 1]))
    assert sentences(whole(beams)) == [
        "All 4 beams whose users asked carried a call in some of 40 trials.",
        "No user ever asked in 1 beam more.",
        "Calls carried: Jain's index over beams 0.31.",
    ]
    nobody = totals(asked=np.zeros(5, int), served=np.zeros(5, int), trials=1)
    assert sentences(whole(nobody))[0] == "No user asked in 1 trial."
    assert "earlier version" in sentences(whole(totals(), rough_people=True))[-1]


def test_cells_that_asked_often_are_told_from_those_that_asked_seldom() -> None:
    found = unserved_of(totals(asking_trials=np.array([40, 12, 4, 0, 40])))
    # Of one cell in 12 trials, 2^-12; of two in 40 trials nearly nothing: far below 5 % of one.
    assert found.least_asking_trials == 5
    assert found.rarely_number.tolist() == [1]
    assert (found.rarely_served.cells, found.rarely_served.people) == (1, 4000.0)
    assert (found.asked_seldom.cells, found.asked_seldom.people) == (1, 1000.0)
    written = found.to_dict()
    # What was there before means what it meant.
    assert (written["never_served"]["cells"], written["served_in_at_most"]) == (
        2,
        pytest.approx(1.0 - 0.05 ** (1 / 40)),
    )
    assert written["rarely_served"] == found.rarely_served.to_dict() | {
        "asking_trials_at_least": 5,
        "served_in_less_than": 0.5,
        "wrong_of_these_at_most": 0.05,
    }
    assert written["asked_seldom"]["people"] == 1000.0


def test_without_trials_that_asked_nothing_is_told() -> None:
    found = unserved_of(totals())
    assert (found.rarely_served, found.asked_seldom, found.least_asking_trials) == (None, None, 0)
    assert "rarely_served" not in found.to_dict()
    nobody = totals(asked=np.zeros(5, int), asking_trials=np.zeros(5, int))
    assert unserved_of(nobody).rarely_served.cells == 0


def test_who_holds_the_minimum_is_served_something() -> None:
    some = totals(at_minimum=np.array([20, 32, 0, 0, 399]))
    found = unserved_of(some)
    assert found.number.tolist() == [2]
    assert (found.never_served.cells, found.never_served.people) == (1, 1000.0)
    assert list(found.reasons.items()) == [("uplink", 0.9), ("beam", 0.1)]
    assert (found.minimum_only.cells, found.minimum_only.people) == (1, 4000.0)
    assert found.minimum_callers == 32 / 40
    written = found.to_dict()["minimum_only"]
    assert (written["cells"], written["callers_at_or_below_minimum"]) == (1, 0.8)
    groups = density_groups(some)
    assert sum(group.at_minimum for group in groups) == pytest.approx(451 / 40)
    # The upper seven tenths: the cell of 400 calls, of which one is carried.
    assert groups[9].shares == pytest.approx({"share": 1 / 400, "share_with_minimum": 1.0})
    lines = sentences(whole(some))
    assert lines[0].startswith("Never served in 40 trials: 1 of 4 cells whose users asked (25 %)")
    assert lines[1] == (
        "The minimum alone: in 1 of 4 cells whose users asked (25 %), with 4,000 people (7 %), "
        "200 km² (20 %), no call was carried, but callers hold the minimum or an equal part of "
        "their beam there, 0.8 a trial."
    )
    assert lines[5] == (
        "With those who hold the minimum or an equal part: 64 % in the least dense tenth, 100 % in "
        "the densest."
    )


def test_where_all_hold_something_nobody_is_never_served() -> None:
    lines = sentences(whole(totals(at_minimum=np.array([0, 1, 1, 0, 0]))))
    assert lines[0] == (
        "All 4 cells whose users asked carried a call, or had callers at the minimum, in some of "
        "40 trials."
    )
    assert lines[1].startswith("The minimum alone: in 2 of 4 cells")


def test_without_a_minimum_nothing_is_said_of_it() -> None:
    found = unserved_of(totals())
    assert found.minimum_only is None
    assert "minimum_only" not in found.to_dict()
    assert set(density_groups(totals())[0].shares) == {"share"}
    nobody = totals(at_minimum=np.zeros(5, int))
    assert unserved_of(nobody).number.tolist() == [1, 2]
    assert "minimum" not in sentences(whole(nobody))[0]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_fits(width) -> None:
    made_up = (
        *(totals(), totals(people=None), totals(area_km2=None, people=None)),
        totals(at_minimum=np.array([20, 32, 0, 0, 399])),
    )
    for made in made_up:
        assert max(map(len, density_table(whole(made), width))) <= width


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (14_712_345.0, "14.7 million"),
        (1_397_715_000.0, "1,398 million"),
        (999_600.0, "1.0 million"),
        (262_345.0, "262,000"),
        (37.4, "37"),
        (6.27, "6.3"),
        (0.0038, "0.0038"),
        (0.0, "0"),
    ],
)
def test_amounts_have_three_digits(amount, text) -> None:
    assert amount_text(amount) == text


def test_it_shows_itself_in_sentences_not_as_code() -> None:
    found = unserved_of(totals())
    said = repr(found)
    assert said.startswith("Never served in 40 trials: 2 of 4 cells whose users asked (50 %)")
    assert "PartOfCells" not in said
    assert ".number" in said
    assert max(map(len, said.splitlines())) <= 80
    html = found._repr_html_()
    assert "Never served in 40 trials: 2 of 4 cells" in html
    assert html.count("<p>") == 2  # and where nobody asked
