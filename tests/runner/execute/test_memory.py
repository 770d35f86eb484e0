"""Memory does not grow with the number of trials."""

import subprocess
import sys

import pytest

CODE = """
import resource, sys, tempfile, pathlib
from capest.runner import loop
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.load import load_scenario
scenario = load_scenario({
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 61},
    "users": {"per_beam": 2},
    "run": {"trials": int(sys.argv[1])},
})
with tempfile.TemporaryDirectory() as folder:
    loop.run(scenario, pathlib.Path(folder) / "out.nc", InlineExecutor)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mib(trials: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(trials)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


@pytest.mark.slow
def test_ten_times_the_trials_in_the_same_memory() -> None:
    # Trials and merge happen in one process. Kept whole, the 18,000 trials more of 61 beams
    # would take 24 MiB for the per-beam results alone.
    assert peak_mib(20_000) - peak_mib(2_000) < 10
