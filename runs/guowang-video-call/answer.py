"""Can ordinary smartphones make video calls over satellites? Runs everything that README.md says.

python runs/guowang-video-call/answer.py             all of it: answer.json, and the tables
python runs/guowang-video-call/answer.py --workers 8 the same, eight cases at a time
python runs/guowang-video-call/answer.py --quick     a look at every system, in a minute
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import multiprocessing
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import capest
from capest.figure_names import REFUSAL_REASONS
from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S
from capest.physics.packet_delay import PacketDelay
from capest.scenario.model import Scenario
from capest.statistics import mean_interval

HANDSETS = ("3gpp", "in hand")
HERE = Path(__file__).parent
IN_HAND = "handset.preset=smartphone-typical"
NO_LIMIT = "service.delay_budget_ms=100000"

TRIALS = {"satellites": 24}
"""Of variants whose trials differ much among each other; the others have 6."""

SYSTEMS = {
    "test-satellite-china": "one Guowang test satellite",
    "gw-a59-china": "GW-A59, 6,080 satellites",
    "gw-2-china": "GW-2, 6,912 satellites",
    "complete-china": "Guowang complete, 12,992 satellites",
    "starlink-usa": "Starlink Direct to Cell, 652 satellites",
    "ast-usa": "AST SpaceMobile, 248 satellites",
    "geo-china": "one GEO satellite",
}
"""Scenario files and what they are called."""

# What is asked of one system, with the keys that differ from its scenario.
VARIANTS: list[tuple[str, str, str, list[str]]] = [
    ("services", "gw-a59-china", "360p, 0.3 Mbit/s", ["service.preset=video-call-360p"]),
    ("services", "gw-a59-china", "480p, 0.6 Mbit/s", []),
    ("services", "gw-a59-china", "720p, 1.2 Mbit/s", ["service.preset=video-call-720p"]),
    ("services", "gw-a59-china", "voice", ["service.preset=voice"]),
    ("services", "gw-a59-china", "360p, in a hand", ["service.preset=video-call-360p", IN_HAND]),
    ("services", "gw-a59-china", "voice, in a hand", ["service.preset=voice", IN_HAND]),
    *(
        ("bandwidth", "gw-a59-china", f"{mhz} MHz", [f"carrier.bandwidth_mhz={mhz}"])
        for mhz in (5, 10, 30, 60, 100)
    ),
    *(
        ("reuse", "gw-a59-china", f"reuse {reuse}", [f"beams.frequency_reuse={reuse}"])
        for reuse in (1, 3, 4, 7)
    ),
    *(
        ("power", "gw-a59-china", f"{d:+} dB", [f"satellite.eirp_density_dbw_per_mhz={34 + d}"])
        for d in (-6, -3, 0, 3, 6)
    ),
    *(
        (
            "handset",
            "gw-a59-china",
            f"{gain:+} dBi",
            [f"handset.antenna_gain_dbi={gain}", f"handset.transmit_gain_dbi={gain}"],
        )
        for gain in (-10, -6, -3, 0, 3)
    ),
    *(
        ("satellite's receiver", "gw-a59-china", f"{d:+} dB, phone in a hand", keys)
        for d in (0, 6, 12)
        for keys in [[f"satellite.g_over_t_db_per_k={1.1 + d:.1f}", IN_HAND]]
    ),
    *(
        (
            "indoors",
            "gw-a59-china",
            f"{100 * share:.0f} % in buildings",
            [f"users.indoor_share={share}"],
        )
        for share in (0.0, 0.3, 0.8, 1.0)
    ),
    *(
        ("satellites", "gw-a59-china", f"{round(6080 * share):,} satellites", keys)
        for share in (0.01, 0.03, 0.1, 0.3, 1.0)
        for keys in [[f"constellation.deployed_fraction={share}"]]
    ),
    *(
        ("beams", "gw-a59-china", f"{beams} a satellite", keys)
        for beams in (7, 19, 61)
        for keys in [[f"constellation.beams_per_satellite={beams}"]]
    ),
    *(
        ("who asks", "gw-a59-china", f"{count:,} ask", [f"users.count={count}"])
        for count in (50_000, 100_000, 200_000, 400_000)
    ),
    *(
        ("phone's band", "gw-a59-china", f"{mhz} MHz", [f"uplink.bandwidth_mhz={mhz}"])
        for mhz in (0.36, 0.72, 1.44)
    ),
    *(
        ("phone's band", "gw-a59-china", f"{mhz} MHz, phone in a hand", keys)
        for mhz in (0.36, 0.72, 1.44, 2.16)
        for keys in [[f"uplink.bandwidth_mhz={mhz}", IN_HAND]]
    ),
    ("admission", "gw-a59-china", "best links first", []),
    ("admission", "gw-a59-china", "as they come", ["scheduler.admission=random"]),
    ("assignment", "gw-a59-china", "most users first", []),
    ("assignment", "gw-a59-china", "highest satellite", ["cells.assignment=highest-elevation"]),
    ("assignment", "gw-a59-china", "best signal", ["cells.assignment=max-sinr"]),
    ("assignment", "complete-china", "most users first", []),
    ("assignment", "complete-china", "best signal", ["cells.assignment=max-sinr"]),
    ("GEO", "geo-china", "as it is", []),
    ("GEO", "geo-china", "no retransmissions", ["service.harq_retransmissions=0"]),
    ("GEO", "geo-china", "any delay", [NO_LIMIT]),
    ("GEO", "geo-china", "any delay, 360p", [NO_LIMIT, "service.preset=video-call-360p"]),
    ("GEO", "geo-china", "any delay, voice", [NO_LIMIT, "service.preset=voice"]),
    ("GEO", "geo-china", "any delay, 33 dBm", [NO_LIMIT, "handset.transmit_power_dbm=33"]),
    ("claimed power", "starlink-usa", "as measured", []),
    ("claimed power", "starlink-usa", "as filed", ["satellite.eirp_density_dbw_per_mhz=57.7"]),
    ("claimed power", "ast-usa", "lower end", []),
    ("claimed power", "ast-usa", "upper end", ["satellite.eirp_density_dbw_per_mhz=56"]),
    ("satellite's receiver", "starlink-usa", "-6 dB", ["satellite.g_over_t_db_per_k=0.1"]),
    ("satellite's receiver", "ast-usa", "-6 dB", ["satellite.g_over_t_db_per_k=7.1"]),
]


Question = tuple[str, tuple[str, ...], int | None]
"""Scenario, keys that differ, and number of trials unless it is the scenario's own."""


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

    def at_once_ms() -> list[float | None]:
        transparent = scenario.satellite.payload == "transparent"
        delay = PacketDelay(scenario.service.inter_satellite_hops, 0, transparent)
        # With a transparent payload only the length of the whole way counts.
        return [
            None if ms is None else _plain(delay.one_way_ms(ms * 1e-3 * SPEED_OF_LIGHT_M_PER_S, 0))
            for ms in way_ms["p50"]
        ]

    in_view = (ds["satellites_in_use"] > 0).values
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
        "time_in_view": ratio(in_view.astype(np.int64), np.ones(len(in_view))),
        "beams": figure("lit_beams.mean"),
        "refused": figure("refused_share.mean"),
        "reasons": {r: figure(f"refused_{r}_share.mean") for r in REFUSAL_REASONS},
        "propagation_ms": way_ms,
        "packet_ms": figure("packet_delay.p50"),
        "packet_at_once_ms": at_once_ms(),
        "delay_budget_ms": scenario.service.delay_budget_ms,
    }


def ratio(part: np.ndarray, whole: np.ndarray) -> list[float | None]:
    """Ratio of two sums over trials with its 95 % interval, linearised (Cochran, 1977)."""
    part, whole = part.astype(np.float64), whole.astype(np.float64)
    if not whole.any():
        return [None, None, None]
    value = part.sum() / whole.sum()
    rest = (part - value * whole) / whole.mean()
    found = mean_interval(len(rest), value, float(np.sum(rest**2)))
    return [_plain(x) for x in (found.value, found.low, found.high)]


def _plain(value: float) -> float | None:
    return float(f"{float(value):.5g}") if math.isfinite(value) else None


# --- tables -------------------------------------------------------------------------------------


def number(triple: list[float | None], scale: float = 1.0, unit: str = "") -> str:
    """Value and half width, such as "28,816 ±216"."""
    value, low, high = triple
    if value is None:
        return "-"
    value *= scale
    if low is None or high is None:
        return f"{_round(value, value)}{unit}"
    half = max(high * scale - value, value - low * scale)
    if half == 0.0:
        return f"{_round(value, value)}{unit} ±0"
    return f"{_round(value, half)}{unit} ±{_round(half, half)}"


def _round(value: float, half: float) -> str:
    """As many places as half a width with two digits has."""
    places = 0 if half == 0.0 else max(0, 1 - math.floor(math.log10(abs(half))))
    return f"{value:,.{min(places, 4)}f}"


def reasons(case: dict[str, Any]) -> str:
    """Share of the refused by reason, the largest first."""
    shares = {r: t[0] for r, t in case["reasons"].items() if t[0]}
    words = []
    for reason, share in sorted(shares.items(), key=lambda item: -item[1]):
        if share >= 0.005:
            value, low, high = case["reasons"][reason]
            half = 0.0 if low is None else 100 * max(value - low, high - value)
            words.append(f"{reason} {100 * value:.0f} % (±{half:.1f})")
    return ", ".join(words) or "-"


def verdict(case: dict[str, Any]) -> str:
    """Delay of a packet against the budget of the service's class."""
    middle, budget = case["packet_ms"][0], case["delay_budget_ms"]
    if middle is None:
        return "-"
    return f"{middle:.0f} ms: " + ("kept" if middle <= budget else "missed")


def delay_table(cases: list[dict[str, Any]]) -> list[str]:
    """Medians over users with a beam, with their intervals."""
    lines = [
        "| system | propagation, one way, ms | there and back, ms "
        "| packet without retransmission, ms | with one, ms | 150 ms are |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {case['label']} | {number(case['propagation_ms']['p50'])} "
        f"| {number(case['propagation_ms']['p50'], 2.0)} | {number(case['packet_at_once_ms'])} "
        f"| {number(case['packet_ms'])} | {verdict(case).split(': ')[-1]} |"
        for case in cases
        if case["group"] == "3gpp"
    ]


def system_table(cases: list[dict[str, Any]], of: str) -> list[str]:
    """Rows of all systems with one handset."""
    lines = [
        "| system | asked | calls at once | a million people | a lit beam | refused, and why "
        "| one-way delay, 5QI 2 allows 150 ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {case['label']} | {case['offered'][0]:,.0f} | {number(case['calls'])} "
        f"| {number(case['calls_per_million_people'])} | {number(case['calls_per_beam'])} "
        f"| {100 * case['refused'][0]:.1f} %: {reasons(case)} | {verdict(case)} |"
        for case in cases
        if case["group"] == of
    ]


def variant_table(cases: list[dict[str, Any]]) -> list[str]:
    """Rows of everything that was varied."""
    lines = [
        "| what | system | value | calls at once | a lit beam | refused, and why |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {case['group']} | {case['scenario']} | {case['label']} | {number(case['calls'])} "
        f"| {number(case['calls_per_beam'])} | {100 * case['refused'][0]:.1f} %: {reasons(case)} |"
        for case in cases
        if case["group"] not in HANDSETS
    ]


def view_table(cases: list[dict[str, Any]]) -> list[str]:
    """Where there is not always a satellite: how often, and what it carries then."""
    lines = [
        "| handset | time with a satellite over China | calls while it is there |",
        "| --- | --- | --- |",
    ]
    for case in (each for each in cases if each["scenario"] == "test-satellite-china"):
        share = number(case["time_in_view"], 100.0, " %")
        lines.append(f"| {case['group']} | {share} | {number(case['calls_while_in_view'])} |")
    return lines


def tables(answer: dict[str, Any]) -> dict[str, str]:
    """All tables of README.md, in Markdown."""
    cases = answer["cases"]
    found = {
        "3GPP's handset: 0 dBi, no loss": system_table(cases, "3gpp"),
        "A phone in a hand: -3 dBi, body 4 dB, polarisation 3 dB": system_table(cases, "in hand"),
        "The test satellite": view_table(cases),
        "Delay": delay_table(cases),
        "What moves it": variant_table(cases),
    }
    return {title: "\n".join(lines) for title, lines in found.items()}


def main() -> None:
    """Run all cases, print the tables, write answer.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, help="of every case, in place of its own")
    parser.add_argument("--workers", type=int, default=1, help="cases at a time (default: 1)")
    parser.add_argument("--quick", action="store_true", help="systems only, few users and trials")
    parser.add_argument("-o", "--output", type=Path, help="default: answer.json beside this file")
    options = parser.parse_args()
    todo = [("3gpp", name, label, []) for name, label in SYSTEMS.items()]
    todo += [("in hand", name, label, [IN_HAND]) for name, label in SYSTEMS.items()]
    trials, few, output = options.trials, [], options.output
    if options.quick:
        trials, few = trials or 2, ["users.count=2000"]
    else:
        todo += VARIANTS
        output = output or HERE / "answer.json"
    questions = [
        (name, (*keys, *few), trials or (None if group in HANDSETS else TRIALS.get(group, 6)))
        for group, name, _, keys in todo
    ]
    began, cases = time.perf_counter(), []
    solved = solve_all(questions, options.workers)
    for (group, name, label, _), case in zip(todo, solved, strict=True):
        cases.append({"group": group, "label": label, **case})
        print(f"{time.perf_counter() - began:6.0f} s  {group}: {name}, {label}", flush=True)
    answer = {"capest": capest.__version__, "cases": cases}
    for title, table in tables(answer).items():
        print(f"\n### {title}\n\n{table}")
    if output is not None:
        output.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
        print(f"\n{output}")


if __name__ == "__main__":
    main()
