"""Guard bands of widths that no channel has: those of the next wider channel."""

from __future__ import annotations

import numpy as np
import pytest

from capest.engine.build import build
from capest.physics.resource_grid import between_channels_mhz, occupied_share, symbol_rate_hz
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

# Blocks of 15 kHz subcarriers, TS 38.101-5 Table 5.3.2-1, and of 120 kHz, TS 38.101-2.
S_BAND = {5: 25, 10: 52, 15: 79, 20: 106, 30: 160}
KA_BAND = {50: 32, 100: 66, 200: 132, 400: 264}


def blocks(width_mhz: float, ghz: float) -> float:
    block_mhz = 0.18 if ghz < 7.0 else 1.44
    return width_mhz * occupied_share(width_mhz * 1e6, ghz * 1e9, "wider-channel") / block_mhz


@pytest.mark.parametrize(("table", "ghz"), [(S_BAND, 2.0), (KA_BAND, 20.0)])
def test_channels_have_the_blocks_of_their_tables(table: dict[int, int], ghz: float) -> None:
    for width_mhz, count in table.items():
        assert blocks(width_mhz, ghz) == pytest.approx(count)
        assert between_channels_mhz(width_mhz * 1e6, ghz * 1e9) is None
        of_02 = symbol_rate_hz(width_mhz * 1e6, ghz * 1e9)
        assert symbol_rate_hz(width_mhz * 1e6, ghz * 1e9, "wider-channel") == of_02


@pytest.mark.parametrize(
    ("width_mhz", "ghz", "count"),
    [
        (12.0, 2.0, 62),  # 15 MHz have 15 - 79 * 0.18 = 0.78 MHz of guard: 11.22 MHz are 62.3
        (7.5, 2.0, 38),  # 10 - 52 * 0.18 = 0.64: 6.86 MHz are 38.1
        (25.0, 2.0, 132),  # 25 MHz is no channel of satellites; 30 - 28.8 = 1.2: 132.2
        (400.0 / 3.0, 20.0, 85),  # 200 - 132 * 1.44 = 9.92: 123.4 MHz are 85.7
        (10.2, 2.0, 52),  # 9.42 MHz are 52.3
        (10.01, 2.0, 52),  # 9.23 MHz are 51.3: the channel of 10 MHz has more
    ],
)
def test_between_channels(width_mhz: float, ghz: float, count: int) -> None:
    assert blocks(width_mhz, ghz) == pytest.approx(count)
    assert between_channels_mhz(width_mhz * 1e6, ghz * 1e9) is not None


@pytest.mark.parametrize(("table", "ghz"), [(S_BAND, 2.0), (KA_BAND, 20.0)])
def test_a_wider_band_never_has_fewer_blocks(table: dict[int, int], ghz: float) -> None:
    widths = np.linspace(0.5 * min(table), 1.5 * max(table), 2000)
    found = np.array([blocks(width, ghz) for width in widths])
    assert (np.diff(found) > -1e-9).all()
    inside = (widths > min(table)) & (widths < max(table))
    assert np.allclose(found[inside], np.round(found[inside]))
    # Guard bands are never narrower than that of the next wider channel, by less than a block.
    block_mhz = 0.18 if ghz < 7.0 else 1.44
    for width, count in zip(widths[inside], found[inside], strict=True):
        wider = min(size for size in table if size >= width)
        smaller = max(size for size in table if size <= width)
        most = (width - (wider - table[wider] * block_mhz)) / block_mhz
        assert count <= max(most, table[smaller]) + 1e-6
        assert count > most - 1.0


def test_outside_the_table_the_share_of_its_end_holds() -> None:
    for width_mhz, channel_mhz in ((1.4, 5), (36.0, 30)):
        share = occupied_share(width_mhz * 1e6, 2e9, "wider-channel")
        assert share == pytest.approx(S_BAND[channel_mhz] * 0.18 / channel_mhz)
        assert between_channels_mhz(width_mhz * 1e6, 2e9) is None


def scenario(**changes: object) -> Scenario:
    raw = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 7, "statistics_count": 7, "frequency_reuse": 3},
    }
    return load_scenario({**raw, **changes})


def test_the_rules_name_the_width() -> None:
    wide = {"carrier": {"bandwidth_mhz": 36.0}}
    old, new = (build(scenario(**wide, rules=rules)) for rules in ("0.2", "0.3"))
    (note,) = [each for each in new.notes if "guard band" in each]
    assert note.startswith("a beam has 12 MHz (carrier.bandwidth_mhz over beams.frequency_reuse), ")
    assert "between the channels of 10 and 15 MHz" in note
    assert "0.78 MHz" in note
    assert not [each for each in old.notes if "guard band" in each]
    assert scenario(**wide, rules="0.3").carrier.guard_band == "wider-channel"


def test_the_beam_carries_as_many_blocks() -> None:
    """62 blocks of 180 kHz in place of 93.6 % of 12 MHz."""
    wide = {"bandwidth_mhz": 36.0}
    old, new = (
        build(scenario(carrier={**wide, "guard_band": of})).radio.link.bandwidth_mhz
        for of in ("smaller-channel", "wider-channel")
    )
    assert new / old == pytest.approx(62 * 0.18 / (12.0 * 0.936))


@pytest.mark.parametrize("width_mhz", [15.0, 30.0, 45.0, 60.0, 90.0])
def test_a_channel_needs_no_note(width_mhz: float) -> None:
    world = build(scenario(carrier={"bandwidth_mhz": width_mhz}, rules="0.3"))
    assert not [each for each in world.notes if "guard band" in each]


def test_a_truncated_shannon_bound_has_no_guard_band() -> None:
    found = {
        rules: build(scenario(carrier={"bandwidth_mhz": 36.0}, link={
            "adaptation": "truncated-shannon", "overhead": 0.14}, rules=rules))
        for rules in ("0.2", "0.3")
    }  # fmt: skip
    old, new = found["0.2"], found["0.3"]
    assert new.radio.link.bandwidth_mhz == old.radio.link.bandwidth_mhz
    assert not [each for each in new.notes if "guard band" in each]
