"""The downlink's pair kernel: speed, errors, and the obvious way to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels
from capest.benchmark.baseline import ObviousPattern
from capest.benchmark.scenario import (
    PEAK_SNR,
    bench_scenario,
    exact_pattern,
)
from capest.benchmark.turns import least_in_turns
from capest.engine.build import build
from capest.engine.links_of_one import satellite_links
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.physics import geometry
from capest.physics.pattern_table import beginnings
from capest.sampling.draws import Draws

_PAIRS_OF_CALL = {"numpy": 2**21, "native": 2**21, "cupy": 2**28}

_WITHIN_DB = 40.0  # gains are compared down to this far under the peak


@dataclass(frozen=True)
class KernelSpeed:
    """The SINR kernel on one core or one GPU.

    Attributes
    ----------
    users, beams, colours : int
        Size of one call.
    pairs_per_s : float
        Link pairs (user, beam) per second, best of several calls.
    numpy_pairs_per_s : float
        The same by NumPy's kernel on one core of this machine.
    baseline_pairs_per_s : float
        The same written the obvious way on one core: whole NumPy arrays in double precision, the
        pattern by SciPy's Bessel function where that is installed.
    gain_error_db : float
        Largest error of the antenna gain within 40 dB of its peak.
    sinr_error_db : float
        Largest error of SINR against double precision.
    """

    users: int
    beams: int
    colours: int
    pairs_per_s: float
    numpy_pairs_per_s: float
    baseline_pairs_per_s: float
    gain_error_db: float
    sinr_error_db: float


def kernel_speed(
    kernels: Kernels,
    beams: int = 61,
    frequency_reuse: int = 1,
    seconds: float = 2.0,
    pairs: int | None = None,
) -> KernelSpeed:
    """Measure the pair kernel of a backend and its accuracy.

    Parameters
    ----------
    kernels : Kernels
    beams, frequency_reuse : int
        Layout.
    seconds : float
        Time to spend measuring.
    pairs : int, optional
        Of a call, about; as many as the backend needs to be busy if not given.

    Returns
    -------
    KernelSpeed
    """
    scenario = bench_scenario(beams__count=beams, beams__frequency_reuse=frequency_reuse)
    world = build(scenario)
    pairs_of_trial = scenario.users_per_trial * beams
    trials = max(1, (pairs or _PAIRS_OF_CALL[kernels.name]) // pairs_of_trial)
    links, view = _links(world, kernels, trials)
    users = links.gain.shape[1]

    def call() -> None:
        kernels.downlink_sinr(links)
        kernels.wait()

    few = max(1, min(trials, _PAIRS_OF_CALL["numpy"] // pairs_of_trial))
    on_the_host, _ = _links(world, NumpyKernels(), few)
    pattern = ObviousPattern()
    ways: dict[str, Callable[[], Any]] = {
        "here": call,
        "numpy": lambda: NumpyKernels().downlink_sinr(on_the_host),
        "plain": lambda: _obvious(on_the_host, pattern),
    }
    least = least_in_turns(ways, 3.0 * seconds, kernels.name == "cupy")
    return KernelSpeed(
        users=users,
        beams=beams,
        colours=scenario.colours,
        pairs_per_s=users * beams / least["here"],
        numpy_pairs_per_s=few * pairs_of_trial / least["numpy"],
        baseline_pairs_per_s=few * pairs_of_trial / least["plain"],
        gain_error_db=_gain_error_db(world, kernels),
        sinr_error_db=_sinr_error_db(world, kernels, links, view),
    )


def _links(world: World, kernels: Kernels, trials: int) -> tuple[SatelliteDownlink, geometry.View]:
    xp = kernels.xp
    draws = Draws(kernels, 1, 0, trials)
    layout = world.beams.fixed_layout
    users = draw_users(world, draws)
    view = users.of_one
    gain = xp.full(view.range_m.shape, PEAK_SNR)
    return satellite_links(world.radio, layout, view, gain, users.trial, None, xp), view


def _reference(world: World, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference in double precision with the exact pattern, by brute force."""
    layout, down = world.beams.fixed_layout, world.radio.own_carrier
    uv = layout.grid.uv
    boresight = np.column_stack([uv, np.sqrt(1.0 - (uv**2).sum(axis=1))])
    chord = np.linalg.norm(direction.T[:, None] - boresight[None], axis=2)
    gain = PEAK_SNR * exact_pattern(chord * np.sqrt(1.0 - 0.25 * chord**2), down.reduced_aperture)
    best = gain.argmax(axis=1)
    same = layout.colour[best][:, None] == layout.colour[None]
    same[np.arange(len(best)), best] = False
    return gain.max(axis=1), (gain * same).sum(axis=1)


def _sinr_error_db(
    world: World, kernels: Kernels, links: SatelliteDownlink, view: geometry.View
) -> float:
    some = slice(0, 20_000)
    direction = view.direction.get() if hasattr(view.direction, "get") else view.direction
    carrier, interference = _reference(world, direction[:, some])
    got = kernels.downlink_sinr(links)[1:]
    c, i = (np.asarray(p.get() if hasattr(p, "get") else p, dtype=np.float64)[some] for p in got)
    error_db = 10.0 * np.log10(c / (1.0 + i) * (1.0 + interference) / carrier)
    return float(np.abs(error_db).max())


def _gain_error_db(world: World, kernels: Kernels) -> float:
    layout, down = world.beams.fixed_layout, world.radio.own_carrier
    xp, ka = kernels.xp, down.reduced_aperture
    beam = layout.direction[:, :1] + layout.centre_direction[:, None]
    # Users on a great circle through the boresight, out to the end of the pattern's table.
    largest_chord = np.sqrt(beginnings(len(down.pattern))[-1] - 1.0) / ka
    angle = 2.0 * np.arcsin(np.linspace(1e-4, min(largest_chord, 1.4), 50_000) / 2.0)
    across = np.cross(beam[:, 0], [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    direction = np.cos(angle) * beam + np.sin(angle) * across[:, None]
    reduced = ((direction - layout.centre_direction[:, None]) * ka).astype(np.float32)
    carrier = kernels.downlink_sinr(
        SatelliteDownlink(
            user=xp.asarray(np.ascontiguousarray(reduced[None])),
            gain=xp.ones((1, angle.size), dtype=xp.float32),
            user_trial=xp.zeros(angle.size, dtype=xp.int32),
            beam=xp.asarray((layout.direction[:, :1] * ka).astype(np.float32)),
            beam_power=xp.ones(1, dtype=xp.float32),
            segment_start=xp.asarray(np.array([0, 1], dtype=np.int32)),
            lit=None,
            pattern=xp.asarray(down.pattern),
            colours=1,
        )
    )[1]
    got = np.asarray(carrier.get() if hasattr(carrier, "get") else carrier, dtype=np.float64)
    chord = np.linalg.norm(direction - beam, axis=0)
    true = exact_pattern(chord * np.sqrt(1.0 - 0.25 * chord**2), ka)
    strong = true > 10.0 ** (-_WITHIN_DB / 10.0)
    return float(np.abs(10.0 * np.log10(got[strong] / true[strong])).max())


def _obvious(links: SatelliteDownlink, pattern: ObviousPattern) -> np.ndarray:
    """SINR as one would first write it: whole arrays, double precision, one beam colour mask."""
    colour = np.repeat(np.arange(links.colours), np.diff(links.segment_start))
    user, beam = links.user[0].T.astype(np.float64), links.beam.T.astype(np.float64)
    chord = np.linalg.norm(user[:, None] - beam[None], axis=2)
    received = links.gain[0][:, None] * links.beam_power[None] * pattern(chord)
    best = received.argmax(axis=1)
    same = colour[best][:, None] == colour[None]
    carrier = received.max(axis=1)
    return carrier / (1.0 + (received * same).sum(axis=1) - carrier)
