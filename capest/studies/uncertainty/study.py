"""A study of uncertainty from its plan to its file; what is finished is kept beside the output."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from capest.engine.world import World
from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.headline import MANY_ON_FADING
from capest.results.lock import locked
from capest.results.ours import Made, Target, look
from capest.results.store import RunIdentity
from capest.results.sweep_figures import SweepPoint
from capest.runner.backends import choose_backend
from capest.runner.loop import Executor, Progress
from capest.runner.provenance import provenance
from capest.runner.shared_executor import SharedExecutor
from capest.runner.sweep import Point
from capest.scenario.assumed import stated_figures
from capest.scenario.figure import DECISION
from capest.scenario.fingerprint import fingerprint
from capest.scenario.write import toml_value
from capest.studies.uncertainty.analysis import variables_of
from capest.studies.uncertainty.duration import Speed, measure
from capest.studies.uncertainty.joint_sample import SampleProgress, answers_of
from capest.studies.uncertainty.margin import MARGINS_DB
from capest.studies.uncertainty.paired_points import PairedPoints
from capest.studies.uncertainty.paired_runs import (
    Backend,
    finished_runs,
    remove_paired,
    run_paired,
    share_on_fading,
)
from capest.studies.uncertainty.put_together import study_of
from capest.studies.uncertainty.sample_files import (
    Answer,
    SampleFiles,
    check_samples_folder,
    samples_folder,
)
from capest.studies.uncertainty.study_file import write_study
from capest.studies.uncertainty.study_model import (
    Study,
)
from capest.studies.uncertainty.study_plan import StudyPlan
from capest.version import __version__

_NOT_KEPT = {"created", "history", "users_per_trial", "host"}
"""What of a run's origin would make two files of the same study differ."""


class StudyWatch(Protocol):
    """Who is told how far a study is; may raise to stop it."""

    def begins(self, speed: Speed, plan: StudyPlan, answers: int, runs: int) -> None:
        """Tell how long it takes, before it starts; so many answers and runs are there already."""

    def point(self, number: int, total: int, trials: int) -> None:
        """Tell that a run in pairs begins."""

    def trials(self, progress: Progress) -> None:
        """Tell how far a run in pairs is."""

    def samples(self, progress: SampleProgress) -> None:
        """Tell how far the joint sample is."""


def run_study(
    plan: StudyPlan,
    output: Path,
    make_executor: Callable[[], Executor],
    watch: StudyWatch,
    *,
    backend: Backend = "auto",
    overwrite: bool = False,
    in_process: bool = False,
) -> tuple[str, ...]:
    """Run a study, or go on with one that was cut off, and write its file.

    Parameters
    ----------
    plan : StudyPlan
    output : Path
        NetCDF file; what is finished lies in ``<output>.samples`` until it is whole.
    make_executor : callable
        Starts the workers, once for the study.
    watch : StudyWatch
    backend : {"auto", "numpy", "native", "cupy"}
    overwrite : bool
        Replace a study that is there, and drop what another version left.
    in_process : bool
        The executor computes in this process.

    Returns
    -------
    tuple of str
        What the user should know, one line each.

    Raises
    ------
    InputError
        The output is there, or of something else; another version began it.
    CapestError
        Workers or storage fail, or the stated values do.
    """
    # Workers on other machines have other working folders.
    output = output.absolute()
    target = check_study_output(output, overwrite=overwrite)
    folder = samples_folder(output)
    executor = SharedExecutor(make_executor)
    with locked(folder) as notice:
        target.check_unchanged()
        try:
            chosen = choose_backend(executor(), backend)
            kept = SampleFiles.open(folder, chosen.backend, replace=overwrite)
            speed, world = measure(plan.scenario, executor(), kept, in_process=in_process)
            watch.begins(speed, plan, kept.finished, finished_runs(folder))
            study, notices = _found(plan, folder, executor, kept, watch)
        finally:
            executor.close()
        about = _about(plan, world, chosen.backend, chosen.device)
        _write(target, replace(study, about=about))
        kept.remove()
        remove_paired(folder)
    said = [notice, chosen.note, *notices]
    return tuple(dict.fromkeys(each for each in said if each))


def check_study_output(output: Path, *, overwrite: bool) -> Target:
    """Refuse an output that cannot be written or may not be replaced; make its folder.

    Raises
    ------
    InputError
    """
    target = look(output, Made.UNCERTAINTY, makes_folder=True)
    check_samples_folder(samples_folder(output))
    if target.made is not None and not overwrite:
        raise InputError(
            f"{output}: holds {target.made}; choose another -o, or replace it with --overwrite"
        )
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"-o {output}: {error.strerror}; choose another place") from error
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise InputError(f"-o {output}: {output.parent} is not writable; choose another place")
    return target


def _found(
    plan: StudyPlan, folder: Path, executor: SharedExecutor, kept: SampleFiles, watch: StudyWatch
) -> tuple[Study, list[str]]:
    """Everything but where it comes from, and what the runs have to say."""
    backend: Backend = kept.backend  # type: ignore[assignment]
    notices: list[str] = []

    def paired(planned: PairedPoints) -> list[SweepPoint]:
        def on_point(number: int, point: Point) -> None:
            watch.point(number, len(planned.points), point.scenario.run.trials)

        points, said = run_paired(planned, folder, executor, backend, on_point, watch.trials)
        notices.extend(note for note in said if not note.startswith("resumed"))
        return points

    of_ends = [] if plan.paired is None else paired(plan.paired)
    margins_db, planned = plan.margins_db, plan.margins
    if planned is None and of_ends and share_on_fading(of_ends) > MANY_ON_FADING:
        # An answer that hangs on a few decibels has no single number.
        margins_db = tuple(each for each in MARGINS_DB if each != 0.0)
        planned = plan.margin_points(margins_db)
    of_margins = [] if planned is None else paired(planned)
    answers: list[Answer] = []
    if plan.samples is not None:
        answers = answers_of(
            plan.source,
            plan.overrides,
            plan.assumptions,
            plan.samples,
            executor(),
            kept,
            watch.samples,
        )
    return study_of(plan, of_ends, of_margins, margins_db, answers), notices


def _about(plan: StudyPlan, world: World, backend: str, device: str) -> dict[str, Any]:
    """Global attributes of the file."""
    mark = fingerprint(plan.scenario)
    identity = RunIdentity(mark, __version__, backend, plan.scenario.run.block_trials)
    origin = provenance(plan.scenario, world, identity, plan.trials)
    kept = {name: value for name, value in origin.items() if name not in _NOT_KEPT}
    kept["source"] = f"capest {__version__}, study of uncertainty"
    kept["device"] = device
    kept["paired_trials"] = plan.trials
    kept["decisions"] = ", ".join(_decisions(plan))
    return kept


def _decisions(plan: StudyPlan) -> list[str]:
    """What somebody will decide, and the scenario only assumes, as ``key=value``."""
    return [
        f"{each.key}={toml_value(each.value)}"
        for each in stated_figures(plan.scenario)
        if each.figure.kind == DECISION and each.figure.confidence == "assumed"
    ]


def _write(target: Target, study: Study) -> None:
    """Write the file, whole."""
    output = target.path
    temporary = files.temporary_path(output)
    try:
        write_study(temporary, study, variables_of(study))
        target.publish(temporary)
    except (OSError, RuntimeError) as error:
        said = files.reason(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, RuntimeError) and not said.startswith("NetCDF"):
            raise
        raise StorageError(
            f"cannot write {output}: {said} ({files.free_space(output.parent)}); finished samples "
            "are kept"
        ) from error
    finally:
        files.discard(temporary)
