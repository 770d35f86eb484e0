"""Holm's procedure: his own rule, and nothing rejected without cause."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from capest.statistics.holm import holm


def by_p(p: np.ndarray, level: float = 0.05) -> frozenset[int]:
    def rejected_at(which: Collection[int], single: float) -> list[int]:
        return [k for k in which if p[k] <= single]

    return holm(len(p), rejected_at, level)


def by_definition(p: np.ndarray, level: float = 0.05) -> frozenset[int]:
    """Sort; reject while the j-th smallest of m is at most level / (m - j + 1)."""
    found = []
    for j, k in enumerate(np.argsort(p, kind="stable")):
        if p[k] > level / (len(p) - j):
            break
        found.append(int(k))
    return frozenset(found)


def test_four_tests_by_hand() -> None:
    # 0.005 <= 0.05/4 and 0.01 <= 0.05/3, but 0.03 > 0.05/2.
    assert by_p(np.array([0.01, 0.04, 0.03, 0.005])) == {0, 3}
    assert by_p(np.array([])) == frozenset()
    assert by_p(np.array([0.05])) == {0}
    assert by_p(np.array([0.05, 0.05])) == frozenset()


def test_as_defined_for_any_p_values() -> None:
    draws = np.random.default_rng(1)
    for _ in range(300):
        p = draws.random(draws.integers(1, 12)) ** draws.choice([1.0, 4.0])
        assert by_p(p) == by_definition(p)


def test_the_chance_of_any_false_one_is_the_level_at_most() -> None:
    draws = np.random.default_rng(2)
    families, true, false = 4000, 12, 4
    wrong = 0
    for _ in range(families):
        # Those that are false have p of about zero: the others share the whole level.
        p = np.concatenate([draws.random(true), np.full(false, 1e-9)])
        found = by_p(p)
        assert found >= set(range(true, true + false))
        wrong += any(k < true for k in found)
    # Independent uniform p: 1 - (1 - 0.05 / 12)^12 = 4.9 %; standard error 0.34 %.
    assert 0.039 < wrong / families < 0.060
