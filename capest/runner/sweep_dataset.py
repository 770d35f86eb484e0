"""The results of a sweep's points, put into one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from capest.results.identity import read_identity
from capest.results.rests_on import ATTRIBUTE, of_points_together
from capest.results.sweep_variables import SweepAxis
from capest.results.sweep_writer import write_sweep
from capest.runner.sweep_axis import Axis
from capest.runner.sweep_points import Point

_NEVER = {"scenario_fingerprint", "users_per_trial", "elapsed_s", "created", "history"}
_NEVER |= {ATTRIBUTE, "trials_done", "block_trials", "stopped_by", "most_trials", "source", "notes"}
"""Attributes of a result that say nothing of a sweep."""

_OF_A_POINT = (
    *("title", "seed", "until", "calls_lack", "delay_budgets"),
    *("rules", "later_rules", "not_modelled", "large_effects"),
)
"""Attributes that a sweep has only if all its points have the same."""


def gather(
    points: Sequence[Point], axes: Sequence[Axis], results: Sequence[Path], path: Path
) -> dict[str, Any]:
    """Put the results of all points into one file.

    Parameters
    ----------
    points, axes
        Of the sweep.
    results : sequence of Path
        Result of every point.
    path : Path
        New file, see ``sweep_writer.write_sweep``.

    Returns
    -------
    dict
        Its global attributes.

    Raises
    ------
    InputError
        A result cannot be read.
    OSError, RuntimeError
        The file cannot be written.
    """
    attributes = _attributes([_attributes_of(each) for each in results])
    attributes["comment"] = (
        "Results of a sweep: one scenario a point; scenario_toml is of the last point."
    )
    write_sweep(
        path,
        [_written(axis) for axis in axes],
        [point.place for point in points],
        results,
        attributes,
    )
    return attributes


def _written(axis: Axis) -> SweepAxis:
    return SweepAxis(axis.name, axis.key, axis.coordinate, axis.long_name, axis.comment)


def _attributes_of(path: Path) -> dict[str, Any]:
    import netCDF4

    read_identity(path)
    with netCDF4.Dataset(path) as dataset:
        return dict(dataset.__dict__)


def _attributes(of_points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all points say, and the notes of all and of some of them."""
    last = of_points[-1]
    unlike = {name for name in _OF_A_POINT if len({str(a.get(name)) for a in of_points}) > 1}
    kept = {name: value for name, value in last.items() if name not in unlike | _NEVER}
    notes = [str(each.get("notes", "")).splitlines() for each in of_points]
    once = dict.fromkeys(note for each in notes for note in each)
    of_all = [note for note in once if all(note in each for each in notes)]
    of_some = [note for note in once if note not in of_all]
    rows = [str(each.get(ATTRIBUTE, "")) for each in of_points]
    if all(rows):
        kept[ATTRIBUTE] = of_points_together(rows)
    if of_all:
        kept["notes"] = "\n".join(of_all)
    if of_some:
        kept["notes_of_some_points"] = "\n".join(of_some)
    return kept
