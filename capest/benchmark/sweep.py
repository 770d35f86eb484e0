"""The downlink's pair kernel over users × beams × satellites, and on uneven work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.protocol import Kernels, on_host
from capest.benchmark.scenario import PEAK_SNR, bench_scenario
from capest.benchmark.turns import least_in_turns
from capest.engine.build import build
from capest.engine.links_of_one import satellite_links
from capest.engine.users import draw_users
from capest.physics import geometry
from capest.sampling.draws import Draws

SIZES = {"numpy": (1_000, 16_000), "native": (1_000, 16_000), "cupy": (10_000, 4_000_000)}
"""Users of a call, by backend."""

BEAMS = (7, 61, 331)
SATELLITES = (1, 4)


@dataclass(frozen=True)
class CallSpeed:
    """Speed of one call of the kernel.

    Attributes
    ----------
    case : str
        What is uneven about it; empty for a regular call.
    users, beams, satellites, colours : int
        Size of the call; ``beams`` of each satellite.
    pairs_per_s : float
    """

    case: str
    users: int
    beams: int
    satellites: int
    colours: int
    pairs_per_s: float


def sweep(kernels: Kernels, seconds: float) -> Iterator[CallSpeed]:
    """Measure regular calls of many sizes.

    Parameters
    ----------
    kernels : Kernels
    seconds : float
        Time for each point.
    """
    for users in SIZES[kernels.name]:
        for beams in BEAMS:
            for satellites in SATELLITES:
                yield _measured("", kernels, users, beams, satellites, seconds)


def uneven(kernels: Kernels, seconds: float) -> Iterator[CallSpeed]:
    """Measure a regular call of 61 beams, then calls with uneven work, users much the same.

    Parameters
    ----------
    kernels : Kernels
    seconds : float
        Time for each point.
    """
    users = SIZES[kernels.name][-1]
    yield _measured("regular", kernels, users, 61, 1, seconds)
    yield _measured("random user numbers, a third lit", kernels, users, 61, 1, seconds)
    yield _measured("seven colours", kernels, users, 61, 1, seconds, colours=7)
    yield _measured("five satellites", kernels, users, 61, 5, seconds)
    yield _measured("one user more than a full block", kernels, users + 1, 61, 1, seconds)
    yield _measured("a tenth of the users", kernels, users // 10, 61, 1, seconds)


def _measured(
    case: str,
    kernels: Kernels,
    users: int,
    beams: int,
    satellites: int,
    seconds: float,
    colours: int = 1,
) -> CallSpeed:
    links = random_links(kernels, users, beams, satellites, colours, case.startswith("random"))

    def call() -> None:
        kernels.downlink_sinr(links)
        kernels.wait()

    pairs = users * beams * satellites
    least = least_in_turns({"here": call}, seconds, kernels.name == "cupy")
    return CallSpeed(case, users, beams, satellites, colours, pairs / least["here"])


def random_links(
    kernels: Kernels, users: int, beams: int, satellites: int, colours: int, random: bool
) -> SatelliteDownlink:
    """Make links for the downlink's kernel: a layout once per satellite, each displaced.

    Parameters
    ----------
    kernels : Kernels
    users : int
    beams : int
        Of each satellite.
    satellites, colours : int
    random : bool
        Trials of random size, and a random third of the beams lit.

    Returns
    -------
    SatelliteDownlink
    """
    xp = kernels.xp
    scenario = bench_scenario(
        beams__count=beams, beams__statistics_count=beams, beams__frequency_reuse=colours
    )
    world = build(scenario)
    layout = world.beams.fixed_layout
    per_trial = world.ground.users_per_trial
    trials = -(-users // per_trial)
    draws = Draws(kernels, 1, 0, trials)
    all_users = draw_users(world, draws).of_one
    view = geometry.View(
        all_users.direction[:, :users], all_users.range_m[:users], all_users.sin_elevation[:users]
    )
    rng = np.random.default_rng(1)
    trial = np.repeat(np.arange(trials, dtype=np.int32), per_trial)
    lit = None
    if random:
        trial = np.repeat(np.arange(trials), rng.poisson(per_trial, trials))
        trial = np.resize(trial, users).astype(np.int32)
        lit = xp.asarray((rng.random((trials, beams * satellites)) < 20 / 61).astype(np.uint8))
    gain, of_user = xp.full(users, PEAK_SNR), xp.asarray(trial[:users])
    one = satellite_links(world.radio, layout, view, gain, of_user, lit, xp)
    shift = xp.asarray(rng.uniform(-1.0, 1.0, (satellites, 3, 1)).astype(np.float32))
    starts = np.diff(on_host(one.segment_start))
    starts = np.append(0, np.cumsum(np.tile(starts, satellites))).astype(np.int32)
    return replace(
        one,
        user=xp.ascontiguousarray(one.user + shift),
        gain=xp.repeat(one.gain, satellites, axis=0),
        beam=xp.tile(one.beam, (1, satellites)),
        beam_power=xp.tile(one.beam_power, satellites),
        segment_start=xp.asarray(starts),
    )


def worst_ratio(points: Iterable[CallSpeed]) -> float:
    """Slowest of some points against the first of them, as a ratio of pairs per second."""
    first, *others = points
    return min(point.pairs_per_s for point in others) / first.pairs_per_s
