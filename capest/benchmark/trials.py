"""CPU seconds of trials and of the kernels in them: here, with NumPy, and in another checkout.

Processes of their own compute the same trials on one core, turn by turn, so that what else the
machine does meets all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from capest.benchmark.cases import TrialCase
from capest.benchmark.turns import medians
from capest.errors import InputError
from capest.shown import one_line

HERE = Path(__file__).parents[2]

ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")

TRIAL = "trial"
"""The whole trial, beside the kernels in it."""

_KERNELS = ("downlink_sinr", "uplink_sinr", "constellation_sinr", "constellation_uplink")

# Of 0.2 on: functions moved in 0.3. Names of old versions are read by new ones.
_CHILD = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
tree, file, trials, blocks, backends, names, changes = (sys.argv + [""])[1:8]
sys.path.insert(0, tree)
from capest.backend import choose
from capest.scenario.load import load_scenario
try:
    from capest.engine.build import build
    from capest.engine.memory import compute_block
except ImportError:
    from capest.batch import _scene as build, compute_block

trials, blocks, clock = int(trials), int(blocks), time.process_time
spent = {}

def timed(kernels, name, key):
    call = getattr(kernels, name, None)
    if call is None:
        return
    def measured(*args, **named):
        started = clock()
        found = call(*args, **named)
        kernels.wait()
        spent[key] = spent.get(key, 0.0) + clock() - started
        return found
    setattr(kernels, name, measured)

world = build(load_scenario(file, changes.split()))
found = {}
for backend in backends.split(","):
    if backend == "cupy":
        clock = time.perf_counter
    kernels = found[backend] = choose.kernels(backend)
    for name in names.split(","):
        timed(kernels, name, backend + " " + name)
    compute_block(world, kernels, 0, trials)
spent.clear()
for block in range(blocks):
    for backend, kernels in found.items():
        started = clock()
        compute_block(world, kernels, block * trials, trials)
        spent[backend + " trial"] = spent.get(backend + " trial", 0.0) + clock() - started
print(json.dumps({key: value / (trials * blocks) for key, value in spent.items()}))
"""


@dataclass(frozen=True)
class TrialSpeed:
    """A trial, or a kernel in it, here and elsewhere.

    Attributes
    ----------
    case : str
    part : str
        "trial", or a kernel.
    seconds : dict of str to float
        Of the processor, a trial: "here", with "numpy", in the "other" checkout; medians.
    ratio : dict of str to float
        How many times as long "numpy" and the "other" take; medians over rounds. A kernel that the
        other does not have has none.
    """

    case: str
    part: str
    seconds: dict[str, float]
    ratio: dict[str, float]


def other_backend(other: Path, backend: str) -> str:
    """Backend to compare with in another checkout: the same, or NumPy where it is not there."""
    has_native = (other / "capest" / "backend" / "native").is_dir()
    return "numpy" if backend == "native" and not has_native else backend


def checked(other: Path | None) -> Path | None:
    """Refuse a folder without capest; its path from the root, since children work elsewhere."""
    if other is None:
        return None
    if not (other / "capest" / "__init__.py").is_file():
        raise InputError(f"--against {other}: no capest there; give the folder of a checkout")
    return other.resolve()


def changes_of(scenario: str, tree: Path) -> list[str]:
    """Keys that make a case in a checkout what it was in version 0.2, which had no such keys."""
    capest, changes = tree / "capest", []
    if (capest / "scenario" / "network_rules.py").is_file():
        changes.append("rules=0.2")
    if "[constellation]" in scenario and (capest / "engine" / "uplink_of_many.py").is_file():
        changes.append("uplink.interference=off")
    return changes


def trial_speeds(
    cases: Sequence[TrialCase],
    backend: str,
    other: Path | None = None,
    rounds: int = 3,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[TrialSpeed]:
    """Time all cases here and in another checkout, in turns.

    Parameters
    ----------
    cases : sequence of TrialCase
    backend : {"numpy", "native", "cupy"}
    other : Path, optional
        Folder with ``capest/`` and ``kernels/`` of version 0.2 or later.
    rounds : int
    told : callable
        Called with the name of every case before it is timed.

    Raises
    ------
    InputError
        If there is no capest in the folder, or it does not compute a case.
    """
    other = checked(other)
    # Of each tree, what its backends are called.
    trees = [(HERE, {"numpy": "numpy"} | {backend: "here"})]
    if other is not None:
        trees.append((other, {other_backend(other, backend): "other"}))
    with tempfile.TemporaryDirectory(prefix="capest-") as folder:
        for number, case in enumerate(cases):
            told(case.name)
            file = Path(folder) / f"{number}.toml"
            file.write_text(case.scenario, encoding="utf-8")
            found: list[dict[tuple[str, str], float]] = []
            for turn in range(rounds):
                found.append({})
                for tree, ways in trees if turn % 2 else reversed(trees):
                    changes = [*changes_of(case.scenario, tree), *case.changes]
                    if case.changes and len(changes) == len(case.changes):
                        continue  # of version 0.2
                    measured = _measured(tree, file, case, ",".join(ways), changes)
                    for key, seconds in measured.items():
                        name, part = key.split()
                        found[-1][ways[name], part] = seconds
            yield from _rows(case.name, found)


def _rows(case: str, rounds: list[dict[tuple[str, str], float]]) -> Iterator[TrialSpeed]:
    for part in (TRIAL, *_KERNELS):
        of_part = [
            {way: seconds for (way, name), seconds in each.items() if name == part}
            for each in rounds
        ]
        if "here" in of_part[0]:
            yield TrialSpeed(case, part, **medians(of_part, "here"))


def _measured(
    tree: Path, scenario: Path, case: TrialCase, backends: str, changes: list[str]
) -> dict[str, float]:
    numbers = [str(case.trials), str(case.blocks), backends, ",".join(_KERNELS)]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tree), str(scenario), *numbers, " ".join(changes)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ONE_CORE,
        cwd=scenario.parent,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"{tree} does not compute {case.name!r}: {one_line(last)}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
