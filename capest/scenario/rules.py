"""What keys of a scenario demand of each other.

A rule reads a few keys and is skipped while one of them is faulty in itself, so all faults of a
file come out together and none is only the echo of another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from capest.errors import Problem
from capest.scenario.beam_limit_rules import FEEDER_KEYS, feeder_problem
from capest.scenario.constellation_rules import (
    SELECT,
    SOURCES,
    WITH_CONSTELLATION,
    is_constellation,
    select_needs_catalogue,
)
from capest.scenario.harq import KEYS as HARQ_KEYS
from capest.scenario.harq import LOSS_KEYS, loss_problem, round_trips_problem
from capest.scenario.satellite_rules import SINGLE_SATELLITE
from capest.scenario.service_rules import (
    KEYS,
    LEAST_KEYS,
    SIMULATION_KEYS,
    TRAFFIC_KEYS,
    least_problem,
    service_problem,
    simulation_problem,
    traffic_problem,
)
from capest.scenario.until import UNTIL_KEYS, until_problem
from capest.scenario.uplink_rules import WIDTH_KEYS, width_problem

BLOCKS_LIMIT = 1_000_000
"""Files a run may leave in a folder until it is done."""

_Rules = tuple[tuple[tuple[str, ...], Callable[..., Problem | None]], ...]


@dataclass(frozen=True)
class BrokenRule(Problem):
    """A fault of keys against each other; ``reads`` are all the keys the rule looks at."""

    reads: tuple[str, ...] = ()


def broken_rules(values: Mapping[str, Any]) -> list[BrokenRule]:
    """Check everything that involves more than one key's own range.

    Parameters
    ----------
    values : mapping of dotted key to value
        Keys that are valid in themselves, defaults included.

    Returns
    -------
    list of BrokenRule
        Empty if all is well.
    """
    problems = []
    # Who writes a source of satellites wrongly means a constellation all the same.
    several = is_constellation(values) or any(key not in values for key in SOURCES)
    for keys, rule in (*_ALWAYS, *(WITH_CONSTELLATION if several else SINGLE_SATELLITE)):
        if all(key in values for key in keys):
            problem = rule(*(values[key] for key in keys))
            if problem is not None:
                problems.append(
                    BrokenRule(problem.key, problem.value, problem.allowed, problem.hint, keys)
                )
    return problems


def _polarisation(reuse: int, polarisation: bool) -> Problem | None:
    if polarisation and reuse != 2:
        return Problem(
            "beams.polarisation_reuse",
            polarisation,
            f"only with frequency_reuse = 2, not {reuse}",
            "together they give the four colours of TR 38.821 reuse option 3",
        )
    if reuse == 2 and not polarisation:
        return Problem(
            "beams.frequency_reuse",
            reuse,
            "2 only together with polarisation_reuse = true",
            "otherwise one of 1, 3, 4, 7",
        )
    return None


def _blocks_limit(trials: int, block_trials: int | None) -> Problem | None:
    if block_trials is None or trials <= block_trials * BLOCKS_LIMIT:
        return None
    return Problem(
        "run.block_trials",
        block_trials,
        f"gives {math.ceil(trials / block_trials)} blocks, at most {BLOCKS_LIMIT} are possible "
        "(each is a file until the run is done)",
        f"write at least {math.ceil(trials / BLOCKS_LIMIT)}, or leave it out",
    )


def _whereabouts(indoor: float, vehicle: float) -> Problem | None:
    if indoor + vehicle <= 1.0 + 1e-12:
        return None
    return Problem(
        "users.vehicle_share",
        vehicle,
        f"indoor_share and vehicle_share are parts of all users: {indoor:g} + {vehicle:g} is more "
        "than 1",
        f"write at most {math.floor(max(0.0, 1.0 - indoor) * 1e6) / 1e6:.6g}",
    )


def _stratified(positions: str, placement: str, interference: str | None) -> Problem | None:
    # Other placements share out the ground among trials: users of a trial stand independently.
    if positions == "random" or placement != "beam" or interference in (None, "off"):
        return None
    return Problem(
        "users.positions",
        positions,
        f'not with placement = "beam" and uplink.interference = "{interference}": users of '
        "different beams interfere with each other there, and must stand independently",
        'write "random", or place users otherwise',
    )


_ALWAYS: _Rules = (
    (UNTIL_KEYS, until_problem),
    (("beams.frequency_reuse", "beams.polarisation_reuse"), _polarisation),
    (("run.trials", "run.block_trials"), _blocks_limit),
    (("users.indoor_share", "users.vehicle_share"), _whereabouts),
    (("users.positions", "users.placement", "uplink.interference"), _stratified),
    (KEYS, service_problem),
    (LEAST_KEYS, least_problem),
    (TRAFFIC_KEYS, traffic_problem),
    (HARQ_KEYS, round_trips_problem),
    (LOSS_KEYS, loss_problem),
    (WIDTH_KEYS, width_problem),
    (FEEDER_KEYS, feeder_problem),
    (SIMULATION_KEYS, simulation_problem),
    (("constellation.catalogue", *SELECT), select_needs_catalogue),
)
