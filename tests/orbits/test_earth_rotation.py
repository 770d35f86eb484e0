"""Sidereal time and axes against published worked examples."""

import math
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from capest.orbits.constants import EARTH_ROTATION_RAD_PER_S
from capest.orbits.earth_rotation import (
    JulianDate,
    gmst_rad,
    julian_date,
    later,
    rotated,
)


@pytest.mark.parametrize(
    ("moment", "gmst_deg", "tolerance"),
    [
        # Vallado, Fundamentals of Astrodynamics, example 3-5; a Julian date in one number, as
        # there, resolves 10⁻⁷ degrees.
        (datetime(1992, 8, 20, 12, 14), 152.578787810, 1e-7),
        # Meeus, Astronomical Algorithms, examples 12.a and 12.b: 13 h 10 m 46.3668 s, 128.7378734°.
        (datetime(1987, 4, 10), 15 * (13 + 10 / 60 + 46.3668 / 3600), 3e-7),
        (datetime(1987, 4, 10, 19, 21), 128.7378734, 2e-7),
    ],
)
def test_gmst_of_the_text_books(moment: datetime, gmst_deg: float, tolerance: float) -> None:
    assert math.degrees(gmst_rad(julian_date(moment))) == pytest.approx(gmst_deg, abs=tolerance)


def test_julian_dates() -> None:
    assert sum(julian_date(datetime(2000, 1, 1, 12))) == 2_451_545.0
    # Vallado, example 3-4: 1996 October 26, 14:20 UTC.
    assert sum(julian_date(datetime(1996, 10, 26, 14, 20))) == pytest.approx(2_450_383.09722222)
    # Meeus, example 7.a: Sputnik, 1957 October 4.81.
    sputnik = julian_date(datetime(1957, 10, 4) + timedelta(days=0.81))
    assert sum(sputnik) == pytest.approx(2_436_116.31, abs=1e-8)


def test_time_zones_are_heeded() -> None:
    utc = datetime(2024, 5, 6, 23, 30, tzinfo=UTC)
    beijing = utc.astimezone(timezone(timedelta(hours=8)))
    assert julian_date(beijing) == julian_date(utc) == julian_date(utc.replace(tzinfo=None))


def test_later_crosses_midnight_and_loses_nothing() -> None:
    start = julian_date(datetime(2024, 12, 31, 23, 59, 59))
    moment = later(start, 1.25)
    assert moment.day == start.day + 1
    assert moment.fraction * 86_400 == pytest.approx(0.25, abs=1e-9)
    assert later(start, -86_400.0).day == start.day - 1


def test_sidereal_time_runs_at_the_earth_rate() -> None:
    start = julian_date(datetime(2024, 3, 1))
    for seconds in (1.0, 3600.0, 30 * 86_400.0):
        turned = gmst_rad(later(start, seconds)) - gmst_rad(start)
        expected = EARTH_ROTATION_RAD_PER_S * seconds
        assert math.remainder(turned - expected, 2 * math.pi) == pytest.approx(0.0, abs=5e-9)


def test_teme_to_earth_fixed_of_vallado() -> None:
    # Vallado, example 3-15 and Vallado et al., AIAA 2006-6753, appendix C: 2004 April 6,
    # 07:51:28.386009 UTC, UT1 - UTC = -0.4399619 s; TEME, and Earth-fixed before polar motion.
    ut1 = later(julian_date(datetime(2004, 4, 6, 7, 51, 28, 386009)), -0.4399619)
    angle = gmst_rad(ut1)
    assert math.degrees(angle) == pytest.approx(312.8098943, abs=1e-7)
    r_teme = np.array([[5094.18016210, 6127.64465950, 6380.34453270]])
    r = rotated(r_teme, angle)
    np.testing.assert_allclose(r, [[-1033.47503120, 7901.30558560, 6380.34453270]], atol=1e-6)


def test_rotation_turns_axes_eastward() -> None:
    np.testing.assert_allclose(
        rotated(np.array([[0.0, 1.0, 2.0]]), math.pi / 2), [[1.0, 0.0, 2.0]], atol=1e-16
    )


def test_split_dates_keep_microseconds() -> None:
    whole = JulianDate(2_460_000.5, 0.25)
    micro = later(whole, 1e-6)
    turned = gmst_rad(micro) - gmst_rad(whole)
    assert turned == pytest.approx(EARTH_ROTATION_RAD_PER_S * 1e-6, rel=1e-3)
