"""Many values of any keys of a scenario, run one after another into one dataset.

Every combination is a scenario of its own with the same seed: trials of different points share
their random numbers wherever they draw for the same purpose, so differences, taken trial by trial,
are sharper than the points themselves. Finished points are kept until the sweep is whole; one that
was cut off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.lock import locked
from capest.results.manifest import read_manifest
from capest.results.ours import Made, Target
from capest.results.store import BlockStore
from capest.results.sweep_notes import notes_of_some, notes_of_sweep
from capest.runner import loop
from capest.runner.output import check_output
from capest.runner.point_runs import PointRuns, point_stem, points_folder, remove_points
from capest.runner.stopping import Verdict
from capest.runner.sweep_dataset import gather
from capest.runner.sweep_points import Axis, Point, parse_axis, points_of

__all__ = ["Axis", "Point", "gather", "parse_axis", "points_folder", "points_of", "run_sweep"]


def run_sweep(
    points: Sequence[Point],
    axes: Sequence[Axis],
    output: Path,
    make_executor: Callable[[], loop.Executor],
    *,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    keep_points: bool = False,
    overwrite: bool = False,
    on_point: Callable[[int, Point], None] | None = None,
    on_progress: Callable[[loop.Progress], None] | None = None,
) -> tuple[str, ...]:
    """Run every point and gather their results in one file.

    Parameters
    ----------
    points, axes
        From `points_of` and `parse_axis`.
    output : Path
        NetCDF file of the sweep; results of points lie beside it in ``<output>.points`` until it
        is whole.
    make_executor : callable
        Starts the workers, once for the sweep.
    backend : {"auto", "numpy", "native", "cupy"}
    keep_points : bool
        Leave the results of the points where they are.
    overwrite : bool
        Replace a file that is there.
    on_point, on_progress : callable, optional
        Called before each point, and after each of its batches.

    Returns
    -------
    tuple of str
        What the user should know, one line each.

    Raises
    ------
    InputError, CapestError
        As of ``loop.run``; if the output is there and not to be replaced.
    """
    target = check_output(output, overwrite=True)
    if target.made is not None and not overwrite:
        raise InputError(f"{output}: holds {target.made}{_what_would_do(target, points)}")
    blocks = loop.blocks_folder(output)
    with locked(blocks) as notice:
        target.check_unchanged()
        # A run that was cut off has the name too.
        cut_off = read_manifest(blocks)
        if cut_off is not None and not overwrite:
            raise InputError(
                f"{blocks} holds blocks of a run that was cut off; finish it, choose another -o, "
                "or drop them with --overwrite"
            )
        watch = _Watch(on_point, on_progress)
        paths, notices = _run_points(
            points, axes, output, make_executor, backend, watch, overwrite=overwrite
        )
        attributes = _gather(points, axes, paths, target)
        some = notes_of_some(attributes)
        notices = [each for each in notices if each not in some]
        # A point that was there already says nothing when it is asked for; its result does.
        notices += notes_of_sweep(attributes)
        if cut_off is not None:
            BlockStore.attach(blocks, cut_off).remove()
    if not keep_points:
        remove_points(output, paths)
    return tuple(dict.fromkeys([*([notice] if notice else []), *notices]))


def _what_would_do(target: Target, points: Sequence[Point]) -> str:
    """Say what can be done about a file that is there."""
    if target.made is Made.SWEEP:
        folder = points_folder(target.path)
        kept = [any(folder.glob(f"{point_stem(point.scenario)}-*.nc")) for point in points]
        if all(kept):
            return ", whose points are kept: --overwrite goes on from them; or choose another -o"
        if not any(kept):
            return (
                ", without its points (--keep-points), from which it could go on; choose another "
                "-o, or compute all points anew with --overwrite"
            )
    return "; choose another -o, or replace it with --overwrite"


@dataclass(frozen=True)
class _Watch:
    """What is called before each point, and after each of its batches."""

    point: Callable[[int, Point], None] | None
    progress: Callable[[loop.Progress], None] | None


def _run_points(
    points: Sequence[Point],
    axes: Sequence[Axis],
    output: Path,
    make_executor: Callable[[], loop.Executor],
    backend: Literal["auto", "numpy", "native", "cupy"],
    watch: _Watch,
    *,
    overwrite: bool,
) -> tuple[list[Path], list[str]]:
    """Result files of the points, and what the user should know."""
    runs = PointRuns(
        output, make_executor, backend, overwrite=overwrite, on_progress=watch.progress
    )
    notices: list[str] = []
    paths = []
    try:
        for number, point in enumerate(points):
            if watch.point is not None:
                watch.point(number, point)
            path, outcome = runs.run(point.scenario)
            notices += [note for note in outcome.notices if not note.startswith(path.name)]
            if outcome.verdict is not None and not outcome.verdict.holds:
                notices.append(_not_reached(point, axes, outcome.verdict))
            paths.append(path)
    finally:
        runs.close()
    return paths, notices


def _not_reached(point: Point, axes: Sequence[Axis], verdict: Verdict) -> str:
    values = zip(axes, point.place, strict=True)
    where = ", ".join(f"{axis.key} = {axis.values[place]}" for axis, place in values)
    return f"{where}: {verdict.rule} not reached in {verdict.trials:,} trials"


def _gather(
    points: Sequence[Point], axes: Sequence[Axis], results: Sequence[Path], target: Target
) -> dict[str, Any]:
    """Write the file of the sweep, whole, and return its attributes."""
    output = target.path
    temporary = files.temporary_path(output)
    try:
        attributes = gather(points, axes, results, temporary)
        target.publish(temporary)
    except (OSError, RuntimeError) as error:
        said = files.reason(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, RuntimeError) and not said.startswith("NetCDF"):
            raise
        raise StorageError(
            f"cannot write {output}: {said} ({files.free_space(output.parent)}); "
            "finished points are kept"
        ) from error
    finally:
        files.discard(temporary)
    return attributes
