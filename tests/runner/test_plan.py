"""Blocks cover all trials once; batches are of sensible size."""

from hypothesis import given
from hypothesis import strategies as st

from capest.runner.plan import Plan, batches, blocks_per_batch


@given(trials=st.integers(1, 10**7), block_trials=st.integers(1, 10**4))
def test_blocks_cover_every_trial_once(trials: int, block_trials: int) -> None:
    plan = Plan(trials, block_trials)
    last = plan.blocks - 1
    assert plan.first_trial(last) + plan.block_size(last) == trials
    assert 1 <= plan.block_size(last) <= block_trials
    if plan.blocks < 1000:
        assert sum(plan.sizes().values()) == trials


@given(
    blocks=st.integers(0, 10**6),
    work=st.floats(1.0, 1e12),
    workers=st.integers(1, 1000),
)
def test_batches_keep_order_and_stay_few(blocks: int, work: float, workers: int) -> None:
    size = blocks_per_batch(blocks, work, 1e8, workers)
    cut = batches(range(blocks), size)
    assert [block for batch in cut for block in batch] == list(range(blocks))
    assert len(cut) <= 10_000


def test_a_long_run_gives_tasks_of_the_wanted_size() -> None:
    assert blocks_per_batch(2000, 1.86e6, 1e8, 2) == 53
    # A short one is still spread over the workers.
    assert blocks_per_batch(20, 1.86e6, 1e8, 2) == 2
    assert blocks_per_batch(3, 1e12, 1e8, 2) == 1
