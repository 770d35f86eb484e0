"""``ds.capest`` of files that xarray opened by itself, in a process that never imports capest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import capest
from capest.errors import InputError

SMALL = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "run": {"trials": 12},
}

CODE = """
import json, sys
import xarray as xr
plain = "capest" in sys.modules
with xr.open_dataset(sys.argv[1]) as ds:
    light = "capest.accessor.of_dataset" not in sys.modules and "capest.results" not in sys.modules
    engines = list(xr.backends.list_engines())
    print(json.dumps([plain, light, engines, repr(ds.capest.summary())]))
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("result") / "small.nc"
    capest.run(SMALL, output=path, backend="numpy").close()
    return path


def test_xarray_alone_is_enough_and_waits_for_little(result: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", CODE, str(result)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported_before, light, engines, said = json.loads(done.stdout)
    assert not imported_before
    assert light
    assert "SINR, dB" in said
    # xarray guesses in this order: plain files stay with its own engines.
    assert engines.index("netcdf4") < engines.index("capest")
    assert done.stderr == ""


def test_no_file_is_taken_from_other_engines(result: Path) -> None:
    engine = xr.backends.list_engines()["capest"]
    assert not engine.guess_can_open(str(result))
    with xr.open_dataset(result) as ds:
        assert ds.encoding["source"] == str(result)


def test_the_engine_opens_as_capest_does(result: Path) -> None:
    with xr.open_dataset(result, engine="capest") as one, capest.open(result) as other:
        xr.testing.assert_identical(one, other)
        assert other.encoding["source"] == str(result)
    with xr.open_dataset(result, engine="capest", drop_variables=["throughput"]) as less:
        assert "throughput" not in less
        assert "sinr_db_quantile" in less


def test_the_engine_refuses_what_is_not_of_capest(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.nc"
    xr.Dataset({"a": ("x", np.arange(3))}).to_netcdf(foreign)
    text = tmp_path / "text.nc"
    text.write_text("no NetCDF")
    for path in (foreign, text, tmp_path / "none.nc"):
        with pytest.raises(InputError) as caught:
            xr.open_dataset(path, engine="capest")
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="give a path"):
        xr.open_dataset(b"CDF", engine="capest")
    with xr.open_dataset(foreign) as ds, pytest.raises(InputError, match="not of capest"):
        ds.capest.summary()


def test_old_names_are_read_by_the_accessor_too(result: Path, tmp_path: Path) -> None:
    """Up to 0.2 a file of one satellite had a dimension of beams."""
    from capest.results.old_names import RENAMED

    with xr.open_dataset(result) as ds:
        back = {new: old for old, new in RENAMED.items() if new in ds.variables or new in ds.dims}
        old = ds.load().rename(back)
    assert "beam" in old.dims
    assert "of all 7 beams" in repr(old.capest.summary())
