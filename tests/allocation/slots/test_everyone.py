"""Every cell has a slot before any has two."""

import numpy as np
import pytest

from capest.allocation.slots.everyone import light_everyone


def repaired(plan: np.ndarray) -> np.ndarray:
    """The rule, one move after the other."""
    plan = plan.copy()
    for cell in np.flatnonzero(~plan.any(axis=0)):
        visits = np.where(plan, np.cumsum(plan, axis=0), 0)
        if visits.max(initial=0) < 2:
            break
        # The latest visit; of equals the earliest slot, then the lowest cell.
        slot, giver = np.argwhere(visits == visits.max())[0]
        plan[slot, giver], plan[slot, cell] = False, True
    return plan


@pytest.mark.parametrize("seed", range(60))
def test_against_one_move_after_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slots, cells = (int(each) for each in rng.integers(1, 9, 2))
    beams = int(rng.integers(1, cells + 1))
    weight = rng.random((4, 1, cells)) ** 4 + 0.01 * rng.random((4, slots, cells))
    lit = np.argsort(np.argsort(-weight, axis=-1), axis=-1) < beams
    before = lit.copy()
    found = light_everyone(lit)
    assert (lit == before).all()
    assert (found.sum(axis=-1) == beams).all()
    assert (found.any(axis=1).sum(axis=-1) == min(cells, beams * slots)).all()
    for one, plan in zip(found, lit, strict=True):
        assert (one.sum(axis=0) == repaired(plan).sum(axis=0)).all()
