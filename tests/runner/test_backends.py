"""Which backend a run takes, what it says of it, and what goes on with which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner

from capest.backend import choose
from capest.backend.native import library
from capest.backend.obstacle import Obstacle
from capest.cli import cli
from capest.errors import BackendError, InputError
from capest.runner import loop
from capest.runner.backends import ChosenBackend, choose_backend
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.load import load_scenario

NO_COMPILER = Obstacle("there is no C++ compiler", "install g++")
SCENARIO = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "run": {"trials": 6, "block_trials": 2},
}


class Cluster(InlineExecutor):
    """Workers of which some lack a compiler."""

    def __init__(self, *lacking: Obstacle | None) -> None:
        super().__init__()
        self._lacking = lacking

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        assert function in (choose.native_obstacle, choose.resolve_device)
        if function is choose.resolve_device:
            raise BackendError(f"the native backend cannot be used: {NO_COMPILER}")
        return list(self._lacking)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend compiled kernels, and no GPU."""
    monkeypatch.setattr(choose, "cupy_obstacle", lambda: NO_COMPILER)
    monkeypatch.setattr(library, "_loaded", lambda: library.Library(None))


@pytest.fixture
def nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "cupy_obstacle", lambda: NO_COMPILER)
    monkeypatch.setattr(library, "_loaded", lambda: NO_COMPILER)


@pytest.mark.usefixtures("compiled")
def test_all_workers_must_have_compiled_kernels() -> None:
    for asked in ("auto", "native"):
        assert choose_backend(Cluster(None, None), asked).backend == "native"
    some = choose_backend(Cluster(None, NO_COMPILER), "auto")
    assert (some.backend, some.device) == ("numpy", "NumPy")
    assert some.note.endswith("several times as fast: there is no C++ compiler: install g++")
    with pytest.raises(BackendError, match="there is no C"):
        choose_backend(Cluster(None, NO_COMPILER), "native")
    # Who asks for NumPy is told nothing.
    assert choose_backend(Cluster(NO_COMPILER), "numpy") == ChosenBackend("numpy", "NumPy")


@pytest.mark.usefixtures("nothing_compiles")
def test_a_run_without_a_compiler_goes_on_and_says_so_once(tmp_path: Path) -> None:
    path = tmp_path / "out.nc"
    outcome = loop.run(load_scenario(SCENARIO), path, InlineExecutor)
    assert outcome.backend == "numpy"
    assert [note for note in outcome.notices if "no C++ compiler" in note] == [
        f"NumPy computes, compiled kernels would be several times as fast: {NO_COMPILER}"
    ]
    again = ["run", "--workers", "0", "--backend", "native", "--overwrite", "-o", str(path)]
    result = CliRunner().invoke(cli, [*again, "runs/tr38821-case9.toml", "--trials", "1"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "the native backend cannot be used: there is no C++ compiler" in result.stderr


def test_a_run_goes_on_with_the_backend_that_began_it(tmp_path: Path) -> None:
    if obstacle := choose.native_obstacle():
        pytest.skip(obstacle.reason)
    path, scenario = tmp_path / "out.nc", load_scenario(SCENARIO)
    outcome = loop.run(scenario, path, InlineExecutor, backend="native")
    assert outcome.backend == "native"
    with netCDF4.Dataset(path) as file:
        assert file.backend == "native"
        assert file.device.startswith("native")
    longer = scenario.replace(run__trials=10)
    with pytest.raises(InputError, match=r"with native; .*--overwrite"):
        loop.run(longer, path, InlineExecutor, backend="numpy")
    assert loop.run(longer, path, InlineExecutor).backend == "native"
    other = tmp_path / "other.nc"
    loop.run(longer, other, InlineExecutor, backend="native")
    plain = tmp_path / "plain.nc"
    loop.run(longer, plain, InlineExecutor, backend="numpy")
    with netCDF4.Dataset(path) as one, netCDF4.Dataset(other) as two, netCDF4.Dataset(plain) as np_:
        for name in ("throughput", "cell_sinr_db"):
            np.testing.assert_array_equal(one[name][:], two[name][:])
            np.testing.assert_allclose(one[name][:], np_[name][:], rtol=1e-4, atol=1e-4)
