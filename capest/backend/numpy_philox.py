"""Random words by position; the NumPy twin of ``kernels/philox.cu``."""

from __future__ import annotations

import numpy as np

from capest.sampling.streams import MAX_ENTITIES

_WORD_MASK = 2**64 - 1


def philox_words(
    *, seed: int, purpose: int, first_trial: int, trials: int, entities: int
) -> np.ndarray:
    """Philox4x64-10 words by position; twin of ``philox_words`` in ``philox.cu``.

    Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Key (seed, purpose),
    256-bit counter trial · 2²⁰ + entity.
    """
    generator = _generator(seed, purpose, first_trial)
    words = np.empty((trials, 4 * entities), dtype=np.uint64)
    # The loop only turns the generator's counter to the next trial; the draws are one call each.
    for row in words:
        row[:] = generator.random_raw(4 * entities)
        generator.advance(MAX_ENTITIES - entities)
    return words.reshape(trials, entities, 4)


def philox_uniforms(
    *, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
) -> np.ndarray:
    """Uniforms from the words; twin of ``philox_uniforms`` in ``philox.cu``."""
    generator = _generator(seed, purpose, first_trial)
    # (word >> 11) · 2⁻⁵³, which is exact: half a step more is all that is missing.
    uniform_of = np.random.Generator(generator).random
    lower = np.empty((trials, 4 * entities))
    for row in lower:
        uniform_of(out=row)
        generator.advance(MAX_ENTITIES - entities)
    by_word = lower.reshape(trials * entities, 4).T[:count]
    uniforms = np.empty((count, trials * entities))
    for word, values in zip(by_word, uniforms, strict=True):
        middle_of_interval(word, values)
    return uniforms


def middle_of_interval(lower: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Go from the lower end of an interval of 2⁻⁵³ to its middle, and stay under 1."""
    out = np.add(lower, 2.0**-54, out=out)
    # The sum can round up to 1 for the very last word.
    return np.minimum(out, 1.0 - 2.0**-53, out=out)


def _generator(seed: int, purpose: int, first_trial: int) -> np.random.Philox:
    """Return a generator whose next word is the first of a trial."""
    # NumPy's generator counts up before it computes a block: start one position early.
    start = (first_trial * MAX_ENTITIES - 1) % 2**256
    counter = [(start >> shift) & _WORD_MASK for shift in (0, 64, 128, 192)]
    return np.random.Philox(
        key=np.array([seed, purpose], dtype=np.uint64),
        counter=np.array(counter, dtype=np.uint64),
    )
