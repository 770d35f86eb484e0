"""A constellation of one has every figure of the satellite alone, uplinks too."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.space import space_of
from capest.engine.memory import compute_block
from capest.engine.services import serve as serve_module
from capest.engine.services.settle import Settled
from capest.geo.sphere import lat_lon
from capest.scenario.load import load_scenario
from capest.scenario.sections import ConstellationSettings
from capest.statistics.reduction import Reduction

from .twins import (
    CASES,
    LEFT_OUT,
    MEAN_INTERFERENCE,
    Agreement,
    compared,
    lines,
    of_many,
    run_one,
    run_twins,
    write_users,
)

TRIALS = 50
CASE = "calls, full buffers in the uplink, reuse 1"

Twins = tuple[xr.Dataset, xr.Dataset]


@pytest.fixture(scope="module")
def users_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("twins") / "users.csv"
    write_users(path)
    return path


@pytest.fixture(scope="module")
def twins(users_file: Path) -> Twins:
    return run_twins(CASES[CASE], TRIALS, users_file)


def test_all_figures_agree_jointly(twins: Twins) -> None:
    """`python tests/engine/twins.py` does the same with 2,000 trials of all cases."""
    found = compared({CASE: twins})
    assert all(each.holds for each in found), "\n".join(lines(found))
    tested = {each.figure for each in found if each.half > 0}
    assert {
        "sinr_db.p50", "throughput.mean", "calls.mean", "uplink_snr_db.p50", "uplink_share.mean",
        "refused_uplink_share.mean", f"{MEAN_INTERFERENCE}.mean",
    } <= tested  # fmt: skip
    assert not {each.figure.split(".")[0] for each in found} & set(LEFT_OUT)


@pytest.mark.parametrize(
    ("keys", "figures"),
    [
        (
            {"satellite.eirp_density_dbw_per_mhz": 59.3, "handset.transmit_power_dbm": 23.3},
            {"snr_db.p50", "uplink_snr_db.p50"},
        ),
        ({"beams.spacing_uv": 0.0058}, {"sir_db.p50", f"{MEAN_INTERFERENCE}.mean"}),
    ],
)
def test_a_difference_is_found(
    twins: Twins, users_file: Path, keys: dict[str, Any], figures: set[str]
) -> None:
    """Power that is 0.3 dB more, and beams 5 % closer together, in the constellation alone."""
    many = run_one(of_many(CASES[CASE]) | keys, TRIALS, users_file)
    found = compared({CASE: (twins[0], many)})
    assert figures <= {each.figure for each in found if not each.holds}
    assert list(lines(found))[-1].endswith("differ")


def test_a_difference_without_chance_is_found() -> None:
    """An interval without width holds itself alone; one without an end says nothing on its side."""
    assert not Agreement(CASE, "lit_beams.mean", 61.0, 1.0, 1.0, 1.0, "").holds
    assert Agreement(CASE, "lit_beams.mean", 61.0, 0.0, 0.0, 0.0, "").holds
    assert Agreement(CASE, "calls.p05", 61.0, 1.0, -math.inf, 3.0, "").holds


@pytest.mark.parametrize(("reuse", "median_db"), [(1, -1.10), (3, 7.55)])
def test_drops_of_a_constellation_have_the_medians_of_the_study_case(
    reuse: int, median_db: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uplink SINR of cases 9 and 10 with 61 beams of one satellite, the inner 19 counted.

    `capest run runs/tr38821-case9.toml --set uplink.interference=full-buffer` has -1.12 dB, case 10
    with `beams.count=61` too 7.54 dB, known within 0.02 dB of 200 trials. A constellation hears all
    users in their shares of time; here one user of each beam sends all the time, as in a drop.
    """
    random = np.random.default_rng(reuse)

    def one_drop(kernels: Any, links: Any, senders: Any, own_snr: Any, ready: Any) -> Settled:
        any_order = random.permutation(len(ready))
        beam = np.where(ready, links.own_beam, -1)[any_order]
        sends = np.zeros(len(ready), dtype=bool)
        sends[any_order[np.unique(beam, return_index=True)[1]]] = True
        sends &= ready
        heard = senders.hear(kernels, sends.astype(float)[None])
        inner = world.beams.fixed_layout.order[links.serving] < 19
        return Settled(own_snr, sends & inner, heard[0][senders.beam].astype(np.float32))

    monkeypatch.setattr(serve_module, "always_sending", one_drop)
    at = space_of(ConstellationSettings(shells="0: 1/1/0 @ 600")).positions_m(0.0)
    latitude, longitude = lat_lon((at / np.linalg.norm(at)).T)
    scenario = load_scenario(
        {
            "rules": "0.2", "satellite": {"preset": "tr38821-set1-leo600-s"},
            "constellation": {"shells": "0: 1/1/0 @ 600", "window_h": 1e-6},
            "region": {
                "kind": "circle",
                "latitude_deg": float(latitude[0]),
                "longitude_deg": float(longitude[0]),
                "radius_km": 220.0,
            },
            "cells": {"layout": "satellite-fixed", "lit": "all"},
            "beams": {"count": 61, "frequency_reuse": reuse},
            "channel": {"line_of_sight": "always", "elevation_lookup": "nearest"},
            "users": {"placement": "uniform", "count": 1200},
            "uplink": {"interference": "full-buffer", "scheduled": "all"},
            "service": {
                "downlink_kbps": 5.0, "uplink_kbps": 5.0, "guaranteed": True,
                "delay_budget_ms": 500.0,
            },
        }
    )  # fmt: skip
    world = build(scenario)
    reduction = Reduction()
    for block in range(20):
        reduction.add(block, compute_block(world, NumpyKernels(), 20 * block, 20))
    found = reduction.interval("uplink_sinr_db", "p50")
    assert found.value == pytest.approx(median_db, abs=0.1)
