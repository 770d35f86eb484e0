"""Random words of the CUDA source against Random123's published vectors and NumPy's generator."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.source import kernel_source

from .emulator import EmulatedDevice

# Random123, tests/kat_vectors, philox4x64 with 10 rounds: counter, key, words.
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (2**64 - 1,) * 4,
        (2**64 - 1,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]

# A kernel around the same header that takes whole counters; `philox_words` never sets the last two.
ANY_COUNTER = """
extern "C" __global__ void philox_any(
    PhiloxBlock* words, const PhiloxBlock* counters, const word64 key_0, const word64 key_1) {
    words[threadIdx.x] = philox4x64_10(counters[threadIdx.x], key_0, key_1);
}
"""


def place(seed: int, purpose: int, first: int, trials: int, entities: int) -> dict[str, Any]:
    """Positions of words, as the kernels take them."""
    return {
        "seed": seed,
        "purpose": purpose,
        "first_trial": first,
        "trials": trials,
        "entities": entities,
    }


def numpy_words(counter: int, key: tuple[int, int], count: int = 4) -> np.ndarray:
    """Words of NumPy's Philox; it counts up before its first block, so start one early."""
    before = (counter - 1) % 2**256
    state = [(before >> shift) % 2**64 for shift in (0, 64, 128, 192)]
    generator = np.random.Philox(
        key=np.array(key, dtype=np.uint64), counter=np.array(state, dtype=np.uint64)
    )
    return generator.random_raw(count)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_published_vectors(counter, key, words, build_directory):
    header = kernel_source("philox.cuh")
    module = EmulatedDevice(build_directory).compile(header + ANY_COUNTER, ())
    result = np.zeros(4, dtype=np.uint64)
    arguments = (result, np.array(counter, dtype=np.uint64), np.uint64(key[0]), np.uint64(key[1]))
    module.launch("philox_any", 1, 1, arguments, 0)
    assert tuple(result.tolist()) == words


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_numpy_agrees_with_the_published_vectors(counter, key, words):
    whole = sum(word << (64 * place) for place, word in enumerate(counter))
    assert tuple(numpy_words(whole, key).tolist()) == words


def test_kernel_gives_the_published_words_at_position_zero(kernels, to_host):
    words = to_host(kernels.philox_words(**place(0, 0, 0, 1, 1)))
    assert words.dtype == np.uint64
    assert words.shape == (1, 1, 4)
    assert tuple(words.ravel().tolist()) == KNOWN_ANSWERS[0][2]


@pytest.mark.parametrize(
    ("seed", "purpose", "first_trial", "trials", "entities"),
    [
        (1, 0, 0, 3, 500),
        (2**64 - 1, 7, 12345, 2, 257),
        (99, 2**64 - 1, 2**43 - 2, 2, 33),  # far more trials than a scenario may have
        (5, 3, 2**44 - 1, 2, 5),  # the counter's first word overflows between these two
        (5, 3, 2**44 + 17, 1, 1),  # the trial reaches into the counter's second word
    ],
)
def test_words_are_numpys_at_their_positions(
    seed, purpose, first_trial, trials, entities, kernels, to_host
):
    words = to_host(kernels.philox_words(**place(seed, purpose, first_trial, trials, entities)))
    for trial in range(trials):
        counter = (first_trial + trial) * 2**20
        expected = numpy_words(counter, (seed, purpose), 4 * entities)
        np.testing.assert_array_equal(words[trial].ravel(), expected)


@pytest.mark.slow
def test_last_entity_of_the_last_trial(kernels, to_host):
    words = to_host(kernels.philox_words(**place(11, 2, 2**43 - 1, 1, 2**20)))
    expected = numpy_words((2**43 - 1) * 2**20, (11, 2), 2**22)
    np.testing.assert_array_equal(words.ravel(), expected)


def test_equals_the_numpy_twin(kernels, to_host):
    there = place(2024, 4, 10**12, 5, 123)
    expected = NumpyKernels().philox_words(**there)
    np.testing.assert_array_equal(to_host(kernels.philox_words(**there)), expected)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_uniforms_equal_the_numpy_twin(count, kernels, to_host):
    there = {**place(2024, 4, 10**12, 5, 123), "count": count}
    expected = NumpyKernels().philox_uniforms(**there)
    assert expected.shape == (count, 5 * 123)
    np.testing.assert_array_equal(to_host(kernels.philox_uniforms(**there)), expected)


def test_launch_geometry_changes_nothing(build_directory, emulated_kernels):
    from capest.backend.cuda_kernels import CudaKernels

    expected = emulated_kernels.philox_words(**place(3, 1, 4, 3, 101))
    for block_size, block_limit in ((1, 1), (7, 2), (64, 100)):
        device = EmulatedDevice(build_directory, block_size=block_size, block_limit=block_limit)
        words = CudaKernels(device).philox_words(**place(3, 1, 4, 3, 101))
        np.testing.assert_array_equal(words, expected)


def test_no_trials_or_entities(kernels):
    assert kernels.philox_words(**place(1, 1, 0, 0, 5)).shape == (0, 5, 4)
    assert kernels.philox_words(**place(1, 1, 0, 5, 0)).shape == (5, 0, 4)


def test_source_needs_no_other_file():
    assert not re.search(r"^\s*#\s*include", kernel_source("philox.cu"), re.MULTILINE)
