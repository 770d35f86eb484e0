"""One task: compute some blocks and keep each as a file. Runs on a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.block import BlockResult
from capest.errors import CapestError
from capest.plan import Plan
from capest.results.stop_mark import is_stopped
from capest.results.store import BlockStore, RunIdentity
from capest.scenario.constellation_rules import unread_limits
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.scene import Scene, build_scene
from capest.statistics import Moments, merge_moments
from capest.trial import trial_block
from capest.version import __version__

if TYPE_CHECKING:
    from capest.network.scene import NetworkScene

# Users whose arrays are computed at once: small enough for a processor's cache, large enough that
# a few hundred array operations per slice do not count; memory stays flat whatever a block holds.
_USERS_PER_SLICE = {"numpy": 2**14, "cupy": 2**20}

# Whole trials, random numbers and histograms included.
_PAIRS_PER_SECOND = {"numpy": 1e8, "cupy": 1e11}

_SATELLITES_IN_REACH = 100
"""Of a constellation, for a rough estimate only."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to know of a run.

    Attributes
    ----------
    scenario : Scenario
    identity : RunIdentity
        Stamped on every block; names the backend.
    plan : Plan
    folder : Path
        Where block files go; shared with the client.
    """

    scenario: Scenario
    identity: RunIdentity
    plan: Plan
    folder: Path


@dataclass(frozen=True)
class BatchReport:
    """What travels back from a worker.

    Attributes
    ----------
    blocks : tuple of int
        Blocks now on disk; fewer than asked for once the run has enough.
    trials : int
        Trials in them.
    throughput : Moments
        Moments over trials of the throughput per trial, for the running estimate.
    """

    blocks: tuple[int, ...]
    trials: int
    throughput: Moments


def run_batch(job: Job, blocks: Sequence[int]) -> BatchReport:
    """Compute blocks and write their files.

    May run twice for the same blocks: the file then is replaced by the same bytes.

    Raises
    ------
    CapestError
        If the worker runs another version of capest than the client, or a file cannot be
        written.
    """
    if fingerprint(job.scenario) != job.identity.fingerprint:
        raise CapestError(
            "a worker would compute something else than this client: another version of a library "
            "that the scenario depends on (itur), or another file; make them the same on both"
        )
    if __version__ != job.identity.version:
        raise CapestError(
            f"a worker runs capest {__version__}, this client {job.identity.version}: "
            "install the same version on both"
        )
    kernels = choose.kernels(job.identity.backend)
    scene = _scene(job.scenario)
    store = BlockStore.attach(job.folder, job.identity)
    throughput: Moments = (0, 0.0, 0.0)
    trials = 0
    done = []
    for block in blocks:
        if is_stopped(job.folder):
            break
        result = compute_block(
            scene, kernels, job.plan.first_trial(block), job.plan.block_size(block)
        )
        store.write(block, result)
        done.append(block)
        trials += result.trials
        throughput = merge_moments(throughput, _moments(result.trial["throughput"]))
    return BatchReport(tuple(done), trials, throughput)


def seconds_per_block(job: Job) -> float:
    """Estimate how long a block takes one worker, good to a factor of a few."""
    scenario = job.scenario
    if scenario.has_constellation:
        constellation = scenario.constellation
        beams = constellation.beams_per_satellite * _SATELLITES_IN_REACH
    else:
        beams = scenario.beam_count
    pairs = _entities(scenario, users_per_trial(job)) * beams * job.plan.block_trials
    return pairs / _PAIRS_PER_SECOND[job.identity.backend]


def layout(job: Job) -> dict[str, np.ndarray]:
    """Coordinates of the beams for the result file, one value per beam."""
    scenario = job.scenario
    if scenario.channel.weather != "clear":
        # Beams lie where they lie in any weather: its tables are not worth making here.
        clear = scenario.channel.model_copy(update={"weather": "clear"})
        scenario = scenario.model_copy(update={"channel": clear})
    return _scene(scenario).layout()


def users_per_trial(job: Job) -> int:
    """Users of one trial."""
    if not job.scenario.has_constellation:
        return job.scenario.users_per_trial
    return _scene(job.scenario).users_per_trial


# A worker gets many batches of the same scenario.
@lru_cache(maxsize=1)
def _scene(scenario: Scenario) -> Scene | NetworkScene:
    if not scenario.has_constellation:
        return build_scene(scenario)
    from capest.network.scene import build_network_scene

    return build_network_scene(scenario)


def prepare(scenario: Scenario) -> tuple[str, ...]:
    """Check before a run what only building its scene tells: names, files, people.

    Returns
    -------
    tuple of str
        What the user should know, one line each.

    Raises
    ------
    InputError
        If a run would fail.
    """
    if not scenario.has_constellation:
        return unread_limits(scenario.satellite)
    return _scene(scenario).notes


def compute_block(
    scene: Scene | NetworkScene,
    kernels: Kernels,
    first_trial: int,
    trials: int,
    slice_trials: int | None = None,
) -> BlockResult:
    """Compute a block in slices of trials that fit the cache, and join them.

    Parameters
    ----------
    scene : Scene or NetworkScene
    kernels : Kernels
    first_trial, trials : int
    slice_trials : int, optional
        Trials at once; chosen by the number of users if not given. The result is the same.

    Returns
    -------
    BlockResult
    """
    if not isinstance(scene, Scene):
        from capest.network.trial import network_trial

        parts = [network_trial(scene, kernels, first_trial + k) for k in range(trials)]
    else:
        step = slice_trials or max(1, _USERS_PER_SLICE[kernels.name] // _entities(scene.scenario))
        parts = [
            trial_block(scene, kernels, first, min(step, first_trial + trials - first))
            for first in range(first_trial, first_trial + trials, step)
        ]
    return BlockResult(
        first_trial,
        {key: np.concatenate([p.trial[key] for p in parts]) for key in parts[0].trial},
        {key: np.concatenate([p.trial_beam[key] for p in parts]) for key in parts[0].trial_beam},
        {key: np.sum([p.histograms[key] for p in parts], axis=0) for key in parts[0].histograms},
        {key: np.sum([p.cell[key] for p in parts], axis=0) for key in parts[0].cell},
    )


def _entities(scenario: Scenario, users: int | None = None) -> int:
    """Entries of the longest arrays of a trial: its users, or the turns of its uplink."""
    found = scenario.users_per_trial if users is None else users
    if scenario.uplink.enabled:
        found = max(found, scenario.uplink.drops * scenario.beam_count)
    return found


def _moments(values: np.ndarray) -> Moments:
    mean = float(values.mean())
    return len(values), mean, float(((values - mean) ** 2).sum())
