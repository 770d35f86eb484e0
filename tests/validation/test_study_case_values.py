"""The study cases keep the standards' values, whatever rules a network has otherwise."""

from __future__ import annotations

import pytest

from capest.validation.cases import case_numbers, study_case

from .study_case_values import compute, read


def test_no_figure_of_a_study_case_moves() -> None:
    found, before = compute(), read()
    assert found.keys() == before.keys()
    assert len(before) == 30 * 2 * 4 * 3 + 2 * 12
    # Six digits are written.
    assert found == pytest.approx(before, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("number", case_numbers())
def test_every_study_case_pins_the_rules_of_the_study(number: int) -> None:
    assert study_case(number, 1).rules == "0.2"
