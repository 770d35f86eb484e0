"""Small result files of every kind, and what somebody hostile makes of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import xarray as xr
from click.testing import CliRunner

from capest.cli import cli
from capest.plot.source import Source
from capest.results.open import open_result

NETWORK = """
title = "Calls around Beijing"
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
shells = "60: 600/20/1 @ 600"
[region]
kind = "circle"
latitude_deg = 40
longitude_deg = 116
radius_km = 300
[users]
placement = "population"
count = 400
[handset]
preset = "3gpp-handheld"
[service]
preset = "voice"
[run]
trials = 8
"""
SATELLITE = """
title = "One satellite"
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 30
[handset]
preset = "3gpp-handheld"
[service]
preset = "voice"
[run]
trials = 6
"""

HOSTILE = (
    "<script>alert(1)</script></script>]]>-->\" onload=\"alert(2)' onmouseover='alert(3) "
    "<img src=x onerror=alert(4)> {{ 7 * 7 }} {% raw %} &amp; $x_y$ \\u003c"
    "\x1b[31m\x00\x08\u202e\u2066\ufeff\u2028 javascript:alert(5) line\nbreak\ttab " + "A" * 5000
)
_READ = {
    *("scenario_toml", "assumptions", "uncertainty_of", "capacity_of", "sweep_axes"),
    *("condition", "condition_metric", "condition_statistic", "capacity_axes"),
    *(
        "quantities",
        "capest_key",
        "note",
        "capest_version",
        "block_trials",
        "stopped_by",
        "delay_budgets",
        "seed",
    ),
}
"""Attributes that are read as something else than text, and are made hostile in their own way."""


def call(*words: str | Path) -> None:
    """Run a command of capest in this process."""
    done = CliRunner().invoke(cli, [str(each) for each in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def make_files(folder: Path) -> dict[str, Path]:
    """Compute a file of every kind, by name."""
    network, satellite = folder / "network.toml", folder / "satellite.toml"
    network.write_text(NETWORK, "utf-8")
    satellite.write_text(SATELLITE, "utf-8")
    names = ("network", "weaker", "satellite", "sweep", "uncertainty", "capacity")
    files = {name: folder / f"{name}.nc" for name in names}
    here = ("--workers", "0", "--backend", "numpy")
    call("run", network, *here, "-o", files["network"])
    weaker = "handset.antenna_gain_dbi=-5"
    call("run", network, *here, "--set", weaker, "-o", files["weaker"])
    call("run", satellite, *here, "-o", files["satellite"])
    call("sweep", satellite, *here, "--vary", "beams.frequency_reuse=1,3", "-o", files["sweep"])
    study = ("--samples", "20", "--trials", "2", "--margin", "-2:2:2")
    call("uncertainty", satellite, *here, *study, "-o", files["uncertainty"])
    search = ("--vary", "users.per_beam=1..200", "--blocked", "20%", "--trials", "5")
    call("capacity", satellite, "--workers", "0", *search, "-o", files["capacity"])
    return files


def source(path: Path) -> Source:
    """A file as a report reads it."""
    return Source(open_result(path), path.stem, str(path))


def hostile(path: Path) -> Source:
    """A file whose every text is hostile."""
    dataset = open_result(path).load()
    dataset.attrs = {key: _hostile(key, value) for key, value in dataset.attrs.items()}
    for variable in dataset.variables.values():
        variable.attrs = {
            key: HOSTILE if isinstance(value, str) and key == "long_name" else value
            for key, value in variable.attrs.items()
        }
    if "cell_country" in dataset:
        country = xr.full_like(dataset["cell_country"], "<s", dtype="<U2")
        dataset["cell_country"] = country
    return Source(dataset, HOSTILE, HOSTILE)


def _hostile(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key == "scenario_toml":
        # A key and the values of texts; TOML itself must be read.
        lines = [f'{_toml(HOSTILE[:300])} = "own"', f"title = {_toml(HOSTILE)}"]
        rest = [line for line in value.splitlines() if not line.startswith("title")]
        rest = [
            f"preset = {_toml(HOSTILE)}" if line.startswith("preset") else line for line in rest
        ]
        return "\n".join(lines + rest)
    if key == "assumptions":
        rows = json.loads(value)
        return json.dumps([{name: _text(name, each) for name, each in row.items()} for row in rows])
    return value if key in _READ else HOSTILE


def _text(name: str, value: Any) -> Any:
    return HOSTILE if isinstance(value, str) and name != "kind" else value


def _toml(text: str) -> str:
    """A basic string of TOML; it has no NUL, which TOML cannot hold as it stands."""
    return json.dumps(text)
