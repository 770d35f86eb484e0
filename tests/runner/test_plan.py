"""Blocks cover all trials once; batches are of sensible size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capest.runner.plan import Plan, batches, trials_per_batch
from capest.scenario.rules import BLOCKS_LIMIT
from capest.scenario.sections import LARGEST_TRIALS
from capest.statistics.growing_blocks import LONGEST_BLOCK, group_of_trials
from capest.statistics.reduction import GROUPS

LENGTHS = st.one_of(st.none(), st.integers(1, 10**4))


@given(trials=st.integers(1, 10**7), block_trials=LENGTHS)
def test_blocks_cover_every_trial_once(trials: int, block_trials: int | None) -> None:
    plan = Plan(trials, block_trials)
    last = plan.blocks - 1
    assert plan.first_trial(last) + plan.block_size(last) == trials == plan.first_trial(plan.blocks)
    assert 1 <= plan.block_size(last) <= plan.longest_block
    if plan.blocks < 3000:
        firsts = [plan.first_trial(block) for block in range(plan.blocks)]
        assert firsts == [0, *np.cumsum(plan.sizes())[:-1]]


@given(trials=st.integers(1, 10**6), more=st.integers(1, 10**6), block_trials=LENGTHS)
def test_limits_do_not_know_how_long_the_run_is(
    trials: int, more: int, block_trials: int | None
) -> None:
    plan, longer = Plan(trials, block_trials), Plan(trials + more, block_trials)
    for block in {*range(0, plan.blocks, max(1, plan.blocks // 100)), plan.blocks - 1}:
        assert plan.first_trial(block) == longer.first_trial(block)
        assert block == plan.blocks - 1 or plan.block_size(block) == longer.block_size(block)


@given(trials=st.integers(2, 10**5), share=st.floats(0, 1), block_trials=LENGTHS)
def test_what_is_kept_is_not_computed_again(
    trials: int, share: float, block_trials: int | None
) -> None:
    kept = min(int(share * trials), trials - 1)
    spans = Plan(trials, block_trials, kept).spans()
    (first, size), *others = spans.values()
    assert first == kept
    for following, count in others:
        assert following == first + size
        first, size = following, count
    assert first + size == trials
    assert list(spans)[-1] == Plan(trials, block_trials).blocks - 1


@pytest.mark.parametrize(
    "trials", [1, 2, 49, 50, 51, 120, 200, 1000, 3333, 9999, 20_000, 10**5, 10**6, 10**7]
)
def test_groups_are_alike_and_blocks_are_few(trials: int) -> None:
    plan = Plan(trials)
    groups = np.bincount(np.arange(plan.blocks) % GROUPS, plan.sizes())
    assert len(groups) == min(trials, GROUPS)
    # While blocks double, a group may have twice as many trials as another; later a fifth more.
    most = 2.0 if trials < 5700 else 1.5 if trials < 13_200 else 1.2
    assert groups.max() <= most * groups.min()
    assert plan.blocks <= 3000
    assert plan.longest_block <= LONGEST_BLOCK


def test_the_longest_run_has_no_more_files_than_fit_a_folder() -> None:
    assert Plan(LARGEST_TRIALS).blocks <= BLOCKS_LIMIT


@given(
    trials=st.integers(1, 10**6),
    block_trials=LENGTHS,
    seconds=st.floats(1e-8, 1e4),
    workers=st.integers(1, 1000),
)
def test_batches_keep_order_and_stay_few(
    trials: int, block_trials: int | None, seconds: float, workers: int
) -> None:
    sizes = dict(enumerate(Plan(trials, block_trials).sizes()))
    wanted = trials_per_batch(trials, seconds, 1.0, workers)
    cut = list(batches(sizes, wanted))
    assert [block for batch in cut for block in batch] == list(sizes)
    assert all(len(batch) == 1 or sum(map(sizes.get, batch)) <= wanted for batch in cut)
    assert len(cut) <= 10_001


def test_a_long_run_gives_tasks_of_the_wanted_size() -> None:
    def blocks(count: int, seconds_per_trial: float) -> set[int]:
        sizes = dict.fromkeys(range(count), 50)
        wanted = trials_per_batch(50 * count, seconds_per_trial, 1.0, 2)
        return {len(batch) for batch in batches(sizes, wanted)}

    assert max(blocks(2000, 3.72e-4)) == 53
    # A short one is still spread over the workers.
    assert blocks(20, 3.72e-4) == {2}
    assert blocks(3, 200.0) == {1}


@pytest.mark.parametrize("block_trials", [None, 7])
@pytest.mark.parametrize("trials", [1, 49, 50, 51, 1234, 30_000])
def test_groups_of_trials_are_those_of_their_blocks(trials: int, block_trials: int | None) -> None:
    plan = Plan(trials, block_trials)
    of_blocks = np.arange(plan.blocks) % GROUPS
    wanted = np.repeat(of_blocks, plan.sizes())
    np.testing.assert_array_equal(group_of_trials(trials, block_trials), wanted)
