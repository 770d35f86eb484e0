"""The Python interface: load a scenario, run it, open a result."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from capest.accessor import xarray_engine  # noqa: F401  (registers ds.capest)
from capest.backend.driver import local_workers
from capest.errors import InputError
from capest.results.open import open_result
from capest.runner import loop
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario

__all__ = ["load", "open", "run"]


def load(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario.

    Parameters
    ----------
    source : path or mapping
        A TOML file, or its content as nested dictionaries.
    overrides : sequence of str
        Such as ``"beams.frequency_reuse=3"``; see ``--set`` of ``capest run``.

    Returns
    -------
    Scenario
        Immutable; change it with ``scenario.replace(beams__frequency_reuse=3)``.

    Raises
    ------
    ScenarioError
        With every fault of the scenario.
    """
    return load_scenario(source, overrides)


def open(path: str | Path) -> xr.Dataset:
    """Open a result file lazily, or the file of a sweep.

    Parameters
    ----------
    path : path
        Written by ``capest run``, `run` or ``capest sweep``.

    Returns
    -------
    xarray.Dataset
        With the accessor ``ds.capest``: ``summary()``, ``estimates()``, ``quantile(...)``.

    Raises
    ------
    InputError
        If the file is missing or not a result of capest.
    """
    return open_result(path)


def run(
    scenario: Scenario | str | Path | Mapping[str, Any],
    *,
    trials: int | None = None,
    seed: int | None = None,
    until: str | Sequence[str] | None = None,
    output: str | Path | None = None,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    workers: int | None = 0,
    scheduler: str | None = None,
    overwrite: bool = False,
    on_progress: Callable[[loop.Progress], None] | None = None,
) -> xr.Dataset:
    """Run a scenario: the same engine as ``capest run``.

    Parameters
    ----------
    scenario : Scenario, path or mapping
    trials, seed : int, optional
        Instead of the scenario's own.
    until : str or sequence of str, optional
        Stop when the 95 % intervals of these figures are as narrow as wanted, such as
        ``"sinr_db.p05±0.1"`` or ``"throughput.mean±1%"``; ``trials`` then is the limit.
    output : path, optional
        Result file; resumed if an earlier run was cut off. Without it the result is kept in
        memory only.
    backend : {"auto", "numpy", "native", "cupy"}
    workers : int or None
        Dask worker processes on this machine; 0 computes in this process, ``None`` takes
        one a core.
    scheduler : str, optional
        Address of a running Dask scheduler to join instead.
    overwrite : bool
        Replace a result of another scenario at ``output``.
    on_progress : callable, optional
        Called after every batch.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    InputError
        For a faulty scenario, an unusable output or backend.
    CapestError
        For trouble at run time.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    rule = until if until is None or isinstance(until, str) else ", ".join(until)
    changes = {"run__trials": trials, "run__seed": seed, "run__until": rule}
    chosen = chosen.replace(**{key: value for key, value in changes.items() if value is not None})
    if workers is not None and workers < 0:
        raise InputError(f"workers = {workers}: must be 0 or more")

    def execute(path: Path) -> None:
        loop.run(
            chosen,
            path,
            lambda: _executor(workers, backend, scheduler, chosen.workers_sharing_a_gpu),
            backend=backend,
            overwrite=overwrite,
            on_progress=on_progress,
        )

    if output is not None:
        execute(Path(output))
        return open_result(output)
    with tempfile.TemporaryDirectory(prefix="capest-") as folder:
        path = Path(folder) / "result.nc"
        execute(path)
        with open_result(path) as dataset:
            return dataset.load()


def _executor(
    workers: int | None, backend: str, scheduler: str | None, sharing_a_gpu: int
) -> loop.Executor:
    if scheduler is None and workers == 0:
        return InlineExecutor()
    from capest.runner.execute import dask_cluster

    if scheduler is not None:
        return dask_cluster.join_scheduler(scheduler, None)
    return dask_cluster.local_cluster(local_workers(workers, backend, sharing_a_gpu=sharing_a_gpu))
