"""Rate tables against TS 38.214 and the Shannon bound."""

import numpy as np
import pytest

from capest.physics import link_adaptation as la

# TS 38.214 Table 5.2.2.1-2, written out again from the standard.
CQI_64QAM = [
    0.1523, 0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.9141,
    2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547,
]  # fmt: skip
# LTE-Sim's AWGN curves at 10 % block errors.
LTE_SIM_DB = [
    -6.75, -4.97, -2.97, -1.02, 0.94, 2.83, 4.87, 6.66,
    8.69, 10.51, 12.4, 14.3, 16.04, 17.81, 19.94,
]  # fmt: skip


def test_cqi_table_reproduces_the_published_list() -> None:
    table = la.rate_table("nr-cqi", "64qam", "lte-sim-awgn")
    assert table[:, 1] == pytest.approx(CQI_64QAM)
    assert 10 * np.log10(table[:, 0]) == pytest.approx(LTE_SIM_DB, abs=1e-5)


@pytest.mark.parametrize("kind", ["nr-cqi", "nr-mcs"])
@pytest.mark.parametrize("name", ["64qam", "256qam", "64qam-low-se"])
@pytest.mark.parametrize("thresholds", ["lte-sim-awgn", "lte-list", "5g-lena", "sionna"])
def test_no_entry_beats_shannon_and_both_columns_rise(
    kind: str, name: str, thresholds: str
) -> None:
    table = la.rate_table(kind, name, thresholds).astype(np.float64)
    assert (np.diff(table[:, 0]) > 0).all()
    assert (np.diff(table[:, 1]) > 0).all()
    assert (table[:, 1] < np.log2(1 + table[:, 0])).all()
    gap_db = 10 * np.log10(table[:, 0] / (2 ** table[:, 1] - 1))
    assert gap_db.max() < 7.0  # the most cautious public list


def test_default_thresholds_lie_where_real_receivers_do() -> None:
    table = la.rate_table("nr-cqi", "64qam", "lte-sim-awgn").astype(np.float64)
    gap_db = 10 * np.log10(table[:, 0] / (2 ** table[:, 1] - 1))
    assert gap_db.min() > 1.5
    assert gap_db.max() < 3.5


@pytest.mark.parametrize(
    ("kind", "name", "smallest", "largest", "count"),
    [  # first and last entries of TS 38.214 Tables 5.2.2.1-2..4 and 5.1.3.1-1..3
        ("nr-cqi", "64qam", 0.1523, 5.5547, 15),
        ("nr-cqi", "256qam", 0.1523, 7.4063, 15),
        ("nr-cqi", "64qam-low-se", 0.0586, 4.5234, 15),
        ("nr-mcs", "64qam", 0.2344, 5.5547, 29),
        ("nr-mcs", "256qam", 0.2344, 7.4063, 28),
        ("nr-mcs", "64qam-low-se", 0.0586, 4.5234, 29),
    ],
)
def test_tables_of_ts_38214(
    kind: str, name: str, smallest: float, largest: float, count: int
) -> None:
    efficiency = la.nr_efficiencies(kind, name)
    assert (efficiency[0], efficiency[-1], len(efficiency)) == (smallest, largest, count)


def test_truncated_shannon_of_tr_36942() -> None:
    assert la.truncated_shannon("tr36942") == pytest.approx([0.6, 0.1, np.inf, 4.4])
    alpha, smallest, largest, ceiling = la.truncated_shannon("sharc")
    assert (alpha, smallest, largest) == pytest.approx((0.6, 0.1, 1000.0))
    # The published ceiling is what the formula gives at the largest SINR.
    assert ceiling == pytest.approx(0.6 * np.log2(1 + 1000.0), abs=0.01)


def test_the_bound_itself_has_no_ceiling_and_ends_far_under_the_noise() -> None:
    assert la.truncated_shannon("bound") == pytest.approx([1.0, 1e-5, np.inf, np.inf])
