"""Which study case a scenario is, by its values."""

import tomllib
from typing import Any

import pytest

from capest.scenario.load import load_scenario
from capest.validation.cases import case_numbers, study_case
from capest.validation.which_case import which_case


def written(number: int, **changes: Any) -> dict[str, Any]:
    return tomllib.loads(study_case(number, 5).replace(**changes).to_toml())


def test_every_case_is_found() -> None:
    for number in case_numbers():
        assert which_case(written(number), "DL") == number
        assert which_case(written(number), "UL") == number


@pytest.mark.parametrize("case", [9, 10])
def test_the_packaged_runs_are_study_cases_of_the_downlink_alone(case: int) -> None:
    scenario = tomllib.loads(load_scenario(f"runs/tr38821-case{case}.toml").to_toml())
    assert which_case(scenario, "DL") == case
    assert which_case(scenario, "UL") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"satellite__eirp_density_dbw_per_mhz": 33.0}, None),
        ({"handset__antenna_gain_dbi": -3.0}, None),
        ({"channel__shadow_fading": False}, None),
        ({"users__indoor_share": 0.1}, None),
        ({"carrier__bandwidth_mhz": 20.0}, None),
        ({"run__seed": 7}, 9),
    ],
)
def test_what_moves_a_distribution_makes_it_another_case(
    changes: dict[str, Any], expected: int | None
) -> None:
    assert which_case(written(9, **changes), "DL") == expected
