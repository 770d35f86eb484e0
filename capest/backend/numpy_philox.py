"""Random words by position; the NumPy twin of ``kernels/philox.cu``."""

from __future__ import annotations

import numpy as np

from capest.sampling.streams import MAX_ENTITIES

_WORD_MASK = 2**64 - 1


def philox_words(
    seed: int, purpose: int, first_trial: int, trials: int, entities: int
) -> np.ndarray:
    """Philox4x64-10 words by position; twin of ``philox_words`` in ``philox.cu``.

    Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Key (seed, purpose),
    256-bit counter trial · 2²⁰ + entity.

    Parameters
    ----------
    seed, purpose : int
        Key words, below 2⁶⁴.
    first_trial, trials, entities : int
        Which positions; ``entities`` at most 2²⁰.

    Returns
    -------
    uint64 array (trials, entities, 4)
    """
    # NumPy's generator counts up before it computes a block: start one position early.
    start = (first_trial * MAX_ENTITIES - 1) % 2**256
    counter = [(start >> shift) & _WORD_MASK for shift in (0, 64, 128, 192)]
    generator = np.random.Philox(
        key=np.array([seed, purpose], dtype=np.uint64),
        counter=np.array(counter, dtype=np.uint64),
    )
    words = np.empty((trials, 4 * entities), dtype=np.uint64)
    # The loop only turns the generator's counter to the next trial; the draws are one call each.
    for row in words:
        row[:] = generator.random_raw(4 * entities)
        generator.advance(MAX_ENTITIES - entities)
    return words.reshape(trials, entities, 4)
