"""Ranges of the answers over what is assumed: studies of uncertainty and their tables."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from answer_cases import IN_HAND, NO_LIMIT, WITHOUT_NETWORK
from answer_range_tables import range_text

HERE = Path(__file__).parent
FIGURES = ("calls", "refused_bandwidth_share", "refused_uplink_share")
"""Whose ranges are wanted: calls, and two of the reasons why others are refused."""

MANY, SOME, FEW = 256, 128, 96
"""Samples of a study; the fewer where nothing but the range is wanted."""

A_TENTH = "constellation.deployed_fraction=0.1"

BANDWIDTH = "carrier.bandwidth_mhz"


@dataclass(frozen=True)
class Asked:
    """A study of uncertainty.

    Attributes
    ----------
    scenario : str
    keys : tuple of str
        That differ from the scenario.
    samples : int
    margin : bool
        Whether the curve of the answer against link margin is wanted.
    trials : int
        Of the runs that change one assumption alone.
    """

    scenario: str
    keys: tuple[str, ...] = ()
    samples: int = FEW
    margin: bool = False
    trials: int = 2


STUDIES = {
    "GW-A59": Asked("gw-a59-china", samples=MANY, trials=8),
    "GW-A59, people without a network": Asked("gw-a59-china", (WITHOUT_NETWORK,), SOME),
    "GW-A59, in a hand": Asked("gw-a59-china", (IN_HAND,), SOME, margin=True, trials=8),
    "a tenth of GW-A59, 608 satellites": Asked("gw-a59-china", (A_TENTH,)),
    "one GEO satellite, if nobody minds the delay": Asked("geo-china", (NO_LIMIT,)),
    "GW-A59, in a hand, people without a network": Asked(
        "gw-a59-china", (IN_HAND, WITHOUT_NETWORK), margin=True, trials=8
    ),
    "a tenth of GW-A59, people without a network": Asked(
        "gw-a59-china", (A_TENTH, WITHOUT_NETWORK)
    ),
    "one GEO satellite, if nobody minds the delay, people without a network": Asked(
        "geo-china", (NO_LIMIT, WITHOUT_NETWORK)
    ),
    "all of Guowang, 12,992 satellites": Asked("complete-china"),
    "AST SpaceMobile, 248 satellites": Asked("ast-usa"),
}
"""Label -> study."""


def studies(folder: Path | None = None, samples: int | None = None) -> dict[str, Any]:
    """Run all studies.

    Parameters
    ----------
    folder : Path, optional
        Where their datasets stay, so that those which are finished are not computed again.
    samples : int, optional
        Of every study, in place of its own.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = {}
        for place, (label, asked) in enumerate(STUDIES.items()):
            path = folder / f"{place:02}-{asked.scenario}.nc"
            said = _run(asked, path, samples or asked.samples)
            found[label] = _compact(label, asked, said, path)
            print(f"{label}: {range_text(found[label])}", flush=True)
        return found


def _run(asked: Asked, path: Path, samples: int) -> dict[str, Any]:
    """Run one study by its command, or show the one that is there."""
    command = [sys.executable, "-m", "capest"]
    if path.exists():
        command += ["show", str(path), "--json"]
    else:
        command += ["uncertainty", str(HERE / "scenarios" / f"{asked.scenario}.toml")]
        command += ["--samples", str(samples), "--trials", str(asked.trials)]
        command += ["-o", str(path), "--json"]
        command += ["--margin=-6:6:1"] if asked.margin else []
        command += [part for figure in FIGURES for part in ("--of", figure)]
        command += [part for key in asked.keys for part in ("--set", key)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _compact(label: str, asked: Asked, said: dict[str, Any], path: Path) -> dict[str, Any]:
    """What the page needs of a study."""
    calls = next(each for each in said["figures"] if each["figure"] == "calls.mean")
    joint = calls["joint_sample"]
    kept: dict[str, Any] = {
        "scenario": asked.scenario,
        "keys": list(asked.keys),
        "samples": joint["samples"],
        "failed": joint["failed"],
        "paired_trials": said["paired_trials"],
        "stated": _triple(calls["base"]),
        **{end: _triple(joint["range"][end]) for end in ("low", "median", "high")},
        "none": _triple(joint["share_with_none"]),
        "by_chance": _triple(joint["monte_carlo"]["standard_error"]),
        "assumptions": {each["key"]: each["centre"] for each in said["assumptions"]},
        "ends": [
            [each["assumption"], each["value"], _triple(each["answer"]), _triple(each["percent"])]
            for each in calls.get("one_at_a_time", [])
        ],
        "first_order": {
            each["assumption"]: _triple(each["first_order"]) for each in joint["shares"]
        },
        "find_out_first": joint["first"],
        "margins": [
            [each["margin_db"], _triple(each["answer"])] for each in calls.get("margins", [])
        ],
        "bandwidth_first": _bandwidth_first(path),
    }
    if label == "GW-A59":
        kept["by_bandwidth"] = _by_bandwidth(path)
    return kept


def _triple(interval: dict[str, Any]) -> list[float | None]:
    def plain(value: Any) -> float | None:
        finite = isinstance(value, int | float) and np.isfinite(value)
        return float(f"{value:.5g}") if finite else None

    return [plain(interval[name]) for name in ("value", "low", "high")]


def _answers(path: Path, *names: str) -> list[np.ndarray]:
    import xarray as xr

    with xr.open_dataset(path) as ds:
        return [ds[name].values for name in names]


def _bandwidth_first(path: Path) -> float:
    """Share of samples in which more callers are refused for bandwidth than for their uplink."""
    names = (f"refused_{why}_share_mean" for why in ("bandwidth", "uplink"))
    bandwidth, uplink = _answers(path, *names)
    return round(100.0 * float(np.mean(bandwidth > uplink)), 1)


def _by_bandwidth(path: Path) -> dict[str, list[float]]:
    """MHz -> 5 %, median and 95 % of the calls of samples with this bandwidth."""
    import xarray as xr

    with xr.open_dataset(path) as ds:
        place = int(np.flatnonzero(ds["assumption"].values == BANDWIDTH)[0])
        options = str(ds["assumption_options"].values[place])
        names = [option.partition(":")[0].strip(' "') for option in options.split(",")]
        option, calls = ds["assumed_option"].values[:, place], ds["calls_mean"].values
    found = {}
    for k, name in enumerate(names):
        some = calls[option == k]
        found[name] = [float(f"{x:.5g}") for x in np.quantile(some, (0.05, 0.5, 0.95))]
    return found
