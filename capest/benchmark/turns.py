"""Several ways to the same figures, timed in turns: what else a machine does meets all of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def least_in_turns(
    calls: Mapping[str, Callable[[], Any]], seconds: float, on_gpu: bool = False
) -> dict[str, float]:
    """Time calls in turns, after one of each that does not count.

    Parameters
    ----------
    calls : mapping of str to callable
    seconds : float
        Time for all of them; one turn at least.
    on_gpu : bool
        Some wait for a GPU: seconds of the clock are taken in place of those of the processor.

    Returns
    -------
    dict of str to float
        Least seconds of each.
    """
    clock = time.perf_counter if on_gpu else processor_clock()
    for call in calls.values():
        call()
    least = dict.fromkeys(calls, math.inf)
    stop = time.perf_counter() + seconds
    while math.inf in least.values() or time.perf_counter() < stop:
        for name, call in calls.items():
            started = clock()
            call()
            least[name] = min(least[name], clock() - started)
    return least


def processor_clock() -> Callable[[], float]:
    """Seconds of this process on processors, or of the clock where those are counted coarsely."""
    coarse = time.get_clock_info("process_time").resolution > 1e-4
    return time.perf_counter if coarse else time.process_time


def medians(rounds: list[dict[str, float]], first: str) -> dict[str, dict[str, float]]:
    """Sum up rounds in which each way was timed once.

    Parameters
    ----------
    rounds : list of dict of str to float
        Seconds by way.
    first : str
        The way that others are compared with.

    Returns
    -------
    dict
        ``seconds``: the median of each; ``ratio``: the median over rounds of how many times as
        long each other way took as the first.
    """
    ways = list(rounds[0])
    return {
        "seconds": {way: statistics.median(each[way] for each in rounds) for way in ways},
        "ratio": {
            way: statistics.median(each[way] / each[first] for each in rounds)
            for way in ways
            if way != first
        },
    }
