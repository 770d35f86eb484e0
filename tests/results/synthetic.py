"""Blocks with made-up content of the real shapes and types, a function of the trial alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.results import exact_sums, schema
from capest.results.blockfile import RunIdentity
from capest.results.variable import Variable
from capest.scenario.service_classes import guaranteed_services
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES, calls_of_service
from capest.statistics.quantities_of_emissions import LIMIT_KEYS
from capest.statistics.refusals import REFUSAL_REASONS

BEAMS = 7
STATISTICS_BEAMS = 3
USERS_PER_BEAM = 5

IDENTITY = RunIdentity(
    fingerprint="0123456789abcdef" * 4, version="0.1.0", backend="numpy", block_trials=4
)


def layout(beams: int = BEAMS) -> dict[str, np.ndarray]:
    angle = 2 * np.pi * np.arange(beams) / beams
    return {
        "cell_u": 0.05 * np.cos(angle),
        "cell_v": 0.05 * np.sin(angle),
        "cell_colour": np.arange(beams, dtype=np.int32) % 3,
        "cell_counted": (np.arange(beams) < STATISTICS_BEAMS).astype(np.int8),
    }


def block(first_trial: int, trials: int, beams: int = BEAMS, seed: int = 1) -> BlockResult:
    """Consecutive trials; trial k is the same in whatever block it stands."""
    parts = [_one_trial(first_trial + k, beams, seed) for k in range(trials)]
    return BlockResult(
        first_trial,
        {
            name: np.array([p.trial[name] for p in parts], parts[0].trial[name].dtype)
            for name in parts[0].trial
        },
        {name: np.stack([p.trial_cell[name] for p in parts]) for name in parts[0].trial_cell},
        {name: sum(p.histograms[name] for p in parts) for name in parts[0].histograms},
        {name: sum(p.cell[name] for p in parts) for name in parts[0].cell},
    )


def blocks(trials: int, block_trials: int, beams: int = BEAMS) -> Iterator[tuple[int, BlockResult]]:
    for index, first in enumerate(range(0, trials, block_trials)):
        yield index, block(first, min(block_trials, trials - first), beams)


def sizes(trials: int, block_trials: int) -> list[int]:
    return [min(block_trials, trials - first) for first in range(0, trials, block_trials)]


def expected(trials: int, block_trials: int) -> dict[int, tuple[int, int]]:
    firsts = range(0, trials, block_trials)
    return dict(enumerate(zip(firsts, sizes(trials, block_trials), strict=True)))


def table() -> dict[str, Variable]:
    """Every variable of a result of one satellite with its uplink and services."""
    one = block(0, 1)
    found = schema.table(
        layout(),
        trial=one.trial,
        trial_cell=one.trial_cell,
        cell=one.cell,
        histograms=one.histograms,
    )
    return found | exact_sums.variables(one.cell)


def provenance(**more: object) -> dict[str, object]:
    return {
        "title": "synthetic",
        "source": "capest 0.1.0",
        "history": "2026-01-01T00:00:00Z capest run synthetic.toml",
        "scenario_toml": 'title = "synthetic"\n[run]\ntrials = 50\n',
        "scenario_fingerprint": IDENTITY.fingerprint,
        "seed": "18446744073709551615",
        "backend": "numpy",
        "capest_version": "0.1.0",
        "users_per_trial": 35,
        "host": "here",
        "created": "2026-01-01T00:00:00Z",
    } | more


def _one_trial(trial: int, beams: int, seed: int) -> BlockResult:
    random = np.random.default_rng([seed, trial])
    effect = random.normal(0, 1)
    users = random.poisson(USERS_PER_BEAM, beams).astype(np.int32)
    lit = (random.random(beams) < 0.8).astype(np.int8)
    served = np.where(lit == 1, random.binomial(users, 0.9), 0).astype(np.int32)
    counted = np.arange(beams) < min(STATISTICS_BEAMS, beams)
    heard = (lit == 1) & (users > 0)
    sinr = np.where(heard, random.normal(3 + effect, 4, beams), np.nan).astype(np.float32)
    efficiency = np.where(served > 0, random.uniform(0.2, 4, beams), np.nan).astype(np.float32)
    rate = np.where(served > 0, random.uniform(1, 30, beams), 0).astype(np.float32)
    here = int(users[counted & (lit == 1)].sum())
    sinr_of_users = random.normal(3 + effect, 4, here)
    noise = random.normal(0, 1, here)
    per_metric = {
        "coupling_loss_db": 140 - sinr_of_users,
        "snr_db": sinr_of_users + 2,
        "sir_db": sinr_of_users + 5 + noise,
        "sinr_db": sinr_of_users,
        "pfd_reduction_db": np.maximum(noise, 0.0),
        "rf_power_reduction_db": np.full(here, 0.4),
        "out_of_band_reduction_db": np.zeros(here),
        "spectral_efficiency": np.log2(1 + 10 ** (sinr_of_users / 10)),
        "user_throughput": np.where(noise > -1.5, np.exp(noise), 0.0),
        "beam_throughput": rate[counted & (lit == 1)],
        "one_way_delay": 8.0 + 0.1 * noise,
        "packet_delay": 57.0 + 0.1 * noise,
        "uplink_coupling_loss_db": 139 - sinr_of_users,
        "uplink_snr_db": sinr_of_users + 1,
        "uplink_sir_db": sinr_of_users + 3 + noise,
        "uplink_sinr_db": sinr_of_users - 1,
        "uplink_spectral_efficiency": np.log2(1 + 10 ** (sinr_of_users / 10 - 0.1)),
        "uplink_user_throughput": np.where(noise > -1.5, np.exp(noise) / 10, 0.0),
        "uplink_beam_throughput": rate[counted & (lit == 1)] / 10,
    }
    asked = random.binomial(served, 0.8).astype(np.int32)
    calls = random.binomial(asked, 0.7).astype(np.int32)
    offered, carried = int(asked[counted].sum()), int(calls[counted].sum())
    reasons = random.multinomial(
        offered - carried, [1 / len(REFUSAL_REASONS)] * len(REFUSAL_REASONS)
    )
    per_metric["calls"] = [carried]
    turned_down = np.int32(lit.sum() // 2)
    return BlockResult(
        trial,
        {
            "users": np.int32(users[counted].sum()),
            "lit_users": np.int32(here),
            "served_users": np.int32(served[counted].sum()),
            "throughput": np.float64(rate[counted].sum(dtype=np.float64)),
            "lit_beams": np.int32(lit[counted].sum()),
            "cells_asking": np.int32((users[counted] > 0).sum()),
            "cells_dark": np.int32(((users > 0) & (lit == 0))[counted].sum()),
            "uplink_throughput": np.float64(rate[counted].sum(dtype=np.float64) / 10),
            "uplink_users": np.int32(here // 2),
            "calls": np.int32(carried),
            "calls_offered": np.int32(offered),
            "calls_on_fading": np.int32(carried // 3),
            "calls_at_least_rate": np.int32(carried // 4),
            "calls_between_rates": np.int32(carried // 2),
            "calls_at_wanted_rate": np.int32(carried - carried // 4 - carried // 2),
            "downlink_load": np.float64(carried / (offered + 1)),
            "uplink_load": np.float64(carried / (offered + 2)),
            "calls_refused": np.int32(offered - carried),
            **{
                f"calls_refused_{reason}": np.int32(count)
                for reason, count in zip(REFUSAL_REASONS, reasons, strict=True)
            },
            **{
                name: np.int32((carried if "offered" not in name else offered) // 8)
                for service in guaranteed_services()
                for name in calls_of_service(service)
            },
            "pfd_worst_dbw_per_m2_mhz": np.float64(-92.6 + 0.1 * effect),
            "pfd_worst_elevation_deg": np.float64(80.0 + effect),
            "out_of_band_pfd_worst_dbw_per_m2_mhz": np.float64(-137.6 + 0.1 * effect),
            "out_of_band_pfd_aggregate_dbw_per_m2_mhz": np.float64(-136.0 + 0.1 * effect),
            "radiated_w": np.float64(300.0 + 10.0 * effect),
            "radiated_w_largest": np.float64(400.0 + 10.0 * effect),
            "beams_radiating": np.int32(lit.sum()),
            **{
                f"turned_down_by_{limit}{ending}": np.float64(times + 0.1 * effect)
                for limit in LIMIT_KEYS
                for ending, times in (("_db", 1.0), ("_largest_db", 2.0))
            },
            **{f"beams_turned_down_by_{limit}": turned_down for limit in LIMIT_KEYS},
            "call_attempts": np.int32(3 * offered),
            "calls_blocked": np.int32(offered - carried),
            "best_effort_throughput": np.float64(rate[counted].sum(dtype=np.float64) / 3),
            "throughput_all_beams": np.float64(rate.sum(dtype=np.float64)),
            "uplink_throughput_all_beams": np.float64(rate.sum(dtype=np.float64) / 10),
            "calls_all_beams": np.int32(calls.sum()),
            "calls_offered_all_beams": np.int32(asked.sum()),
            "best_effort_throughput_all_beams": np.float64(rate.sum(dtype=np.float64) / 3),
        },
        {
            "cell_users": users,
            "cell_lit": lit,
            "cell_served_users": served,
            "cell_sinr_db": sinr,
            "cell_spectral_efficiency": efficiency,
            "cell_throughput": rate,
            "cell_uplink_sinr_db": sinr - np.float32(1),
            "cell_uplink_spectral_efficiency": efficiency / np.float32(2),
            "cell_uplink_throughput": rate / np.float32(10),
            "cell_calls": calls,
            "cell_calls_offered": asked,
            "cell_best_effort_throughput": rate / np.float32(3),
        },
        {
            name: AXES[name].count(np.asarray(values), NumpyKernels())
            for name, values in per_metric.items()
        },
        {
            "cell_users": users.astype("i8"),
            "cell_served_users": served.astype("i8"),
            "cell_calls": calls.astype("i8"),
            "cell_calls_offered": asked.astype("i8"),
            "cell_asking_trials": (users > 0).astype("i8"),
            "cell_dark_trials": ((users > 0) & (lit == 0)).astype("i8"),
        }
        | {
            f"cell_calls_refused_{reason}": ((asked - calls) * (reason == "bandwidth")).astype("i8")
            for reason in REFUSAL_REASONS
        },
    )
