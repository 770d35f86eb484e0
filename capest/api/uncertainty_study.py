"""``capest.uncertainty``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.api.asked import (
    AnyScenario,
    check_workers,
    settings_of,
    source_of,
)
from capest.api.output import opened
from capest.api.told import say, shown_progress, warn_of
from capest.errors import InputError
from capest.runner.execute.choose import executor_maker
from capest.runner.progress_display import NoDisplay
from capest.studies.uncertainty.assumptions import OwnRange, parse_range
from capest.studies.uncertainty.margin import check_margins
from capest.studies.uncertainty.study import run_study
from capest.studies.uncertainty.study_plan import PAIRED_TRIALS, SAMPLES, plan_study
from capest.studies.uncertainty.study_progress import StudyProgress

_FEWEST_TRIALS = 2


def uncertainty(
    scenario: AnyScenario,
    *,
    of: str | Sequence[str] = (),
    samples: int | None = None,
    one_at_a_time: bool = False,
    margins_db: Sequence[float] = (),
    trials: int = PAIRED_TRIALS,
    seed: int | None = None,
    fixed: Sequence[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    output: str | Path | None = None,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    workers: int | None = 0,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: bool | None = None,
) -> xr.Dataset:
    """Give the answer a range over everything that is assumed: as ``capest uncertainty``.

    Parameters
    ----------
    scenario : Scenario, path or mapping
    of : str or sequence of str
        Figures whose range is wanted, such as ``"calls"`` or ``"sinr_db.p50"``; calls where a
        service asks for them, else the median SINR and throughput.
    samples : int, optional
        Samples of all assumptions together, 20 or more, or 0 for none. Without it 256, and with
        ``one_at_a_time`` none.
    one_at_a_time : bool
        Try every assumption at its ends alone; samples do so first anyway.
    margins_db : sequence of float
        Link margins of a curve of the answer, dB.
    trials : int
        Of every run in pairs; a sample has one trial.
    seed : int, optional
        Instead of the scenario's own.
    fixed : sequence of str
        Keys of assumptions that are held at their stated values.
    ranges : mapping of str to (float, float), optional
        Ends of ranges of one's own, by key.
    output : path, optional
        File, whose folder is made where it lacks; what was cut off goes on from it. Without it the
        result is kept in memory only.
    backend : {"auto", "numpy", "native", "cupy"}
    workers : int or None
        Worker processes on this machine; 0 computes in this process, ``None`` takes
        one a core.
    scheduler : str, optional
        Address of a running Dask scheduler to join instead.
    overwrite : bool
        Replace a file that is there.
    progress : bool or None
        Whether progress is shown; ``None`` shows it in a notebook and in IPython.

    Returns
    -------
    xarray.Dataset
        ``ds.capest.ci("calls")`` is the range, ``ds.capest.summary()`` what makes it.

    Raises
    ------
    InputError
        For a faulty scenario, figure, assumption or range; nothing assumed; an unusable output.
    CapestError
        For trouble at run time.

    Warns
    -----
    ScenarioNote
        For each thing that one should know, such as a key that is not read.

    Examples
    --------
    >>> ds = capest.uncertainty("my.toml", of="calls", samples=64, workers=None)
    >>> ds.capest.ci("calls")
    """
    check_workers(workers)
    notices: list[str] = []

    def compute(path: Path) -> None:
        if trials < _FEWEST_TRIALS:
            raise InputError(f"trials = {trials}: pairs need {_FEWEST_TRIALS} or more")
        drawn = (0 if one_at_a_time else SAMPLES) if samples is None else samples
        plan = plan_study(
            source_of(scenario),
            settings_of(seed=seed),
            of=[of] if isinstance(of, str) else of,
            samples=drawn,
            one_at_a_time=one_at_a_time or drawn > 0,
            margins_db=check_margins(margins_db),
            trials=trials,
            fixed=fixed,
            ranges=[_own(key, ends) for key, ends in (ranges or {}).items()],
        )
        sharing = plan.scenario.workers_sharing_a_gpu
        with shown_progress(progress, plan.trials) as display:
            quiet = isinstance(display, NoDisplay)
            notices.extend(
                run_study(
                    plan,
                    path,
                    executor_maker(workers, backend, sharing, scheduler),
                    StudyProgress(display, _nothing if quiet else say, _nothing),
                    backend=backend,
                    overwrite=overwrite,
                    in_process=workers == 0 and scheduler is None,
                )
            )

    with in_python_words():
        found = opened(output, compute)
    warn_of(notices)
    return found


def _own(key: str, ends: tuple[float, float]) -> OwnRange:
    try:
        low, high = ends
        return parse_range(f"{key}={float(low)!r}:{float(high)!r}")
    except (TypeError, ValueError):
        raise InputError(f"ranges {key}: {ends!r} must be two numbers, (low, high)") from None


def _nothing(*_: object) -> None:
    """Say nothing, and let the study go on."""
