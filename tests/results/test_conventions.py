"""The file follows CF-1.11, and opens with plain xarray."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.results import exact_sums, layouts, schema
from capest.results.netcdf import write_result
from capest.results.variable import Variable
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES, QUANTITIES, of_dims
from capest.statistics.quantities_of_kept_cells import OF_KEPT_CELLS
from tests.engine.small import small_scenario
from tests.engine.small_network import network_world
from tests.results import synthetic
from tests.results.test_netcdf import write

Kind = tuple[object, ...]

ALWAYS = ("users", "lit_users", "served_users", "lit_beams", "throughput", "cell_lit_users")
ALWAYS += ("cell_lit_trials", "satellite_beams", "cells_asking", "cells_dark", "cell_asking_trials")
"""Quantities that every result has, and what means are over."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("cf") / "result.nc"
    write(target)
    return target


def kind(variable: Variable) -> Kind:
    """Everything that the conventions look at; names and descriptions are free."""
    dims = tuple("bin" if dim.endswith("_bin") else dim for dim in variable.dims)
    described = variable.long_name is not None
    filled = variable.fill is not None
    same = (variable.dtype, variable.units, variable.standard_name, variable.cell_methods)
    return (dims, *same, described, filled, tuple(sorted(variable.attributes)))


def kinds(table: Mapping[str, Variable]) -> set[Kind]:
    return {kind(variable) for variable in table.values()}


PARTS = ("trial", "trial_cell", "histograms", "cell")


def one_of_each_kind(
    block: BlockResult, layout: Collection[str], seen: set[Kind]
) -> dict[str, list[str]]:
    """Names of a block, by its parts, that bring a variable of a kind not seen before."""
    chosen: dict[str, list[str]] = {part: [] for part in PARTS}
    for part in PARTS:
        values = getattr(block, part)
        for name in values:
            found = kinds(schema.table(layout, **{"trial": [], part: {name, *ALWAYS} & {*values}}))
            if name in ALWAYS or not found <= seen:
                chosen[part].append(name)
                seen |= found
    return chosen


def write_thinned(
    target: Path,
    blocks: Sequence[BlockResult],
    layout: Mapping[str, np.ndarray],
    seen: set[Kind],
) -> None:
    """Write real blocks with the variables of a kind once: the checker's time is quadratic."""
    chosen = one_of_each_kind(blocks[0], layout, seen)

    def some(block: BlockResult, part: str) -> dict[str, np.ndarray]:
        return {name: getattr(block, part)[name] for name in chosen[part]}

    thin = [replace(block, **{part: some(block, part) for part in PARTS}) for block in blocks]
    write_result(
        target,
        enumerate(thin),
        layout,
        sizes=[block.trials for block in thin],
        block_trials=thin[0].trials,
        provenance=synthetic.provenance(),
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> list[Path]:
    """Of one satellite, with dark beams and beams nobody uses, and of a constellation."""
    folder = tmp_path_factory.mktemp("cf")
    calls = {"service__preset": "voice", "service__activity": 0.2}
    calls["service__simulated_holding_times"] = 2
    dark = {"beams__allocation": "periodic", "satellite__beams_at_once": 6}
    few = {"users": {"placement": "uniform", "count": 30}, "uplink__interference": "full-buffer"}
    satellite = build(small_scenario(**calls, **dark, **few))
    shells = {"constellation__shells": "60: 40/4/1 @ 600", "cells__diameter_km": 300.0}
    shells["run__keep_cells"] = True
    constellation = network_world(**shells, users__count=20, service__preset="voice")
    paths = [folder / "satellite.nc", folder / "constellation.nc"]
    seen: set[Kind] = set()
    for target, world in zip(paths, (satellite, constellation), strict=True):
        blocks = [compute_block(world, NumpyKernels(), first, 3) for first in (0, 3)]
        write_thinned(target, blocks, world.layout, seen)
    return paths


def everything(layout: Collection[str]) -> dict[str, Variable]:
    """Every variable that a result with these coordinates may have."""
    summed = [row.sum.of or row.name for row in QUANTITIES if row.sum]
    kept = {row.name for row in OF_KEPT_CELLS}
    in_every_trial = of_dims("trial", "cell")
    if "cell_u" not in layout:
        in_every_trial = {name: row for name, row in in_every_trial.items() if name in kept}
    return schema.table(
        layout,
        trial=of_dims("trial"),
        trial_cell=in_every_trial,
        cell=summed,
        histograms=AXES,
    )


def table_of(path: Path) -> dict[str, Variable]:
    """The variables of a file as the tables of variables have them."""
    with netCDF4.Dataset(path) as file:
        names = list(file.variables)
        dims = {name: variable.dimensions for name, variable in file.variables.items()}
    table = everything(names) | exact_sums.variables(["cell_users", "satellite_users"])
    return {name: one for name, one in table.items() if dims.get(name) == one.dims}


def test_every_kind_of_variable_is_checked(results):
    satellite, constellation = everything(layouts.ONE_SATELLITE), everything(layouts.CONSTELLATION)
    checked = [table_of(path) for path in results]
    missing = kinds(satellite) | kinds(constellation)
    missing -= kinds(checked[0]) | kinds(checked[1])
    both = {**satellite, **constellation}
    assert {name for name in both if kind(both[name]) in missing} == set()
    # The checker takes two minutes for all of a file's variables.
    assert max(map(len, checked)) < len(satellite) / 2


def test_the_checker_complains_of_decibels_only(results, tmp_path):
    """UDUNITS does not know dB (cf-units issue 30), the unit that everybody reads here."""
    report = tmp_path / "report.json"
    checker = str(Path(sys.executable).with_name("compliance-checker"))
    done = subprocess.run(
        [checker, "-t", "cf:1.11", "-f", "json_new", "-o", str(report), *map(str, results)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stderr
    assert "exceptions occurred" not in done.stderr
    answers = json.loads(report.read_text())
    assert list(answers) == [str(path) for path in results]
    for path in results:
        found = answers[str(path)]["cf:1.11"]
        assert found["possible_points"] > 100
        messages = {
            message
            for priority in ("high_priorities", "medium_priorities", "low_priorities")
            for result in found[priority]
            for message in result["msgs"]
        }
        in_decibels = {name for name, one in table_of(path).items() if one.units == "dB"}
        assert in_decibels
        assert messages == {
            f'units for {name}, "dB" are not recognized by UDUNITS' for name in in_decibels
        }


PLAIN = """
import sys
import xarray as xr
ds = xr.open_dataset(sys.argv[1], engine="netcdf4")
assert not any(name.startswith("capest") for name in sys.modules)
assert ds["cell_sinr_db"].dims == ("trial", "cell")
assert ds["cell_sinr_db"].isnull().any()
assert ds["users"].dtype == "int32"
assert {"cell_u", "cell_v", "cell_colour", "cell_counted"} <= set(ds.coords)
print(float(ds["sinr_db_quantile"].sel(quantile=0.5)), ds["sinr_db_count"].dtype)
"""


def test_it_opens_with_xarray_alone(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d\.\d+ int64\n", done.stdout)


def test_schema_needs_no_netcdf_xarray_or_rich():
    code = (
        "import sys, capest.results.store, capest.results.schema, capest.statistics.reduction, "
        "capest.results.netcdf\n"
        "heavy = {'netCDF4', 'xarray', 'rich', 'scipy', 'dask'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
