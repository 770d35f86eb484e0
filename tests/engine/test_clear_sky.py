"""The loss of a constellation's users in a clear sky, against link budgets that 3GPP printed.

A geostationary satellite stands 12.5° above the users of a small cell, as in the link budgets of
R1-1913224; nothing is drawn of their losses, and the beam points at them.
"""

import math

import pytest

import capest
from capest.engine.budget import budget
from capest.physics import clear_sky
from capest.physics.constants import EARTH_RADIUS_M

ELEVATION_RAD = math.radians(12.5)
ORBIT_RADIUS_M = EARTH_RADIUS_M + 35_786e3
CENTRAL_ANGLE_DEG = math.degrees(
    math.acos(EARTH_RADIUS_M / ORBIT_RADIUS_M * math.cos(ELEVATION_RAD)) - ELEVATION_RAD
)
"""Between the user and the point below the satellite."""

FREE_SPACE_AT_2_GHZ_DB = 190.58
"""R1-1913224 Table 2."""

SATELLITE_GAIN_DBI = 40.0


def losses_db(frequency_ghz: float, **channel: object) -> float:
    """Loss between isotropic antennas, median over the users of a run."""
    result = capest.run(
        {
            "rules": "0.2",
            "satellite": {
                "preset": "tr38821-set1-geo-s",
                "frequency_ghz": frequency_ghz,
                "antenna_gain_dbi": SATELLITE_GAIN_DBI,
                # So wide a beam that the cell's rim is as good as its centre.
                "antenna_diameter_m": 0.5,
            },
            "constellation": {"geostationary": "0", "minimum_elevation_deg": 10.0},
            "region": {
                "kind": "circle",
                "latitude_deg": 0.0,
                "longitude_deg": CENTRAL_ANGLE_DEG,
                "radius_km": 10.0,
            },
            "cells": {"diameter_km": 20.0},
            "users": {"placement": "uniform", "count": 100},
            "handset": {"preset": "3gpp-handheld"},
            "channel": {
                "line_of_sight": "always",
                "shadow_fading": False,
                "gas_loss": False,
                **channel,
            },
            "run": {"trials": 2, "seed": 1},
        },
    )
    assert (result["lit_users"] > 0).all()
    # The handset has 0 dBi.
    return float(result["coupling_loss_db_quantile"].sel(quantile=0.5)) + SATELLITE_GAIN_DBI


def free_space_db(frequency_ghz: float) -> float:
    return FREE_SPACE_AT_2_GHZ_DB + 20.0 * math.log10(frequency_ghz / 2.0)


@pytest.mark.parametrize(("latitudes", "scintillation_db"), [("equatorial", 2.2), ("middle", 0.0)])
def test_the_ionosphere_scintillates_in_s_band(latitudes: str, scintillation_db: float) -> None:
    # TR 38.821 Table 6.1.3.2-1 note 1: 2.2 dB. No troposphere at 2 GHz, though it is asked for.
    found = losses_db(2.0, ionosphere=latitudes)
    assert found == pytest.approx(FREE_SPACE_AT_2_GHZ_DB + scintillation_db, abs=0.06)


@pytest.mark.parametrize(("frequency_ghz", "free_space"), [(20.0, 210.58), (30.0, 214.10)])
def test_the_troposphere_scintillates_in_ka_band(frequency_ghz: float, free_space: float) -> None:
    # R1-1913224 Table 1: 1.08 dB at 12.5°. No ionosphere at 20 GHz, though it is asked for.
    found = losses_db(frequency_ghz, ionosphere="equatorial")
    assert found == pytest.approx(free_space + 1.08, abs=0.06)
    without = losses_db(frequency_ghz, tropospheric_scintillation=False)
    assert without == pytest.approx(free_space, abs=0.06)


@pytest.mark.parametrize(("frequency_ghz", "scintillation_db"), [(5.9, 0.0), (6.0, 1.08)])
def test_the_troposphere_scintillates_from_6_ghz_on(
    frequency_ghz: float, scintillation_db: float
) -> None:
    # TR 38.811 clause 6.6.6: tropospheric scintillation above 6 GHz, ionospheric below.
    found = losses_db(frequency_ghz, ionosphere="middle")
    assert found == pytest.approx(free_space_db(frequency_ghz) + scintillation_db, abs=0.06)


def test_the_ionosphere_scintillates_up_to_6_ghz() -> None:
    # TR 38.811 clause 6.6.6.1: 1.1 dB peak to peak at 4 GHz, to the power -1.5; over √2 as loss.
    fluctuation_db = 1.1 * (5.9 / 4.0) ** -1.5
    at_5_9_ghz = free_space_db(5.9) + fluctuation_db / math.sqrt(2.0)
    assert losses_db(5.9, ionosphere="equatorial") == pytest.approx(at_5_9_ghz, abs=0.06)
    assert losses_db(6.0, ionosphere="equatorial") == pytest.approx(
        free_space_db(6.0) + 1.08, abs=0.06
    )


def test_one_row_is_a_loss_of_one_satellite_of_many_and_of_budgets(monkeypatch):
    """A made-up loss of 7 dB at the zenith, over the sine of the elevation, at 2 GHz."""
    satellite = {"preset": "tr38821-set1-leo600-s", "elevation_deg": 50.0}
    one = capest.load({"satellite": satellite, "beams": {"count": 7, "statistics_count": 7}})
    one = one.replace(users__per_beam=3, run__trials=5, channel__shadow_fading=False)

    def found() -> list[float]:
        of_one = capest.run(one, backend="numpy")["coupling_loss_db_quantile"].sel(quantile=0.5)
        of_budget = budget(one, "DL", 12.5)
        return [float(of_one), losses_db(2.0), of_budget.gas_loss_db, -of_budget.cnr_db]

    def made_up(counts: bool, frequency_hz: float, sin_elevation, xp):
        return 7.0 / sin_elevation * (frequency_hz / 2e9)

    before = found()
    row = clear_sky.SkyLoss("gas_loss", "gas_loss_db", made_up)
    monkeypatch.setattr(clear_sky, "LOSSES", (*clear_sky.LOSSES, row))
    of_one, *at_12_5_deg = (after - was for after, was in zip(found(), before, strict=True))
    # The median user of beams around 50°.
    assert of_one == pytest.approx(7.0 / math.sin(math.radians(50.0)), rel=0.02)
    assert at_12_5_deg == pytest.approx([7.0 / math.sin(ELEVATION_RAD)] * 3, rel=0.01)
