"""CPU seconds of trials here and in another checkout of capest, in turns: only their ratio counts.

Processes of their own compute the same trials with NumPy on one core, turn by turn, so that what
else the machine does meets both. The least of several rounds is taken of either.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from capest.errors import InputError
from capest.shown import one_line

HERE = Path(__file__).parents[2]

# Of 0.2 on: functions moved in 0.3. Names of old versions are read by new ones.
_CHILD = """
import sys, time, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
from capest.backend.numpy_kernels import NumpyKernels
from capest.scenario.load import load_scenario
try:
    from capest.engine.build import build
    from capest.engine.memory import compute_block
    # 0.2 has no interference in the uplink of a constellation.
    more = ["uplink.interference=off"] if "[constellation]" in open(sys.argv[2]).read() else []
except ImportError:
    from capest.batch import _scene as build, compute_block
    more = []
world, kernels = build(load_scenario(sys.argv[2], more)), NumpyKernels()
trials, blocks = int(sys.argv[3]), int(sys.argv[4])
compute_block(world, kernels, 0, trials)
started = time.process_time()
for block in range(blocks):
    compute_block(world, kernels, block * trials, trials)
print((time.process_time() - started) / (trials * blocks))
"""

_CASE_9 = """
[satellite]
preset = "tr38821-set1-leo600-s"
[users]
per_beam = 10
[run]
trials = 1000
"""
_BOTH_LINKS = """
[uplink]
enabled = true
[service]
mix = "voice 50%, best-effort 50%"
"""
_CHINA = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
preset = "guowang-gw-a59"
[region]
kind = "country"
country = "CN"
[cells]
assignment = "greedy-demand"
[beams]
frequency_reuse = 3
[carrier]
bandwidth_mhz = 30
[users]
placement = "population"
count = 20000
[handset]
preset = "3gpp-handheld"
[channel]
environment = "by-place"
[service]
preset = "video-call-480p"
[uplink]
bandwidth_mhz = 0.72
[run]
trials = 20
"""
_GEO = """
[satellite]
preset = "tr38821-set1-geo-s"
[beams]
count = 61
"""
_ONE_FIXED = """
statistics_count = 61
[users]
per_beam = 10
[run]
trials = 1000
"""
_CONSTELLATION_OF_ONE = """
[cells]
layout = "satellite-fixed"
[constellation]
geostationary = "0"
[region]
kind = "circle"
latitude_deg = 0.0
longitude_deg = 0.0
radius_km = 1400.0
[users]
placement = "uniform"
count = 610
[run]
trials = 1000
"""


@dataclass(frozen=True)
class Case:
    """Trials that are timed.

    Attributes
    ----------
    name : str
    scenario : str
        TOML.
    trials, blocks : int
        Trials of a block, and blocks.
    """

    name: str
    scenario: str
    trials: int
    blocks: int


CASES = (
    Case("case 9", _CASE_9, 100, 10),
    Case("case 9, both links, a mix of services", _CASE_9 + _BOTH_LINKS, 100, 4),
    Case("Guowang over China, 20,000 users", _CHINA, 1, 4),
    Case("GEO, 61 beams, 610 users", _GEO + _ONE_FIXED, 100, 5),
    Case("the same as a constellation of one", _GEO + _CONSTELLATION_OF_ONE, 100, 5),
)


@dataclass(frozen=True)
class AgainstSpeed:
    """One case in two versions.

    Attributes
    ----------
    case : str
    seconds_per_trial, their_seconds_per_trial : float
        CPU seconds here, and in the other checkout.
    """

    case: str
    seconds_per_trial: float
    their_seconds_per_trial: float

    @property
    def ratio(self) -> float:
        """How many times as fast as the other version."""
        return self.their_seconds_per_trial / self.seconds_per_trial


def against(
    other: Path, rounds: int = 5, told: Callable[[str], None] = lambda _: None
) -> list[AgainstSpeed]:
    """Time all cases here and in another checkout, in turns.

    Parameters
    ----------
    other : Path
        Folder with ``capest/`` and ``kernels/`` of version 0.2 or later.
    rounds : int
    told : callable
        Called with the name of every case before it is timed.

    Raises
    ------
    InputError
        If there is no capest in the folder, or it does not compute a case.
    """
    if not (other / "capest" / "__init__.py").is_file():
        raise InputError(f"--against {other}: no capest there; give the folder of a checkout")
    found = []
    with tempfile.TemporaryDirectory(prefix="capest-") as folder:
        for number, case in enumerate(CASES):
            told(case.name)
            file = Path(folder) / f"{number}.toml"
            file.write_text(case.scenario, encoding="utf-8")
            least = dict.fromkeys((HERE, other), float("inf"))
            for turn in range(rounds):
                for tree in (HERE, other) if turn % 2 else (other, HERE):
                    least[tree] = min(least[tree], _seconds_per_trial(tree, file, case))
            found.append(AgainstSpeed(case.name, least[HERE], least[other]))
    return found


def _seconds_per_trial(tree: Path, scenario: Path, case: Case) -> float:
    one_core = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    command = [sys.executable, "-c", _CHILD, str(tree), str(scenario)]
    done = subprocess.run(
        [*command, str(case.trials), str(case.blocks)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | one_core,
        cwd=scenario.parent,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"{tree} does not compute {case.name!r}: {one_line(last)}")
    return float(done.stdout.split()[-1])
