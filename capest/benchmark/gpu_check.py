"""Is a GPU right? Its results beside NumPy's, and with little memory beside those with enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels, on_host
from capest.benchmark import sweep
from capest.benchmark.scenario import bench_scenario
from capest.engine.build import build
from capest.engine.memory import SliceLength, compute_blocks
from capest.engine.trial import compute
from capest.scenario.service_classes import EXAMPLE as MIX
from capest.statistics.refusals import REFUSAL_REASONS

OUTCOMES_OF_CALLS = ("calls", *(f"calls_refused_{reason}" for reason in REFUSAL_REASONS))


def check_trials(kernels: Kernels, trials: int = 40) -> dict[str, float]:
    """Compare random words and whole trials of both links and a mix of services with NumPy's.

    Parameters
    ----------
    kernels : Kernels
    trials : int

    Returns
    -------
    dict of str to float
        ``words_equal`` and ``counts_equal`` are 1 or 0; ``moved_users`` have another beam than
        with NumPy, ``moved_calls`` another outcome, of ``calls``; ``beam_sinr_error_db`` and
        ``throughput_error`` (relative) are largest differences where nobody moved.
    """
    numpy = NumpyKernels()
    both: tuple[Kernels, Kernels] = (kernels, numpy)
    words, expected = (
        on_host(each.philox_words(seed=7, purpose=3, first_trial=2**30, trials=5, entities=1000))
        for each in both
    )
    scenario = bench_scenario(
        uplink__interference="full-buffer", beams__frequency_reuse=3, service__mix=MIX
    )
    world = build(scenario)
    got, wanted = (compute(world, each, 0, trials) for each in both)
    users = [block.trial_cell["cell_users"] for block in (got, wanted)]
    same = users[0] == users[1]
    sinr = [block.trial_cell["cell_sinr_db"][same] for block in (got, wanted)]
    rate = [block.trial["throughput"] for block in (got, wanted)]
    unmoved = same.all(axis=1)
    outcomes = [
        np.stack([block.trial[name] for name in OUTCOMES_OF_CALLS]) for block in (got, wanted)
    ]
    return {
        "words_equal": float(np.array_equal(words, expected)),
        "counts_equal": float(np.array_equal(got.trial["users"], wanted.trial["users"])),
        "moved_users": float(np.abs(users[0].astype(int) - users[1]).sum() / 2),
        "users": float(users[1].sum()),
        "moved_calls": float(np.abs(outcomes[0] - outcomes[1]).sum() / 2),
        "calls": float(outcomes[1].sum()),
        "beam_sinr_error_db": float(np.nanmax(np.abs(sinr[0] - sinr[1]))),
        "throughput_error": float(np.abs(rate[0] / rate[1] - 1.0)[unmoved].max(initial=0.0)),
    }


def check_kernel(kernels: Kernels, users: int = 20_000) -> dict[str, float]:
    """Compare every variant of the downlink's kernel with NumPy's on the same arguments.

    Returns
    -------
    dict of str to float
        ``moved_share`` of users with another beam, and the largest ``sinr_error_db`` of the
        others, over: dark beams and three satellites; seven colours; a table too long for shared
        memory.
    """
    numpy = NumpyKernels()
    moved, error_db = 0.0, 0.0
    for case, (satellites, colours, random) in enumerate(
        ((3, 1, True), (1, 7, False), (1, 3, True))
    ):
        links = sweep.random_links(numpy, users, 61, satellites, colours, random)
        if case == 2:
            long = np.zeros((2**15, 2), dtype=np.float32)
            long[: len(links.pattern)] = links.pattern
            links = replace(links, pattern=long)
        got = [on_host(each) for each in kernels.downlink_sinr(links)]
        wanted = numpy.downlink_sinr(links)
        same = got[0] == wanted[0]
        sinr = [(c / (i + 1.0))[same].astype(np.float64) for _, c, i in (got, wanted)]
        moved = max(moved, 1.0 - float(same.mean()))
        error_db = max(error_db, float(np.abs(10.0 * np.log10(sinr[0] / sinr[1])).max()))
    return {"moved_share": moved, "sinr_error_db": error_db}


def trials_are_right(found: dict[str, float]) -> bool:
    """Whether `check_trials` found no more than rounding: one of 100,000 may move."""
    return (
        found["words_equal"] == 1.0
        and found["counts_equal"] == 1.0
        and found["moved_users"] <= 1.0 + 1e-5 * found["users"]
        and found["moved_calls"] <= 2.0 + 1e-5 * found["calls"]
        and found["beam_sinr_error_db"] <= 0.0005
        and found["throughput_error"] <= 0.002
    )


def kernel_is_right(found: dict[str, float]) -> bool:
    """Whether `check_kernel` found no more than rounding: users between two beams may move."""
    return found["moved_share"] <= 1e-4 and found["sinr_error_db"] <= 0.001


def little_memory(kernels: Kernels, trials: int = 400) -> dict[str, bool]:
    """Compute a block with a pool of memory too small for it, and with enough.

    Returns
    -------
    dict
        Whether slices were ``shortened``, and whether the results have the ``same_bits``.
    """
    world = build(bench_scenario())
    (wanted,) = compute_blocks(world, kernels, [(0, trials)], SliceLength(trials))
    length = SliceLength(trials)
    pool = kernels.xp.get_default_memory_pool()
    pool.free_all_blocks()
    try:
        pool.set_limit(size=pool.used_bytes() + 100 * trials * world.ground.users_per_trial)
        (got,) = compute_blocks(world, kernels, [(0, trials)], length)
    finally:
        pool.set_limit(size=0)
    groups = ("trial", "trial_cell", "histograms")
    same = all(
        np.array_equal(values, getattr(wanted, group)[name], equal_nan=values.dtype.kind == "f")
        for group in groups
        for name, values in getattr(got, group).items()
    )
    return {"shortened": length.shortened, "same_bits": same}
