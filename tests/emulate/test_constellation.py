"""The CUDA kernel of constellations against its NumPy twin and brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels

from ..backend.test_numpy_constellation import CASES, assert_close
from .constellation_scene import only_trial, random_constellation


def on(kernels: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: kernels.xp.asarray(value) if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case, kernels, to_host):
    arguments = random_constellation(1 + sum(map(ord, case)), **CASES[case])
    assert_close(
        tuple(map(to_host, kernels.constellation_sinr(**on(kernels, arguments)))), arguments
    )


@pytest.mark.parametrize("case", CASES)
def test_against_the_numpy_twin(case, kernels, to_host):
    arguments = random_constellation(2 + sum(map(ord, case)), **CASES[case])
    found = [to_host(p) for p in kernels.constellation_sinr(**on(kernels, arguments))]
    twin = NumpyKernels().constellation_sinr(**arguments)
    peak = max(float(twin[0].max(initial=0.0)), 1.0)
    for one, other in zip(found, twin, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5 * peak)


def test_several_trials_in_one_call(kernels, to_host):
    arguments = random_constellation(21, trials=4, colours=3, beams=7, users=37)
    together = [to_host(p) for p in kernels.constellation_sinr(**on(kernels, arguments))]
    for trial in range(4):
        users = slice(37 * trial, 37 * trial + 37)
        alone = kernels.constellation_sinr(**on(kernels, only_trial(arguments, trial)))
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one[users], to_host(other))


def test_wrong_shapes_are_refused(kernels):
    arguments = on(kernels, random_constellation(3))
    with pytest.raises(ValueError, match="user_gain"):
        kernels.constellation_sinr(**arguments | {"user_gain": arguments["user_gain"][1:]})
    with pytest.raises(TypeError, match="user_beam"):
        kernels.constellation_sinr(
            **arguments | {"user_beam": arguments["user_beam"].astype(np.int64)}
        )
