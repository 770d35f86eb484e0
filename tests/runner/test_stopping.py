"""A run ends where its rule says, and nowhere else, whoever computes it and however often."""

import itertools
import random
import tempfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import capest
from capest.errors import InputError
from capest.results.blockfile import Gathered
from capest.results.stop_mark import set_stop
from capest.results.store import BlockStore
from capest.runner import loop
from capest.runner.execute.dask_cluster import local_cluster
from capest.runner.execute.inline import InlineExecutor
from capest.runner.plan import Plan
from capest.runner.stopping import FEWEST_TRIALS, GROWTH, Watch, checkpoints, verdict
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.service_classes import guaranteed_services
from capest.scenario.until import parse_until
from capest.statistics.quantities import figures, quantity
from capest.statistics.reduction import Reduction
from tests.engine.small_network import network_scenario
from tests.results import synthetic

RULE = "sinr_db.p05±0.12, throughput.mean±1.5%"
MOST = 3000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(
        {
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "beams": {"count": 7, "statistics_count": 1},
            "users": {"per_beam": 2},
            "run": {"trials": MOST, "until": RULE, "block_trials": 10},
        }
    )


VOLATILE = {"created", "history", "elapsed_s", "command_line", "host", "device"}


def contents(path: Path) -> dict[str, object]:
    """Everything in a file but when, where and by which command it was made."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        variables = {name: np.asarray(file[name][...]).tobytes() for name in file.variables}
        about = {name: file.getncattr(name) for name in file.ncattrs() if name not in VOLATILE}
    return variables | {"attributes": about}


@pytest.fixture(scope="module")
def expected(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path = tmp_path_factory.mktemp("expected") / "out.nc"
    outcome = loop.run(scenario, path, lambda: InlineExecutor(check_pickling=True))
    assert outcome.verdict is not None
    assert outcome.verdict.holds
    # Neither the first chance nor the last: otherwise the tests below prove nothing.
    assert checkpoints(Plan(MOST, 10))[2] <= outcome.verdict.blocks < MOST / 10 / 2
    assert outcome.verdict.trials == outcome.verdict.blocks * 10
    return contents(path)


def trials_of(content: dict[str, object]) -> int:
    return int(content["attributes"]["trials_done"])  # type: ignore[index]


def test_the_file_says_why_it_has_the_trials_it_has(expected: dict[str, object]) -> None:
    about = expected["attributes"]
    assert about["until"] == RULE
    assert about["stopped_by"] == "rule"
    assert about["most_trials"] == MOST
    assert len(expected["throughput"]) == 8 * trials_of(expected)  # type: ignore[arg-type]


def test_it_is_the_first_checkpoint_at_which_a_plain_run_fulfils_it(
    scenario: Scenario, expected: dict[str, object], tmp_path: Path
) -> None:
    plain = scenario.replace(run__until=None)
    stop = trials_of(expected)
    for blocks in checkpoints(Plan(MOST, 10)):
        path = tmp_path / f"{blocks}.nc"
        shorter = plain.replace(run__trials=10 * blocks)
        outcome = loop.run(shorter, path, InlineExecutor)
        assert outcome.verdict is None
        kept = loop.run(shorter.replace(run__until=RULE), path, InlineExecutor)
        assert kept.kept
        assert kept.verdict is not None
        assert kept.verdict.holds == (10 * blocks == stop)
        if kept.verdict.holds:
            break
    alone = contents(path)
    assert {name: alone[name] for name in alone if name != "attributes"} == {
        name: expected[name] for name in expected if name != "attributes"
    }


@pytest.mark.parametrize("workers", [3])
def test_number_of_workers(
    workers: int, scenario: Scenario, expected: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "out.nc"
    loop.run(scenario, path, lambda: local_cluster(workers))
    assert contents(path) == expected
    # What workers computed beyond the end is gone with the other blocks.
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.nc"]


@given(
    workers=st.integers(1, 9),
    ahead=st.integers(1, 40),
    seed=st.integers(0, 2**32),
    dies=st.lists(st.integers(0, 8), max_size=3),
)
@settings(max_examples=8, deadline=None)
def test_any_batches_order_and_restarts(
    workers: int,
    ahead: int,
    seed: int,
    dies: list[int],
    scenario: Scenario,
    expected: dict[str, object],
) -> None:
    rng = random.Random(seed)

    class Disorderly(InlineExecutor):
        """Takes some tasks ahead, does them in any order, some twice, and is cut off."""

        def run(self, function, tasks):  # type: ignore[no-untyped-def]
            tasks, done = iter(tasks), 0
            while some := [task for _, task in zip(range(ahead), tasks, strict=False)]:
                some += rng.sample(some, k=min(2, len(some)))
                rng.shuffle(some)
                for result in super().run(function, some):
                    if dies and done == dies[0]:
                        dies.pop(0)
                        raise RuntimeError("power failure")
                    done += 1
                    yield result

    Disorderly.workers = workers
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.nc"
        for _ in range(10):
            try:
                loop.run(scenario, path, Disorderly)
                break
            except RuntimeError:
                assert not path.exists()
        assert contents(path) == expected
        assert [entry.name for entry in Path(folder).iterdir()] == ["out.nc"]


def test_another_limit_ends_at_the_same_trial(
    scenario: Scenario, expected: dict[str, object], tmp_path: Path
) -> None:
    """Blocks of the longer run that was cut off serve the shorter one, and the reverse."""

    class Dies(InlineExecutor):
        def run(self, function, tasks):  # type: ignore[no-untyped-def]
            for number, result in enumerate(super().run(function, tasks)):
                if number == 7:
                    raise RuntimeError("power failure")
                yield result

    stop = trials_of(expected)
    path = tmp_path / "out.nc"
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario.replace(run__trials=10**6), path, Dies)
    outcome = loop.run(scenario.replace(run__trials=stop + 1), path, InlineExecutor)
    assert any("resumed" in notice for notice in outcome.notices)
    got = contents(path)
    assert [got[name] for name in got if name != "attributes"] == [
        expected[name] for name in got if name != "attributes"
    ]


def test_a_mark_that_a_dead_run_left_stops_nobody(
    scenario: Scenario, expected: dict[str, object], tmp_path: Path
) -> None:
    """Killed between the decision and the result: the same rule ends there, a narrower later."""
    path = tmp_path / "out.nc"
    with pytest.MonkeyPatch.context() as dying:

        def power_failure(*arguments: object, **more: object) -> None:
            raise RuntimeError("power failure")

        dying.setattr(loop.netcdf, "write_result", power_failure)
        with pytest.raises(RuntimeError, match="power failure"):
            loop.run(scenario, path, InlineExecutor)
    assert (loop.blocks_folder(path) / "stop").exists()
    outcome = loop.run(scenario.replace(run__until="throughput.mean±1.3%"), path, InlineExecutor)
    assert outcome.verdict is not None
    assert outcome.verdict.holds
    assert outcome.verdict.trials > trials_of(expected)
    assert not loop.blocks_folder(path).exists()


def test_workers_leave_their_batch_when_the_run_has_enough(
    scenario: Scenario, tmp_path: Path
) -> None:
    written: list[int] = []

    class Enough(BlockStore):
        def write(self, blocks: Gathered) -> str:
            written.extend(blocks.blocks)
            if 8 in written:
                set_stop(self.folder)
            return super().write(blocks)

    plain = scenario.replace(run__until=None, run__block_trials=10, run__trials=300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capest.runner.task.BlockStore", Enough)
        patch.setattr("capest.runner.task.FILE_BYTES", 1)
        with pytest.raises(capest.errors.StorageError):  # blocks are missing: it had not enough
            loop.run(plain, tmp_path / "out.nc", InlineExecutor)
    # Of the batch of blocks 7 to 13 the rest is left after this file, and so are other batches.
    assert written == list(range(9))


def test_the_limit_ends_a_run_that_does_not_fulfil_it(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    short = scenario.replace(run__trials=255, run__until="throughput.mean±0.01%")
    outcome = loop.run(short, path, InlineExecutor)
    assert outcome.verdict is not None
    assert not outcome.verdict.holds
    assert outcome.verdict.trials == 255
    with netCDF4.Dataset(path) as file:
        assert (file.stopped_by, file.trials_done, len(file["trial"])) == ("limit", 255, 255)
    again = loop.run(short, path, InlineExecutor)
    assert again.kept
    assert again.verdict == outcome.verdict


def test_what_is_there_serves_a_wider_rule_and_not_a_narrower(
    scenario: Scenario, expected: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "out.nc"
    loop.run(scenario, path, InlineExecutor)
    before = path.read_bytes()
    # Also if the limit is below what is there: nothing more is asked for.
    wider = scenario.replace(run__until="throughput.mean±3%", run__trials=300)
    kept = loop.run(wider, path, InlineExecutor)
    assert kept.kept
    assert "nothing to do" in kept.notices[0]
    assert path.read_bytes() == before
    narrower = scenario.replace(run__until="throughput.mean±1.2%")
    with pytest.raises(InputError, match="more than the 300 asked for"):
        loop.run(narrower.replace(run__trials=300), path, InlineExecutor)
    longer = loop.run(narrower, path, InlineExecutor)
    assert not longer.kept
    assert longer.verdict is not None
    assert longer.verdict.holds
    assert longer.verdict.trials > trials_of(expected)
    assert longer.notices[0].startswith(f"extended: {trials_of(expected):,} of 3,000 trials were")
    loop.run(narrower, tmp_path / "undisturbed.nc", InlineExecutor)
    assert contents(path) == contents(tmp_path / "undisturbed.nc")


def test_few_trials_never_fulfil_it(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    easy = scenario.replace(run__until="throughput.mean±50%")
    outcome = loop.run(easy.replace(run__trials=199), path, InlineExecutor)
    assert outcome.verdict is not None
    assert all(one.holds for one in outcome.verdict.reached)
    assert not outcome.verdict.holds
    long_blocks = easy.replace(run__block_trials=50)
    outcome = loop.run(long_blocks, path, InlineExecutor)
    assert outcome.verdict is not None
    assert outcome.verdict.trials == 20 * 50


@given(
    block_trials=st.one_of(st.none(), st.integers(1, 500)),
    trials=st.integers(1, 10**6),
    more=st.integers(1, 10**6),
)
def test_checkpoints_do_not_know_the_limit(
    block_trials: int | None, trials: int, more: int
) -> None:
    found = checkpoints(Plan(trials, block_trials))
    plan = Plan(trials + more, block_trials)
    longer = checkpoints(plan)
    end = Plan(trials, block_trials).blocks
    assert found == [*(blocks for blocks in longer if blocks < end), end]
    assert found == sorted(set(found))
    for one, following in itertools.pairwise(longer):
        assert plan.first_trial(one) >= FEWEST_TRIALS
        grown = plan.first_trial(following) <= plan.first_trial(one) * GROWTH
        assert grown or following == one + 1


def test_expected_trials() -> None:
    reduction = Reduction()
    for index, block in synthetic.blocks(400, 10):
        reduction.add(index, block)
    half = reduction.estimate("throughput", "mean").half_width
    found = verdict(parse_until(f"throughput.mean±{half / 2}"), reduction, 400, 40)
    assert not found.holds
    assert found.expected_trials == pytest.approx(1600)
    # A limit in an open bin, or none at all, is never narrow.
    assert not verdict(parse_until("throughput.mean±1"), Reduction(), 0, 0).holds


def test_the_watch_asks_at_checkpoints_only() -> None:
    plan = Plan(1000, 10)
    watch = Watch(parse_until("throughput.mean±1000"), plan)
    for _, block in synthetic.blocks(1000, 10):
        assert watch.end is None
        watch.add(block)
        assert watch.now().reached[0].holds  # from the first block on
        if watch.end is not None:
            break
    assert watch.end is not None
    assert watch.end.blocks == 20


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"uplink__interference": "full-buffer"},
        {"service__preset": "voice"},
        {
            "service__preset": "voice",
            "service__activity": 0.2,
            "service__simulated_holding_times": 2,
        },
        {"service__preset": "best-effort"},
        {"service__mix": "voice 50%, best-effort 50%"},
        {"beams__allocation": "periodic", "satellite__beams_at_once": 3, "beams__slots": 1},
        {"satellite__rf_power_w": 100.0, "satellite__pfd_limit_dbw_per_m2_mhz": -100.0},
    ],
)
def test_figures_that_a_rule_may_name_are_those_reported(changes, scenario: Scenario) -> None:
    run = {"run__trials": 4, "run__until": None, "run__block_trials": 2}
    compare_figures(scenario.replace(**run, **changes))


def test_figures_of_a_constellation() -> None:
    compare_figures(network_scenario(run__trials=2, users__count=20))
    limits = {"satellite__rf_power_w": 100.0, "satellite__pfd_limit_dbw_per_m2_mhz": -100.0}
    compare_figures(network_scenario(run__trials=2, users__count=20, **limits))


def compare_figures(scenario: Scenario) -> None:
    found = capest.run(scenario).capest.estimates()
    reported = {f"{one.metric}.{one.statistic}": one.units for one in found}
    allowed = {}
    for name in figures(guaranteed_services()):
        row = quantity(name.partition(".")[0])
        width = "±1" if row.units == "dB" else "±1%"
        try:
            scenario.replace(run__until=name + width)
            allowed[name] = row.units
        except InputError:
            assert row.when, name
    assert allowed == reported
