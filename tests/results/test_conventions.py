"""The file follows CF-1.11, and opens with plain xarray."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import netCDF4
import pytest

import capest
from capest.histograms import AXES
from capest.results import schema
from tests.results.test_netcdf import write


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("cf") / "result.nc"
    write(target)
    return target


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """The result of a real run, with dark beams and beams nobody uses."""
    target = tmp_path_factory.mktemp("cf") / "computed.nc"
    scenario = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "beams": {"count": 19, "allocation": "round-robin", "active_count": 6},
        "users": {"placement": "uniform", "count": 30},
        "run": {"trials": 60},
    }
    capest.run(scenario, output=target).close()
    return target


@pytest.mark.parametrize("kind", ["path", "computed"])
def test_the_checker_complains_of_decibels_only(kind, request, tmp_path):
    """UDUNITS does not know dB (cf-units issue 30), the unit that everybody reads here."""
    path = request.getfixturevalue(kind)
    report = tmp_path / "report.json"
    command = ["compliance-checker", "-t", "cf:1.11", "-f", "json", "-o", str(report), str(path)]
    subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        capture_output=True,
        check=False,
        timeout=120,
    )
    found = json.loads(report.read_text())["cf:1.11"]
    assert found["possible_points"] > 500
    messages = {
        message
        for priority in ("high_priorities", "medium_priorities", "low_priorities")
        for result in found[priority]
        for message in result["msgs"]
    }
    with netCDF4.Dataset(path) as file:
        metrics = [metric for metric in AXES if f"{metric}_quantile" in file.variables]
        table = schema.table(metrics, list(file.variables), list(file.variables))
    in_decibels = {name for name, variable in table.items() if variable.units == "dB"}
    expected = {f'units for {name}, "dB" are not recognized by UDUNITS' for name in in_decibels}
    assert messages == expected


PLAIN = """
import sys
import xarray as xr
ds = xr.open_dataset(sys.argv[1], engine="netcdf4")
assert not any(name.startswith("capest") for name in sys.modules)
assert ds["beam_sinr_db"].dims == ("trial", "beam")
assert ds["beam_sinr_db"].isnull().any()
assert ds["users"].dtype == "int32"
assert {"beam_u", "beam_v", "beam_colour", "beam_statistics"} <= set(ds.coords)
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
        "import sys, capest.results.store, capest.results.schema, capest.reduce, "
        "capest.results.netcdf\n"
        "heavy = {'netCDF4', 'xarray', 'rich', 'scipy', 'dask'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
