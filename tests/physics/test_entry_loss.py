"""Entry losses against the reference values of the ITU and the law of TR 38.901."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from capest.physics.entry_loss import building_entry_loss_db, vehicle_entry_loss_db

REFERENCE = Path(__file__).parents[1] / "reference" / "p2109_sg3_workbook.csv"
ROWS = list(csv.DictReader(REFERENCE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("building", "frequency_ghz", "elevation_deg"),
    sorted({(r["building"], float(r["frequency_ghz"]), float(r["elevation_deg"])) for r in ROWS}),
)
def test_reference_values(building: str, frequency_ghz: float, elevation_deg: float) -> None:
    own = [
        row
        for row in ROWS
        if (row["building"], float(row["frequency_ghz"])) == (building, frequency_ghz)
    ]
    percent = np.array([float(row["percent"]) for row in own])
    expected = [float(row["loss_db"]) for row in own]
    got = building_entry_loss_db(
        frequency_ghz * 1e9,
        np.full(len(own), elevation_deg),
        norm.ppf(percent / 100.0),
        np.full(len(own), building == "thermally-efficient"),
        np,
    )
    assert len(own) >= 10
    np.testing.assert_allclose(got, expected, atol=0.006)  # printed to 0.001, percent to 7 digits


def test_kinds_of_buildings_mix() -> None:
    kinds = np.array([False, True])
    got = building_entry_loss_db(2e9, np.zeros(2), np.zeros(2), kinds, np)
    alone = [
        building_entry_loss_db(2e9, np.zeros(1), np.zeros(1), kinds[i : i + 1], np)[0]
        for i in range(2)
    ]
    assert got.tolist() == alone
    assert got[1] > got[0] + 10.0


def test_vehicle() -> None:
    # TR 38.901 clause 7.4.3.2: N(9 dB, 5 dB), 20 dB with metallised windows.
    assert vehicle_entry_loss_db(9.0, np.array([-1.0, 0.0, 2.0])).tolist() == [4.0, 9.0, 19.0]
    assert vehicle_entry_loss_db(20.0, np.array([0.0])).tolist() == [20.0]
