"""A share of one satellite that comes to none: nobody is served, and that is a result."""

from pathlib import Path

import capest

RUNS = Path(__file__).parents[2] / "runs"


def test_a_constellation_without_a_satellite_serves_nobody() -> None:
    keys = ["constellation.deployed_fraction=0.1", "users.count=200"]
    scenario = capest.load(RUNS / "guowang-test-satellite-china.toml", keys)

    ds = capest.run(scenario, trials=2)

    assert ds["satellites_in_use"].values.tolist() == [0, 0]
    assert ds["lit_beams"].values.tolist() == [0, 0]
    assert ds["throughput"].values.tolist() == [0.0, 0.0]
