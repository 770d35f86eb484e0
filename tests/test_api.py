"""The Python interface."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import capest
from capest.errors import InputError, ScenarioError

SMALL = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "run": {"trials": 40},
}


def test_load_replace_run_and_open(tmp_path: Path) -> None:
    scenario = capest.load(SMALL).replace(beams__frequency_reuse=3)
    path = tmp_path / "out.nc"
    dataset = capest.run(scenario, trials=60, output=path)
    assert isinstance(dataset, xr.Dataset)
    assert dataset.sizes["trial"] == 60
    dataset.close()
    with capest.open(path) as again:
        assert "SINR" in repr(again.capest.summary())
        value = again.capest.quantile("sinr_db", 0.5)
        assert value.low < value.value < value.high
    # Plain xarray opens it too.
    with xr.open_dataset(path, engine="netcdf4") as plain:
        assert plain.attrs["Conventions"] == "CF-1.11"
        assert plain["cell_throughput"].dims == ("trial", "cell")


def test_without_an_output_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dataset = capest.run(SMALL, seed=5)
    assert np.isfinite(dataset["throughput"].values).all()
    assert list(tmp_path.iterdir()) == []


def test_until() -> None:
    one = capest.run(SMALL, trials=2000, until="sinr_db.p50±0.5")
    two = capest.run(SMALL, trials=2000, until=["sinr_db.p50±0.5", "served_share.mean±2.5%"])
    assert one.attrs["stopped_by"] == two.attrs["stopped_by"] == "rule"
    assert one.sizes["trial"] <= two.sizes["trial"] < 2000
    assert two.attrs["until"] == "sinr_db.p50±0.5, served_share.mean±2.5%"
    with pytest.raises(ScenarioError, match="no figure"):
        capest.run(SMALL, until="nonsense.p50±1")


def test_the_same_through_workers(tmp_path: Path) -> None:
    here = capest.run(SMALL)
    there = capest.run(SMALL, workers=1)
    xr.testing.assert_identical(here.drop_attrs(), there.drop_attrs())


def test_errors() -> None:
    with pytest.raises(ScenarioError) as caught:
        capest.load({**SMALL, "beams": {"count": 8}})
    assert caught.value.problems[0].key == "beams.count"
    with pytest.raises(InputError, match="workers"):
        capest.run(SMALL, workers=-1)
    with pytest.raises(InputError, match=r"none\.nc"):
        capest.open("none.nc")
    with pytest.raises(AttributeError):
        capest.nonsense  # noqa: B018


def test_import_is_light() -> None:
    code = "import sys, capest; sys.exit(int('xarray' in sys.modules or 'numpy' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
