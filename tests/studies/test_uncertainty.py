"""A study of uncertainty of one satellite with few users: runs, files and what is printed."""

from __future__ import annotations

import itertools
import json
import math
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import capest
from capest.cli import cli
from capest.runner import one_trial
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.assumed import assumptions_of
from capest.scenario.load import load_scenario
from capest.studies.uncertainty import joint_sample
from capest.studies.uncertainty.assumptions import parse_range
from capest.studies.uncertainty.sample_plan import settings_of
from capest.studies.uncertainty.study import run_study
from capest.studies.uncertainty.study_plan import StudyPlan, plan_study
from capest.studies.uncertainty.study_reading import read_study

SCENARIO = """
rules = "0.2"
title = "Few users under one satellite"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
frequency_reuse = 1
[users]
per_beam = 3
[handset]
preset = "3gpp-handheld"
[channel]
environment = "rural"
line_of_sight = "always"
[run]
seed = 5
"""
RANGES = ("handset.noise_figure_db=5:9", "satellite.eirp_density_dbw_per_mhz=30:36")
CHOICE = "link.thresholds"


def assumed(text: str) -> list[str]:
    """Keys that tables state an assumption of."""
    return [each.key for each in assumptions_of(load_scenario(tomllib.loads(text)))]


HELD = tuple(
    key
    for key in assumed(SCENARIO)
    if key != CHOICE and not any(text.startswith(f"{key}=") for text in RANGES)
)
FIXED = tuple(word for key in HELD for word in ("--fix", key))
SAMPLES, TRIALS = 20, 6
WORDS = (
    *("--backend", "numpy", "--trials", str(TRIALS)),
    *(word for text in RANGES for word in ("--range", text)),
    *FIXED,
)


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, ["uncertainty", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A scenario, and a whole study of it."""
    path = tmp_path_factory.mktemp("uncertainty")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        Path("s.toml").write_text(SCENARIO)
        yield path


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    done = call("s.toml", *WORDS, "--samples", SAMPLES, "--margin", "-6:6:6", "--workers", 0,
                "-o", "whole.nc")  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder / "whole.nc"


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def planned(folder: Path, **more: Any) -> StudyPlan:
    asked: dict[str, Any] = {"samples": SAMPLES, "trials": TRIALS, "fixed": HELD}
    ranges = [parse_range(text) for text in RANGES]
    return plan_study(folder / "s.toml", (), ranges=ranges, **{**asked, **more})


class Silent:
    """Watches a study, and interrupts it after so many samples."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.left = stop_after

    def begins(self, *_: Any) -> None: ...

    def point(self, *_: Any) -> None: ...

    def trials(self, *_: Any) -> None: ...

    def samples(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def value_of(plain: Any, figure: str) -> float:
    every = {f"{one.metric}.{one.statistic}": one.value for one in plain.capest.estimates()}
    return every[figure]


def test_every_end_equals_a_plain_run(here: Path, whole: Path) -> None:
    study = read_study(whole)
    assert {study.assumptions[end.assumption].key for end in study.ends} == {
        CHOICE, *(text.partition("=")[0] for text in RANGES)
    }  # fmt: skip
    for place, end in enumerate(study.ends):
        key = study.assumptions[end.assumption].key
        scenario = load_scenario("s.toml", [f"{key}={end.value}", f"run.trials={TRIALS}"])
        with capest.run(scenario, backend="numpy") as plain:
            for found in study.figures:
                assert found.ends[place].value.value == value_of(plain, found.figure.name)


def test_a_choice_is_tried_with_every_other_option(whole: Path) -> None:
    study = read_study(whole)
    place = [each.key for each in study.assumptions].index(CHOICE)
    tried = {end.value for end in study.ends if end.assumption == place}
    options = {text.partition(":")[0] for text in study.assumptions[place].options.split(", ")}
    assert tried == options - {study.assumptions[place].centre}
    assert len(tried) > 1


def test_a_sample_is_its_trial_of_a_plain_run(here: Path, whole: Path) -> None:
    plan, study = planned(here), read_study(whole)
    assert plan.samples is not None
    throughput = study.figures[1]
    assert throughput.figure.name == "throughput.mean"
    np.testing.assert_array_equal(study.uniforms, plan.samples.uniforms)
    for sample in (0, 4):
        settings = settings_of(plan.assumptions, plan.samples.values[sample])
        trials = SAMPLES + sample + 1
        scenario = load_scenario("s.toml", [*settings, f"run.trials={trials}"])
        with capest.run(scenario, backend="numpy") as plain:
            of_trials = plain["throughput"].values
        assert throughput.answers[sample] == of_trials[sample]
        assert throughput.second[sample] == of_trials[SAMPLES + sample]


def test_margins_are_plain_runs_with_both_gains(here: Path, whole: Path) -> None:
    study = read_study(whole)
    assert study.margins_db == (-6.0, 0.0, 6.0)
    gain = load_scenario("s.toml").handset.antenna_gain_dbi
    for margin, place in ((-6.0, 0), (6.0, 2)):
        scenario = load_scenario(
            "s.toml", [f"handset.antenna_gain_dbi={gain + margin}", f"run.trials={TRIALS}"]
        )
        with capest.run(scenario, backend="numpy") as plain:
            value = value_of(plain, "throughput.mean")
        answer = study.figures[1].margins[place]
        assert answer.value.value == value
        assert answer.difference.value == pytest.approx(value - study.figures[1].base.value)
    assert study.figures[1].margins[1].value.value == study.figures[1].base.value


def run_inline(plan: StudyPlan, output: Path, watch: Silent, executor: Any = None) -> None:
    run_study(
        plan,
        output,
        lambda: executor or InlineExecutor(check_pickling=True),
        watch,
        backend="numpy",
        in_process=True,
    )


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> bytes:
    run_inline(planned(folder, one_at_a_time=False), folder / "undisturbed.nc", Silent())
    return (folder / "undisturbed.nc").read_bytes()


def test_a_study_that_was_cut_off_goes_on_and_ends_with_the_same_bytes(
    here: Path, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, output = planned(here, one_at_a_time=False), here / "cut-off.nc"
    with pytest.raises(KeyboardInterrupt):
        run_inline(plan, output, Silent(stop_after=7))
    kept = output.with_name("cut-off.nc.samples")
    assert len(list(kept.glob("sample-*.json"))) == 7
    computed = []
    build = joint_sample.build
    monkeypatch.setattr(joint_sample, "build", lambda one: computed.append(1) or build(one))
    run_inline(plan, output, Silent())
    assert len(computed) == SAMPLES + 16 - 7
    assert output.read_bytes() == undisturbed
    assert not kept.exists()


def test_paired_runs_that_were_cut_off_go_on(here: Path, whole: Path) -> None:
    class Stops(Silent):
        def point(self, number: int, *_: Any) -> None:
            if number == 3:
                raise KeyboardInterrupt

    plan, output = planned(here, samples=0, fixed=(*HELD, CHOICE)), here / "ends.nc"
    with pytest.raises(KeyboardInterrupt):
        run_inline(plan, output, Stops())
    points = output.with_name("ends.nc.samples") / "paired.nc.points"
    assert len(list(points.glob("*.nc"))) == 3
    run_inline(plan, output, Silent())
    again, first = (read_study(path) for path in (output, whole))
    keys = {each.key for each in again.assumptions}
    kept = [first.assumptions[end.assumption].key in keys for end in first.ends]
    for ours, theirs in zip(again.figures, first.figures, strict=True):
        # NaN is no equal of itself.
        assert repr(ours.ends) == repr(tuple(itertools.compress(theirs.ends, kept)))
    assert not points.parent.exists()


def test_workers_change_no_byte(here: Path, undisturbed: bytes) -> None:
    from capest.runner.execute.dask_cluster import local_cluster

    output = here / "workers.nc"
    plan = planned(here, one_at_a_time=False)
    run_study(plan, output, lambda: local_cluster(2), Silent(), backend="numpy")
    assert output.read_bytes() == undisturbed


class Backwards(InlineExecutor):
    """Yields results in another order, as workers may."""

    def run(self, function: Any, tasks: Iterable[Any]) -> Iterator[Any]:
        yield from reversed([function(task) for task in tasks])


def test_the_order_of_answers_changes_no_byte(here: Path, undisturbed: bytes) -> None:
    output = here / "backwards.nc"
    run_inline(planned(here, one_at_a_time=False), output, Silent(), Backwards())
    assert output.read_bytes() == undisturbed


def test_a_sample_that_fails_is_named_and_the_others_go_on(
    here: Path, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, output = planned(here, one_at_a_time=False), here / "failing.nc"
    build, compute = joint_sample.build, one_trial.compute_block
    count = iter(range(1000))

    def no_world(scenario: Any) -> Any:
        if next(count) == 3:
            raise ValueError("no room\nfor beams")
        return build(scenario)

    def no_trial(world: Any, kernels: Any, trial: int, trials: int) -> Any:
        if trial == 5:
            raise FloatingPointError("out of range")
        return compute(world, kernels, trial, trials)

    monkeypatch.setattr(joint_sample, "build", no_world)
    monkeypatch.setattr(one_trial, "compute_block", no_trial)
    run_inline(plan, output, Silent())
    study = read_study(output)
    assert [(one.sample, one.trial) for one in study.failures] == [(3, 3), (5, 5)]
    assert "no room" in study.failures[0].message
    assert "out of range" in study.failures[1].message
    assert f"{CHOICE}=" in study.failures[0].values
    first = study.figures[1].answers
    assert np.isnan(first).nonzero()[0].tolist() == [3, 5]
    whole = read_study(here / "undisturbed.nc").figures[1].answers
    np.testing.assert_array_equal(np.delete(first, [3, 5]), np.delete(whole, [3, 5]))
    shown = CliRunner().invoke(cli, ["show", str(output)])
    assert shown.exit_code == 0
    assert "2 of 20 samples have no answer" in shown.output
    assert "sample 5, trial 5: FloatingPointError: out of range" in shown.output


def test_a_file_is_shown_and_opened_without_capest(here: Path, whole: Path) -> None:
    import xarray as xr

    shown = CliRunner().invoke(cli, ["show", "whole.nc"])
    assert shown.exit_code == 0
    assert "90 % range over the stated assumptions" in shown.output
    assert [line for line in shown.output.splitlines() if len(line) > 80] == []
    with xr.open_dataset(whole) as dataset:
        assert dataset.sizes["sample"] == SAMPLES
        assert dataset.sizes["assumption"] == 3
        assert dataset["assumption"].values.tolist() == [
            each.key for each in read_study(whole).assumptions
        ]
        for name, variable in dataset.variables.items():
            assert variable.attrs["long_name"], name
        low, high = (float(dataset[f"throughput_mean_range_{end}"]) for end in ("low", "high"))
        inside = dataset["throughput_mean"].values
    assert low == np.sort(inside)[0]
    assert high == np.sort(inside)[18]


def test_json_has_all_figures(here: Path, whole: Path) -> None:
    found = json.loads(CliRunner().invoke(cli, ["show", "whole.nc", "--json"]).output)
    assert found["schema"] == 1
    assert len(found["assumptions"]) == 3
    throughput = found["figures"][1]
    assert throughput["figure"] == "throughput.mean"
    assert len(throughput["one_at_a_time"]) == len(read_study(whole).ends)
    assert [one["margin_db"] for one in throughput["margins"]] == [-6, 0, 6]
    joint = throughput["joint_sample"]
    assert (joint["samples"], joint["failed"]) == (SAMPLES, 0)
    low, high = joint["range"]["low"]["value"], joint["range"]["high"]["value"]
    assert low < joint["range"]["median"]["value"] < high
    assert len(joint["shares"]) == 3


def test_a_file_that_is_there_is_not_replaced_unasked(here: Path, whole: Path) -> None:
    before = whole.read_bytes()
    refused = call("s.toml", *WORDS, "--samples", SAMPLES, "--workers", 0, "-o", "whole.nc")
    assert refused.exit_code == 2
    assert "holds a study of uncertainty" in refused.output
    (here / "notes.nc").write_text("mine")
    refused = call("s.toml", *WORDS, "-o", "notes.nc", "--overwrite")
    assert refused.exit_code == 2
    assert "was not made by capest" in refused.output
    assert whole.read_bytes() == before


def test_samples_of_another_version_are_refused(here: Path) -> None:
    kept = here / "old.nc.samples"
    kept.mkdir()
    (kept / "study.json").write_text('{"made_by": "capest 0.2.9", "backend": "numpy"}')
    refused = call("s.toml", *WORDS, "--workers", 0, "-o", "old.nc")
    assert refused.exit_code == 2
    assert "that capest 0.2.9 started" in refused.output
    strange = here / "strange.nc.samples"
    strange.mkdir()
    (strange / "letter.txt").write_text("mine")
    refused = call("s.toml", *WORDS, "--workers", 0, "-o", "strange.nc")
    assert refused.exit_code == 2
    assert "letter.txt" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--of", "troughput"], "there is no figure troughput.mean; did you mean throughput.mean"),
        (["--of", "calls"], "--of calls: calls.mean is not computed here"),
        (["--of", "sinr_db.p50±1"], "must be the name of a figure"),
        (["--fix", "link.treshold"], "no such key; did you mean link.thresholds"),
        (["--fix", "beams.count"], "--fix beams.count: is not drawn anyway"),
        (["--range", "handset.noise_figure_db"], "must have the form KEY=LOW:HIGH"),
        (["--range", "handset.noise_figure_db=9:5"], "9 is not below 5"),
        (["--range", "handset.noise_figure_db=8:9"], "the scenario's own value, 7, lies outside"),
        (["--range", "handset.noise_figur_db=8:9"], "no such key; did you mean"),
        (["--range", "satellite.pattern=1:2"], 'cannot be varied: its value is "bessel"'),
        (["--range", "users.per_beam=2.5:4"], "is a whole number, and so are both ends"),
        (["--range", "beams.slots=1:4"], "cannot be varied: it is left to follow from others"),
        (["--range", "satellite.altitude_km=-50:700"], "the range of satellite.altitude_km: "),
        (["--range", "run.seed=1:5"], "run.seed cannot be varied: it says how much"),
        (["--range", "users.per_beam=1:20", "--fix", "users.per_beam"], "give one of them"),
        (["--range", "users.per_beam=1:20", "--range", "users.per_beam=1:30"], "given twice"),
        (["--margin", "-6:6"], "must have the form LOW:HIGH:STEP"),
        (["--margin", "6:-6:1"], "LOW not above HIGH"),
        (["--margin=-6:6:0.001"], "makes 12,001 margins"),
        (["--samples", "7"], "--samples 7: must be 20 to 100,000"),
        (["--samples", "0"], "leaves nothing to compute"),
        (["-o", "all.json"], "is written as NetCDF"),
        (["--fix", CHOICE, *FIXED], "but what --fix holds"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(here: Path, words: list[str], said: str) -> None:
    refused = call("s.toml", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert len([line for line in refused.output.splitlines() if line.startswith("Error")]) == 1
    assert "Traceback" not in refused.output
    assert not (here / "s-uncertainty.nc").exists()
    assert not (here / "s-uncertainty.nc.samples").exists()


def test_nothing_but_the_curve(here: Path) -> None:
    done = call("s.toml", "--samples", 0, "--margin", "-2:2:2", "--workers", 0, "--backend",
                "numpy", "--trials", 5, "-o", "curve.nc", "--of", "throughput")  # fmt: skip
    assert done.exit_code == 0, done.output
    study = read_study(here / "curve.nc")
    assert (study.assumptions, study.ends, study.samples) == ((), (), 0)
    assert len(study.figures[0].margins) == 3
    assert all(math.isfinite(one.value.value) for one in study.figures[0].margins)


IN_A_HAND = """
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
frequency_reuse = 3
[users]
per_beam = 10
[handset]
preset = "smartphone-typical"
[service]
preset = "video-call-480p"
[channel]
environment = "urban"
[run]
seed = 5
until = "calls.mean±5%"
"""


def test_a_phone_in_a_hand_is_answered_with_a_curve_first(here: Path) -> None:
    Path("hand.toml").write_text(IN_A_HAND)
    held = [key for key in assumed(IN_A_HAND) if key != "handset.power_reduction_db"]
    fixed = [word for key in held for word in ("--fix", key)]
    done = call("hand.toml", "--one-at-a-time", *fixed, "--workers", 0, "--backend", "numpy",
                "--trials", 5, "-o", "hand.nc")  # fmt: skip
    assert done.exit_code == 0, done.output
    study = read_study(here / "hand.nc")
    assert [one.figure.name for one in study.figures] == ["calls.mean"]
    assert study.margins_db == (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
    assert [end.value for end in study.ends] == ["0.0", "4.0"]
    calls = [one.value.value for one in study.figures[0].margins]
    assert calls == sorted(calls)
    assert calls[-1] > 3 * calls[3] > 0
    assert done.output.index("against link margin") < done.output.index("one assumption at a time")
