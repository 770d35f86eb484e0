"""The NumPy kernel of constellations against double precision with SciPy's Bessel function."""

from typing import Any

import numpy as np
import pytest

from capest.backend import numpy_constellation
from capest.backend.numpy_constellation import constellation_sinr
from capest.backend.numpy_sinr import downlink_sinr

from ..emulate.constellation_scene import brute_force, only_trial, random_constellation

CASES: dict[str, dict[str, Any]] = {
    "full reuse": {},
    "three colours": {"colours": 3, "beams": 9},
    "four colours, two thirds dark": {"colours": 4, "dark_share": 0.66},
    "seven colours": {"colours": 7, "beams": 12},
    "culled at 40 degrees": {"lowest_sine": np.sin(np.radians(40.0))},
    "nothing culled": {"lowest_sine": -1.0},
    "narrow beams": {"system": "narrow", "beams": 20},
    "GEO Ka": {"system": "GEO", "beams": 30},
    "planar array": {"axial_weight": 0.0, "element_exponent": 1.3},
    "element pattern of a dish": {"element_exponent": 2.0},
    "one user": {"users": 1, "unserved_share": 0.0},
    "nobody served": {"unserved_share": 1.1},
}


def decibels(ratio: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(ratio)


def assert_close(found: tuple[np.ndarray, np.ndarray], arguments: dict[str, Any]) -> None:
    carrier, interference = (power.astype(np.float64) for power in found)
    true_carrier, true_interference, own_gain = brute_force(**arguments)
    without = arguments["user_beam"] < 0
    assert (carrier[without] == 0.0).all()
    assert (interference[without] == 0.0).all()
    near = (own_gain > 1e-4) & (true_carrier > 0.0)
    assert np.abs(decibels(carrier[near] / true_carrier[near])).max(initial=0.0) < 0.01
    sinr = carrier[near] / (1.0 + interference[near])
    true_sinr = true_carrier[near] / (1.0 + true_interference[near])
    assert np.abs(decibels(sinr / true_sinr)).max(initial=0.0) < 0.02
    raised = decibels((1.0 + interference) / (1.0 + true_interference))
    assert np.abs(raised).max(initial=0.0) < 0.01


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case: str) -> None:
    arguments = random_constellation(sum(map(ord, case)), **CASES[case])
    found = constellation_sinr(**arguments)
    assert found[0].dtype == found[1].dtype == np.float32
    assert_close(found, arguments)


def test_a_horizon_culls_what_the_earth_hides() -> None:
    arguments = random_constellation(5, lowest_sine=0.0)
    sine = []
    for satellite in arguments["satellite_position"].T:
        toward = satellite[:, None] - arguments["user_position"]
        sine.append((toward * arguments["user_position"]).sum(axis=0))
    assert (np.array(sine) < 0.0).any()
    hidden = constellation_sinr(**arguments)[1]
    heard = constellation_sinr(**arguments | {"lowest_sine": -1.0})[1]
    assert (heard >= hidden).all()
    assert (heard > hidden).any()


def test_trials_in_one_call_are_those_of_calls_of_their_own() -> None:
    arguments = random_constellation(11, trials=3, colours=3, beams=7)
    together = constellation_sinr(**arguments)
    for trial in range(3):
        users = slice(60 * trial, 60 * trial + 60)
        alone = constellation_sinr(**only_trial(arguments, trial))
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one[users], other, strict=True)
        assert_close(alone, only_trial(arguments, trial))


@pytest.mark.parametrize("block", [64, 512])
def test_a_user_does_not_depend_on_the_others(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = random_constellation(12, users=300, colours=3, beams=7)
    whole = constellation_sinr(**arguments)
    order = np.random.default_rng(1).permutation(300)[:211]
    some = {
        name: arguments[name][order]
        for name in arguments
        if name.startswith("user_") and name not in ("user_position", "user_start")
    }
    some["user_position"] = arguments["user_position"][:, order]
    some["user_start"] = np.array([0, 211])
    for one, other in zip(constellation_sinr(**arguments | some), whole, strict=True):
        np.testing.assert_array_equal(one, other[order])
    monkeypatch.setattr(numpy_constellation, "USERS_PER_BLOCK", block)
    for one, other in zip(constellation_sinr(**arguments), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6)


def test_one_satellite_is_what_the_other_kernel_says() -> None:
    arguments = random_constellation(13, users=200, unserved_share=0.0, beams=12)
    one = only_trial(arguments, 0)
    own_satellite = one["user_beam"] // 12
    keep = own_satellite == 0
    assert keep.sum() > 10
    ka = one["reduced_aperture"]
    toward = one["satellite_position"][:, :1] - one["user_position"][:, keep]
    range_m = np.linalg.norm(toward, axis=0)
    direction = -np.einsum("ac,cu->au", one["satellite_axes"][:, :, 0], toward) / range_m
    centre = np.array([[0.0], [0.0], [1.0]])
    serving, carrier, interference = downlink_sinr(
        ((direction - centre) * ka).astype(np.float32)[None],
        (one["user_gain"][keep] / range_m**2).astype(np.float32)[None],
        np.zeros(keep.sum(), np.int32),
        (one["beam_direction"][:, :12] - centre * ka).astype(np.float32),
        one["beam_power"][:12],
        np.array([0, 12], np.int32),
        None,
        one["amplitude"],
        one["amplitude_step"],
        1,
    )
    alone = one | {
        **{f"user_{n}": one[f"user_{n}"][keep] for n in ("gain", "environment", "shadow")},
        "user_position": one["user_position"][:, keep],
        "user_start": np.array([0, keep.sum()]),
        "user_sight": np.full((keep.sum(), 8), -1.0, np.float32),
        "user_entry": np.tile(np.array([[0.0, 1.0]], np.float32), (keep.sum(), 1)),
        "user_beam": serving,
        "satellite_position": one["satellite_position"][:, :1],
        "satellite_axes": one["satellite_axes"][:, :, :1],
        "satellite_start": np.array([0, 1]),
        "satellite_power": np.ones(1, np.float32),
        "beam_direction": one["beam_direction"][:, :12],
        "beam_power": one["beam_power"][:12],
        "segment_start": np.array([0, 12], np.int32),
        "sky_table": np.zeros_like(one["sky_table"]),
        "lowest_sine": -1.0,
    }
    found = constellation_sinr(**alone)
    np.testing.assert_allclose(found[0], carrier, rtol=3e-4)
    np.testing.assert_allclose(found[1], interference, rtol=3e-3, atol=1e-4 * carrier.max())


@pytest.mark.parametrize("case", ["no satellites", "no users", "no beams"])
def test_nothing_there(case: str) -> None:
    arguments = random_constellation(3)
    if case == "no users":
        names = ("gain", "environment", "sight", "shadow", "entry", "beam")
        arguments |= {f"user_{name}": arguments[f"user_{name}"][:0] for name in names}
        arguments["user_position"] = arguments["user_position"][:, :0]
        arguments["user_start"] = np.array([0, 0])
    else:
        arguments["beam_direction"] = arguments["beam_direction"][:, :0]
        arguments["beam_power"] = arguments["beam_power"][:0]
        arguments["segment_start"] = np.zeros_like(arguments["segment_start"])
        arguments["user_beam"] = np.full_like(arguments["user_beam"], -1)
        if case == "no satellites":
            for name in ("position", "axes", "power"):
                values = arguments[f"satellite_{name}"]
                arguments[f"satellite_{name}"] = values[..., :0]
            arguments["satellite_start"] = np.array([0, 0])
            arguments["segment_start"] = np.zeros(1, np.int32)
    carrier, interference = constellation_sinr(**arguments)
    assert (carrier == 0.0).all()
    assert (interference == 0.0).all()


def test_at_the_pole_the_sectors_are_defined() -> None:
    arguments = random_constellation(4, users=2, unserved_share=0.0)
    arguments["user_position"][:, 0] = (0.0, 0.0, 6_371_000.0)
    found = constellation_sinr(**arguments)
    assert np.isfinite(found).all()
    assert_close(found, arguments)
