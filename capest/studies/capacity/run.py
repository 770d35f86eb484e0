"""Run a search of a capacity to its file, or finish one that was cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from capest.errors import InputError, StorageError
from capest.results import files
from capest.results.lock import locked
from capest.results.ours import Made, Target, look
from capest.runner.loop import Executor, Progress, blocks_folder
from capest.runner.output import check_folder_of
from capest.runner.point_runs import PointRuns, remove_points
from capest.runner.sweep_axis import Axis
from capest.scenario.model import Scenario
from capest.studies.capacity.capacity_file import write_capacities
from capest.studies.capacity.notices import gathered
from capest.studies.capacity.plan import CapacityPlan
from capest.studies.capacity.search import Capacity, search


@dataclass(frozen=True)
class Searched:
    """Capacities that were searched.

    Attributes
    ----------
    capacities : list of Capacity
        One for every plan.
    notices : tuple of str
        What the user should know, one line each.
    """

    capacities: list[Capacity]
    notices: tuple[str, ...]


def run_capacities(
    plans: Sequence[CapacityPlan],
    axes: Sequence[Axis],
    output: Path,
    make_executor: Callable[[], Executor],
    *,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    keep_points: bool = False,
    overwrite: bool = False,
    on_point: Callable[[int, float, Scenario], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Searched:
    """Search capacities one after the other and write their file.

    Parameters
    ----------
    plans : sequence of CapacityPlan
        One, or one for every combination of the axes, the last of them fastest.
    axes : sequence of Axis
        What is varied beside; none of one capacity.
    output : Path
        NetCDF file; results of values that were visited lie beside it in ``<output>.points`` until
        it is written.
    make_executor : callable
        Starts the workers, once.
    backend : {"auto", "numpy", "native", "cupy"}
    keep_points : bool
        Leave the results of the values where they are.
    overwrite : bool
        Replace a file that is there.
    on_point, on_progress : callable, optional
        Called before each value with the number of its plan, and after each batch of trials.

    Raises
    ------
    InputError, CapestError
        As of ``loop.run``; if the output is there and not to be replaced.
    """
    target = check_capacity_output(output, overwrite=overwrite)
    notices: list[str] = [note for plan in plans for note in plan.notes]
    of_runs: list[list[str]] = []
    found: list[Capacity] = []
    with locked(blocks_folder(output)) as notice:
        target.check_unchanged()
        notices += [notice] if notice else []
        runs = PointRuns(
            output, make_executor, backend, overwrite=overwrite, on_progress=on_progress
        )

        try:
            for number, plan in enumerate(plans):

                def run_at(value: float, number: int = number, plan: CapacityPlan = plan) -> Path:
                    scenario = plan.scenario_at(value)
                    if on_point is not None:
                        on_point(number, value, scenario)
                    path, outcome = runs.run(scenario)
                    of_runs.append(
                        [each for each in outcome.notices if not each.startswith(path.name)]
                    )
                    return path

                seed = plan.first.run.seed
                found.append(search(plan.key_range, plan.condition, seed, run_at))
        finally:
            runs.close()
        _write(target, found, axes, plans[0])
    if not keep_points:
        remove_points(output, [path for each in found for path in each.results])
    return Searched(found, tuple(dict.fromkeys([*notices, *gathered(of_runs)])))


def check_capacity_output(output: Path, *, overwrite: bool) -> Target:
    """Refuse an output that cannot be written or may not be replaced; make its folder.

    Raises
    ------
    InputError
    """
    target = look(output, Made.CAPACITY, makes_folder=True)
    check_folder_of(output)
    if target.made is not None and not overwrite:
        raise InputError(
            f"{output}: holds {target.made}; choose another -o, or replace it with --overwrite"
        )
    return target


def _write(
    target: Target, found: Sequence[Capacity], axes: Sequence[Axis], plan: CapacityPlan
) -> None:
    output = target.path
    temporary = files.temporary_path(output)
    try:
        write_capacities(temporary, found, axes, plan)
        target.publish(temporary)
    except (OSError, RuntimeError) as error:
        said = files.reason(error) if isinstance(error, OSError) else str(error)
        if isinstance(error, RuntimeError) and not said.startswith("NetCDF"):
            raise
        raise StorageError(
            f"cannot write {output}: {said} ({files.free_space(output.parent)}); finished values "
            "are kept"
        ) from error
    finally:
        files.discard(temporary)
