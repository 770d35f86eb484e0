"""What the page says of ranges, in Markdown, out of the studies of answer_ranges.py."""

from __future__ import annotations

from typing import Any

from answer_cases import IN_HAND
from answer_tables import number

QUOTE = '"'
"""Around texts as TOML writes them."""


def range_text(study: dict[str, Any]) -> str:
    """Range of a study, such as "7,900 to 32,000"."""
    low, high = (rounded(study[end][0]) for end in ("low", "high"))
    return f"{low} to {high}"


def rounded(value: float | None) -> str:
    """Three digits: ends of a range are known no better."""
    if value is None:
        return "-"
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def range_table(ranges: dict[str, Any]) -> list[str]:
    """A row for each study: its range, how sure its ends are, and what stands beside it."""
    lines = [
        "| who is served, of 100,000 who ask | 90 % range | its lower end, 95 % CI | its upper end "
        "| median | at stated values | (nearly) none | by chance alone |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [
        f"| {label} | {range_text(study)} | {limits_text(study['low'])} "
        f"| {limits_text(study['high'])} | {rounded(study['median'][0])} "
        f"| {rounded(study['stated'][0])} | {percent_of(study['none'])} "
        f"| ±{rounded(study['by_chance'][0])} |"
        for label, study in ranges.items()
    ]


def limits_text(triple: list[float | None]) -> str:
    """Interval of an end of a range; an end that few samples leave open says so."""
    return f"{rounded(triple[1])} to {rounded(triple[2])}"


def percent_of(triple: list[float | None]) -> str:
    """Share of samples in percent with its interval."""
    if None in triple:
        return "-"
    value, low, high = (100.0 * float(each) for each in triple if each is not None)
    return f"{value:.0f} % [{low:.0f} to {high:.0f}]"


def share_of(triple: list[float | None]) -> str:
    """Share of the variance; its upper limit where it is not told apart from none."""
    if triple[1] or triple[2] is None:
        return percent_of(triple)
    return f"at most {100.0 * triple[2]:.0f} %"


def assumption_table(study: dict[str, Any]) -> list[str]:
    """Every assumption of a study: both ends alone, and its share of the variance."""
    lines = [
        "| assumption | stated | at an end: calls | change | at the other: calls | change "
        "| share of the variance, first order |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    ends: dict[str, list[list[Any]]] = {}
    for key, *end in study["ends"]:
        ends.setdefault(key, []).append(end)

    def size(key: str) -> float:
        return max(abs(percent[0] or 0.0) for _, _, percent in ends[key])

    for key in sorted(ends, key=size, reverse=True):
        changes = sorted(ends[key], key=lambda end: end[2][0] or 0.0)
        shown = changes if len(changes) < 2 else [changes[0], changes[-1]]
        cells = [
            f"{value.strip(QUOTE)}: {rounded(calls[0])} | {_change(percent)}"
            for value, calls, percent in shown
        ]
        cells += [" | "] * (2 - len(cells))
        share = share_of(study["first_order"][key])
        stated = str(study["assumptions"][key]).strip('"')
        lines.append(f"| `{key}` | {stated} | {' | '.join(cells)} | {share} |")
    return lines


def _change(percent: list[float | None]) -> str:
    value = percent[0]
    return "-" if value is None else f"{value:+.1f} %".replace("-", "−")


def margin_table(ranges: dict[str, Any]) -> list[str]:
    """Calls against link margin, of phones in a hand."""
    of = {label: study for label, study in ranges.items() if IN_HAND in study["keys"]}
    lines = [
        "| link margin added | " + " | ".join(f"{label}, calls" for label in of) + " |",
        "| --- |" + " --- |" * len(of),
    ]
    for place, (margin_db, _) in enumerate(next(iter(of.values()))["margins"]):
        calls = (number(study["margins"][place][1]) for study in of.values())
        lines.append(f"| {margin_db:+g} dB | ".replace("-", "−") + " | ".join(calls) + " |")
    return lines


def tables(ranges: dict[str, Any]) -> dict[str, str]:
    """All tables of ranges, by title."""
    found = {
        "Ranges": range_table(ranges),
        "Margins": margin_table(ranges),
        "Assumptions": assumption_table(ranges["GW-A59"]),
        "Assumptions in a hand": assumption_table(ranges["GW-A59, in a hand"]),
    }
    return {title: "\n".join(lines) for title, lines in found.items()}


def figure(ranges: dict[str, Any], name: str, label: str, key: str = "") -> str:
    """Text of a figure of a study, by its name in the template."""
    study = ranges[label]
    texts = {
        "range": lambda: range_text(study),
        "lower end": lambda: rounded(study["low"][0]),
        "upper end": lambda: rounded(study["high"][0]),
        "median": lambda: rounded(study["median"][0]),
        "stated": lambda: rounded(study["stated"][0]),
        "none": lambda: percent_of(study["none"]),
        "by chance": lambda: f"±{rounded(study['by_chance'][0])}",
        "samples": lambda: f"{study['samples']:,}",
        "first": lambda: f"`{study['find_out_first']}`",
        "share of variance": lambda: percent_of(study["first_order"][key]),
        "bandwidth first": lambda: f"{study['bandwidth_first']:.0f} %",
        "with bandwidth": lambda: "{} to {}".format(
            *(rounded(study["by_bandwidth"][key][k]) for k in (0, 2))
        ),
        "with margin": lambda: number(
            next(calls for margin_db, calls in study["margins"] if f"{margin_db:g}" == key)
        ),
    }
    return texts[name]()
