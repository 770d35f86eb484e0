"""Callers of the compiled random numbers."""

from __future__ import annotations

import numpy as np

from capest.backend.native.library import Library


def philox_words(
    library: Library, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int
) -> np.ndarray:
    """Random words by position; kernel ``philox_words`` in ``philox.cpp``."""
    words = np.empty((trials, entities, 4), dtype=np.uint64)
    library.run("philox_words", words, seed, purpose, first_trial, trials, entities)
    return words


def philox_uniforms(
    library: Library,
    *,
    seed: int,
    purpose: int,
    first_trial: int,
    trials: int,
    entities: int,
    count: int,
) -> np.ndarray:
    """Uniforms from the words; kernel ``philox_uniforms`` in ``philox.cpp``."""
    uniforms = np.empty((count, trials * entities))
    library.run("philox_uniforms", uniforms, seed, purpose, first_trial, trials, entities, count)
    return uniforms
