"""Every feature moves a named figure the known way, with one satellite and with a constellation."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.errors import CapestError
from capest.scenario.load import load_scenario
from capest.scenario.plain import set_key
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES

from .matrix import (
    FIGURES,
    LOW_MANY,
    LOW_ONE,
    PAGE,
    ROWS,
    TWIN_MANY,
    TWIN_ONE,
    USERS_FILE,
    Row,
    page,
)

TRIALS = 40
ONE, MANY = "one satellite", "constellation"

# How far figures of twins may be apart: medians of 8,000 users, and sums over 40 trials.
APART = {"throughput": 0.04, "calls": 0.04, "best_effort": 0.06, "blocked": 0.25, "users": 0.0}
APART_DB = 0.2
CLEAR_DB = 0.2
"""A figure in decibels has moved by as much at least, or stays within as much."""


@pytest.fixture(scope="module")
def users_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("matrix") / "users.csv"
    steps = np.arange(-3.5, 3.6, 0.25)
    east, north = (each.ravel() for each in np.meshgrid(steps, steps))
    near = np.hypot(east, north) < 3.5
    rows = [f"{lat},{101.4 + lon}" for lat, lon in zip(north[near], east[near], strict=True)]
    path.write_text("\n".join(["lat,lon", *rows]) + "\n", encoding="utf-8")
    return path


def keys_of(row: Row, kind: str, *, on: bool) -> dict[str, Any]:
    low, twin = (LOW_ONE, TWIN_ONE) if kind == ONE else (LOW_MANY, TWIN_MANY)
    keys = {**(low if row.low else twin), **row.before}
    if on:
        keys |= {**row.keys, **(row.one if kind == ONE else row.many)}
    return {key: value for key, value in keys.items() if value is not None}


@cache
def computed(keys: tuple[tuple[str, Any], ...]) -> dict[str, float]:
    raw: dict[str, Any] = {}
    for key, value in keys:
        set_key(raw, key, value)
    return figures(compute_block(build(load_scenario(raw)), NumpyKernels(), 0, TRIALS))


def run(row: Row, kind: str, users_file: Path, *, on: bool) -> dict[str, float]:
    keys = keys_of(row, kind, on=on)
    if "channel.weather" in keys:
        pytest.importorskip("itur")
    if keys.get("users.file") == USERS_FILE:
        keys["users.file"] = str(users_file)
    return computed(tuple(sorted(keys.items())))


def quantile(block: BlockResult, metric: str, p: float) -> float:
    counts = block.histograms[metric]
    cumulative = np.cumsum(counts[:-1]) / max(counts.sum(), 1)
    return float(np.interp(p, cumulative, AXES[metric].edges()))


def figures(block: BlockResult) -> dict[str, float]:
    found = {name: quantile(block, name, 0.5) for name in ("sinr_db", "snr_db", "sir_db")}
    found["coupling_loss_db"] = quantile(block, "coupling_loss_db", 0.5)
    found["spread_db"] = quantile(block, "coupling_loss_db", 0.95)
    found["spread_db"] -= quantile(block, "coupling_loss_db", 0.05)
    found["delay_ms"] = quantile(block, "one_way_delay", 0.5)
    sums = {name: float(values.sum()) for name, values in block.trial.items()}
    found |= {"throughput": sums["throughput"], "users": sums["users"], "served": sums["lit_users"]}
    found["calls"] = sums.get("calls", 0.0)
    found["best_effort"] = sums.get("best_effort_throughput", 0.0)
    found["blocked"] = sums.get("calls_blocked", 0.0)
    return found


CASES = [
    pytest.param(row, kind, id=f"{row.name}, {kind}")
    for row in ROWS
    for kind, hole in ((ONE, row.not_one), (MANY, row.not_many))
    if not hole
]


@pytest.mark.parametrize(("row", "kind"), CASES)
def test_a_feature_moves_its_figure_the_known_way(row: Row, kind: str, users_file: Path) -> None:
    before = run(row, kind, users_file, on=False)[row.figure]
    after = run(row, kind, users_file, on=True)[row.figure]
    clear = CLEAR_DB if row.figure.endswith("_db") else 0.02 * abs(before)
    if row.moves == "same":
        assert after == pytest.approx(before, abs=clear)
    else:
        assert (after - before) * (1.0 if row.moves == "up" else -1.0) > clear


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if not (row.low or row.not_one or row.not_many) and row.agree],
    ids=lambda row: row.name,
)
def test_a_constellation_of_one_has_the_figures_of_one_satellite(
    row: Row, users_file: Path
) -> None:
    one, many = (run(row, kind, users_file, on=True) for kind in (ONE, MANY))
    for name in {row.figure, "sinr_db"}:
        apart = APART_DB if name.endswith("_db") else APART.get(name, 0.01) * abs(one[name])
        assert math.isfinite(one[name])
        assert many[name] == pytest.approx(one[name], abs=apart), name


HOLES = [
    pytest.param(row, kind, why, id=f"{row.name}, {kind}")
    for row in ROWS
    for kind, why in ((ONE, row.not_one), (MANY, row.not_many))
    if why
]


@pytest.mark.parametrize(("row", "kind", "why"), HOLES)
def test_a_hole_says_its_reason(row: Row, kind: str, why: str, users_file: Path) -> None:
    raw: dict[str, Any] = {}
    for key, value in keys_of(row, kind, on=True).items():
        set_key(raw, key, str(users_file) if value == USERS_FILE else value)
    with pytest.raises(CapestError) as error:
        load_scenario(raw)
    assert why in str(error.value)


def test_the_page_has_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "python tests/engine/matrix.py --write"
    assert {row.figure for row in ROWS} <= set(FIGURES)
