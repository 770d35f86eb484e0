"""Many tests at once: which of them hold together, by Holm's step-down procedure."""

from __future__ import annotations

from collections.abc import Callable, Collection


def holm(
    count: int,
    rejected_at: Callable[[Collection[int], float], Collection[int]],
    level: float = 0.05,
) -> frozenset[int]:
    """Return the hypotheses that are rejected together.

    The chance to reject any that is true is at most ``level``, whatever tests have in common. At
    first all have to hold at ``level / count``; with r rejected, the others at ``level / (count -
    r)``, until no more are. That is Holm's procedure, as tests are nested: what is rejected at a
    level is rejected at every larger one.

    Parameters
    ----------
    count : int
        Hypotheses, numbered from 0 on.
    rejected_at : callable
        Takes numbers of hypotheses and the level of a single test; returns those rejected.
    level : float
        0..1.

    Returns
    -------
    frozenset of int

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6(2), 65-70.
    """
    rejected: set[int] = set()
    while len(rejected) < count:
        left = set(range(count)) - rejected
        found = set(rejected_at(left, level / len(left))) & left
        if not found:
            break
        rejected |= found
    return frozenset(rejected)
