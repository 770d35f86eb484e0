"""Which modules each command imports: what it does not need, nobody waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMMAND = """
import atexit, sys
sys.path.insert(0, sys.argv[1])

def say():
    print("loaded:", *sys.modules, file=sys.stderr)

atexit.register(say)
del sys.argv[1]
from capest.cli import main
main()
"""

# Each takes a tenth of a second or more; SciPy and CuPy come with others, where they are installed.
ALWAYS_IDLE = {
    *("xarray", "pandas", "dask", "distributed", "scipy", "cupy", "matplotlib", "sgp4", "shapely"),
}
OF_SCENARIOS = {"pydantic", "capest.scenario", "capest.engine", "capest.runner", "capest.backend"}

SCENARIO = """
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 2
[run]
trials = 20
"""

REGION = """
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
count = 20
[run]
trials = 2
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """Modules that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(ROOT), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.partition("loaded:")[0]
    (line,) = (each for each in done.stderr.splitlines() if each.startswith("loaded:"))
    return set(line.split()[1:])


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["show", "--help"]])
def test_help_needs_no_numbers(words: list[str], tmp_path: Path) -> None:
    found = loaded(tmp_path, *words)
    assert not found & (ALWAYS_IDLE | OF_SCENARIOS | {"numpy", "netCDF4", "rich"})
    assert "click" in found


def test_a_key_is_explained_from_the_page_alone(tmp_path: Path) -> None:
    found = loaded(tmp_path, "explain", "link.harq")
    assert not found & (ALWAYS_IDLE | {"numpy", "netCDF4", "pydantic", "capest.engine"})


@pytest.mark.parametrize("text", [SCENARIO, REGION], ids=["satellite", "constellation"])
def test_a_short_run_and_its_summary(text: str, tmp_path: Path) -> None:
    """By default: no workers for a second of work, and no GPU where there is no driver."""
    from capest.backend.driver import driver_cuda_version

    (tmp_path / "short.toml").write_text(text)
    found = loaded(tmp_path, "run", "short.toml")
    idle = ALWAYS_IDLE if driver_cuda_version() is None else ALWAYS_IDLE - {"cupy", "scipy"}
    assert not found & idle
    assert "netCDF4" in found
    for more in ([], ["--json"], ["--intervals"]):
        found = loaded(tmp_path, "show", "short.nc", *more)
        assert not found & (ALWAYS_IDLE | OF_SCENARIOS)
        assert "netCDF4" in found
