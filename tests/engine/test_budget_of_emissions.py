"""Lines of a budget on power-flux density and radiated power, against closed form."""

import math
from dataclasses import replace

import pytest

from capest.engine.budget import budget
from capest.scenario.load import load_scenario

KEYS = {
    "rules": "0.2",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
}
STRAIGHT_BELOW_DBW = 34.0 - 10 * math.log10(4 * math.pi * 600e3**2)
BEAM_W = 10 ** (0.1 * (34.0 - 30.0)) * 30.0


def found(elevation_deg=90.0, link="DL", **changes):
    return budget(load_scenario(KEYS).replace(**changes), link, elevation_deg)


def test_without_limits() -> None:
    one = found()
    assert one.pfd_dbw_per_m2_mhz == pytest.approx(STRAIGHT_BELOW_DBW, abs=1e-6)
    assert one.out_of_band_pfd_dbw_per_m2_mhz == pytest.approx(STRAIGHT_BELOW_DBW - 45.0, abs=1e-6)
    assert one.beam_radiated_w == pytest.approx(BEAM_W)
    assert one.radiated_w == pytest.approx(19 * BEAM_W)
    assert one.pfd_limit_dbw_per_m2_mhz is None
    assert one.pfd_margin_db is None
    assert one.rf_power_w is None


def test_flux_falls_with_the_slant_range() -> None:
    # 1,075.1 km at 30° (TR 38.821, a satellite 600 km high).
    wanted_dbw = 34.0 - 10 * math.log10(4 * math.pi * 1_075.1e3**2)
    assert found(30.0).pfd_dbw_per_m2_mhz == pytest.approx(wanted_dbw, abs=1e-3)


def test_a_limit_on_flux_is_just_met_and_costs_signal() -> None:
    one = found(satellite__pfd_limit_dbw_per_m2_mhz=-95.0)
    assert one.pfd_dbw_per_m2_mhz == pytest.approx(-95.0, abs=1e-9)
    assert one.pfd_margin_db == pytest.approx(0.0, abs=1e-9)
    taken_db = STRAIGHT_BELOW_DBW + 95.0
    assert one.pfd_reduction_db == pytest.approx(taken_db, abs=1e-6)
    assert found().cnr_db - one.cnr_db == pytest.approx(taken_db, abs=1e-6)
    loose = found(satellite__pfd_limit_dbw_per_m2_mhz=-90.0)
    assert loose.pfd_margin_db == pytest.approx(-90.0 - STRAIGHT_BELOW_DBW, abs=1e-6)
    assert loose.pfd_reduction_db == 0.0


def test_limits_apply_one_after_the_other() -> None:
    both = found(satellite__pfd_limit_dbw_per_m2_mhz=-95.0, satellite__rf_power_w=500.0)
    left_w = 19 * BEAM_W * 10 ** (-0.1 * both.pfd_reduction_db)
    assert both.rf_power_reduction_db == pytest.approx(10 * math.log10(left_w / 500.0))
    assert both.radiated_w == pytest.approx(500.0)
    assert both.pfd_margin_db == pytest.approx(both.rf_power_reduction_db)


def test_an_uplink_has_no_such_lines() -> None:
    one = found(link="UL")
    none = dict.fromkeys(("pfd_dbw_per_m2_mhz", "radiated_w", "pfd_margin_db"))
    assert replace(one, **none) == one
    assert one.pfd_reduction_db == one.rf_power_reduction_db == 0.0
