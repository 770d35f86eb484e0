"""More trials extend a finished result: they alone are computed, and its bytes are those of a run
that was never shorter."""

from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
import pytest

import capest
from capest.backend import choose
from capest.errors import BackendError, InputError
from capest.runner import loop
from capest.runner.execute.inline import InlineExecutor
from capest.runner.plan import Plan
from capest.runner.sweep import parse_axis, points_folder, points_of, run_sweep
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from tests.engine.small_network import network_scenario

VOLATILE = {"created", "history", "elapsed_s", "command_line", "host", "device"}


RAW = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 1},
    "users": {"per_beam": 2},
    "uplink": {"interference": "full-buffer"},
    "service": {"mix": "voice 50%, best-effort 50%"},
    "run": {"trials": 40},
}


def one_satellite(**changes: object) -> Scenario:
    scenario = load_scenario(RAW)
    return scenario.replace(**changes) if changes else scenario


def constellation(**changes: object) -> Scenario:
    return network_scenario(
        constellation__shells="60: 60/6/1 @ 600",
        cells__diameter_km=250.0,
        users__count=30,
        service__preset="voice",
        **changes,
    )


def contents(path: Path) -> dict[str, object]:
    """Everything in a file but when, where and by which command it was made."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        variables = {
            name: (np.asarray(file[name][...]).tobytes(), str(file[name].__dict__))
            for name in file.variables
            if file[name].dtype is not str
        }
        texts = {name: file[name][...].tolist() for name in file.variables if name not in variables}
        about = {name: file.getncattr(name) for name in file.ncattrs() if name not in VOLATILE}
    return variables | texts | {"attributes": about}


class Counting(InlineExecutor):
    """Knows how many trials were computed, and which came first."""

    def __init__(self) -> None:
        super().__init__(check_pickling=True)
        self.trials = 0
        self.blocks: list[int] = []

    def run(self, function, tasks) -> Iterator[object]:  # type: ignore[no-untyped-def]
        for report in super().run(function, tasks):
            self.trials += report.trials
            self.blocks += report.blocks
            yield report


class Dies(Counting):
    """Fails after its second task."""

    workers = 3

    def run(self, function, tasks) -> Iterator[object]:  # type: ignore[no-untyped-def]
        for number, report in enumerate(super().run(function, tasks)):
            if number == 2:
                raise RuntimeError("power failure")
            yield report


def extend(scenario: Scenario, path: Path, *steps: int) -> list[int]:
    """Run with ever more trials; how many were computed each time."""
    computed = []
    for trials in steps:
        executor = Counting()
        outcome = loop.run(scenario.replace(run__trials=trials), path, lambda: executor)  # noqa: B023
        if computed:
            said = f"extended: {sum(computed):,} of {trials:,} trials were there already"
            assert said in outcome.notices
        computed.append(executor.trials)
        assert not loop.blocks_folder(path).exists()
    return computed


@pytest.mark.parametrize(
    ("scenario", "steps"),
    [
        # 50 groups come round several times; 230 and 333 lie within blocks of 4.
        (one_satellite(), (3, 49, 120, 230, 333, 333 + 1)),
        (one_satellite(run__block_trials=3), (10, 20, 155, 160)),
        (one_satellite(run__block_trials=50), (7, 20)),
        (one_satellite(beams__allocation="periodic", satellite__beams_at_once=3), (30, 61)),
        (constellation(), (2, 7)),
        (constellation(run__block_trials=4), (6, 7, 13)),
    ],
)
def test_only_what_is_missing_is_computed_and_the_bytes_are_the_same(
    scenario: Scenario, steps: tuple[int, ...], tmp_path: Path
) -> None:
    computed = extend(scenario, tmp_path / "out.nc", *steps)
    assert computed == list(np.diff(steps, prepend=0))
    undisturbed = tmp_path / "undisturbed.nc"
    loop.run(scenario.replace(run__trials=steps[-1]), undisturbed, InlineExecutor)
    assert contents(tmp_path / "out.nc") == contents(undisturbed)


def test_the_interface_for_programs_extends_too(tmp_path: Path) -> None:
    path, scenario = tmp_path / "out.nc", one_satellite()
    few = capest.run(scenario, output=path, trials=60)
    few.close()
    many = capest.run(scenario, output=path, trials=90)
    with many:
        assert many.sizes["trial"] == 90
        assert len(str(many.attrs["history"]).splitlines()) == 2
        assert many.attrs["block_trials"] == "growing"


@pytest.mark.parametrize("scenario", [one_satellite(), constellation(run__block_trials=2)])
def test_a_kill_while_extending_loses_nothing(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    few, many = scenario.replace(run__trials=13), scenario.replace(run__trials=61)
    loop.run(few, path, InlineExecutor)
    before = path.read_bytes()
    dying = Dies()
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(many, path, lambda: dying)
    assert path.read_bytes() == before
    # Whoever asks for the short run has it, and what was computed stays.
    outcome = loop.run(few, path, InlineExecutor)
    assert outcome.kept
    assert "ask for more trials to go on" in outcome.notices[1]
    executor = Counting()
    outcome = loop.run(many, path, lambda: executor)
    assert executor.trials == 61 - 13 - dying.trials
    assert f"resumed: {13 + dying.trials} of 61 trials were there already" in outcome.notices
    loop.run(many, tmp_path / "undisturbed.nc", InlineExecutor)
    assert contents(path) == contents(tmp_path / "undisturbed.nc")


def test_blocks_of_an_extension_do_not_pass_for_those_of_another_run(tmp_path: Path) -> None:
    """The rest of a block has as many trials as the block would have in a run of another length."""
    path, scenario = tmp_path / "out.nc", one_satellite(run__block_trials=10)
    loop.run(scenario.replace(run__trials=15), path, InlineExecutor)
    with pytest.raises(RuntimeError, match="power failure"):
        loop.run(scenario.replace(run__trials=60), path, Dies)
    path.unlink()
    shorter = scenario.replace(run__trials=15)
    loop.run(shorter, path, InlineExecutor)
    loop.run(shorter, tmp_path / "undisturbed.nc", InlineExecutor)
    assert contents(path) == contents(tmp_path / "undisturbed.nc")


def test_a_rule_that_is_narrower_extends(tmp_path: Path) -> None:
    path, scenario = tmp_path / "out.nc", one_satellite(run__trials=3000)
    wide = loop.run(scenario.replace(run__until="throughput.mean±4%"), path, InlineExecutor)
    assert wide.verdict is not None
    assert wide.verdict.holds
    narrow = scenario.replace(run__until="throughput.mean±2.5%")
    executor = Counting()
    outcome = loop.run(narrow, path, lambda: executor)
    assert outcome.verdict is not None
    assert outcome.verdict.holds
    assert min(executor.blocks) == wide.verdict.blocks
    loop.run(narrow, tmp_path / "undisturbed.nc", InlineExecutor)
    assert contents(path) == contents(tmp_path / "undisturbed.nc")
    # Without a rule it goes on, too, from trials that are no whole number of blocks.
    assert Plan(3000).first_trial(Plan(3000).whole_blocks(991)) < 991
    extended = scenario.replace(run__trials=991)
    loop.run(extended, path, InlineExecutor)
    loop.run(narrow.replace(run__until="throughput.mean±1.2%"), path, InlineExecutor)
    other = tmp_path / "other.nc"
    loop.run(narrow.replace(run__until="throughput.mean±1.2%"), other, InlineExecutor)
    assert contents(path) == contents(other)


def test_fewer_trials_than_there_are_refused(tmp_path: Path) -> None:
    path, scenario = tmp_path / "out.nc", one_satellite()
    loop.run(scenario.replace(run__trials=30), path, InlineExecutor)
    with pytest.raises(InputError, match=r"holds 30 trials .* more than the 20 asked"):
        loop.run(scenario.replace(run__trials=20), path, InlineExecutor)


def test_other_blocks_start_anew_and_say_so(tmp_path: Path) -> None:
    path, scenario = tmp_path / "out.nc", one_satellite()
    loop.run(scenario, path, InlineExecutor)
    executor = Counting()
    outcome = loop.run(
        scenario.replace(run__trials=80, run__block_trials=5), path, lambda: executor
    )
    assert executor.trials == 80
    assert "computed anew: ever more trials per block in the result" in outcome.notices[0]
    assert "now 5: run.block_trials" in outcome.notices[0]


def test_a_result_goes_on_with_what_computed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scenario = tmp_path / "out.nc", one_satellite()
    loop.run(scenario, path, InlineExecutor, backend="numpy")
    asked: list[str] = []

    def resolve(name: str) -> tuple[str, str]:
        asked.append(name)
        raise BackendError("the cupy backend cannot be used: no GPU")

    monkeypatch.setattr(choose, "resolve_device", resolve)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"was computed with numpy, .* no GPU; .*--overwrite"):
        loop.run(scenario.replace(run__trials=50), path, InlineExecutor)
    assert asked == ["numpy"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("lacks", ["cell_sums", "sinr_db_below"])
def test_a_result_that_lacks_something_is_not_extended(lacks: str, tmp_path: Path) -> None:
    path, scenario = tmp_path / "out.nc", constellation(run__trials=2)
    loop.run(scenario, path, InlineExecutor)
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable(lacks, "other")
    with pytest.raises(InputError, match=r"cannot be extended: .*--overwrite"):
        loop.run(scenario.replace(run__trials=3), path, InlineExecutor)
    loop.run(scenario.replace(run__trials=3), path, InlineExecutor, overwrite=True)


def test_a_longer_sweep_extends_the_points_that_were_kept(tmp_path: Path) -> None:
    output, axes = tmp_path / "sweep.nc", [parse_axis("users.per_beam=1,3")]

    def sweep(trials: int, folder: Path = output) -> int:
        executor = Counting()
        points = points_of(RAW, [f"run.trials={trials}"], axes)
        run_sweep(points, axes, folder, lambda: executor, keep_points=True, overwrite=True)
        return executor.trials

    assert sweep(40) == 2 * 40
    assert sweep(70) == 2 * 30
    # Points of both lengths are kept.
    assert len(list(points_folder(output).glob("*.nc"))) == 4
    assert sweep(70) == 0
    alone = tmp_path / "alone.nc"
    assert sweep(70, alone) == 2 * 70
    one, other = contents(output), contents(alone)
    assert {name: one[name] for name in one if name != "attributes"} == {
        name: other[name] for name in other if name != "attributes"
    }
    # A shorter sweep has no use for them, and leaves them as they are.
    assert sweep(20) == 2 * 20
    assert sweep(70) == 0


def test_points_of_one_sweep_that_differ_in_length_keep_theirs(tmp_path: Path) -> None:
    output, axes = tmp_path / "sweep.nc", [parse_axis("run.trials=20,30,25")]
    executor = Counting()
    points = points_of(RAW, [], axes)
    run_sweep(points, axes, output, lambda: executor)
    with netCDF4.Dataset(output) as dataset:
        assert dataset["trials"][:].tolist() == [20, 30, 25]
    # The second goes on from the first, and so does the third.
    assert executor.trials == 20 + 10 + 5


def test_a_shorter_run_keeps_the_blocks_of_a_longer_one_that_was_cut_off(tmp_path: Path) -> None:
    scenario, output = load_scenario(RAW, ["run.trials=400"]), tmp_path / "r.nc"

    class Broken(Exception):
        pass

    def stop(progress: loop.Progress) -> None:
        if progress.trials_done > 250:
            raise Broken

    with pytest.raises(Broken):
        loop.run(scenario, output, InlineExecutor, on_progress=stop)
    short = loop.run(scenario.replace(run__trials=20), output, InlineExecutor)
    assert any("holds trials beyond those" in notice for notice in short.notices)
    executor = Counting()
    loop.run(scenario, output, lambda: executor)
    assert executor.trials < 200
    assert not loop.blocks_folder(output).exists()
