"""One trial of a world that the client built for it alone, and every figure of this trial."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import lru_cache

from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.engine.memory import compute_block
from capest.errors import CapestError, StorageError
from capest.runner.world_file import WorldFile, read_world
from capest.statistics.reduction import Reduction
from capest.version import __version__


@dataclass(frozen=True)
class TrialTask:
    """What a worker needs to know.

    Attributes
    ----------
    name : str
        Of the task, for whoever asked.
    world : WorldFile
        On a file system that the client and all workers share.
    trial : int
        Number of the trial.
    backend : str
    version : str
        Of the client.
    """

    name: str
    world: WorldFile
    trial: int
    backend: str
    version: str = __version__


@dataclass(frozen=True)
class TrialOutcome:
    """What became of a trial.

    Attributes
    ----------
    name : str
        Of its task.
    figures : dict of str to float
        Such as ``"calls.mean"``; a quantile over users is that of this trial's users.
    failure : str
        Why there are none, one line; empty where there are.
    seconds : float
        That the trial took, without reading its world.
    """

    name: str
    figures: dict[str, float] = field(default_factory=dict)
    failure: str = ""
    seconds: float = 0.0


def compute_trial(task: TrialTask) -> TrialOutcome:
    """Compute one trial; a failure of the trial itself is an outcome too.

    Raises
    ------
    CapestError
        If the worker runs another version of capest than the client, or does not see the world.
    """
    if __version__ != task.version:
        raise CapestError(
            f"a worker runs capest {__version__}, this client {task.version}: "
            "install the same version on both"
        )
    world = read_world(task.world)
    kernels = _kernels(task.backend)
    started = time.perf_counter()
    try:
        reduction = Reduction()
        reduction.add(0, compute_block(world, kernels, task.trial, 1))
        found = {f"{one.metric}.{one.statistic}": one.value for one in reduction.estimates()}
    except StorageError:
        raise
    except Exception as error:  # of one sample: the others go on, and it is named
        return TrialOutcome(task.name, failure=f"{type(error).__name__}: {error}")
    return TrialOutcome(task.name, found, seconds=time.perf_counter() - started)


# A worker gets many trials, and would compile and test kernels in each.
@lru_cache(maxsize=1)
def _kernels(backend: str) -> Kernels:
    return choose.kernels(backend)
