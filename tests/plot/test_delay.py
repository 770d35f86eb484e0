"""Delays beside a geostationary satellite and the budgets of 5G."""

import math

import numpy as np
import pytest

import capest
from capest.physics.constants import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_PER_S
from capest.plot import picture
from capest.plot.distributions import members_of
from capest.plot.pictures.delay import _share_kept, budgets_of_5g, geostationary_ms
from tests.plot.readable import assert_readable, texts_of
from tests.plot.small_results import beams, calls, of_service, source


def test_a_geostationary_satellite_by_the_law_of_cosines() -> None:
    near, far = geostationary_ms()
    assert near == pytest.approx(2.0 * 35_786e3 / SPEED_OF_LIGHT_M_PER_S * 1e3)
    # The triangle of the Earth's centre, the user and the satellite at 10 degrees.
    radius, orbit = EARTH_RADIUS_M, EARTH_RADIUS_M + 35_786e3
    at_satellite = math.asin(radius * math.cos(math.radians(10.0)) / orbit)
    at_centre = math.radians(80.0) - at_satellite
    slant = math.sqrt(radius**2 + orbit**2 - 2.0 * radius * orbit * math.cos(at_centre))
    assert far == pytest.approx(2.0 * slant / SPEED_OF_LIGHT_M_PER_S * 1e3)
    # TR 38.821 Table 4.2-2: 541.46 ms there and back, user and gateway at 10 degrees.
    assert 2.0 * far == pytest.approx(541.46, abs=0.2)


def test_budgets_are_those_of_the_standard() -> None:
    # TS 23.501 Table 5.7.4-1: conversational voice, conversational video, buffered video.
    found = budgets_of_5g()
    assert found[100.0] == "5QI 1"
    assert found[150.0] == "5QI 2"
    assert found[300.0] == "5QI 4, 9"


def test_packets_and_their_budget() -> None:
    ds = calls()
    drawn = picture.draw("delay", [source(ds)])
    assert_readable(drawn)
    rows = [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()]
    assert rows[:2] == ["propagation alone", "packets"]
    middle = float(ds["packet_delay_quantile"][1])
    assert f"{middle:.0f}" in drawn.words.title
    counts, bounds = ds["packet_delay_count"].values.sum(axis=0), ds["packet_delay_bin_bounds"]
    kept = counts[bounds.values[:, 1] <= 150.0].sum() / counts.sum()
    assert kept == 1.0
    assert "all in 8 trials keep 5QI 2's 150 ms" in drawn.words.title
    alone = float(ds["one_way_delay_quantile"][1])
    assert f"propagation alone takes {alone:.2f}" in drawn.words.title
    assert drawn.words.title.endswith("over a geostationary satellite 239 to 271 ms")
    shown = "\n".join(text.get_text() for text in texts_of(drawn))
    assert "5QI 2: 150 ms\nkept by 100 %" in shown


def test_where_no_call_is_carried_nobody_keeps_a_budget() -> None:
    ds = of_service("video-call-480p", antenna_gain_dbi=-60.0)
    assert float(ds["calls_offered"].sum()) > 0.0
    assert float(ds["calls"].sum()) == 0.0
    drawn = picture.draw("delay", [source(ds)])
    assert_readable(drawn)
    title = drawn.words.title
    assert title.startswith("No call is carried; packets of users with a beam would take ")
    assert "would keep 5QI 2's 150 ms" in title
    assert "of all users with a beam" in drawn.words.subtitle
    shown = "\n".join(text.get_text() for text in texts_of(drawn))
    assert "5QI 2: 150 ms\n100 % below it" in shown
    both = picture.draw("delay", [source(ds, "weak"), source(calls(), "video")])
    assert both.words.title.count("(no call is carried)") == 1


def test_bars_go_from_5_to_95_percent() -> None:
    ds = calls()
    drawn = picture.draw("delay", [source(ds)])
    bars = drawn.figure.axes[0].patches
    low, _, high = ds["one_way_delay_quantile"].values
    assert bars[0].get_x() == pytest.approx(low, rel=1e-6)  # type: ignore[attr-defined]
    assert bars[0].get_width() == pytest.approx(high - low, rel=1e-6, abs=1e-9)  # type: ignore[attr-defined]


def test_propagation_alone_keeps_no_budget() -> None:
    drawn = picture.draw("delay", [source(beams())])
    assert_readable(drawn)
    assert "Propagation alone takes" in drawn.words.title
    assert "kept by" not in "\n".join(text.get_text() for text in texts_of(drawn))


def test_two_files() -> None:
    drawn = picture.draw("delay", [source(calls(), "video"), source(beams(), "beams")])
    assert_readable(drawn)
    rows = [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()]
    assert rows[:3] == ["video: propagation alone", "video: packets", "beams: propagation alone"]
    assert "propagation alone is known" in drawn.words.subtitle
    # Like with like: of the beams nobody knows how long packets take.
    medians = [float(ds["one_way_delay_quantile"][1]) for ds in (calls(), beams())]
    assert drawn.words.title.startswith(f"Propagation alone takes video: {medians[0]:.2f}")
    assert f"; beams: {medians[1]:.3f}" in drawn.words.title
    assert "keep" not in drawn.words.title
    shown = "\n".join(text.get_text() for text in texts_of(drawn))
    assert "5QI 2: 150 ms\nvideo 100 %\nbeams not known" in shown
    assert drawn.figure.axes[1].get_xlabel().startswith("propagation alone")


def test_a_share_that_propagation_misses_packets_miss_too() -> None:
    ds = beams()
    (member,), _ = members_of(source(ds), "", 1)
    low, high = member.ends("one_way_delay", 0.0)
    assert _share_kept(member, low - 1.0) == "0 %"
    assert _share_kept(member, high + 1.0) == ""
    middle = float(ds["one_way_delay_quantile"][1])
    assert _share_kept(member, middle).startswith("at most ")


def test_a_geostationary_run_needs_none_computed_in_the_title() -> None:
    far = capest.run(
        {
            "satellite": {"preset": "tr38821-set1-geo-s"},
            "handset": {"preset": "3gpp-handheld"},
            "service": {"preset": "voice"},
            "beams": {"count": 7, "statistics_count": 7},
            "users": {"per_beam": 2},
            "run": {"trials": 4},
        },
        backend="numpy",
    )
    drawn = picture.draw("delay", [source(calls(), "low"), source(far, "far")])
    assert_readable(drawn)
    assert float(far["one_way_delay_quantile"][1]) > 238.0
    assert "geostationary" not in drawn.words.title
    assert "Propagation over a geostationary satellite takes 239 to 271 ms" in drawn.words.alt


def test_a_budget_of_seconds_has_its_thousands_apart() -> None:
    ds = calls().assign_attrs(delay_budgets="message: 30000")
    drawn = picture.draw("delay", [source(ds)])
    assert_readable(drawn)
    assert drawn.figure.axes[0].get_xscale() == "log"
    assert "message's 30,000 ms" in drawn.words.title
    assert "message: 30,000 ms\nkept by 100 %" in {text.get_text() for text in texts_of(drawn)}


def test_nobody_has_a_beam() -> None:
    ds = calls()
    empty = ds.assign(
        {
            f"one_way_delay_{part}": 0 * ds[f"one_way_delay_{part}"]
            for part in ("count", "below", "above")
        }
    )
    assert not np.any(empty["one_way_delay_count"])
    assert "nobody has a beam" in picture.why_not("delay", [source(empty)])


def test_a_file_that_keeps_no_distribution_says_so() -> None:
    """Files of 0.2 have quantiles of delays and no counts: somebody has a beam there."""
    ds = calls()
    parts = ("count", "below", "above", "bin")
    old = ds.drop_vars([f"one_way_delay_{part}" for part in parts])
    reason = picture.why_not("delay", [source(old, "old")])
    assert "old keeps quantiles of delays, which capest show prints" in reason
    assert "nobody" not in reason
    stems = ("quantile", "quantile_low", "quantile_high")
    older = old.drop_vars([f"one_way_delay_{stem}" for stem in stems])
    assert "has no delays" in picture.why_not("delay", [source(older)])
