"""The uplink's pair kernel: speed, errors, and the obvious way to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.arguments import SatelliteUplink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels, on_host
from capest.benchmark.baseline import ObviousPattern
from capest.benchmark.scenario import (
    PEAK_SNR,
    bench_scenario,
    exact_pattern,
)
from capest.benchmark.turns import least_in_turns
from capest.engine.build import build
from capest.engine.links_of_one import reduced_directions
from capest.engine.radio import Carrier
from capest.engine.users import draw_users
from capest.engine.world import Layout
from capest.sampling.draws import Draws

_ARRAYS = ("user", "gain", "scheduled", "beam", "beam_power", "segment_start", "pattern")
_PAIRS_OF_CALL = {"numpy": 2**23, "native": 2**23, "cupy": 2**28}


@dataclass(frozen=True)
class UplinkSpeed:
    """The uplink kernel on one core or one GPU.

    Attributes
    ----------
    drops, beams, colours : int
        Size of one call.
    pairs_per_s : float
        Pairs of a transmitting user and a receiving beam of its colour, per second.
    numpy_pairs_per_s : float
        The same by NumPy's kernel on one core of this machine.
    baseline_pairs_per_s : float
        The same written the obvious way on one core: whole NumPy arrays of each colour in double
        precision, the pattern by SciPy's Bessel function where that is installed.
    sinr_error_db : float
        Largest error of SINR against double precision with the exact pattern.
    """

    drops: int
    beams: int
    colours: int
    pairs_per_s: float
    numpy_pairs_per_s: float
    baseline_pairs_per_s: float
    sinr_error_db: float


def uplink_speed(
    kernels: Kernels,
    beams: int = 61,
    frequency_reuse: int = 1,
    seconds: float = 2.0,
    pairs: int | None = None,
) -> UplinkSpeed:
    """Measure the uplink kernel of a backend and its accuracy.

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
    UplinkSpeed
    """
    xp = kernels.xp
    scenario = bench_scenario(
        beams__count=beams,
        beams__frequency_reuse=frequency_reuse,
        uplink__interference="full-buffer",
    )
    world = build(scenario)
    carrier = world.radio.call_carrier
    assert carrier is not None  # the preset has an uplink
    layout = world.beams.fixed_layout
    trials = max(1, (pairs or _PAIRS_OF_CALL[kernels.name]) // (10 * beams**2))
    draws = Draws(kernels, 1, 0, trials)
    users = world.ground.users_per_trial
    view = draw_users(world, draws).of_one
    user, beam = reduced_directions(world.radio, layout, carrier, view, xp)
    # Every user transmits to the beam whose cell it is in.
    home = xp.asarray(layout.place)[xp.arange(users) // scenario.users.per_beam]
    number = (xp.arange(trials)[:, None] * beams + home).ravel()
    taking_turns = kernels.count_numbers(number, trials * beams)
    scheduled = uplink_turns(number, taking_turns, trials, 10, xp)
    links = SatelliteUplink(
        user=user,
        gain=xp.full((1, view.range_m.size), PEAK_SNR, dtype=xp.float32),
        scheduled=scheduled,
        beam=beam,
        beam_power=xp.ones(beams, dtype=xp.float32),
        segment_start=xp.asarray(layout.segment_start),
        pattern=xp.asarray(carrier.pattern),
        colours=scenario.colours,
    )

    def call() -> None:
        kernels.uplink_sinr(links)
        kernels.wait()

    arrays: dict[str, Any] = {name: on_host(getattr(links, name)) for name in _ARRAYS}
    on_the_host = replace(links, **arrays)
    pairs_of_a_drop = int((np.diff(layout.segment_start) ** 2).sum())
    # Whole arrays of all drops would not fit the memory.
    few = slice(0, max(1, 2**20 // beams**2))
    direction, turns = on_host(view.direction), on_host(scheduled)[few]
    pattern = ObviousPattern()
    ways: dict[str, Callable[[], Any]] = {
        "here": call,
        "numpy": lambda: NumpyKernels().uplink_sinr(on_the_host),
        "plain": lambda: _obvious(layout, carrier, direction, turns, pattern),
    }
    least = least_in_turns(ways, 3.0 * seconds, kernels.name == "cupy")
    got = [on_host(power)[few].astype(np.float64) for power in kernels.uplink_sinr(links)]
    carrier_power, interference = _received(layout, carrier, direction, turns)
    error_db = 10.0 * np.log10(got[0] / (1.0 + got[1]) * (1.0 + interference) / carrier_power)
    return UplinkSpeed(
        drops=len(scheduled),
        beams=beams,
        colours=scenario.colours,
        pairs_per_s=len(scheduled) * pairs_of_a_drop / least["here"],
        numpy_pairs_per_s=len(scheduled) * pairs_of_a_drop / least["numpy"],
        baseline_pairs_per_s=len(turns) * pairs_of_a_drop / least["plain"],
        sinr_error_db=float(np.abs(error_db).max()),
    )


def _gains(
    layout: Layout, direction: np.ndarray, turns: np.ndarray, pattern: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference of every drop and beam, from a pattern over the chord."""
    boresight = layout.direction + layout.centre_direction[:, None]
    colours = len(layout.segment_start) - 1
    colour = np.repeat(np.arange(colours), np.diff(layout.segment_start))
    chord = np.linalg.norm(
        direction[:, turns].transpose(1, 2, 0)[:, :, None] - boresight.T[None, None], axis=3
    )
    received = PEAK_SNR * pattern(chord) * (colour[:, None] == colour[None])
    own = np.einsum("dbb->db", received)
    return own, received.sum(axis=1) - own


def _received(
    layout: Layout, carrier: Carrier, direction: np.ndarray, turns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    ka = carrier.reduced_aperture
    return _gains(
        layout,
        direction,
        turns,
        lambda chord: exact_pattern(chord * np.sqrt(1.0 - 0.25 * chord**2), ka),
    )


def _obvious(
    layout: Layout,
    carrier: Carrier,
    direction: np.ndarray,
    turns: np.ndarray,
    pattern: ObviousPattern,
) -> np.ndarray:
    """SINR as one would first write it: whole arrays of double precision, colour by colour."""
    ka = carrier.reduced_aperture
    boresight = layout.direction + layout.centre_direction[:, None]
    found = []
    for start, end in pairwise(layout.segment_start):
        user = direction[:, turns[:, start:end]].transpose(1, 2, 0)[:, :, None]
        chord = np.linalg.norm(user - boresight.T[None, None, start:end], axis=3)
        received = PEAK_SNR * pattern(ka * chord)
        own = np.einsum("dbb->db", received)
        found.append(own / (1.0 + received.sum(axis=1) - own))
    return np.concatenate(found, axis=1)
