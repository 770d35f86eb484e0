"""Can ordinary smartphones make video calls over satellites? Runs everything that README.md says.

python runs/guowang-video-call/answer.py             all of it: answer.json, and the tables
python runs/guowang-video-call/answer.py --workers 8 the same, eight cases at a time
python runs/guowang-video-call/answer.py --quick     a look at every system, in 20 seconds
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from answer_cases import Case, Question, plan
from answer_page import TEMPLATE, page
from answer_ranges import studies
from answer_tables import tables

import capest
from capest.errors import InputError, StorageError
from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S
from capest.physics.packet_delay import PacketDelay
from capest.results.ours import MADE_BY, Made, look
from capest.scenario.model import Scenario
from capest.statistics.intervals import Interval, mean_interval, ratio_interval
from capest.statistics.refusals import REFUSAL_REASONS

HERE = Path(__file__).parent


def solve(question: Question) -> dict[str, Any]:
    """Run one case and take out what the tables need."""
    name, keys, trials = question
    scenario = capest.load(HERE / "scenarios" / f"{name}.toml", keys)
    return {
        "scenario": name,
        "keys": list(keys),
        **figures(scenario, trials or scenario.run.trials),
    }


def solve_all(questions: list[Question], workers: int) -> Iterator[dict[str, Any]]:
    """Solve cases in their order; what several tables ask for is run once."""
    once = list(dict.fromkeys(questions))
    context = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        solved: Iterable[dict[str, Any]] = map(solve, once)
        if workers > 1:
            solved = stack.enter_context(context.Pool(workers)).imap(solve, once)
        found: dict[Question, dict[str, Any]] = {}
        following = zip(once, solved, strict=True)
        for question in questions:
            while question not in found:
                found.update([next(following)])
            yield found[question]


def figures(scenario: Scenario, trials: int) -> dict[str, Any]:
    """Figures of a scenario."""
    ds = capest.run(scenario, trials=trials)
    found = {f"{each.metric}.{each.statistic}": each for each in ds.capest.estimates()}

    def figure(metric: str, scale: float = 1.0) -> list[float | None]:
        each = found[metric]
        return [_plain(scale * x) for x in (each.value, each.low, each.high)]

    people = float(ds["cell_people"].sum())
    way_ms = {p: figure(f"one_way_delay.{p}") for p in ("p05", "p50", "p95")}

    def packet_ms(retransmissions: int) -> list[float | None]:
        transparent = scenario.satellite.payload == "transparent"
        hops = scenario.service.inter_satellite_hops
        delay = PacketDelay(hops, retransmissions, transparent)
        # With a transparent payload only the length of the whole way counts.
        return [
            None if ms is None else _plain(delay.one_way_ms(ms * 1e-3 * SPEED_OF_LIGHT_M_PER_S, 0))
            for ms in way_ms["p50"]
        ]

    in_view = (ds["satellites_in_use"] > 0).values

    def refused_for(*why: str) -> list[float | None]:
        together = sum(ds[f"calls_refused_{reason}"].values for reason in why)
        return share(np.asarray(together), ds["calls_refused"].values)

    return {
        "trials": int(ds.attrs["trials_done"]),
        "seed": scenario.run.seed,
        "fingerprint": str(ds.attrs["scenario_fingerprint"]),
        "people": people,
        "area_km2": float(ds["cell_area"].sum()),
        "offered": figure("calls_offered.mean"),
        "calls": figure("calls.mean"),
        "calls_per_million_people": figure("calls.mean", 1e6 / people),
        "calls_per_beam": ratio(ds["calls"].values, ds["lit_beams"].values),
        "calls_while_in_view": ratio(ds["calls"].values, in_view.astype(np.int64)),
        "time_in_view": share(in_view.astype(np.int64), np.ones(len(in_view), dtype=np.int64)),
        "calls_on_fading": share(ds["calls_on_fading"].values, ds["calls"].values),
        "beams": figure("lit_beams.mean"),
        "refused": figure("refused_share.mean"),
        "reasons": {r: figure(f"refused_{r}_share.mean") for r in REFUSAL_REASONS},
        "refused_for_sky": refused_for("satellite", "elevation"),
        "refused_for_link": refused_for("downlink", "uplink"),
        "propagation_ms": way_ms,
        "packet_ms": figure("packet_delay.p50"),
        "packet_p05_ms": figure("packet_delay.p05"),
        "packet_p95_ms": figure("packet_delay.p95"),
        "packet_at_once_ms": packet_ms(0),
        "packet_again_ms": packet_ms(1),
        "delay_budget_ms": scenario.service.delay_budget_ms,
    }


def ratio(part: np.ndarray, whole: np.ndarray) -> list[float | None]:
    """Ratio of two sums over trials with its 95 % interval, linearised.

    Its error is that of the mean of part - ratio · whole over the mean of the whole (Cochran,
    "Sampling Techniques", 3rd ed., 1977, ch. 6), with Student's quantile.
    """
    total = float(whole.sum())
    if total == 0.0:
        return [None, None, None]
    found = float(part.sum()) / total
    deviations = (part - found * whole) * (len(whole) / total)
    return _triple(mean_interval(len(whole), found, float((deviations**2).sum())))


def share(part: np.ndarray, whole: np.ndarray) -> list[float | None]:
    """Ratio of two sums of counts, of which the first is part of the second."""
    y, n = ([int(x) for x in each] for each in (part, whole))

    def product(a: list[int], b: list[int]) -> int:
        return sum(i * j for i, j in zip(a, b, strict=True))

    squares = (product(y, y), product(y, n), product(n, n))
    return _triple(ratio_interval(len(y), (sum(y), sum(n)), squares))


def _triple(interval: Interval) -> list[float | None]:
    return [_plain(x) for x in (interval.value, interval.low, interval.high)]


def _plain(value: float) -> float | None:
    return float(f"{float(value):.5g}") if math.isfinite(value) else None


# --- command ------------------------------------------------------------------------------------


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a whole number, 1 or more")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0],
        epilog="Figures are written at the end, all at once: a run that is cut off starts again.",
    )
    parser.add_argument("--trials", type=_count, help="of every case, in place of its own")
    parser.add_argument("--workers", type=_count, default=1, help="cases at a time (default: 1)")
    parser.add_argument("--quick", action="store_true", help="systems only, few users and trials")
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        help="default: answer.json beside this file; no file with --quick or --trials",
    )
    parser.add_argument(
        "--datasets",
        type=Path,
        help="folder for the datasets of the ranges; what is finished there is not computed again",
    )
    options = parser.parse_args()
    if options.output is None and not options.quick and options.trials is None:
        options.output = HERE / "answer.json"
    if options.output is not None:
        try:
            options.target = look(options.output, Made.ANSWER)
        except InputError as error:
            parser.error(str(error))
        try:
            with tempfile.TemporaryFile(dir=options.output.parent):
                pass
        except OSError as error:
            parser.error(f"cannot write into {options.output.parent}: {error.strerror}")
    return options


def _run(todo: list[Case], workers: int) -> list[dict[str, Any]]:
    began, cases = time.perf_counter(), []
    solved = solve_all([question for _, _, question in todo], workers)
    for (group, label, question), case in zip(todo, solved, strict=True):
        cases.append({"group": group, "label": label, **case})
        took = time.perf_counter() - began
        print(f"{took:6.0f} s  {group}: {question[0]}, {label}", flush=True)
    return cases


def main() -> None:
    """Run all cases, print the tables, write answer.json."""
    options = _arguments()
    try:
        cases = _run(plan(options.quick, options.trials), options.workers)
        whole = not options.quick and options.trials is None
        ranges = studies(options.datasets) if whole else {}
    except KeyboardInterrupt:
        sys.exit("stopped: nothing is written, the next run starts again")
    answer = {"made_by": MADE_BY, "capest": capest.__version__, "cases": cases} | (
        {"ranges": ranges} if ranges else {}
    )
    for title, table in tables(answer).items():
        print(f"\n### {title}\n\n{table}")
    if any("±?" in table for table in tables(answer).values()):
        print("\n±?: too few trials for an interval")
    if options.output is not None:
        try:
            options.target.write((json.dumps(answer, indent=1) + "\n").encode())
        except (OSError, StorageError) as error:
            sys.exit(f"{options.output}: cannot be written: {error}")
        print(f"\n{options.output}")
    if whole and options.output == HERE / "answer.json":
        (HERE / "README.md").write_text(page(answer, TEMPLATE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
