"""What each rule of a network does to the calls of GW-A59 over China, alone and together.

python runs/guowang-video-call/rules.py                 both tables, six trials each
python runs/guowang-video-call/rules.py --trials 1      a look, in five minutes, most of it search
python runs/guowang-video-call/rules.py -o rules.md     the tables into a file, too
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import capest
from capest.statistics.intervals import Interval, mean_interval

SCENARIO = Path(__file__).parent / "scenarios" / "gw-a59-china.toml"

RULES_OF_02 = (
    *("rules=0.2", "run.seed=1", "uplink.bandwidth_mhz=0.72", "uplink.interference=off"),
)
"""What each rule is held against: the answer of version 0.2, but for the assignment of cells."""

LEAST_360P = ("service.least_downlink_kbps=300", "service.least_uplink_kbps=300")

SEARCH = ("cells.refinement=local-search", "cells.moves=10000000")

IN_HAND = "handset.preset=smartphone-typical"


@dataclass(frozen=True)
class Rule:
    """A rule that is switched on alone.

    Attributes
    ----------
    name : str
    keys : tuple of str
        ``section.key=value``, as of ``--set``.
    expected : str
        What was measured of it outside this program, before it was a key of capest.
    in_hand : bool
        Of a phone in a hand, not of the handset of the 3GPP study.
    """

    name: str
    keys: tuple[str, ...]
    expected: str
    in_hand: bool = False


ALONE = (
    Rule("uplink interference", ("uplink.interference=load",), "−10 %"),
    Rule("uplink interference", ("uplink.interference=load",), "−5 %", in_hand=True),
    Rule("block errors and HARQ", ("link.harq=on",), "−6 %"),
    Rule("downlink overhead 0.25", ("link.overhead=0.25",), "−7 %"),
    Rule(
        "uplink overhead 0.14 and 0.06",
        ("uplink.overhead=0.14", "uplink.control_share=0.06"),
        "−3 %",
        in_hand=True,
    ),
    Rule(
        "width of a phone's uplink",
        ("uplink.width=least-share", "uplink.bandwidth_mhz=10"),
        "+12 % or more",
        in_hand=True,
    ),
    Rule("steering loss, exponent 1.3", ("satellite.steering_loss_exponent=1.3",), "−6 %"),
    Rule("planar array: the same loss, and wider beams", ("satellite.antenna=array",), "−6 %"),
    Rule("radiated power 500 W", ("satellite.rf_power_w=500",), "none"),
    Rule("radiated power 200 W", ("satellite.rf_power_w=200",), "−5 %"),
    Rule("radiated power 100 W", ("satellite.rf_power_w=100",), "−12 %"),
    Rule("phone's power reduction 2 dB", ("handset.power_reduction_db=2",), "−59 %", in_hand=True),
    Rule("headers and audio 0.10", ("service.header_share=0.10",), "−6 to −10 %"),
    Rule(
        "talk share of voice 0.5",
        (
            "carrier.bandwidth_mhz=5",
            "users.count=1000000",
            "service.preset=voice",
            "service.talk_share=0.5",
        ),
        "× 1.6 to 2",
    ),
    Rule("rates from 360p on", LEAST_360P, "+38 %"),
    Rule("rates from 360p on", LEAST_360P, "× 5.4", in_hand=True),
    Rule(
        "people by area",
        ("channel.environment=rural", "users.placement=uniform"),
        "+79 %",
    ),
    Rule("people without a terrestrial network", ("users.placement=uncovered",), "between"),
    Rule("order of admission random", ("scheduler.admission=random",), "−14 %"),
    Rule("no gain by fading", ("channel.fading_gain=none",), "−1.5 %"),
    Rule("no gain by fading", ("channel.fading_gain=none",), "−100 %", in_hand=True),
    Rule("envelope of side lobes", ("satellite.pattern=s1528-leo",), "−50 %"),
    Rule("best signal, every cell lit", ("cells.assignment=demand-first",), "not measured"),
    Rule("highest satellite", ("cells.assignment=greedy-demand",), "not measured"),
    Rule("three beams a cell", ("cells.beams_per_cell=3",), "+4 % or more"),
    Rule("local search", SEARCH, "+6 to +12 %"),
)
"""Each rule off and on, all others off."""


@cache
def calls(keys: tuple[str, ...], trials: int) -> np.ndarray:
    """Calls of each trial, (trials,), where keys differ from the answer of version 0.2."""
    scenario = capest.load(SCENARIO, [*RULES_OF_02, *keys])
    return np.asarray(capest.run(scenario, trials=trials)["calls"].values, dtype=np.float64)


def change(before: np.ndarray, after: np.ndarray) -> Interval:
    """Change of the mean in percent, of paired trials, with its 95 % interval.

    The error of a ratio of means is that of the mean of after − ratio · before over the mean of
    before (Cochran, "Sampling Techniques", 3rd ed., 1977, ch. 6).
    """
    ratio = after.mean() / before.mean()
    deviations = (after - ratio * before) / before.mean()
    found = mean_interval(len(before), ratio, float((deviations**2).sum()))
    return Interval(*(100.0 * (each - 1.0) for each in (found.value, found.low, found.high)))


def text(found: Interval) -> str:
    """Write a change with its interval."""
    half = max(found.high - found.value, found.value - found.low)
    value = f"{found.value:+.1f}".replace("-", "−")
    return f"{value} %" + (f" ±{half:.1f}" if np.isfinite(half) else "")


def alone(trials: int) -> Iterator[str]:
    """Rows of the table of single rules."""
    yield "| rule | phone | key | off, calls | on, calls | change | expected |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for rule in ALONE:
        hand = (IN_HAND,) if rule.in_hand else ()
        # Who asks, and for what, is the same before.
        asked = ("service.preset", "users.count", "channel.environment", "carrier")
        question = tuple(key for key in rule.keys if key.startswith(asked))
        before, after = calls((*hand, *question), trials), calls((*hand, *rule.keys), trials)
        phone = "in a hand" if rule.in_hand else "3GPP"
        yield (
            f"| {rule.name} | {phone} | `{'`, `'.join(rule.keys)}` | {before.mean():,.0f} | "
            f"{after.mean():,.0f} | {text(change(before, after))} | {rule.expected} |"
        )


def together(trials: int) -> Iterator[str]:
    """Rows of the table of rules that are switched on one after the other."""
    yield "| rules | key | 3GPP, calls | change | in a hand, calls | change |"
    yield "| --- | --- | --- | --- | --- | --- |"
    keys: tuple[str, ...] = ()
    earlier = [calls(keys, trials), calls((IN_HAND,), trials)]
    yield f"| of 0.2 | `rules=0.2` | {earlier[0].mean():,.0f} | | {earlier[1].mean():,.0f} | |"
    for name, more in STEPS:
        keys = (*keys, *more)
        now = [calls(keys, trials), calls((*keys, IN_HAND), trials)]
        cells = " | ".join(
            f"{after.mean():,.0f} | {text(change(before, after))}"
            for before, after in zip(earlier, now, strict=True)
        )
        yield f"| {name} | `{'`, `'.join(more)}` | {cells} |"
        earlier = now


STEPS = (
    ("uplink interference", ("uplink.interference=load",)),
    ("callers as they come", ("scheduler.admission=random",)),
    ("block errors and HARQ", ("link.harq=on",)),
    ("downlink overhead", ("link.overhead=0.25",)),
    ("uplink overhead", ("uplink.overhead=0.14", "uplink.control_share=0.06")),
    ("width of a phone's uplink", ("uplink.width=least-share", "uplink.bandwidth_mhz=10")),
    ("steering loss", ("satellite.steering_loss_exponent=1.3",)),
    ("radiated power", ("satellite.rf_power_w=500",)),
    ("phone's power reduction", ("handset.power_reduction_db=1",)),
    ("headers and audio", ("service.header_share=0.10",)),
    ("local search", SEARCH),
)
"""What is switched on after what."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=6, help="of every case (default: 6)")
    parser.add_argument("-o", "--output", type=Path, help="a file for the tables")
    options = parser.parse_args()
    lines = []
    for rows in (alone(options.trials), together(options.trials)):
        for row in rows:
            print(row, flush=True)
            lines.append(row)
        print()
        lines.append("")
    if options.output is not None:
        options.output.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
