"""A constellation of one against the same satellite alone: every named figure, in pairs of trials.

From the top folder of the project:

    python tests/engine/twins.py --trials 2000

Both runs place users by one file in a layout of 61 beams of a geostationary satellite over its own
slot; draws of places and fades have other orders, so a pair of trials has little in common. Every
figure that both results have must agree within intervals of pairs that hold jointly, for all
figures of all cases, at 99.9 % (Bonferroni). `LEFT_OUT` names the figures whose definitions differ,
and why.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import capest
from capest.results.differences import differences, trials_of
from capest.scenario.plain import set_key
from capest.statistics.growing_blocks import group_of_trials
from capest.statistics.intervals import mean_interval
from capest.statistics.quantities import AXES

# A script has no package; imported by a test, this module has one.
if __package__:
    from .matrix import TWIN_MANY, TWIN_ONE
else:
    from matrix import TWIN_MANY, TWIN_ONE

if TYPE_CHECKING:
    import xarray as xr

MISS = 0.001
"""Probability that any of all intervals misses, where twins are the same."""

BEAMS = 61
USERS_WITHIN_DEG = 7.0
PLACES = 24 * 300
SLOT_DEG = 101.4
COMMON = {"beams.count": BEAMS, "users.count": 10 * BEAMS}
ONE = {**TWIN_ONE, **COMMON, "beams.statistics_count": BEAMS}
MANY = {**TWIN_MANY, **COMMON, "region.radius_km": 900.0}

SERVICE = {
    **{"service.downlink_kbps": 150.0, "service.uplink_kbps": 20.0, "service.guaranteed": True},
    **{"service.delay_budget_ms": 2000.0, "carrier.bandwidth_mhz": 5.0},
}
CASES: dict[str, Mapping[str, Any]] = {
    f"{name}, reuse {reuse}": {**keys, "beams.frequency_reuse": reuse}
    for reuse in (1, 3)
    for name, keys in {
        "no service": {},
        "calls without interference of the uplink": {**SERVICE, "uplink.interference": "off"},
        # The satellite alone hears drops, whose mean is close to that over time if they are many.
        "calls, full buffers in the uplink": {
            **SERVICE,
            **{"uplink.interference": "full-buffer", "uplink.drops": 200},
        },
    }.items()
}

LEFT_OUT = {
    **dict.fromkeys(
        ("uplink_sinr_db", "uplink_sir_db", "uplink_spectral_efficiency"),
        "one satellite counts drops, each with the phones that send in it; a constellation counts "
        "users with the mean over time and places. The mean of interference over carrier is the "
        "same, and is compared in place of them",
    ),
    **dict.fromkeys(
        ("cells_asking", "cells_dark", "cells_dark_in_view"),
        "cells of a layout are those of beams, to which users belong by signal; cells of a region "
        "lie on the ground, and users belong to the nearest",
    ),
    **dict.fromkeys(
        ("pfd_worst_dbw_per_m2_mhz", "out_of_band_pfd_worst_dbw_per_m2_mhz"),
        "straight below nothing varies by chance, and a satellite of a geostationary orbit over a "
        "sphere of 6371 km stands 7 km higher than the 35,786 km of the one alone: 0.0017 dB",
    ),
}
"""Quantities of both that are defined differently, and why."""

MEAN_INTERFERENCE = "uplink interference over carrier"


@dataclass(frozen=True)
class Agreement:
    """How one figure of the twins compares.

    Attributes
    ----------
    case, figure : str
    one, difference, low, high : float
        Value of the satellite alone, what the constellation has more, and the joint limits.
    note : str
        Why there are no limits: ``same: ...`` where nothing differs.
    """

    case: str
    figure: str
    one: float
    difference: float
    low: float
    high: float
    note: str

    @property
    def known(self) -> bool:
        """Whether there are limits, or equality in all trials in place of them."""
        return self.note.startswith("same") or math.isfinite(self.low + self.high)

    @property
    def half(self) -> float:
        """Half the width of the interval; 0 where it has no limits, or nothing varies."""
        half = (self.high - self.low) / 2
        return half if math.isfinite(half) else 0.0

    @property
    def holds(self) -> bool:
        """Whether no difference is among what the interval holds."""
        return not self.known or self.note.startswith("same") or self.low <= 0.0 <= self.high

    @property
    def share(self) -> float:
        """Difference over the arm of its interval towards zero; more than 1 does not hold."""
        arm = self.difference - self.low if self.difference > 0 else self.high - self.difference
        return abs(self.difference) / arm if math.isfinite(arm) and arm > 0 else 0.0


def write_users(path: Path) -> None:
    """Write places around the point below the satellite, uniform over the ground.

    They look alike in all directions of a hexagon and of its mirror image, and after a turn by 90°,
    as which the layouts of the twins lie on the ground: neither has better places. A square grid
    moved the 5 % point of SIR by 0.01 dB, and calls that rest on fading by 7 %.
    """
    random = np.random.default_rng(1)
    places = PLACES // 24
    # Colatitude and azimuth from the point below, as seen from the Earth's centre.
    far = np.arccos(1.0 - random.random(places) * (1.0 - np.cos(np.radians(USERS_WITHIN_DEG))))
    turn = np.radians(15.0 * random.random(places))
    turns = np.concatenate([turn + side for side in np.radians(np.arange(0.0, 360.0, 30.0))])
    azimuth = np.concatenate([turns, -turns])
    far = np.tile(far, 24)
    lat = np.degrees(np.arcsin(np.sin(far) * np.sin(azimuth)))
    lon = np.degrees(np.arctan2(np.sin(far) * np.cos(azimuth), np.cos(far))) + SLOT_DEG
    rows = [f"{y:.6f},{x:.6f}" for y, x in zip(lat, lon, strict=True)]
    path.write_text("\n".join(["lat,lon", *rows]) + "\n", encoding="utf-8")


def run_twins(
    keys: Mapping[str, Any], trials: int, users_file: Path
) -> tuple[xr.Dataset, xr.Dataset]:
    """Results of the satellite alone and of the constellation."""
    one, many = {**ONE, **keys}, of_many(keys)
    return run_one(one, trials, users_file), run_one(many, trials, users_file)


def of_many(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the constellation, whose interference is a mean over all drops."""
    return {**MANY, **{key: value for key, value in keys.items() if key != "uplink.drops"}}


def run_one(keys: Mapping[str, Any], trials: int, users_file: Path) -> xr.Dataset:
    """Result of one of the twins."""
    raw: dict[str, Any] = {}
    for key, value in {**keys, "users.file": str(users_file), "run.trials": trials}.items():
        set_key(raw, key, value)
    return capest.run(raw, backend="numpy")


def compared(
    cases: Mapping[str, tuple[xr.Dataset, xr.Dataset]], miss: float = MISS
) -> list[Agreement]:
    """Compare every figure that both twins of each case have.

    Parameters
    ----------
    cases : mapping of str to (dataset, dataset)
        The satellite alone and the constellation.
    miss : float
        Probability that any of all intervals misses; each has this over their number.
    """
    number = sum(each.half > 0 for each in _all(cases, 0.95))
    return list(_all(cases, 1.0 - miss / max(number, 1)))


def _all(
    cases: Mapping[str, tuple[xr.Dataset, xr.Dataset]], confidence: float
) -> Iterable[Agreement]:
    for case, (one, many) in cases.items():
        ours, theirs = trials_of(many), trials_of(one)
        for each in differences(ours, theirs, confidence):
            if each.metric not in LEFT_OUT:
                yield Agreement(
                    case,
                    f"{each.metric}.{each.statistic}",
                    theirs.interval(each.metric, each.statistic).value,
                    each.value,
                    each.low,
                    each.high,
                    each.note,
                )
        if "uplink_sir_db_count" in one and "uplink_sir_db_count" in many:
            yield _mean_interference(case, one, many, confidence)


def _mean_interference(
    case: str, one: xr.Dataset, many: xr.Dataset, confidence: float
) -> Agreement:
    """Compare 1 / SIR, mean over users: a ratio of sums, linearised, over groups of trials."""
    trials, axis = trials_of(one), AXES["uplink_sir_db"]
    groups = int(group_of_trials(trials.trials, trials.block_trials).max()) + 1
    edges = axis.edges()
    ratio = np.concatenate([[0.0], 10.0 ** (-0.05 * (edges[1:] + edges[:-1])), [0.0]])
    means, errors = [], []
    for each in (many, one):
        counts = trials_of(each).counts("uplink_sir_db")
        if counts is None or len(counts) != groups or counts[:, 0].any():
            raise ValueError(f"{case}: groups of trials or bins of uplink_sir_db do not fit")
        total, whole = counts @ ratio, counts.sum(axis=1)
        means.append(total.sum() / whole.sum())
        errors.append((total - means[-1] * whole) / whole.mean())
    error = errors[0] - errors[1]
    value = means[0] - means[1]
    found = mean_interval(groups, value, float(error @ error), confidence)
    return Agreement(case, f"{MEAN_INTERFERENCE}.mean", means[1], value, found.low, found.high, "")


def lines(found: Iterable[Agreement]) -> Iterable[str]:
    """The table, and a last line that says whether all hold."""
    found, case = list(found), ""
    for each in found:
        if each.case != case:
            case = each.case
            yield f"\n{case}\n{'figure':42} {'one':>12} {'difference':>12} {'limit':>10}  share"
        verdict = "" if each.holds else "  DIFFERS"
        shown = each.note or f"{each.half:10.4g}  {each.share:.2f}{verdict}"
        yield f"{each.figure:42} {each.one:12.6g} {each.difference:+12.4g} {shown}"
    intervals = [each for each in found if each.half > 0]
    unknown = sum(not each.known for each in found)
    most = max(found, key=lambda each: each.share)
    apart = [each for each in found if not each.holds]
    yield (
        f"\n{len(found)} figures: {len(intervals)} with intervals, {unknown} without limits, "
        f"{len(found) - len(intervals) - unknown} that nothing moves"
    )
    yield f"largest difference: {most.share:.2f} of its limit, {most.figure}, {most.case}"
    yield f"{len(apart)} differ" if apart else "all hold jointly"


def main(arguments: list[str], say: Callable[[str], None] = print) -> int:
    """Run all cases and print the table; 1 if any figure differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--case", action="append", choices=list(CASES), help="these alone")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        users_file = Path(folder) / "users.csv"
        write_users(users_file)
        found = compared(
            {
                name: run_twins(CASES[name], chosen.trials, users_file)
                for name in chosen.case or CASES
            }
        )
    for line in lines(found):
        say(line)
    return int(not all(each.holds for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
