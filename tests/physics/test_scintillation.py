"""Scintillation against TR 38.811 and TR 38.821."""

import numpy as np
import pytest

from capest.physics.propagation import (
    ionospheric_scintillation_db,
    tropospheric_scintillation_db,
)


def test_tropospheric_table() -> None:
    # TR 38.811 Table 6.6.6.2.1-1.
    printed = [1.08, 0.48, 0.30, 0.22, 0.17, 0.13, 0.12, 0.12, 0.12]
    sine = np.sin(np.radians(10.0 * np.arange(1, 10)))
    np.testing.assert_allclose(tropospheric_scintillation_db(sine, np), printed)


def test_ionospheric_loss_of_the_link_budgets() -> None:
    # TR 38.821 Table 6.1.3.2-1 note 1: 2.2 dB at 2 GHz; 1.1 dB peak to peak at 4 GHz.
    assert ionospheric_scintillation_db(2e9) == pytest.approx(2.2, abs=0.005)
    assert ionospheric_scintillation_db(4e9) == pytest.approx(1.1 / np.sqrt(2))
    assert ionospheric_scintillation_db(20e9) == 0.0


def test_ionosphere_by_latitude() -> None:
    # TR 38.811 clause 6.6.6.1: nothing from 20° to 60°; 17 dB of fluctuation beyond.
    assert ionospheric_scintillation_db(2e9, "middle") == 0.0
    assert ionospheric_scintillation_db(2e9, "high") == pytest.approx(12.0, abs=0.03)
    assert ionospheric_scintillation_db(20e9, "high") == 0.0
