"""The client builds a world; a worker computes it where NumPy is all there is."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CLIENT = """
import pickle
import sys

from capest.engine.build import build
from capest.results.store import BlockStore, RunIdentity
from capest.runner.plan import Plan
from capest.runner.task import Job
from capest.runner.world_file import save_world
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.version import __version__

scenario = load_scenario(sys.argv[2], ["run.trials=20"])
identity = RunIdentity(fingerprint(scenario), __version__, "numpy", scenario.run.block_trials)
store = BlockStore.open(sys.argv[3], identity)
plan = Plan(20, scenario.run.block_trials)
job = Job(save_world(build(scenario), store.folder), identity, plan, store.folder, 1.0)
with open(sys.argv[4], "wb") as file:
    pickle.dump(job, file)
"""

# Everything that capest is installed with is forbidden to a worker, whoever imports it.
WORKER = """
import pickle
import sys

FORBIDDEN = {
    "pydantic", "pydantic_core", "dask", "distributed", "xarray", "netCDF4", "cftime", "click",
    "rich", "scipy", "pandas", "matplotlib", "itur", "shapely", *sys.argv[5:],
}

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in FORBIDDEN:
            raise ImportError(f"{name} is forbidden here")

sys.meta_path.insert(0, Forbid())
sys.path.insert(0, sys.argv[1])

from capest.errors import CapestError
from capest.results.store import BlockStore
from capest.runner.task import run_batch

with open(sys.argv[4], "rb") as file:
    job = pickle.load(file)
try:
    assert run_batch(job, [0, 1]).blocks == (0, 1)
except CapestError as error:
    print(error)
else:
    store = BlockStore.attach(sys.argv[3], job.identity)
    assert store.finished(job.plan.spans()) == {0, 1}
    assert store.read(0).trials == job.plan.block_size(0)
    print("done")
"""

ONE_SATELLITE = """
[satellite]
preset = "tr38821-set1-leo600-s"
[uplink]
interference = "full-buffer"
[service]
preset = "voice"
"""
CONSTELLATION = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
shells = "60: 200/10/1 @ 600"
minimum_elevation_deg = 20.0
[region]
kind = "country"
country = "CHE"
[users]
placement = "population"
count = 100
indoor_share = 0.2
[service]
mix = "voice 50%, best-effort 50%"
"""
CATALOGUE = """
[satellite]
preset = "tr38821-set1-leo600-s"
altitude_km = 350.0
[constellation]
catalogue = "station.tle"
start = "2008-09-20T12:00:00Z"
minimum_elevation_deg = 10.0
[region]
kind = "box"
south_deg = -50.0
north_deg = 50.0
west_deg = -20.0
east_deg = 20.0
[cells]
diameter_km = 500.0
[users]
placement = "uniform"
count = 50
"""
# The example of the TLE format that the sgp4 package and Wikipedia print.
STATION = """ISS (ZARYA)
1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
"""


def answer(tmp_path: Path, scenario: str, *forbidden: str) -> str:
    """What a worker says that computes the blocks of a scenario."""
    file = tmp_path / "scenario.toml"
    file.write_text(scenario, encoding="utf-8")
    (tmp_path / "station.tle").write_text(STATION, encoding="utf-8")
    arguments = [str(ROOT), str(file), str(tmp_path / "blocks"), str(tmp_path / "job")]
    for script, more in ((CLIENT, ()), (WORKER, forbidden)):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments, *more],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("scenario", [ONE_SATELLITE, CONSTELLATION], ids=["one", "many"])
def test_blocks_are_computed_and_written_where_numpy_is_all(scenario: str, tmp_path: Path) -> None:
    assert answer(tmp_path, scenario, "sgp4") == "done"


def test_a_catalogue_needs_sgp4_on_the_worker_and_says_so(tmp_path: Path) -> None:
    assert answer(tmp_path, CATALOGUE) == "done"
    refusal = answer(tmp_path, CATALOGUE, "sgp4")
    assert refusal.endswith('needs the package sgp4: pip install "capest[orbits]"')
    assert "\n" not in refusal
