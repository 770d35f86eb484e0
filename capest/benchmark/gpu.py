"""Everything of a GPU in one go: right, how fast, how much at once, how much memory.

    python -m capest.benchmark.gpu [SECONDS] > gpu.json

needs NumPy and CuPy and nothing else, takes a few minutes, prints JSON, and fails if a result is
wrong. Compared with NumPy are random words, whole trials of both links, and every variant of the
downlink's kernel; constellations are not. ``--check`` computes the comparisons of trials only, as
compute-sanitizer runs them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.benchmark import floor, sweep
from capest.benchmark.downlink import kernel_speed
from capest.benchmark.gpu_check import (
    check_kernel,
    check_trials,
    kernel_is_right,
    little_memory,
    trials_are_right,
)
from capest.benchmark.machine import machine
from capest.benchmark.scenario import LAYOUTS, bench_scenario
from capest.benchmark.uplink import uplink_speed
from capest.engine.build import build
from capest.engine.memory import SliceLength, compute_blocks, join, slice_length
from capest.engine.parts import Parts
from capest.engine.trial import start
from capest.engine.world import World
from capest.errors import BackendError
from capest.scenario.service_classes import EXAMPLE as MIX

BLOCK_TRIALS = 20_000
SANITIZER_TIMEOUT_S = 150


def pipeline(
    kernels: Kernels, seconds: float, block_trials: int = BLOCK_TRIALS, **changes: Any
) -> dict[str, Any]:
    """Rate of whole trials of case 9 without files, its overlap, and its memory.

    Parameters
    ----------
    kernels : Kernels
    seconds : float
        Time for each figure.
    block_trials : int
    **changes
        Keys of the scenario, as for ``bench_scenario``.

    Returns
    -------
    dict
        ``trials_per_s`` with the next slice started before the last is waited for,
        ``trials_per_s_waiting`` without, their ratio ``overlap``, ``slice_trials``, and
        ``free_mib`` of the device after the first blocks and at the end.
    """
    world = build(bench_scenario(**changes))
    length = slice_length(world, kernels)
    _trials_per_s(lambda first: _blocks(world, kernels, first, block_trials, length), 0.0)
    free_mib = [_free_mib(kernels)]
    ahead = _trials_per_s(
        lambda first: _blocks(world, kernels, first, block_trials, length), seconds
    )
    free_mib.append(_free_mib(kernels))
    waiting = _trials_per_s(
        lambda first: _waiting(world, kernels, first, block_trials, length), seconds
    )
    return {
        "trials_per_s": ahead,
        "trials_per_s_waiting": waiting,
        "overlap": ahead / waiting,
        "slice_trials": length.trials,
        "shortened": length.shortened,
        "free_mib": free_mib,
    }


def _trials_per_s(compute: Callable[[int], int], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while not done or time.perf_counter() - started < seconds:
        done += compute(done)
    return done / (time.perf_counter() - started)


def _blocks(world: World, kernels: Kernels, first: int, trials: int, length: SliceLength) -> int:
    """Compute four blocks as a run does."""
    spans = [(first + number * trials, trials) for number in range(4)]
    return sum(block.trials for block in compute_blocks(world, kernels, spans, length))


def _waiting(world: World, kernels: Kernels, first: int, trials: int, length: SliceLength) -> int:
    """Compute a block, and wait for every slice before the next."""
    step = min(length.trials, trials)
    found = []
    for number in range(first, first + trials, step):
        found += start(world, kernels, number, Parts((min(step, first + trials - number),))).wait()
    return join(found).trials


def _free_mib(kernels: Kernels) -> float:
    free = kernels.free_bytes()
    return float("nan") if free is None else free / 2**20


def sanitize() -> dict[str, Any]:
    """Run the comparisons under compute-sanitizer, where there is one."""
    tool = shutil.which("compute-sanitizer")
    if tool is None:
        return {"present": False}
    command = [tool, "--error-exitcode", "66", sys.executable, "-m", __spec__.name, "--check"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SANITIZER_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return {"present": True, "finished": False}
    return {
        "present": True,
        "finished": True,
        # Any other failure is one to attach, not one of the kernels.
        "clean": done.returncode != 66,
        "exit_code": done.returncode,
        "last_lines": (done.stdout + done.stderr).splitlines()[-3:],
    }


def measure(
    kernels: Kernels, seconds: float, report: Callable[[str], None]
) -> tuple[dict[str, Any], bool]:
    """Measure everything.

    Parameters
    ----------
    kernels : Kernels
    seconds : float
        Time for each figure.
    report : callable
        Told what comes next.

    Returns
    -------
    found : dict
    right : bool
        Whether all comparisons hold.
    """
    card = floor.this_gpu(kernels.xp)
    limit = floor.gpu_pairs_per_s(card)
    found: dict[str, Any] = {"machine": machine(), "gpu": asdict(card), "limit_pairs_per_s": limit}
    report("comparison with NumPy")
    found["check"] = check_trials(kernels)
    found["check_kernel"] = check_kernel(kernels)
    report("pair kernels")
    found["kernel"] = [asdict(kernel_speed(kernels, *layout, seconds)) for layout in LAYOUTS]
    found["uplink"] = [asdict(uplink_speed(kernels, *layout, seconds)) for layout in LAYOUTS]
    report("sizes and uneven work")
    found["sweep"] = [asdict(point) for point in sweep.sweep(kernels, seconds)]
    uneven = list(sweep.uneven(kernels, seconds))
    found["uneven"] = [asdict(point) for point in uneven]
    found["worst_uneven_ratio"] = sweep.worst_ratio(uneven)
    report("whole trials")
    found["pipeline"] = pipeline(kernels, 5.0 * seconds)
    found["pipeline_services"] = pipeline(kernels, 2.0 * seconds, service__mix=MIX)
    found["pipeline_both_links"] = pipeline(
        kernels, 2.0 * seconds, uplink__interference="full-buffer"
    )
    found["pipeline_blocks_of_50"] = pipeline(kernels, 2.0 * seconds, 50)
    report("little memory")
    found["little_memory"] = little_memory(kernels)
    report("compute-sanitizer")
    found["sanitizer"] = sanitize()
    right = (
        trials_are_right(found["check"])
        and kernel_is_right(found["check_kernel"])
        and found["little_memory"]["shortened"]
        and found["little_memory"]["same_bits"]
        and all(row["sinr_error_db"] <= 0.02 for row in found["kernel"] + found["uplink"])
        and all(row["gain_error_db"] <= 0.01 for row in found["kernel"])
        and found["sanitizer"].get("clean", True)
    )
    return found, right


def _json(found: Mapping[str, Any]) -> str:
    return json.dumps(found, indent=1)


def main(arguments: list[str], as_text: Callable[[Mapping[str, Any]], str] = _json) -> int:
    """Measure on the current GPU; see the module.

    Parameters
    ----------
    arguments : list of str
        Nothing, seconds for each figure, or ``--check``.
    as_text : callable
        Makes what is printed of what was found.

    Returns
    -------
    int
        Exit code: 1 if a result is wrong, 2 if there is nothing to measure.
    """
    try:
        kernels = choose.kernels("cupy")
    except BackendError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if arguments == ["--check"]:
        found: dict[str, Any] = dict(check_trials(kernels, trials=4))
        right = trials_are_right(found)
    else:
        try:
            seconds = float(arguments[0]) if arguments else 2.0
        except ValueError:
            print(f"Error: {arguments[0]}: seconds for each figure, or --check", file=sys.stderr)
            return 2
        found, right = measure(kernels, seconds, lambda what: print(what, file=sys.stderr))
    print(as_text(found))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
