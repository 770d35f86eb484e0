"""Today's figures of every scenario are those that are written down."""

from pathlib import Path
from typing import Any

import pytest

from capest.backend.choose import native_obstacle
from capest.scenario.load import load_scenario

from .golden import NAMES, VALUES, compare, compute, table
from .named_values import NEEDS, SCENARIOS, Backend

COVERED: dict[str, set[Any]] = {
    "users.placement": {"beam", "uniform", "hotspots", "population", "file"},
    "users.positions": {"random", "stratified"},
    "beams.allocation": {"all-on", "random", "periodic"},
    "beams.beyond_earth": {"error", "discard"},
    "beams.frequency_reuse": {1, 2, 3, 4, 7},
    "beams.polarisation_reuse": {False, True},
    "cells.assignment": {
        *("highest-elevation", "least-loaded", "max-sinr", "greedy-demand", "solved"),
    },
    "cells.layout": {"earth-fixed", "satellite-fixed"},
    "cells.lit": {"occupied", "all"},
    "constellation.deployment": {"spread", "planes"},
    "constellation.epochs": {"random", "stratified"},
    "region.kind": {"country", "box", "circle", "geojson", "earth"},
    "satellite.antenna": {"dish", "array"},
    "satellite.pattern": {"bessel", "s1528-leo"},
    "satellite.payload": {"transparent", "regenerative"},
    "channel.environment": {"rural", "suburban", "urban", "dense-urban", "by-place"},
    "channel.weather": {"clear", "exceeded", "random"},
    "channel.ionosphere": {"middle", "equatorial", "by-latitude"},
    "link.adaptation": {"nr-cqi", "nr-mcs", "truncated-shannon"},
    "link.table": {"64qam", "256qam", "64qam-low-se"},
    "link.thresholds": {"lte-sim-awgn", "lte-list", "5g-lena", "sionna"},
    "scheduler.policy": {"equal-time", "equal-rate", "max-ci", "proportional-fair"},
    "scheduler.admission": {"efficient", "random"},
    "uplink.interference": {None, "full-buffer", "off"},
    "uplink.power_control": {"full", "fractional"},
    "uplink.scheduled": {"decodable", "all"},
}


# One scenario keeps its names of 0.2: old files have the same values.
@pytest.mark.filterwarnings("ignore::capest.errors.OldNameWarning")
@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("name", NAMES)
def test_values_stand(name: str, backend: Backend, tmp_path: Path) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    if backend == "native" and (obstacle := native_obstacle()):
        pytest.skip(obstacle.reason)
    found = compare(name, compute(name, tmp_path, backend), backend=backend)
    assert not found, f"see README.md in {VALUES.parent}\n{table(found)}"


def test_every_file_of_values_has_its_scenario() -> None:
    assert sorted(path.stem for path in VALUES.iterdir()) == list(NAMES)


@pytest.mark.filterwarnings("ignore::capest.errors.OldNameWarning")
def test_scenarios_cover_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SCENARIOS)
    scenarios = [load_scenario(Path(f"{name}.toml")) for name in NAMES]
    for key, wanted in COVERED.items():
        section, one = key.split(".")
        there = {getattr(getattr(scenario, section), one) for scenario in scenarios}
        assert wanted <= there, key
