"""The trial pipeline runs where NumPy and Pydantic are all there is."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Pydantic stays: a scenario is a model of it, with its checks. Everything else that capest is
# installed with is forbidden here, whoever imports it.
SCRIPT = """
import sys

FORBIDDEN = {
    "dask", "distributed", "xarray", "netCDF4", "cftime", "click", "rich", "scipy", "pandas",
    "matplotlib", "itur", "sgp4",
}

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in FORBIDDEN:
            raise ImportError(f"{name} is forbidden here")

sys.meta_path.insert(0, Forbid())
sys.path.insert(0, sys.argv[1])

from capest.backend.choose import kernels
from capest.runner.task import Job, compute_block, run_batch
from capest.runner.plan import Plan
from capest.results.store import BlockStore, RunIdentity
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.engine.scene import build_scene
from capest.engine.trial import trial_block
from capest.version import __version__

from pathlib import Path

scenario = load_scenario(
    {"satellite": {"preset": "tr38821-set1-leo600-s"}, "uplink": {"enabled": True},
     "run": {"trials": 20}}
)
scene = build_scene(scenario)
assert trial_block(scene, kernels("numpy"), 0, 2).trials == 2
assert compute_block(scene, kernels("numpy"), 0, 3).trials == 3
identity = RunIdentity(fingerprint(scenario), __version__, "numpy", scenario.run.block_trials)
store = BlockStore.open(Path(sys.argv[2]) / "blocks", identity)
plan = Plan(20, scenario.run.block_trials)
assert run_batch(Job(scenario, identity, plan, store.folder), [0]).blocks == (0,)
assert store.read(0).trials == plan.block_size(0)
print("done")
"""


def test_blocks_are_computed_and_written_without_the_rest(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "done"
