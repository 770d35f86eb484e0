"""What a file of capest holds that can be exported: tables and variables, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from capest.errors import InputError
from capest.export.formats import ALL_VARIABLES
from capest.export.source import ExportSource
from capest.export.table import ExportTable
from capest.export.tables_of_run import tables_of_run
from capest.export.tables_of_studies import (
    tables_of_capacity,
    tables_of_sweep,
    tables_of_uncertainty,
)
from capest.export.variables import variable_names, variable_table
from capest.results.ours import Made
from capest.scenario.nearest import nearest
from capest.shown import one_line

_TABLES = {
    Made.RESULT: tables_of_run,
    Made.SWEEP: tables_of_sweep,
    Made.UNCERTAINTY: tables_of_uncertainty,
    Made.CAPACITY: tables_of_capacity,
}

TABLES_ABOUT = {
    "figures": "every figure (of every point) with its 95 % interval, in long form",
    "refused": "shares of calls refused, by reason",
    "cells": "every cell, or beam of one satellite: place, people, means over trials",
    "satellites": "every satellite: means over trials",
    "density": "what is served in tenths of the people, by how densely they live",
    "trials": "every trial (of every point): its values",
    "distributions": "cumulative distributions of every metric",
    "ends": "every assumption at its ends, one at a time",
    "margins": "the answer against link margin",
    "samples": "the joint sample: what each sample assumes, and its answers",
    "failures": "samples without an answer",
    "capacities": "the key up to, or from, which the condition is met",
    "points": "every value that was visited, with its figures",
    "assumptions": "what the result rests on: value, source, confidence, range",
}
"""What each table is."""


@dataclass(frozen=True)
class ExportContent:
    """One thing that can be exported.

    Attributes
    ----------
    name : str
    make : callable
        Returns the table; not called for all variables at once.
    is_table : bool
        A table that is made, not a variable of the file.
    has_ground : bool
        Rows are cells with a place on the Earth.
    why_no_ground : str
        Why they have none.
    is_number : bool
        A variable with one number a row.
    """

    name: str
    make: Callable[[], ExportTable]
    is_table: bool
    has_ground: bool = False
    why_no_ground: str = ""
    is_number: bool = False


def table_of_figures(source: ExportSource) -> str:
    """Name of the table that has the answers of a file."""
    return "capacities" if source.made is Made.CAPACITY else "figures"


def contents(source: ExportSource) -> list[ExportContent]:
    """List tables, then variables that say something by themselves, then all variables."""
    return [find_content(source, name) for name in names_of(source)]


def names_of(source: ExportSource) -> list[str]:
    """Names of `contents`."""
    names = [*_TABLES[source.made](source), *variable_names(source), ALL_VARIABLES]
    return list(dict.fromkeys(names))


def find_content(source: ExportSource, name: str) -> ExportContent:
    """Find a table or a variable; of two of one name the table.

    Raises
    ------
    InputError
        The file holds nothing of this name.
    """
    tables = _TABLES[source.made](source)
    stored = source.stored
    if name in tables:
        of_cells = name == "cells"
        return ExportContent(name, tables[name], True, *_ground(source, of_cells))
    if name == ALL_VARIABLES:
        return ExportContent(name, lambda: _no_table(source), False, False, "it is no table")
    if name in stored.names and source.dimensions(name):
        dimensions = source.dimensions(name)
        one_a_cell = dimensions == ("cell",)
        is_number = stored.values(name, slice(0, 1)).dtype.kind in "biuf"
        ground = _ground(source, one_a_cell)
        if dimensions == ("trial", "cell"):
            ground = False, "it has a value of every trial; the table cells has the mean over them"
        return ExportContent(
            name, lambda: variable_table(source, name), False, *ground, is_number=is_number
        )
    known = [*tables, *sorted(stored.names), ALL_VARIABLES]
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"capest export {one_line(str(source.path))} lists"
    hint += "" if near else " what it holds"
    if name in stored.names:
        hint = "it is one number: export figures"
    raise InputError(f"{one_line(name)}: {one_line(str(source.path))} holds no such table; {hint}")


def _ground(source: ExportSource, of_cells: bool) -> tuple[bool, str]:
    """Whether there are cells with a place on the Earth, and why not."""
    if not of_cells:
        return False, "it has no value for every cell"
    if "cell_latitude" not in source.stored.names:
        return False, (
            "beams of one satellite have no place on the Earth unless satellite.latitude_deg and "
            "longitude_deg give it one"
        )
    return True, ""


def _no_table(source: ExportSource) -> ExportTable:
    raise InputError(f"{source.path}: all variables together are no table")
