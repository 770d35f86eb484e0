"""MCS and CQI tables entry by entry: efficiency is modulation order times code rate."""

import pytest

from capest.physics.tables import rows


@pytest.mark.parametrize("name", ["nr_mcs_tables", "nr_cqi_tables"])
def test_efficiency_of_every_entry(name: str) -> None:
    for row in rows(name):
        order, rate = int(row["Qm"]), float(row["code_rate_x1024"]) / 1024
        assert float(row["spectral_efficiency"]) == pytest.approx(order * rate, abs=6e-5)
        assert order in (0, 2, 4, 6, 8)


def test_numbers_of_entries() -> None:
    count: dict[str, int] = {}
    for row in (*rows("nr_mcs_tables"), *rows("nr_cqi_tables")):
        count[row["table_TS_38.214"]] = count.get(row["table_TS_38.214"], 0) + 1
    assert count == {
        "5.1.3.1-1": 29, "5.1.3.1-2": 28, "5.1.3.1-3": 29,
        "5.2.2.1-2": 16, "5.2.2.1-3": 16, "5.2.2.1-4": 16,
    }  # fmt: skip
