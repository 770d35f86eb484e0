"""Uniforms for the tests, by position as a scenario draws them."""

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


def uniforms(users: int, first_trial: int = 0, count: int = 7) -> list[np.ndarray]:
    draws = Draws(NumpyKernels(), 5, first_trial, 1)
    first = draws.uniforms(Purpose.PLACEMENT, users, 4)
    return (first + draws.uniforms(Purpose.HOTSPOT_OFFSETS, users, 4))[:count]
