"""What is asked: the scenario in a sentence's worth of facts, and what somebody changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from capest.plot.capacity_title import condition_words
from capest.plot.key_words import key_name
from capest.report.blocks import Block, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.report_files import ReportFiles
from capest.report.values import value_words
from capest.results.ours import CAPACITY_MARK
from capest.results.rests_on import VARIED, figures_of
from capest.shown import label_of

_USERS = ("users.count", "users.per_beam")
_NAMED_BY_PRESET = ("service", "constellation", "satellite", "handset")


def question(files: ReportFiles) -> ReportSection:
    """Return what the report is asked."""
    scenario, attributes = files.scenario, files.attributes
    facts = list(_facts(files, scenario, attributes))
    blocks: list[Block] = [Paragraph(_asked(files, scenario, attributes))]
    blocks.append(DataTable("What is asked", ("what", "of this answer"), facts, frozenset({1})))
    changed = _changed(attributes)
    if changed:
        table = DataTable(
            "Keys that the scenario sets apart from defaults and presets",
            ("key", "here", "without that"),
            changed,
            frozenset({1, 2}),
        )
        blocks.append(FoldedBlocks(f"What the scenario changes ({len(changed)} keys)", [table]))
    return ReportSection("question", "The question", blocks)


def _asked(files: ReportFiles, scenario: dict[str, Any], attributes: Any) -> str:
    kind = files.first.kind
    service = label_of(str(_of(scenario, "service", "preset") or ""))
    what = "What do ordinary phones get from these satellites at once"
    if service:
        noun = "users" if service == "message" else "calls"
        what = f"How many {noun} of {service} do these satellites carry at once"
    if kind == "sweep":
        return f"{what}, and how does that change along the values that were tried?"
    if kind == "uncertainty":
        return f"{what}, and how far off may that be, over everything that is assumed?"
    if kind == "capacity":
        asks = "How many" if attributes["whole_numbers"] else "Which"
        key = key_name(str(attributes[CAPACITY_MARK]))
        return f"{asks} {key}, with {condition_words(attributes)}?"
    return f"{what}, and why not more?"


def _facts(
    files: ReportFiles, scenario: dict[str, Any], attributes: Any
) -> Iterator[tuple[str, str]]:
    varied, sizes = files.varied, files.first.stored.sizes

    def preset(section: str) -> str:
        named = _of(scenario, section, "preset")
        return varied.get(f"{section}.preset") or (label_of(str(named)) if named else "")

    if service := preset("service"):
        yield "service", service
    users = attributes.get("users_per_trial") or _of(scenario, "users", "count")
    several = [words for key, words in varied.items() if key in _USERS]
    if several or users:
        yield "users who ask at once", several[0] if several else f"{int(users):,}"
    if where := _where(scenario):
        yield "where", where
    constellation = preset("constellation")
    if constellation or "constellation" in scenario:
        count = f"{sizes['satellite']:,} satellites" if "satellite" in sizes else ""
        yield "constellation", ", ".join(filter(None, [constellation, count])) or "own shells"
    for section, label in (("satellite", "satellite"), ("handset", "phone")):
        if named := preset(section):
            yield label, named
    told = {"users.count", "users.per_beam", *(f"{name}.preset" for name in _NAMED_BY_PRESET)}
    for section, key, label in (
        ("carrier", "bandwidth_mhz", "bandwidth, MHz"),
        ("beams", "frequency_reuse", "frequency reuse"),
    ):
        dotted = f"{section}.{key}"
        told.add(dotted)
        if dotted in varied:
            yield label, varied[dotted]
        elif (value := _of(scenario, section, key)) is not None:
            yield label, value_words(value)
    for key, words in varied.items():
        if key not in told:
            yield key_name(key), words
    if rules := str(attributes.get("rules", "")):
        yield "rules of a network", f"those of {rules}"


def _where(scenario: dict[str, Any]) -> str:
    region = scenario.get("region") or {}
    kind = region.get("kind")
    if kind == "country":
        return f"country {region.get('country', '')}"
    if not kind:
        return "under one satellite"
    rest = {key: each for key, each in region.items() if key != "kind"}
    return f"{kind}: {value_words(rest)}" if rest else str(kind)


def _changed(attributes: Any) -> list[tuple[str, str, str]]:
    rows = figures_of(attributes) or []
    return [
        (
            str(row["key"]),
            value_words(row[VARIED] if VARIED in row else row.get("value")),
            value_words(row["instead_of"]) if "instead_of" in row else "nothing",
        )
        for row in rows
        if row.get("changed") and not str(row["key"]).startswith("run.")
    ]


def _of(scenario: dict[str, Any], section: str, key: str) -> Any:
    table = scenario.get(section)
    return table.get(key) if isinstance(table, dict) else None
