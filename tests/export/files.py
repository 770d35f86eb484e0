"""Small files of every kind that is exported, computed once."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from capest.cli import cli

HOSTILE = "=1+1\\n<script>alert(1)</script> $x$ 卫星"

ONE_SATELLITE = f"""
title = "{HOSTILE}"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 2
[run]
trials = 6
"""
PLACED = ONE_SATELLITE.replace(
    "[beams]", "latitude_deg = -40\nlongitude_deg = 179.8\nazimuth_deg = 0\n[beams]"
)
NETWORK = f"""
title = "{HOSTILE}"
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
shells = "80: 200/10/1 @ 600"
minimum_elevation_deg = 10
[region]
kind = "circle"
latitude_deg = 68
longitude_deg = 179
radius_km = 1500
guard_km = 400
[cells]
diameter_km = 600
[users]
placement = "uniform"
count = 100
[service]
preset = "video-call-480p"
[run]
trials = 4
"""
RUN = ("--workers", "0", "--backend", "numpy")


def make(folder: Path) -> dict[str, Path]:
    """Write one file of every kind; by name."""
    commands = {
        "one": ("run", ONE_SATELLITE, ()),
        "placed": ("run", PLACED, ()),
        "network": ("run", NETWORK, ()),
        "sweep": ("sweep", ONE_SATELLITE, ("--vary", "users.per_beam=1,3")),
        "uncertainty": (
            "uncertainty",
            ONE_SATELLITE,
            ("--samples", "0", "--margin", "-1:1:1", "--trials", "2"),
        ),
        "capacity": (
            "capacity",
            ONE_SATELLITE,
            ("--vary", "users.per_beam=1..3", "--while", "user_throughput.p50>=1"),
        ),
    }
    found = {}
    for name, (command, text, options) in commands.items():
        scenario = folder / f"{name}.toml"
        scenario.write_text(text, encoding="utf-8")
        found[name] = folder / f"{name}.nc"
        words = [command, str(scenario), *options, "-o", str(found[name]), *RUN]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, done.output
    return found


def export(*words: object) -> tuple[int, str]:
    """Exit code and what ``capest export`` says."""
    done = CliRunner().invoke(cli, ["export", *map(str, words)])
    return done.exit_code, done.output
