"""What must not matter, does not: batches, order, orientation, common power."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.physics.geometry import Satellites
from capest.sampling.placement import coverage

from .small import assert_same_bits, compute, quantile, small_scenario

MODES = [
    {},
    {"users__placement": "uniform"},
    {"users__placement": "hotspots", "channel__environment": "urban"},
    {"beams__allocation": "random", "satellite__beams_at_once": 5, "beams__frequency_reuse": 3},
    {"beams__allocation": "periodic", "satellite__beams_at_once": 4, "beams__slots": 1},
    {"link__adaptation": "truncated-shannon", "scheduler__policy": "equal-rate"},
    {"uplink__interference": "full-buffer", "uplink__power_control": "fractional"},
]


@pytest.mark.parametrize("changes", MODES, ids=lambda changes: "-".join(map(str, changes.values())))
@given(cut=st.integers(1, 39), slice_trials=st.integers(1, 40))
@settings(max_examples=8, deadline=None)
def test_neither_blocks_nor_slices_change_a_bit(
    changes: dict[str, object], cut: int, slice_trials: int
) -> None:
    scenario = small_scenario(**changes)
    whole = compute(scenario, 0, 40)
    assert_same_bits(whole, compute(scenario, 0, 40, slice_trials))
    first, second = compute(scenario, 0, cut), compute(scenario, cut, 40 - cut)
    for key, values in whole.trial_cell.items():
        joined = np.concatenate([first.trial_cell[key], second.trial_cell[key]])
        assert joined.tobytes() == values.tobytes(), key
    for key, values in whole.trial.items():
        joined = np.concatenate([first.trial[key], second.trial[key]])
        assert joined.tobytes() == values.tobytes(), key
    for key, counts in whole.histograms.items():
        np.testing.assert_array_equal(first.histograms[key] + second.histograms[key], counts)


def test_threads_of_the_linear_algebra_library_do_not_change_a_bit() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]);"
        "from tests.engine.small import compute, small_scenario as s;"
        "r = compute(s(beams__count=127, beams__statistics_count=61), 0, 10);"
        "print(hashlib.sha256(b''.join(v.tobytes() for v in r.trial_cell.values())).hexdigest())"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, root],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1
    assert digests.pop().strip()


def test_another_seed_gives_other_trials() -> None:
    one, other = compute(small_scenario()), compute(small_scenario(run__seed=4))
    assert (one.trial["throughput"] != other.trial["throughput"]).all()


def test_common_random_numbers_between_scenarios() -> None:
    # The same users stand at the same places under another colouring.
    one, other = compute(small_scenario()), compute(small_scenario(beams__frequency_reuse=3))
    np.testing.assert_array_equal(one.histograms["snr_db"], other.histograms["snr_db"])
    assert quantile(other, "sir_db", 0.5) > quantile(one, "sir_db", 0.5) + 3.0


@given(power_db=st.floats(-20.0, 20.0))
@settings(max_examples=20, deadline=None)
def test_more_power_to_all_beams_leaves_sir(power_db: float) -> None:
    scenario = small_scenario()
    louder = scenario.replace(
        satellite__eirp_density_dbw_per_mhz=scenario.satellite.eirp_density_dbw_per_mhz + power_db
    )
    one, other = (_sir_db(build(item)) for item in (scenario, louder))
    np.testing.assert_allclose(one, other, atol=1e-4)


@given(angle_deg=st.floats(0.0, 360.0))
@settings(max_examples=20, deadline=None)
def test_turning_satellite_and_users_together_changes_nothing(angle_deg: float) -> None:
    # Placed in given cells users would not know the ground that turns.
    world = build(small_scenario(users__placement="uniform"))
    area = world.ground.users.coverage
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    satellites = Satellites(area.satellites.position_m, area.satellites.axes @ turn.T)
    users = dataclasses.replace(world.ground.users, coverage=coverage(area.grid, satellites))
    turned = dataclasses.replace(world, ground=dataclasses.replace(world.ground, users=users))
    np.testing.assert_allclose(_sir_db(world), _sir_db(turned), atol=1e-3)


@pytest.mark.parametrize("angle_deg", [7.0, 30.0, 45.0])
def test_turning_the_layout_leaves_the_statistics(angle_deg: float) -> None:
    # Users uniform over the covered area know nothing of the lattice's orientation.
    scenario = small_scenario(users__placement="uniform", users__count=400)
    world = build(scenario)
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s], [s, c]])
    layout = world.beams.layout
    grid = dataclasses.replace(layout.grid, uv=layout.grid.uv @ turn.T)
    direction = layout.direction.copy()
    direction[:2] = turn @ direction[:2]
    layout = dataclasses.replace(layout, grid=grid, direction=direction)
    # Users stay where the unturned layout puts them, inside both layouts' inner beams.
    turned = dataclasses.replace(world, beams=dataclasses.replace(world.beams, layout=layout))
    one = compute_block(world, NumpyKernels(), 0, 200)
    other = compute_block(turned, NumpyKernels(), 0, 200)
    for metric in ("sir_db", "snr_db", "sinr_db"):
        for p in (0.05, 0.5, 0.95):
            assert quantile(one, metric, p) == pytest.approx(quantile(other, metric, p), abs=0.05)


def _sir_db(world: object) -> np.ndarray:
    captured: list[tuple[np.ndarray, np.ndarray]] = []

    class Spy(NumpyKernels):
        def downlink_sinr(self, links):  # type: ignore[no-untyped-def]
            serving, carrier, interference = super().downlink_sinr(links)
            captured.append((carrier, interference))
            return serving, carrier, interference

    compute_block(world, Spy(), 0, 4)  # type: ignore[arg-type]
    carrier, interference = (np.concatenate(part) for part in zip(*captured, strict=True))
    return 10 * np.log10(carrier / interference)
