"""How long a study takes on this machine, from one world built and one trial computed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from capest.engine.build import build
from capest.engine.world import World
from capest.errors import CapestError
from capest.runner.batches import Executor
from capest.runner.one_trial import TrialTask, compute_trial
from capest.runner.world_file import save_world
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.studies.uncertainty.sample_files import SampleFiles

_SLOW_S = 5.0
"""A trial that takes so long is not timed twice, whatever its first start added."""

_POINT_S = 0.8
"""A run of a point beside its trials and its world: files, reduction, differences (measured)."""


@dataclass(frozen=True)
class Speed:
    """What was measured.

    Attributes
    ----------
    build_s, trial_s : float
        One world here, one trial of it on one worker.
    workers : int
    in_process : bool
        Trials are computed where worlds are built.
    """

    build_s: float
    trial_s: float
    workers: int
    in_process: bool

    def of_samples(self, answers: int) -> float:
        """Seconds for so many answers: worlds are built while workers compute."""
        if self.in_process:
            return answers * (self.build_s + self.trial_s)
        # Whoever builds takes a core too.
        both = (self.build_s + self.trial_s) / self.workers
        return answers * max(self.build_s, both)

    def of_points(self, points: int, trials: int) -> float:
        """Seconds for so many runs in pairs."""
        return points * (self.build_s + _POINT_S + trials * self.trial_s / self.workers)


def measure(
    scenario: Scenario, executor: Executor, kept: SampleFiles, *, in_process: bool
) -> tuple[Speed, World]:
    """Build the world of the stated values and compute its first trial, with a clock.

    Returns
    -------
    Speed
    World
        Of the stated values.

    Raises
    ------
    CapestError
        The trial of the stated values fails.
    """
    build(scenario)  # the first one reads tables that the others have
    started = time.perf_counter()
    world = build(scenario)
    build_s = time.perf_counter() - started
    mark = fingerprint(scenario)
    name = kept.world_name(mark, 0)
    task = TrialTask(name, save_world(world, kept.folder, name), 0, kept.backend)
    try:
        outcome = executor.call(compute_trial, task)
        if outcome.seconds < _SLOW_S:
            outcome = executor.call(compute_trial, task)
    finally:
        kept.drop_world(mark, 0)
    if outcome.failure:
        raise CapestError(f"a trial of the stated values fails: {outcome.failure}")
    return Speed(build_s, outcome.seconds, executor.workers, in_process), world
