"""The floor on paper: what a link pair costs a machine at the least.

Instructions of the downlink's pair loop on a GPU (``kernels/sinr.cu``, one colour, all beams lit),
counted in the code that nvcc 13.0 makes for sm_90: 81 for four pairs. Of a pair, two are loads
from shared memory. That of the beam is one address for all threads of a warp; that of the pattern
is 32 of them in 8-byte words, which by chance meet in the same bank: 16 words in 16 banks need 3.1
turns in the mean, a warp has two such halves.

On a processor the same loop takes 14 arithmetic instructions a vector, of which two start in a
cycle, and one gather of both numbers of a line, of about 0.65 cycles a lane (Fog, Instruction
tables, for VGATHERDPD of Intel's Ice Lake and later).

Memory is not what limits a pair: a user is 28 bytes of input and output for all its beams.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTRUCTIONS_PER_PAIR = 81 / 4
SHARED_TURNS_PER_PAIR = 1.0 + 2.0 * 3.1
WARP = 32
WARPS_ISSUED = 4
"""Warp instructions that a multiprocessor starts in a cycle."""

_ARITHMETIC, _PER_CYCLE = 14, 2
_GATHERS, _CYCLES_PER_LANE = 1, 0.65
_FASTEST_KHZ = "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"


@dataclass(frozen=True)
class Card:
    """A GPU on paper.

    Attributes
    ----------
    name : str
    multiprocessors : int
    clock_hz : float
        Boost clock.
    """

    name: str
    multiprocessors: int
    clock_hz: float


def gpu_pairs_per_s(card: Card) -> float:
    """Largest rate of pairs: the issue of instructions or the shared memory, what is less."""
    issue = WARPS_ISSUED / INSTRUCTIONS_PER_PAIR
    shared = 1.0 / SHARED_TURNS_PER_PAIR
    return card.multiprocessors * card.clock_hz * WARP * min(issue, shared)


def core_pairs_per_s(clock_hz: float, lanes: int) -> float:
    """Largest rate of pairs of one core with vectors of so many single-precision lanes."""
    cycles = _ARITHMETIC / (_PER_CYCLE * lanes) + _GATHERS * _CYCLES_PER_LANE
    return clock_hz / cycles


def this_core() -> tuple[float, int]:
    """Clock in Hz and vector lanes of this machine's first core; 0 for what it does not tell.

    The highest clock where the system knows it, else that of the moment. Without AVX2 there is
    nothing to gather with, hence no figure.
    """
    clock_hz, lanes = 0.0, 0
    fastest, cpuinfo = Path(_FASTEST_KHZ), Path("/proc/cpuinfo")
    if fastest.exists():
        clock_hz = 1e3 * float(fastest.read_text(encoding="utf-8"))
    if not cpuinfo.exists():
        return clock_hz, lanes
    for line in cpuinfo.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "cpu MHz" and not clock_hz:
            clock_hz = 1e6 * float(value)
        if key.strip() == "flags":
            flags = value.split()
            lanes = 16 if "avx512f" in flags else 8 if "avx2" in flags else 0
    return clock_hz, lanes


def this_gpu(xp: Any) -> Card:
    """The current device, from its attributes."""
    device = xp.cuda.Device()
    name = xp.cuda.runtime.getDeviceProperties(device.id)["name"].decode()
    clock_hz = 1e3 * device.attributes.get("ClockRate", 0)
    return Card(name, device.attributes["MultiProcessorCount"], clock_hz)


def limit_pairs_per_s(backend: str, xp: Any) -> float:
    """Limit of what the downlink kernel runs on here, 0 where the clock is not known."""
    if backend == "cupy":
        return gpu_pairs_per_s(this_gpu(xp))
    clock_hz, lanes = this_core()
    return core_pairs_per_s(clock_hz, lanes) if lanes else 0.0
