"""``capest assign``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from capest.cli.comparison import check_trials, comparison_options, output_path
from capest.cli.json_output import json_text
from capest.cli.options import scenario_argument, settings
from capest.cli.points import run_points
from capest.errors import InputError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_ENDING = "-assign.nc"


class _Choice(click.ParamType):
    """A way to choose which satellite lights which cell, see ``parse_choice``."""

    name = "strategy"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse a name of no strategy, and say which may be meant."""
        from capest.studies.assignment_choices import parse_choice

        try:
            return parse_choice(str(value)).label
        except InputError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete names of combinations."""
        return _starting(incomplete, "cells.assignment")


class _Name(click.ParamType):
    """A name that a key of a scenario may have."""

    def __init__(self, key: str, name: str) -> None:
        self.key, self.name = key, name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse other names, and say which may be meant."""
        from capest.scenario.nearest import nearest
        from capest.studies.assignment_choices import choices_of

        known = choices_of(self.key)
        if value in known:
            return str(value)
        found = nearest(str(value), known)
        hint = f"did you mean {found}" if found else f"there are {', '.join(known)}"
        self.fail(f'no {self.name} is called "{value}": {hint}', param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete the names."""
        return _starting(incomplete, self.key)


def _starting(incomplete: str, key: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from capest.studies.assignment_choices import choices_of

    return [CompletionItem(name) for name in choices_of(key) if name.startswith(incomplete)]


@click.command()
@scenario_argument
@click.option(
    "--strategy",
    "strategies",
    type=_Choice(),
    multiple=True,
    metavar="NAME",
    help="A name of cells.assignment, or ORDER:PREFERENCE of cells.order and cells.preference; "
    "+local-search behind it refines it. May be given again: the others are compared with the "
    "first.  [default: all names of cells.assignment, low-spill as the first]",
)
@click.option(
    "--objective",
    "objectives",
    type=_Name("cells.objective", "objective"),
    multiple=True,
    metavar="NAME",
    help='What a search maximises, of cells.objective, or "coverage", which lights every cell '
    "first; may be given again.  [default: the scenario's]",
)
@click.option(
    "--beams-per-cell",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="N",
    help="Beams that a busy cell may have at once; may be given again.  [default: the scenario's "
    "cells.beams_per_cell]",
)
@click.option(
    "--moves",
    type=click.IntRange(min=0),
    metavar="N",
    help="Moves that a local search tries.  [default: the scenario's cells.moves]",
)
@click.option(
    "--bound/--no-bound",
    default=None,
    help="Beside what is carried, what no assignment can exceed (needs SciPy).  [default: with it "
    "where users call, unless the scenario's cells.bound says otherwise]",
)
@comparison_options(_ENDING)
def assign(
    scenario: Path,
    strategies: tuple[str, ...],
    objectives: tuple[str, ...],
    beams_per_cell: tuple[int, ...],
    moves: int | None,
    bound: bool | None,
    trials: int | None,
    seed: int | None,
    until: tuple[str, ...],
    overrides: tuple[str, ...],
    output: Path | None,
    keep_points: bool,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    as_json: bool,
) -> None:
    """Compare choices of which satellite lights which cell of SCENARIO, and what is possible.

    A sweep in pairs: every strategy gets the same users and satellites, and its calls are compared
    with those of the first, with 95 % intervals over pairs of trials. The bound, which no
    assignment can exceed, stands over them twice: over calls of the same assignment without
    interference, which is what other assignments might gain, and these over the calls carried,
    which is what interference takes. Where nobody calls, throughput is compared, without a bound.
    A comparison that was cut off goes on where it stopped when it is started again the same way.

    \b
    Examples:
      capest assign runs/starlink-dtc-usa.toml --trials 20
      capest assign my.toml --strategy low-spill --strategy demand:snr
      capest assign my.toml --strategy low-spill --strategy low-spill+local-search
      capest assign my.toml --strategy low-spill+local-search --objective calls \\
          --objective max-min --moves 100000
      capest assign my.toml --json | jq '.strategies[] | [.strategy, .calls, .bound_over_calls]'
    """
    from capest.cli.assign_tables import as_dict, print_tables
    from capest.results.sweep_notes import notes_of_sweep_file
    from capest.studies.assign import compare, plan_points

    path = output_path(output, scenario, _ENDING)
    changes = [*overrides, *settings(trials, seed, until)]
    plan = plan_points(
        scenario, changes, strategies, objectives, beams_per_cell, bound=bound, moves=moves
    )
    check_trials(plan.points)
    for note in plan.notes:
        click.echo(note, err=True)
    run_points(
        plan.points,
        plan.axes,
        path,
        backend=backend,
        workers=workers,
        keep_points=keep_points,
        overwrite=overwrite,
    )
    found = compare(path, plan)
    first = plan.points[0].scenario
    if as_json:
        click.echo(json_text(as_dict(first, found, [*plan.notes, *notes_of_sweep_file(path)])))
        return
    print_tables(first, found, first.title or str(scenario))
    click.echo(f"{path}: all figures with their intervals")
