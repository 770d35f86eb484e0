"""Whole runs from the start of Python to the file: CPU seconds and memory, in turns with others.

Others are NumPy, a script that computes the same in plain NumPy, and another checkout of capest.
All run on one core, in a process of their own.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from capest.benchmark.cases import WholeCase
from capest.benchmark.trials import HERE, ONE_CORE, changes_of, checked, other_backend
from capest.benchmark.turns import medians
from capest.errors import InputError
from capest.shown import one_line

# Runs a program as Python would, and says what it took: its CPU seconds with the start of Python,
# seconds since then, and its largest memory, which getrusage would count with its parent's.
_CHILD = """
import atexit, os, runpy, sys, time
started = time.perf_counter()

def say():
    memory = 0
    if os.path.exists("/proc/self/status"):
        memory = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
    print("took", time.process_time(), time.perf_counter() - started, memory, file=sys.stderr)

atexit.register(say)
tree, program = sys.argv[1:3]
del sys.argv[:2]
if tree:
    sys.path.insert(0, tree)
    runpy.run_module(program, run_name="__main__", alter_sys=True)
else:
    runpy.run_path(program, run_name="__main__")
"""


@dataclass(frozen=True)
class WholeSpeed:
    """A whole run on one core, here and elsewhere.

    Attributes
    ----------
    case : str
    trials : int
    seconds : dict of str to float
        Of the processor (with a GPU: of the clock, and without the start of Python): "here", with
        "numpy", by the "plain" script, in the "other" checkout; medians.
    ratio : dict of str to float
        How many times as long the others take; medians over rounds.
    memory_mib : dict of str to float
        Largest of all rounds; 0 where the system does not tell.
    """

    case: str
    trials: int
    seconds: dict[str, float]
    ratio: dict[str, float]
    memory_mib: dict[str, float]


def whole_speeds(
    cases: Sequence[WholeCase],
    backend: str,
    trials: int,
    other: Path | None = None,
    rounds: int = 3,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[WholeSpeed]:
    """Time whole runs in turns.

    Parameters
    ----------
    cases : sequence of WholeCase
    backend : {"numpy", "native", "cupy"}
    trials : int
        Of the shortest trials; the others are fewer (`WholeCase.trials`).
    other : Path, optional
        Folder with ``capest/`` and ``kernels/`` of version 0.2 or later.
    rounds : int
    told : callable
        Called with the name of every case before it is timed.

    Raises
    ------
    InputError
        If there is no capest in the folder, or a run fails.
    """
    other = checked(other)
    for case in cases:
        told(case.name)
        count = max(1, round(case.trials * trials))
        programs = _programs(case, backend, count, other)
        found, memory = [], dict.fromkeys(programs, 0.0)
        for turn in range(rounds):
            order = list(programs)[:: 1 if turn % 2 else -1]
            taken = {way: _taken(programs[way], way, case.scenario) for way in order}
            place = 1 if backend == "cupy" else 0
            found.append({way: taken[way][place] for way in programs})
            memory = {way: max(memory[way], taken[way][2] / 1024.0) for way in programs}
        yield WholeSpeed(case.name, count, **medians(found, "here"), memory_mib=memory)


def _programs(
    case: WholeCase, backend: str, trials: int, other: Path | None
) -> dict[str, list[str]]:
    """Words of each way to compute a case."""

    def run(tree: Path, name: str) -> list[str]:
        words = [str(tree), "capest", "run", "case.toml", "--workers", "0"]
        words += ["--backend", name, "--trials", str(trials)]
        changes = changes_of(case.scenario, tree)
        return words + [word for change in changes for word in ("--set", change)]

    programs = {"here": run(HERE, backend)}
    if backend != "numpy":
        programs["numpy"] = run(HERE, "numpy")
    if case.plain is not None and importlib.util.find_spec("scipy"):
        script = str(Path(__file__).with_name(case.plain))
        programs["plain"] = ["", script, str(trials), "plain.npz"]
    if other is not None:
        programs["other"] = run(other, other_backend(other, backend))
    return programs


def _taken(words: list[str], way: str, scenario: str) -> tuple[float, float, float]:
    """CPU seconds, seconds and KiB of a program, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="capest-") as folder:
        (Path(folder) / "case.toml").write_text(scenario, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *words],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | ONE_CORE,
            cwd=folder,
        )
    *said, last = done.stderr.strip().splitlines() or [""]
    if done.returncode != 0 or not last.startswith("took "):
        told = one_line(" ".join(said[-3:]) or last)
        raise InputError(f"a run of the benchmark failed ({way}): {told}")
    processor_s, clock_s, memory = (float(word) for word in last.split()[1:])
    return processor_s, clock_s, memory
