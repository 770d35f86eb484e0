"""Numbers for people: what is shown of an interval says what the interval says."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capest.results.figures import change_text, interval_text, value_text
from capest.statistics.reduction import Estimate


def difference(value: float, low: float, high: float, units: str = "dB") -> Estimate:
    return Estimate("sinr_db", "p05", value, low, high, units, "")


def shown_interval(estimate: Estimate, *, brackets: bool = False) -> tuple[float, float]:
    """Ends as a reader takes them from the text."""
    text = interval_text(estimate, brackets=brackets)
    if text.startswith("["):
        low, high = (float(end.replace(",", "")) for end in text.strip("[]").split(", "))
        return low, high
    value = float(value_text(estimate).replace(",", ""))
    if text.startswith("±<"):
        half = 0.0  # less than a digit of the value
    else:
        half = float(text.removeprefix("±").replace(",", ""))
    places = len(value_text(estimate).partition(".")[2])
    return round(value - half, places), round(value + half, places)


def holds_0(ends: tuple[float, float]) -> bool:
    return ends[0] <= 0.0 <= ends[1]


def test_a_difference_whose_interval_just_misses_0_does_not_show_0_inside() -> None:
    """+1.6 ±1.7 stood there for [0.046, 3.278]."""
    found = difference(1.6, 0.046, 3.278)
    assert change_text(found) == "+1.6 [0.05, 3.3]"
    assert interval_text(found, brackets=True) == "[0.05, 3.3]"
    assert change_text(difference(-1.6, -3.278, -0.046)) == "-1.6 [-3.3, -0.05]"


def test_one_that_holds_0_shows_it() -> None:
    assert change_text(difference(1.6, -0.046, 3.246)) == "+1.6 ±1.6"
    assert holds_0(shown_interval(difference(1.24, -0.001, 2.481)))


def test_what_is_far_from_0_is_as_short_as_it_was() -> None:
    assert change_text(difference(1.02, 0.99, 1.05)) == "+1.02 ±0.03"
    assert interval_text(difference(0.0, 0.0, 16.8, "percent")) == "[0, 17]"


WIDTHS = st.floats(1e-4, 1e4)


@given(
    value=st.floats(-1e5, 1e5),
    below=WIDTHS,
    above=WIDTHS,
    near=st.sampled_from(["value", "low", "high"]),
    shift=st.floats(-0.2, 0.2),
    even=st.booleans(),
    units=st.sampled_from(["dB", "1", "Mbit s-1", "percent"]),
    brackets=st.booleans(),
)
def test_the_interval_shown_holds_0_exactly_where_the_true_one_does(
    value: float,
    below: float,
    above: float,
    near: str,
    shift: float,
    even: bool,
    units: str,
    brackets: bool,
) -> None:
    above = below if even else above
    # Limits near 0 are where rounding decides.
    if near == "low":
        value = below * (1.0 + shift)
    elif near == "high":
        value = -above * (1.0 + shift)
    estimate = difference(value, value - below, value + above, units)
    assert holds_0(shown_interval(estimate, brackets=brackets)) == holds_0(
        (estimate.low, estimate.high)
    )
    assert not re.search(r"-0(\.0*)?\b(?!\.?\d)", interval_text(estimate, brackets=brackets))


@pytest.mark.parametrize("low", [1e-12, 5e-324])
def test_a_limit_next_to_0_is_short(low: float) -> None:
    text = interval_text(difference(1.0, low, 2.0), brackets=True)
    assert len(text) < 20
    assert float(text.strip("[]").split(", ")[0]) > 0.0
    assert math.isfinite(float(text.strip("[]").split(", ")[1]))
