"""Runs of one study, one after the other, whose results are kept beside its output."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.blockfile import FORM
from capest.results.identity import read_identity
from capest.results.manifest import read_manifest
from capest.runner import loop
from capest.runner.shared_executor import SharedExecutor
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.version import __version__


class PointRuns:
    """Runs scenarios with one set of workers, each once: what is finished is not computed again.

    Parameters
    ----------
    output : Path
        Of the study; results lie beside it in ``<output>.points``.
    make_executor : callable
        Starts the workers, when they are first needed.
    backend : {"auto", "numpy", "native", "cupy"}
    overwrite : bool
        Drop points that another version began.
    on_progress : callable, optional
        Called after each batch.
    """

    def __init__(
        self,
        output: Path,
        make_executor: Callable[[], loop.Executor],
        backend: Literal["auto", "numpy", "native", "cupy"],
        *,
        overwrite: bool = False,
        on_progress: Callable[[loop.Progress], None] | None = None,
    ) -> None:
        self._output, self._backend, self._overwrite = output, backend, overwrite
        self._shared = SharedExecutor(make_executor)
        self._on_progress = on_progress

    def run(self, scenario: Scenario) -> tuple[Path, loop.RunOutcome]:
        """Run a scenario to its result file.

        Raises
        ------
        InputError, CapestError
            As of ``loop.run``; if another version began the point.
        """
        path = point_file(self._output, scenario)
        _begin(path, scenario, self._backend)
        other = _other_version(path)
        if other is not None and not self._overwrite:
            raise InputError(
                f"{points_folder(self._output)} holds points of a sweep that capest {other} "
                f"started; this is capest {__version__}: finish it there, choose another -o, or "
                "drop them with --overwrite"
            )
        outcome = loop.run(
            scenario,
            path,
            self._shared,
            backend=self._backend,
            overwrite=other is not None,
            on_progress=self._on_progress,
        )
        return path, outcome

    def close(self) -> None:
        """Stop the workers."""
        self._shared.close()


def points_folder(output: Path) -> Path:
    """Folder of the results of a sweep's points, beside its output."""
    return output.with_name(output.name + ".points")


def point_file(output: Path, scenario: Scenario) -> Path:
    """Where the result of a point is, or will be."""
    run = scenario.run
    rule = "" if run.until is None else f"-{hashlib.sha256(run.until.encode()).hexdigest()[:12]}"
    return points_folder(output) / f"{point_stem(scenario)}-{run.trials}{rule}.nc"


def point_stem(scenario: Scenario) -> str:
    """Start of the names of points that differ in their number of trials alone."""
    return f"{fingerprint(scenario)[:24]}-{scenario.run.block_trials or 'growing'}"


def remove_points(output: Path, results: list[Path]) -> None:
    """Remove results of points; what else somebody put into their folder stays."""
    for path in results:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        points_folder(output).rmdir()


def _other_version(path: Path) -> str | None:
    """Version that computed a point, or began to, if it is not this one."""
    if path.exists():
        version = read_identity(path).version
    else:
        cut_off = read_manifest(loop.blocks_folder(path))
        if cut_off is None:
            return None
        version = cut_off.version
        if version == __version__ and cut_off.form != FORM:
            return f"{version}, an earlier build,"
    return None if version == __version__ else version


def _begin(path: Path, scenario: Scenario, backend: str) -> None:
    """Let a point go on from the longest result of fewer trials, of which it gets a copy.

    Not with a rule: the other result may have more trials than the rule asks for.
    """
    if path.exists() or scenario.run.until is not None:
        return
    longest, most = None, 0
    for other in sorted(path.parent.glob(f"{point_stem(scenario)}-*.nc")):
        with contextlib.suppress(InputError):  # what is damaged is no beginning
            found = read_identity(other)
            ours = found.version == __version__ and backend in ("auto", found.backend)
            if ours and most < found.trials < scenario.run.trials:
                longest, most = other, found.trials
    if longest is None:
        return
    temporary = files.temporary_path(path)
    try:
        shutil.copyfile(longest, temporary)
        files.publish(temporary, path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {files.reason(error)}") from error
    finally:
        files.discard(temporary)
