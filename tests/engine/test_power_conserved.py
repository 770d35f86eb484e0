"""No satellite radiates more than it may, in any slot of any trial, whoever is lit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import trial
from capest.engine.build import build
from capest.engine.collect import Computed
from capest.engine.world import World
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import presets_of

from .small import small_scenario
from .small_network import network_scenario

TRIALS = 4
ONE = {"satellite__elevation_deg": 60.0}
SLOTS = {"beams__allocation": "proportional", "beams__slots": 6}
SCENARIOS = {
    "one satellite": (small_scenario, ONE),
    "one satellite, nine beams at once": (
        small_scenario,
        {**ONE, "beams__allocation": "random", "satellite__beams_at_once": 9},
    ),
    "one satellite, a frame": (small_scenario, {**ONE, **SLOTS, "satellite__beams_at_once": 9}),
    "many": (network_scenario, {"cells__lit": "all"}),
    "many, a frame": (network_scenario, {"cells__lit": "all", **SLOTS}),
    "many, beams fixed to satellites": (
        network_scenario,
        {"cells__layout": "satellite-fixed", "beams__count": 19},
    ),
}


def computed(monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> tuple[World, Computed]:
    """Trials as they are before anything of them is counted."""
    seen: list[Computed] = []
    count = trial.user_histograms

    def keep(world: World, kernels: Any, found: Computed) -> Any:
        seen.append(found)
        return count(world, kernels, found)

    monkeypatch.setattr(trial, "user_histograms", keep)
    world = build(scenario)
    trial.compute(world, NumpyKernels(), 0, TRIALS)
    (found,) = seen
    return world, found


def radiated_w(world: World, found: Computed) -> np.ndarray:
    """Watts of each satellite in each slot, (slots, satellites), from what links were given."""
    beams, of_satellite = found.beams, found.power.satellite.astype(np.float64)
    share = of_satellite[beams.satellite]
    if beams.lit is None:
        lit = (beams.power > 0.0)[None, :]
    else:
        lit = np.asarray(beams.lit_in_slots(np))
    return np.stack(
        [
            world.radio.beam_power_w
            * np.bincount(beams.satellite, share * slot, minlength=len(found.sky))
            for slot in lit
        ]
    )


@pytest.mark.parametrize("case", SCENARIOS)
def test_no_satellite_radiates_more_than_it_may(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    make, changes = SCENARIOS[case]
    scenario = make(rules="0.3", **changes)
    assert scenario.satellite.rf_power_w == 500.0
    world, found = computed(monkeypatch, scenario)
    watts = radiated_w(world, found)
    assert watts.max() <= 500.0 * (1.0 + 1e-6)
    turned_down = found.power.satellite < 1.0
    assert turned_down.any()
    # Who is turned down takes all there is, in the slot in which most of its beams are lit.
    np.testing.assert_allclose(watts.max(axis=0)[turned_down], 500.0, rtol=1e-6)
    assert (found.power.satellite > 0.0).all()


@pytest.mark.parametrize("case", ["one satellite", "many"])
def test_without_the_rule_they_take_what_they_want(
    monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    make, changes = SCENARIOS[case]
    world, found = computed(monkeypatch, make(rules="0.2", **changes))
    assert radiated_w(world, found).max() > 600.0
    assert found.power.factor(found.beams) is None


@pytest.mark.parametrize("preset", presets_of("satellite"), ids=lambda preset: preset.name)
def test_every_satellite_has_a_limit_by_the_rules(preset: Any) -> None:
    raw = {"satellite": {"preset": preset.name}, "beams": {"count": 1, "statistics_count": 1}}
    filed = {"ast-bluebird-filed", "ast-bluebird-calibrated"}
    limit_w = {
        by: load_scenario({**raw, "rules": by}).satellite.rf_power_w for by in ("0.2", "0.3")
    }
    assert limit_w["0.2"] == (1660.0 if preset.name in filed else None)
    own = {"lynk": 100.0, **dict.fromkeys(filed, 1660.0)}
    high = float(preset.figures["altitude_km"].value) > 30_000.0
    assert limit_w["0.3"] == own.get(preset.name, 2000.0 if high else 500.0)


def test_a_satellite_without_preset_has_no_limit() -> None:
    figures = {key: one.value for key, one in presets_of("satellite")[-1].figures.items()}
    raw = {"satellite": figures, "beams": {"count": 1, "statistics_count": 1}, "rules": "0.3"}
    assert load_scenario(raw).satellite.rf_power_w is None
