"""The note of beams that one satellite cannot feed all at once, against what a run takes off."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.beams import Beams
from capest.engine.build import build
from capest.engine.build.shared_power import shared_power, shared_power_notes
from capest.engine.light import light_beams
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.users import draw_users
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

from .small_network import network_scenario

SET1 = {"rules": "0.3", "satellite": {"preset": "tr38821-set1-leo600-s"}}


def taken_off_db(scenario: Scenario) -> tuple[np.ndarray, Beams]:
    """What a run's first trials take off each beam."""
    world, kernels = build(scenario), NumpyKernels()
    draws = Draws(kernels, world.seed, 0, 4)
    sky, users = draw_sky(world, draws), draw_users(world, draws, draw_sky(world, draws))
    beams = light_beams(world, kernels, sky, world.ground.cells.view(world, sky), users, draws)
    power = limit_power(world, kernels, sky, beams)
    return power.reduction_db["rf_power_reduction_db"], beams


def test_sixty_one_beams_of_leo_run_nearly_ten_decibels_lower() -> None:
    # 34 dBW/MHz - 30 dBi = 2.512 W/MHz; 61 beams of 30 MHz want 4,597 W of 500 W.
    scenario = load_scenario(SET1)
    (note,) = shared_power_notes(scenario)
    assert note.startswith("satellite.rf_power_w = 500: 61 beams lit at full EIRP want 4,597 W")
    assert "so that each runs 9.63 dB lower" in note
    assert note in build(scenario).notes


@pytest.mark.parametrize("reuse", [1, 3])
def test_a_run_takes_off_what_the_note_says(reuse: int) -> None:
    scenario = load_scenario(SET1).replace(beams__frequency_reuse=reuse)
    found = shared_power(scenario)
    assert found is not None
    taken_db, beams = taken_off_db(scenario)
    assert len(beams) == 4 * found.beams
    np.testing.assert_allclose(taken_db, found.reduction_db, atol=1e-5)


def test_satellites_of_a_constellation_run_no_lower_than_it_says() -> None:
    scenario = network_scenario(satellite__rf_power_w=100.0)
    found = shared_power(scenario)
    assert found is not None
    assert found.beams == 12
    taken_db, _ = taken_off_db(scenario)
    assert taken_db.max() == pytest.approx(found.reduction_db, abs=1e-5)


@pytest.mark.parametrize(("limit_w", "told"), [(4597.0, False), (3700.0, False), (3600.0, True)])
def test_less_than_a_decibel_is_not_told(limit_w: float, told: bool) -> None:
    scenario = load_scenario(SET1).replace(satellite__rf_power_w=limit_w)
    assert bool(shared_power_notes(scenario)) == told
    assert not shared_power_notes(load_scenario({**SET1, "rules": "0.2"}))


def test_of_one_beam_nothing_is_shared() -> None:
    scenario = network_scenario(
        satellite__rf_power_w=1e-3, satellite__beams_at_once=1, satellite__power_limit="fewer-beams"
    )
    (note,) = shared_power_notes(scenario)
    # 2.512 W/MHz in 30 MHz.
    assert note == (
        "satellite.rf_power_w = 0.001: one beam lit at full EIRP wants 75.4 W, so that it runs "
        "48.77 dB lower"
    )


def test_a_shell_of_its_own_is_named() -> None:
    tables = [{"orbit": "60: 200/10/1 @ 600"}, {"orbit": "50: 40/4/1 @ 1200", "rf_power_w": 60.0}]
    scenario = network_scenario(constellation={"shells": None, "shell": tables})
    (note,) = shared_power_notes(scenario)
    assert note.startswith("constellation.shell.2.rf_power_w = 60: 12 beams")
    wanted_w = 12 * 30.0 * 10.0**0.4
    assert f"{10.0 * math.log10(wanted_w / 60.0):.2f} dB" in note
