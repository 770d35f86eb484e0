"""Block errors in a scenario: whose height decides, and which losses of packets are known."""

from __future__ import annotations

from typing import Any

import pytest

from capest.errors import ScenarioError
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

CALLS: dict[str, Any] = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "service": {"preset": "video-call-480p"},
}
PLACES: dict[str, Any] = {
    "region": {"kind": "circle", "latitude_deg": 50, "longitude_deg": 8, "radius_km": 200},
    "users": {"placement": "uniform", "count": 10},
}
LOW, HIGH = "53: 100/10/1 @ 550", "53: 100/10/1 @ 2001"


def network(*overrides: str, **constellation: Any) -> Scenario:
    return load_scenario({**CALLS, **PLACES, "constellation": constellation}, overrides)


@pytest.mark.parametrize(
    "off", ["link.harq=off", "link.harq_round_trips=0", "satellite.preset=tr38821-set1-geo-s"]
)
@pytest.mark.parametrize("rate", [0.11, 0.5, 0.99])
def test_no_threshold_is_known_above_ten_percent(off: str, rate: float) -> None:
    with pytest.raises(ScenarioError, match=r"must be at most 0\.1 with HARQ off") as caught:
        load_scenario(CALLS, [off, f"service.packet_error_rate={rate}"])
    assert "\n" not in str(caught.value)
    assert load_scenario(CALLS, [off, "service.packet_error_rate=0.1"]).harq == "off"


def test_where_nothing_reads_the_losses_they_are_free() -> None:
    """Repaired or uncharged errors do not go by what a call may lose."""
    rate = "service.packet_error_rate=0.5"
    assert load_scenario(CALLS, [rate]).harq == "on"
    assert load_scenario(CALLS, [rate, "link.adaptation=truncated-shannon"]).harq == "uncharged"


@pytest.mark.parametrize(
    ("constellation", "said"),
    [
        ({"shells": f"{LOW}, {HIGH}"}, "550 to 2,001 km"),
        ({"shell": [{"orbit": LOW}, {"orbit": HIGH}]}, "550 to 2,001 km"),
        ({"shell": [{"orbit": LOW}, {"geostationary": "13"}]}, "550 to 35,786 km"),
        ({"shells": LOW, "geostationary": "13"}, "550 to 35,786 km"),
    ],
)
def test_satellites_on_both_sides_of_the_limit_are_named(
    constellation: dict[str, Any], said: str
) -> None:
    found = network(**constellation)
    assert found.harq == "off"
    (note,) = (note for note in found.notes if note.startswith("HARQ is off for all satellites"))
    assert said in note
    for chosen in ("link.harq=on", "link.harq=off", "link.harq_round_trips=1", "rules=0.2"):
        notes = network(chosen, **constellation).notes
        assert not any("HARQ is off" in note for note in notes)


@pytest.mark.parametrize(("shells", "harq"), [(LOW, "on"), (HIGH, "off")])
def test_satellites_of_one_side_are_not(shells: str, harq: str) -> None:
    found = network(shell=[{"orbit": shells}])
    assert found.harq == harq
    assert not any("HARQ" in note for note in found.notes)
