"""The link's data rate against TS 38.306 and the transport block sizes of TS 38.214."""

import csv
import math
from pathlib import Path

import pytest

from capest.physics.link_adaptation import nr_efficiencies
from capest.physics.resource_grid import occupied_share, symbol_rate_hz
from capest.physics.tables import rows

TABLE = Path(__file__).parents[1] / "reference" / "ts38214_table_5.1.3.2-1.csv"


def transport_block_bits(blocks: int, code_rate: float, bits_per_symbol: int, free: int) -> int:
    """TS 38.214 clause 5.1.3.2: one layer, ``free`` resource elements a block carry data."""
    n_info = min(156, free) * blocks * code_rate * bits_per_symbol
    if n_info <= 3824:
        n = max(3, math.floor(math.log2(n_info)) - 6)
        quantised = max(24, 2**n * math.floor(n_info / 2**n))
        with TABLE.open() as file:
            sizes = [int(row["tbs_bits"]) for row in csv.DictReader(file)]
        return min(size for size in sizes if size >= quantised)
    n = math.floor(math.log2(n_info - 24)) - 5
    quantised = max(3840, 2**n * round((n_info - 24) / 2**n))
    largest = 3816 if code_rate <= 0.25 else 8424
    if code_rate > 0.25 and quantised <= 8424:
        return 8 * math.ceil((quantised + 24) / 8) - 24
    parts = math.ceil((quantised + 24) / largest)
    return 8 * parts * math.ceil((quantised + 24) / (8 * parts)) - 24


@pytest.mark.parametrize(
    ("bandwidth_mhz", "frequency_ghz", "blocks", "spacing_khz"),
    [  # TS 38.101-1 and -2 Tables 5.3.2-1
        (5, 2, 25, 15), (10, 2, 52, 15), (20, 2, 106, 15), (30, 2, 160, 15),
        (100, 20, 66, 120), (400, 20, 264, 120),
    ],
)  # fmt: skip
def test_resource_blocks(
    bandwidth_mhz: float, frequency_ghz: float, blocks: int, spacing_khz: float
) -> None:
    share = occupied_share(bandwidth_mhz * 1e6, frequency_ghz * 1e9)
    assert share * bandwidth_mhz * 1e3 == pytest.approx(blocks * 12 * spacing_khz)


def test_other_bandwidths_take_the_share_of_the_next_smaller() -> None:
    assert occupied_share(400e6 / 3, 20e9) == occupied_share(100e6, 20e9)
    assert occupied_share(1e6, 2e9) == occupied_share(5e6, 2e9) == pytest.approx(0.9)
    assert occupied_share(30e6 * (1 - 1e-12), 2e9) == occupied_share(30e6, 2e9)


def test_peak_rate_of_ts_38306() -> None:
    # Clause 4.1.2 with one layer, 64QAM (6 bits), 948/1024, 160 blocks, OH 0.14, 15 kHz:
    # 1e-6 * 6 * 0.92578 * (160 * 12 / (1e-3 / 14)) * 0.86.
    expected = 1e-6 * 6 * (948 / 1024) * (160 * 12 / (1e-3 / 14)) * (1 - 0.14)
    rate_mbps = nr_efficiencies("nr-cqi", "64qam")[-1] * symbol_rate_hz(30e6, 2e9) / 1e6 * 0.86
    assert rate_mbps == pytest.approx(expected, rel=1e-4)


def test_known_transport_blocks() -> None:
    # By hand from the clause: 1 block, MCS 0 (120/1024, QPSK), 12 symbols without overhead:
    # 144 * 0.1171875 * 2 = 33.75, n = 3, 32 -> 32 bits.
    assert transport_block_bits(1, 120 / 1024, 2, 144) == 32
    # 52 blocks, MCS 28 (948/1024, 64QAM), 156: n_info = 45059.6, n = 10, 45056 -> C = 6, 45096.
    assert transport_block_bits(52, 948 / 1024, 6, 156) == 45096


@pytest.mark.parametrize("blocks", [25, 52, 160])
def test_rate_agrees_with_transport_blocks_of_every_mcs(blocks: int) -> None:
    # 14 symbols less 12 resource elements of reference signals: 156 of 168 a block and slot.
    for row in rows("nr_mcs_tables"):
        if row["table_TS_38.214"] != "5.1.3.1-1":
            continue
        bits = transport_block_bits(
            blocks, float(row["code_rate_x1024"]) / 1024, int(row["Qm"]), 156
        )
        ours = float(row["spectral_efficiency"]) * blocks * 12 * 14 * (156 / 168)
        assert bits == pytest.approx(ours, rel=0.035)  # the clause rounds to coarse steps
