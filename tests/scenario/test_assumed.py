"""Assumptions: what is drawn of a scenario, from which distribution, and what follows it."""

import math

import numpy as np
import pytest

from capest.scenario.assumed import Assumption, assumptions_of, stated_figures
from capest.scenario.assumed.assumptions import Follower
from capest.scenario.figure import Figure, figure_of, value_of_text
from capest.scenario.load import load_scenario

SATELLITE = {"satellite": {"preset": "tr38821-set1-leo600-s"}}


def _assumption(figure: Figure, is_whole: bool = False, *followers: Follower) -> Assumption:
    return Assumption("a.b", figure, is_whole, "default", (), followers)


def _figure(value: object, **fields: object) -> Figure:
    return figure_of({"value": value, "kind": "not known", **fields}, "a")


UNIFORM = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize(
    ("shape", "mean", "median"),
    [
        ("uniform", 5.5, 5.5),
        # Of a triangle a third of the sum of its corners; half its area lies below 10 - 20.25**0.5.
        ("triangular", 13.0 / 3.0, 10.0 - math.sqrt(0.5 * 9.0 * 8.0)),
        ("log-uniform", 9.0 / math.log(10.0), math.sqrt(10.0)),
    ],
)
def test_values_have_the_distribution_of_their_shape(
    shape: str, mean: float, median: float
) -> None:
    values = _assumption(_figure(2.0, range=[1.0, 10.0], shape=shape)).quantile(UNIFORM)

    assert np.mean(values) == pytest.approx(mean, rel=1e-4)
    assert np.median(values) == pytest.approx(median, rel=1e-4)
    assert 1.0 <= min(values) < max(values) <= 10.0


@pytest.mark.parametrize("shape", ["uniform", "log-uniform", "triangular"])
def test_whole_numbers_stay_whole_and_reach_both_ends(shape: str) -> None:
    values = _assumption(_figure(2, range=[1, 4], shape=shape), is_whole=True).quantile(UNIFORM)

    assert {type(value) for value in values} == {int}
    assert set(values) == {1, 2, 3, 4}


def test_whole_numbers_of_a_uniform_range_are_as_likely() -> None:
    values = _assumption(_figure(2, range=[1, 4]), is_whole=True).quantile(UNIFORM)

    assert np.unique(values, return_counts=True)[1].tolist() == [25_000] * 4


def test_options_come_by_their_weights_in_their_order() -> None:
    figure = _figure("b", options={"a": 1, "b": 2, "5": 1})
    assumption = _assumption(figure)

    assert assumption.quantile(np.array([0.1, 0.3, 0.7, 0.9])) == ["a", "b", "b", 5]
    assert assumption.ends() == ("a", 5)
    assert assumption.settings("a") == ('a.b="a"',)


@pytest.mark.parametrize(
    ("text", "value"), [("bessel", "bessel"), ("5", 5), ("0.5", 0.5), ("true", True)]
)
def test_options_are_values_of_the_scenario(text: str, value: object) -> None:
    found = value_of_text(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("ratio", [0.7, 0.9, 1.0, 1.2, 1.4])
def test_gain_and_width_follow_an_aperture_by_physics(ratio: float) -> None:
    """Gain grows by 20 log10 of the diameter's ratio, the beam's width falls with it."""
    aperture = _figure(2.0, range=[1.4, 2.8], shape="log-uniform")
    ends = [20.0 * math.log10(0.7), 20.0 * math.log10(1.4)]
    gain = Follower(("a.gain",), _figure(30.0, range=[30.0 + each for each in ends], follows="b"))
    width = Follower(
        ("a.width",),
        _figure(4.4, range=[4.4 / 0.7, 4.4 / 1.4], shape="log-uniform", follows="b"),
    )
    assumption = _assumption(aperture, False, gain, width)

    found = dict(text.split("=") for text in assumption.settings(2.0 * ratio))

    assert float(found["a.b"]) == 2.0 * ratio
    assert float(found["a.gain"]) == pytest.approx(30.0 + 20.0 * math.log10(ratio), abs=1e-9)
    assert float(found["a.width"]) == pytest.approx(4.4 / ratio, rel=1e-9)


def test_what_follows_is_exact_at_the_ends_and_at_the_centre() -> None:
    child = _figure(-3.0, range=[0.0, -6.5], follows="b")
    assumption = _assumption(_figure(4.0, range=[1.0, 8.0]), False, Follower(("a.g",), child))

    found = [assumption.settings(value)[1] for value in (1.0, 4.0, 8.0, 6.0, 2.5)]

    assert found == ["a.g=0.0", "a.g=-3.0", "a.g=-6.5", "a.g=-4.75", "a.g=-1.5"]


def test_a_default_is_drawn_where_it_stands_and_is_read() -> None:
    stated = {each.key: each for each in stated_figures(load_scenario(SATELLITE))}
    overhead = stated["link.overhead"]

    assert overhead.stated_by == "default"
    assert overhead.figure.range == (0.21, 0.31)
    assert "TS 38.521-4" in overhead.figure.source
    assert "link.overhead" in {each.key for each in assumptions_of(load_scenario(SATELLITE))}


def test_a_figure_of_ones_own_has_no_range() -> None:
    scenario = load_scenario(SATELLITE, ["link.overhead=0.22"])
    stated = {each.key: each for each in stated_figures(scenario)}

    assert stated["link.overhead"].stated_by == "given"
    assert stated["link.overhead"].figure.kind == "decision"
    assert "link.overhead" not in {each.key for each in assumptions_of(scenario)}


def test_a_written_figure_that_equals_the_default_is_as_little_known() -> None:
    scenario = load_scenario(SATELLITE, ["link.overhead=0.25"])

    assert "link.overhead" in {each.key for each in assumptions_of(scenario)}


def test_what_is_not_read_is_not_stated() -> None:
    stated = {each.key for each in stated_figures(load_scenario(SATELLITE))}

    assert "region.country" not in stated
