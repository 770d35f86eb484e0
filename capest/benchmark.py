"""Speed of the pair kernel and of whole runs, with the accuracy reached, on this machine."""

from __future__ import annotations

import dataclasses
import math
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from capest import loop
from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.links import downlink_arguments
from capest.physics import antenna, geometry
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scene import Scene, build_scene
from capest.version import __version__

_PEAK_SNR = 64.0  # linear, about that of a handset under a LEO satellite
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
    baseline_pairs_per_s : float
        The same written the obvious way on one core: whole NumPy arrays in double precision, the
        pattern by ``numpy.interp``.
    gain_error_db : float
        Largest error of the antenna gain within 40 dB of its peak.
    sinr_error_db : float
        Largest error of SINR against double precision.
    """

    users: int
    beams: int
    colours: int
    pairs_per_s: float
    baseline_pairs_per_s: float
    gain_error_db: float
    sinr_error_db: float


@dataclass(frozen=True)
class RunSpeed:
    """A whole run, to the result file.

    Attributes
    ----------
    trials, workers : int
    seconds : float
        From the first line to the file, with the start of workers.
    trials_per_s : float
        Without the start of workers.
    peak_memory_mib : float
        Largest memory of this process so far.
    """

    trials: int
    workers: int
    seconds: float
    trials_per_s: float
    peak_memory_mib: float


def bench_scenario(**changes: Any) -> Scenario:
    """Sixty-one beams of a LEO-600 S-band satellite on one frequency, ten users a beam."""
    scenario = load_scenario(
        {
            "title": "benchmark: LEO-600, S band, 61 beams, 10 users a beam",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "channel": {"line_of_sight": "always"},
        }
    )
    return scenario.replace(**changes)


def kernel_speed(
    backend: str, beams: int = 61, frequency_reuse: int = 1, seconds: float = 2.0
) -> KernelSpeed:
    """Measure the pair kernel of a backend and its accuracy.

    Parameters
    ----------
    backend : {"numpy", "cupy"}
    beams, frequency_reuse : int
        Layout.
    seconds : float
        Time to spend measuring.

    Returns
    -------
    KernelSpeed
    """
    kernels = choose.kernels(backend)
    scenario = bench_scenario(beams__count=beams, beams__frequency_reuse=frequency_reuse)
    scene = build_scene(scenario)
    trials = max(1, (2**24 if backend == "cupy" else 2**21) // (scenario.users_per_trial * beams))
    arguments, view = _kernel_arguments(scene, kernels, trials)
    users = arguments[1].shape[1]

    def call() -> Any:
        serving = kernels.downlink_sinr(*arguments)[0]
        return serving.get() if hasattr(serving, "get") else serving  # waits for the GPU

    best_s = _best_of(call, seconds)
    host = [a.get() if hasattr(a, "get") else a for a in arguments]
    baseline_s = _best_of(lambda: _obvious(host), seconds)
    return KernelSpeed(
        users=users,
        beams=beams,
        colours=scenario.colours,
        pairs_per_s=users * beams / best_s,
        baseline_pairs_per_s=users * beams / baseline_s,
        gain_error_db=_gain_error_db(scene, kernels),
        sinr_error_db=_sinr_error_db(scene, kernels, arguments, view),
    )


def run_speed(
    backend: Any, trials: int, workers: int, make_executor: Callable[[], loop.Executor]
) -> RunSpeed:
    """Time a whole run of the benchmark scenario, file included.

    Parameters
    ----------
    backend : {"numpy", "cupy"}
    trials, workers : int
        ``workers`` is only reported.
    make_executor : callable
        Starts the workers.
    """
    scenario = bench_scenario(run__trials=trials)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="capest-bench-") as folder:
        outcome = loop.run(scenario, Path(folder) / "bench.nc", make_executor, backend=backend)
    seconds = time.perf_counter() - started
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return RunSpeed(trials, workers, seconds, trials / outcome.seconds, peak_kib / 1024.0)


def machine() -> dict[str, str | int]:
    """Name what was measured on."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return {
        "processor": name,
        "system": platform.platform(),
        "capest": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def as_dict(speed: KernelSpeed | RunSpeed) -> dict[str, Any]:
    """Return a measurement as plain values for JSON."""
    return dataclasses.asdict(speed)


def _kernel_arguments(
    scene: Scene, kernels: Kernels, trials: int
) -> tuple[tuple[Any, ...], geometry.View]:
    xp = kernels.xp
    draws = Draws(kernels, 1, 0, trials)
    position_m = placement.in_each_beam(scene.coverage, scene.placement, draws)
    view = geometry.view(position_m, scene.satellites, 0, xp)
    gain = xp.full(view.range_m.shape, _PEAK_SNR)
    user_trial = xp.repeat(xp.arange(trials, dtype=xp.int32), scene.placement.users)
    return downlink_arguments(scene, view, gain, user_trial, None, xp), view


def _best_of(call: Callable[[], Any], seconds: float) -> float:
    call()
    best_s, stop = math.inf, time.perf_counter() + seconds
    while time.perf_counter() < stop:
        started = time.perf_counter()
        call()
        best_s = min(best_s, time.perf_counter() - started)
    return best_s


def _pattern(sine: np.ndarray, ka: float) -> np.ndarray:
    flat = antenna.bessel_amplitude(ka * sine.ravel())
    return (flat * flat).reshape(sine.shape)


def _reference(scene: Scene, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference in double precision with the exact pattern, by brute force."""
    uv = scene.beams.grid.uv
    boresight = np.column_stack([uv, np.sqrt(1.0 - (uv**2).sum(axis=1))])
    chord = np.linalg.norm(direction.T[:, None] - boresight[None], axis=2)
    gain = _PEAK_SNR * _pattern(
        chord * np.sqrt(1.0 - 0.25 * chord**2), scene.carrier.reduced_aperture
    )
    best = gain.argmax(axis=1)
    same = scene.beams.colour[best][:, None] == scene.beams.colour[None]
    same[np.arange(len(best)), best] = False
    return gain.max(axis=1), (gain * same).sum(axis=1)


def _sinr_error_db(
    scene: Scene, kernels: Kernels, arguments: tuple[Any, ...], view: geometry.View
) -> float:
    some = slice(0, 20_000)
    direction = view.direction.get() if hasattr(view.direction, "get") else view.direction
    carrier, interference = _reference(scene, direction[:, some])
    got = kernels.downlink_sinr(*arguments)[1:]
    c, i = (np.asarray(p.get() if hasattr(p, "get") else p, dtype=np.float64)[some] for p in got)
    error_db = 10.0 * np.log10(c / (1.0 + i) * (1.0 + interference) / carrier)
    return float(np.abs(error_db).max())


def _gain_error_db(scene: Scene, kernels: Kernels) -> float:
    xp, ka = kernels.xp, scene.carrier.reduced_aperture
    beam = scene.beams.direction[:, :1] + scene.centre_direction[:, None]
    # Users on a great circle through the boresight, out to the end of the pattern's table.
    largest_chord = (len(scene.carrier.amplitude) - 2) * antenna.AMPLITUDE_STEP / ka
    angle = 2.0 * np.arcsin(np.linspace(1e-4, min(largest_chord, 1.4), 50_000) / 2.0)
    across = np.cross(beam[:, 0], [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    direction = np.cos(angle) * beam + np.sin(angle) * across[:, None]
    reduced = ((direction - scene.centre_direction[:, None]) * ka).astype(np.float32)
    carrier = kernels.downlink_sinr(
        xp.asarray(np.ascontiguousarray(reduced[None])),
        xp.ones((1, angle.size), dtype=xp.float32),
        xp.zeros(angle.size, dtype=xp.int32),
        xp.asarray((scene.beams.direction[:, :1] * ka).astype(np.float32)),
        xp.ones(1, dtype=xp.float32),
        xp.asarray(np.array([0, 1], dtype=np.int32)),
        None,
        xp.asarray(scene.carrier.amplitude),
        antenna.AMPLITUDE_STEP,
        1,
    )[1]
    got = np.asarray(carrier.get() if hasattr(carrier, "get") else carrier, dtype=np.float64)
    chord = np.linalg.norm(direction - beam, axis=0)
    true = _pattern(chord * np.sqrt(1.0 - 0.25 * chord**2), ka)
    strong = true > 10.0 ** (-_WITHIN_DB / 10.0)
    return float(np.abs(10.0 * np.log10(got[strong] / true[strong])).max())


def _obvious(arguments: list[Any]) -> np.ndarray:
    """SINR as one would first write it: whole arrays, double precision, one beam colour mask."""
    user, gain, _, beam, power, start, _, table, step, colours = arguments
    colour = np.repeat(np.arange(colours), np.diff(start))
    chord = np.linalg.norm(
        user[0].T.astype(np.float64)[:, None] - beam.T.astype(np.float64)[None], axis=2
    )
    amplitude = np.interp(chord / step, np.arange(len(table)), table[:, 0])
    received = gain[0][:, None] * power[None] * amplitude**2
    best = received.argmax(axis=1)
    same = colour[best][:, None] == colour[None]
    carrier = received.max(axis=1)
    return carrier / (1.0 + (received * same).sum(axis=1) - carrier)
