"""Calls that come and go; the NumPy twin of ``kernels/blocking.cu``."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import CallEvents
from capest.backend.numpy_philox import philox_words


def simulate_calls(calls: CallEvents) -> np.ndarray:
    """Let calls arrive and end in every beam; twin of ``simulate_calls`` in ``blocking.cu``."""
    queues = calls.queues
    order, start, count = queues.order, queues.start, queues.count
    down, up = queues.down, queues.up
    capacity = (queues.capacity_down, queues.capacity_up)
    groups = len(start)
    left = np.repeat(np.array([capacity], dtype=np.int64), groups, axis=0)
    in_call = np.zeros(len(down), dtype=bool)
    outcome = np.zeros((groups, 2), dtype=np.int64)
    for event in range(calls.events * int(count.max(initial=0))):
        if event % 2 == 0:
            words = philox_words(
                seed=calls.seed,
                purpose=calls.purpose + (event // 2 << 32),
                first_trial=calls.first_trial,
                trials=calls.trials,
                entities=groups // calls.trials,
            )
            parts = (words.reshape(groups, 4) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        own = np.flatnonzero(event < calls.events * count)
        which, chance = parts[own, event % 2 * 2], parts[own, event % 2 * 2 + 1]
        place = np.minimum((which * count[own]).astype(np.int64), count[own] - 1)
        user = order[start[own] + place]
        busy, need = in_call[user], np.stack([down[user], up[user]], axis=1)
        ends = busy & (chance < calls.end_probability)
        asks = ~busy & (chance < calls.arrival_probability)
        fits = (need <= left[own]).all(axis=1)
        begins = asks & fits
        in_call[user] = (busy & ~ends) | begins
        left[own] += need * (ends.astype(np.int64) - begins)[:, None]
        counts = event >= calls.warm_up_events * count[own]
        outcome[own, 0] += asks & counts
        outcome[own, 1] += asks & counts & ~fits
    return outcome
