"""Files of earlier versions open, with the names of this one.

``reference/result_0.2.0.nc.gz`` was written by capest 0.2.0: six trials of seven beams with uplink
and a mix of services. Bins of histograms are left out of it, but for those of the SINR.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.results.old_names import RENAMED

OLD = Path(__file__).parents[1] / "reference" / "result_0.2.0.nc.gz"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("old") / "result.nc"
    target.write_bytes(gzip.decompress(OLD.read_bytes()))
    return target


@pytest.fixture(scope="module")
def written(path):
    """What is in the file, by its own names."""
    with xr.open_dataset(path, engine="netcdf4") as opened:
        return opened.load()


def test_a_beam_is_its_cell(path, written):
    with capest.open(path) as opened:
        assert not [name for name in opened.variables if "beam" in opened[name].dims]
        assert opened.sizes["cell"] == written.sizes["beam"] == 7
        assert not opened["cell_sinr_db"].variable._in_memory
        of_beams = [name for name in written.variables if "beam" in written[name].dims]
        assert len(of_beams) == 17
        for name in of_beams:
            new = opened[RENAMED[name]]
            assert new.dims == tuple(RENAMED.get(dim, dim) for dim in written[name].dims)
            np.testing.assert_array_equal(new.values, written[name].values)
        assert {"cell_u", "cell_v", "cell_colour", "cell_counted"} <= set(opened.coords)


def test_what_is_of_no_beam_keeps_its_name(path, written):
    with capest.open(path) as opened:
        for name in set(written.variables) - set(RENAMED):
            np.testing.assert_array_equal(opened[name].values, written[name].values)


def test_an_old_file_has_a_summary(path):
    with capest.open(path) as opened:
        summary = opened.capest.summary()
        assert "Figures are of the central one of 7 beams" in str(summary)
        assert "calls at once" in summary.headline
        assert (summary.to_dict()["beams"], summary.to_dict()["statistics_beams"]) == (7, 1)
        estimates = {f"{one.metric}.{one.statistic}": one for one in opened.capest.estimates()}
        assert estimates["throughput.mean"].value == pytest.approx(opened["throughput"].mean())
        median = estimates["sinr_db.p50"].value
        assert opened.capest.quantile("sinr_db", 0.5).value == pytest.approx(median)


def test_an_old_file_is_shown(path):
    shown = CliRunner().invoke(cli, ["show", str(path)])
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "throughput of the statistics beam" in shown.stdout
    plain = json.loads(CliRunner().invoke(cli, ["show", str(path), "--json"]).stdout)
    assert (plain["trials"], plain["beams"]) == (6, 7)


def test_an_old_file_written_anew_has_the_new_names(path, tmp_path):
    with capest.open(path) as opened:
        opened.to_netcdf(tmp_path / "again.nc", engine="netcdf4")
        frame = opened["cell_throughput"].to_dataframe()
        assert frame.index.names == ["trial", "cell"]
    with capest.open(tmp_path / "again.nc") as again, capest.open(path) as opened:
        assert set(again.variables) == set(opened.variables)
        assert set(again.coords) == set(opened.coords)
