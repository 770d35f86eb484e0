"""What lies at the output already: refused, kept as it is, or finished and replaced."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from capest.errors import InputError
from capest.results.identity import ResultIdentity, read_estimate, read_identity
from capest.results.manifest import check_folder
from capest.results.ours import Made, Target, look
from capest.results.store import BlockStore, RunIdentity
from capest.runner.plan import Plan
from capest.runner.stopping import Reached, Verdict
from capest.scenario.until import StoppingCondition


@dataclass(frozen=True)
class Existing:
    """A result of the same scenario by the same program.

    Attributes
    ----------
    identity : ResultIdentity
    verdict : Verdict or None
        What the rule of the run asked for says of it.
    """

    identity: ResultIdentity
    verdict: Verdict | None

    def is_what(self, plan: Plan) -> bool:
        """Whether a run of this plan has nothing to add.

        A rule that is fulfilled asks for no more, whoever the result was made for; otherwise the
        run goes to the plan's end.
        """
        if self.verdict is not None and self.verdict.holds:
            return True
        there = self.identity
        return (there.trials, there.block_trials) == (plan.trials, plan.block_trials)

    def is_begun(self, plan: Plan) -> bool:
        """Whether a run of this plan goes on from it: the same blocks, and more of them."""
        there = self.identity
        return there.block_trials == plan.block_trials and there.trials < plan.trials


def blocks_folder(output: Path) -> Path:
    """Folder of the block files of an output, beside it."""
    return output.with_name(output.name + ".blocks")


def check_output(output: Path, *, overwrite: bool) -> Target:
    """Refuse an output that cannot be written or may not be replaced; make its folder.

    Parameters
    ----------
    output : Path
    overwrite : bool
        Whether a result of another kind may be replaced.

    Returns
    -------
    Target

    Raises
    ------
    InputError
    """
    target = look(output, Made.RESULT, Made.SWEEP, makes_folder=True)
    check_folder_of(output)
    if target.made is Made.SWEEP and not overwrite:
        raise InputError(
            f"{output}: holds {target.made}; choose another -o, or replace it with --overwrite"
        )
    return target


def check_folder_of(output: Path) -> None:
    """Make the folder of an output, and refuse one that cannot be written.

    Raises
    ------
    InputError
    """
    check_folder(blocks_folder(output))
    folder = output.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise InputError(f"-o {output}: {error.strerror}; choose another place") from error
    if not writable:
        raise InputError(f"-o {output}: {folder} is not writable; choose another place")


def result_to_keep(
    output: Path,
    asked: RunIdentity,
    plan: Plan,
    conditions: tuple[StoppingCondition, ...],
) -> Existing | None:
    """Result at ``output`` that the run finishes or extends, ``None`` without one.

    Parameters
    ----------
    output : Path
    asked : RunIdentity
        Of the run; its backend may be ``"auto"``.
    plan : Plan
        All the trials the run may take.
    conditions : tuple of StoppingCondition
        The rule that ends the run; empty if none does.

    Raises
    ------
    InputError
        If a result is there that must not be replaced unasked.
    """
    if not output.exists():
        return None
    advice = "choose another -o, or replace it with --overwrite"
    there = read_identity(output)
    if there.fingerprint != asked.fingerprint:
        raise InputError(f"{output}: holds the result of another scenario; {advice}")
    if there.version != asked.version or asked.backend not in ("auto", there.backend):
        raise InputError(
            f"{output}: holds the result of this scenario by capest {there.version} with "
            f"{there.backend}; {advice}"
        )
    found = Existing(there, _verdict(output, there, conditions) if conditions else None)
    if there.trials > plan.trials and not found.is_what(plan):
        raise InputError(
            f"{output}: holds {there.trials:,} trials of this scenario, more than the "
            f"{plan.trials:,} asked for; {advice}"
        )
    return found


def other_blocks(there: ResultIdentity, plan: Plan) -> str:
    """Say why a result is not extended that is of other blocks."""
    lengths = (
        "ever more" if each is None else f"{each:,}"
        for each in (there.block_trials, plan.block_trials)
    )
    return (
        "computed anew: {} trials per block in the result that was there, now {}: run.block_trials"
    ).format(*lengths)


def kept_beyond(folder: Path) -> str:
    """Say that the blocks of a longer run, which was cut off, stay."""
    return f"{folder.name} holds trials beyond those: ask for more trials to go on with them"


def drop_blocks_of_finished(output: Path, there: ResultIdentity) -> tuple[str, ...]:
    """Remove the blocks of a run that ended between its result's rename and their removal.

    Those of a run of more trials that was cut off stay.

    Returns
    -------
    tuple of str
        What the user should know of blocks that stay.
    """
    folder = blocks_folder(output)
    if not folder.exists():
        return ()
    identity = RunIdentity(there.fingerprint, there.version, there.backend, there.block_trials)
    with contextlib.suppress(InputError):  # another run's, or one at work: not ours to remove
        store = BlockStore.open(folder, identity)
        if store.reaches_beyond(there.trials):
            store.close()
            return (kept_beyond(folder),)
        store.remove()
    return ()


def _verdict(
    output: Path, there: ResultIdentity, conditions: tuple[StoppingCondition, ...]
) -> Verdict:
    reached = tuple(
        Reached(each, read_estimate(output, each.metric, each.statistic)) for each in conditions
    )
    return Verdict(there.trials, Plan(there.trials, there.block_trials).blocks, reached)
