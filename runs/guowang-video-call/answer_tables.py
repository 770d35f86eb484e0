"""The tables of README.md, in Markdown, out of what answer.py found."""

from __future__ import annotations

import math
from typing import Any

from answer_cases import HANDSETS, RULES

Triple = list[float | None]
"""Value, and the limits of its 95 % interval."""

BIN = 0.00115
"""Half a bin of the histograms that delays are read off, as a share of the delay."""


def number(
    triple: Triple, scale: float = 1.0, unit: str = "", finest: float = 0.0, places: int = 4
) -> str:
    """Value and half width of its interval, the longer of the two, such as "28,816 ±216".

    Both limits, such as "3 [0 to 16]", where a half width would reach below zero or, for a
    percentage, above 100. No width where all trials were alike, nor of a mean
    of 0, which all were; "±?" where they are too few to tell.

    Parameters
    ----------
    triple : list of float or None
    scale : float
        The value is multiplied by it.
    unit : str
        Behind the value.
    finest : float
        A narrower half width is not written, after scaling.
    places : int
        Decimals at most.
    """
    value, low, high = triple
    if value is None:
        return "-"
    value *= scale
    if value == 0.0 and low is None:
        return f"0{unit}"
    if low is None or high is None or not math.isfinite(low + high):
        return f"{_round(value, value, places)}{unit} ±?"
    low, high = low * scale, high * scale
    if low == high:
        return f"{_round(value, value, places)}{unit}"
    half = max(high - value, value - low, finest)
    most = 100.0 + finest if unit == " %" else math.inf
    if value - half < -finest or value + half > most:
        low, high = max(low, 0.0), min(high, most)
        shown = (_round(each, half, places) for each in (value, low, high))
        return "{}{unit} [{} to {}]".format(*shown, unit=unit)
    return f"{_round(value, half, places)}{unit} ±{_round(half, half, places)}"


def _round(value: float, half: float, most: int) -> str:
    """As many places as half a width with two digits has."""
    places = 0 if half == 0.0 else max(0, 1 - math.floor(math.log10(abs(half))))
    return f"{value:,.{min(places, most)}f}"


def percent(triple: Triple) -> str:
    """Share with its interval, in percent to one place."""
    return number(triple, 100.0, " %", finest=0.1, places=1)


def milliseconds(triple: Triple, scale: float = 1.0) -> str:
    """Delay with its interval, no finer than the bins it was read off."""
    return number(triple, scale, finest=BIN * scale * (triple[0] or 0.0), places=2)


def reasons(case: dict[str, Any]) -> str:
    """Share of the refused by reason, the largest first."""
    shares = {r: t for r, t in case["reasons"].items() if t[0] is not None and t[0] >= 0.005}
    first = sorted(shares.items(), key=lambda item: -(item[1][0] or 0.0))
    return ", ".join(f"{reason} {percent(triple)}" for reason, triple in first) or "-"


def refused(case: dict[str, Any]) -> str:
    """Share that is refused, and why."""
    return f"{percent(case['refused'])}: {reasons(case)}"


def verdict(case: dict[str, Any]) -> str:
    """Delay of 95 % of the packets against the budget of the service's class."""
    quick, slow = case["packet_p05_ms"][0], case["packet_p95_ms"][0]
    budget = case["delay_budget_ms"]
    if quick is None or slow is None:
        return "-"
    if slow <= budget:
        return "kept"
    return "missed" if quick > budget else "missed by some"


def delay(case: dict[str, Any]) -> str:
    """Median delay of a packet, and the verdict."""
    found = verdict(case)
    return found if found == "-" else f"{milliseconds(case['packet_ms'])}: {found}"


def delay_table(cases: list[dict[str, Any]]) -> list[str]:
    """Medians over users with a beam, with their intervals."""
    lines = [
        "| system | propagation, one way, ms | there and back, ms "
        "| packet without retransmission, ms | with one, ms | 150 ms are, as it is sent |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {case['label']} | {milliseconds(case['propagation_ms']['p50'])} "
        f"| {milliseconds(case['propagation_ms']['p50'], 2.0)} "
        f"| {milliseconds(case['packet_at_once_ms'])} "
        f"| {milliseconds(case['packet_again_ms'])} | {verdict(case)} |"
        for case in cases
        if case["group"] == "3gpp"
    ]


def system_table(cases: list[dict[str, Any]], of: str) -> list[str]:
    """Rows of all systems with one handset."""
    lines = [
        "| system | asked | calls at once | on fading | a million people | a lit beam "
        "| refused, and why | one-way delay, ms; 5QI 2 allows 150 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {case['label']} | {case['offered'][0]:,.0f} | {number(case['calls'])} "
        f"| {percent(case['calls_on_fading'])} | {number(case['calls_per_million_people'])} "
        f"| {number(case['calls_per_beam'])} | {refused(case)} | {delay(case)} |"
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
        f"| {number(case['calls_per_beam'])} | {refused(case)} |"
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
        share = percent(case["time_in_view"])
        lines.append(f"| {case['group']} | {share} | {number(case['calls_while_in_view'])} |")
    return lines


def choice_table(cases: list[dict[str, Any]]) -> list[str]:
    """What the choice of satellites is worth: each beside the first of its group, same trials."""
    groups = {
        "assignment": "all",
        "search": "all",
        "search, rules of 0.2": "of 0.2",
    }
    systems = ("gw-a59-china", "complete-china")
    lines = [
        "| choice of satellites | rules | trials | GW-A59, calls | change | beams lit "
        "| all of Guowang, calls | change | beams lit |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for group, rules in groups.items():
        of_group = [case for case in cases if case["group"] == group]
        base: dict[str, dict[str, Any]] = {}
        for label in dict.fromkeys(case["label"] for case in of_group):
            trials = next(case["trials"] for case in of_group if case["label"] == label)
            row = f"| {CHOICES.get(label, label)} | {rules} | {trials} "
            for system in systems:
                found = [c for c in of_group if (c["label"], c["scenario"]) == (label, system)]
                if not found:
                    row += "| | | "
                    continue
                (case,) = found
                base.setdefault(system, case)
                row += f"| {number(case['calls'])} | {_change(base[system], case)} "
                row += f"| {number(case['beams'])} "
            lines.append(f"{row}|")
    return lines


def rule_table(cases: list[dict[str, Any]]) -> list[str]:
    """What each rule of a network takes: calls without it, with the same trials."""
    bases = {
        "": _case(cases, "services", "480p, 0.6 Mbit/s"),
        ", in a hand": _case(cases, "satellite's receiver", "+0 dB, in a hand"),
    }
    lines = [
        "| without this rule | keys | 3GPP's handset, calls | change | in a hand, calls | change |",
        "| --- | --- | --- | --- | --- | --- |",
        "| all rules hold | | {} | | {} | |".format(
            *(number(base["calls"]) for base in bases.values())
        ),
    ]
    for label, keys in RULES.items():
        row = f"| {label} | {', '.join(f'`{key}`' for key in keys)} "
        for where, base in bases.items():
            case = _case(cases, "without a rule", f"{label}{where}")
            row += f"| {number(case['calls'])} | {_change(base, case)} "
        lines.append(f"{row}|")
    return lines


def _case(cases: list[dict[str, Any]], group: str, label: str) -> dict[str, Any]:
    return next(case for case in cases if (case["group"], case["label"]) == (group, label))


CHOICES = {"none": "default", "local search": "default, then local search"}
"""What the table calls labels that say nothing by themselves."""


def _change(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Change of the mean in percent; nothing of the first case."""
    if after is before:
        return ""
    return f"{100.0 * (after['calls'][0] / before['calls'][0] - 1.0):+.1f} %".replace("-", "−")


def tables(answer: dict[str, Any]) -> dict[str, str]:
    """All tables of README.md, in Markdown."""
    cases = answer["cases"]
    found = {
        "3GPP's handset: 0 dBi, no loss": system_table(cases, "3gpp"),
        "A phone in a hand: -3 dBi, body 4 dB, polarisation 3 dB": system_table(cases, "in hand"),
        "The test satellite": view_table(cases),
        "Delay": delay_table(cases),
    }
    if any(case["group"] not in HANDSETS for case in cases):
        found["What each rule takes"] = rule_table(cases)
        found["What the choice of satellites is worth"] = choice_table(cases)
        found["What moves it"] = variant_table(cases)
    return {title: "\n".join(lines) for title, lines in found.items()}
