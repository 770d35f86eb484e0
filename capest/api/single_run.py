"""``capest.run``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.api.asked import AnyScenario, check_workers
from capest.api.output import opened
from capest.api.told import shown_progress, warn_of
from capest.runner import loop
from capest.runner.execute.choose import executor_maker
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario


def run(
    scenario: AnyScenario,
    *,
    trials: int | None = None,
    seed: int | None = None,
    until: str | Sequence[str] | None = None,
    output: str | Path | None = None,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    workers: int | None = 0,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: bool | None = None,
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
        Result file, whose folder is made where it lacks; resumed if an earlier run was cut off.
        Without it the result is kept in memory only.
    backend : {"auto", "numpy", "native", "cupy"}
    workers : int or None
        Dask worker processes on this machine; 0 computes in this process, ``None`` takes
        one a core.
    scheduler : str, optional
        Address of a running Dask scheduler to join instead.
    overwrite : bool
        Replace a result of another scenario at ``output``.
    progress : bool or None
        Whether progress is shown; ``None`` shows it in a notebook and in IPython.
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

    Warns
    -----
    ScenarioNote
        For each thing that one should know, such as a key that is not read.

    Examples
    --------
    >>> scenario = capest.load("runs/tr38821-case9.toml")
    >>> ds = capest.run(scenario.replace(beams__frequency_reuse=3), trials=200)
    >>> ds.capest.ci("sinr_db.p05")
    """
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    rule = until if until is None or isinstance(until, str) else ", ".join(until)
    changes = {"run__trials": trials, "run__seed": seed, "run__until": rule}
    chosen = chosen.replace(**{key: value for key, value in changes.items() if value is not None})
    check_workers(workers)
    notices: list[str] = []

    def compute(path: Path) -> None:
        sharing = chosen.workers_sharing_a_gpu
        with shown_progress(progress, chosen.run.trials) as display:

            def on_batch(state: loop.Progress) -> None:
                display.update(state)
                if on_progress is not None:
                    on_progress(state)

            outcome = loop.run(
                chosen,
                path,
                executor_maker(workers, backend, sharing, scheduler),
                backend=backend,
                overwrite=overwrite,
                on_progress=on_batch,
                on_merge=display.merging,
            )
        notices.extend(outcome.notices)

    with in_python_words():
        found = opened(output, compute)
    warn_of(notices)
    return found
