"""Widths of the uplink: less than a resource block and more than a beam are refused."""

from __future__ import annotations

from typing import Any

import pytest

from capest.errors import ScenarioError
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

ONE: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "service": {"preset": "video-call-480p"},
}
MANY: dict[str, Any] = {
    "constellation": {"shells": "53: 1584/72/17 @ 550"},
    "region": {"kind": "circle", "latitude_deg": 50, "longitude_deg": 8, "radius_km": 200},
    "users": {"placement": "uniform", "count": 10},
}
BEAM = "beams.frequency_reuse=3"
"""Beams of 10 MHz."""


def load(many: bool, *overrides: str) -> Scenario:
    return load_scenario(ONE | (MANY if many else {}), [BEAM, *overrides])


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("width", ["least-share", "fixed"])
def test_a_call_needs_a_resource_block(width: str, many: bool) -> None:
    keys = f"uplink.width={width}", "uplink.bandwidth_mhz=0.1"
    with pytest.raises(ScenarioError, match=r"less than a resource block, 0\.18 MHz") as caught:
        load(many, *keys)
    assert "\n" not in str(caught.value)
    assert load(many, keys[0], "uplink.bandwidth_mhz=0.18").uplink.bandwidth_mhz == 0.18
    assert load(many, *keys, "rules=0.2").uplink.bandwidth_mhz == 0.1


def test_blocks_of_ka_band_are_wider() -> None:
    keys = "satellite.preset=tr38821-set1-leo600-ka", "handset.preset=3gpp-vsat"
    with pytest.raises(ScenarioError, match=r"less than a resource block, 1\.44 MHz"):
        load(False, *keys, "uplink.bandwidth_mhz=1.4")
    assert load(False, *keys, "uplink.bandwidth_mhz=1.44").uplink.bandwidth_mhz == 1.44


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    "keys", [("uplink.width=fixed",), ("uplink.interference=full-buffer",)], ids=["fixed", "full"]
)
def test_nobody_sends_in_more_than_a_beam(keys: tuple[str, ...], many: bool) -> None:
    with pytest.raises(ScenarioError, match=r"more than the beam's bandwidth, 10 MHz") as caught:
        load(many, *keys, "uplink.bandwidth_mhz=50")
    assert "write at most 10" in str(caught.value)
    assert load(many, *keys, "uplink.bandwidth_mhz=10").uplink.bandwidth_mhz == 10.0


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("interference", ["load", "off"])
def test_a_maximum_may_be_more_than_a_beam(interference: str, many: bool) -> None:
    keys = f"uplink.interference={interference}", "uplink.bandwidth_mhz=50"
    assert load(many, *keys).chooses_uplink_width


@pytest.mark.parametrize("many", [False, True])
def test_a_width_that_nobody_wrote_is_named(many: bool) -> None:
    told = "every phone sends in 0.36 MHz"
    found = load(many, "uplink.width=fixed")
    assert sum(told in note for note in found.notes) == 1
    assert found.user_bandwidth_mhz == 0.36
    for keys in (["uplink.bandwidth_mhz=0.36"], ["rules=0.2"], ["uplink.width=least-share"]):
        assert not any(told in note for note in load(many, "uplink.width=fixed", *keys).notes)
