"""Losses and noise against the link budgets of TR 38.821 and the tables of TR 38.811."""

import numpy as np
import pytest

from capest.physics import link_budget, propagation
from capest.physics.geometry import slant_range_m


@pytest.mark.parametrize(
    ("altitude_m", "elevation_deg", "frequency_hz", "loss_db", "tolerance_db"),
    [  # TR 38.821 Table 6.1.3.3-1 (cases 6 and 9), R1-1913224 Tables 1 and 2 (cases 1 and 4)
        (600e3, 30.0, 2e9, 159.1, 0.05),
        (600e3, 30.0, 20e9, 179.1, 0.05),
        (600e3, 30.0, 30e9, 182.6, 0.05),
        (35_786e3, 12.5, 20e9, 210.58, 0.01),
        (35_786e3, 12.5, 30e9, 214.10, 0.01),
        (35_786e3, 12.5, 2e9, 190.58, 0.01),
    ],
)
def test_free_space_loss_of_the_link_budgets(
    altitude_m: float,
    elevation_deg: float,
    frequency_hz: float,
    loss_db: float,
    tolerance_db: float,
) -> None:
    range_m = slant_range_m(altitude_m, elevation_deg)
    got = propagation.free_space_loss_db(range_m, frequency_hz)
    assert got == pytest.approx(loss_db, abs=tolerance_db)


@pytest.mark.parametrize(
    ("elevation_deg", "frequency_hz", "loss_db"),
    [(30.0, 2e9, 0.07), (12.5, 2e9, 0.16), (12.5, 20e9, 1.21), (12.5, 30e9, 1.14)],
)  # R1-1913224 Tables 1 to 3
def test_gas_loss_of_the_link_budgets(
    elevation_deg: float, frequency_hz: float, loss_db: float
) -> None:
    zenith_db = propagation.zenith_gas_loss_db(frequency_hz)
    got = propagation.gas_loss_db(np.sin(np.radians(elevation_deg)), zenith_db)
    assert got == pytest.approx(loss_db, abs=0.06)


def test_handheld_figure_of_merit() -> None:
    # R1-1913224: -31.62 dB/K with 0 dBi, NF 7 dB, 290 K.
    assert link_budget.g_over_t_db_per_k(0.0, 7.0, 290.0) == pytest.approx(-31.62, abs=0.005)
    # A 3GPP VSAT: 39.7 dBi, NF 1.2 dB, 150 K gives 15.86 dB/K.
    assert link_budget.g_over_t_db_per_k(39.7, 1.2, 150.0) == pytest.approx(15.86, abs=0.005)


def test_downlink_cnr_of_case_9() -> None:
    # TR 38.821 Table 6.1.3.3-1: 6.6 dB with 34 dBW/MHz and losses 159.1, 0.1, 3 and 2.2 dB.
    noise = link_budget.noise_density_dbw_per_hz(7.0, 290.0)
    assert 34.0 - 60.0 - (159.1 + 0.1 + 3.0 + 2.2) - noise == pytest.approx(6.6, abs=0.05)
