"""How to get the same again, and how to cite it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

from capest.plot.source import CAPACITY
from capest.report.blocks import Block, CodeText, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.report_files import ReportFiles
from capest.report.values import cut_words

_VERSIONS = ("capest_version", "python_version", "package_versions", "backend", "device")


def again(files: ReportFiles) -> ReportSection:
    """Return scenario, command, versions and how to cite."""
    about = files.attributes
    version = str(about.get("capest_version", ""))
    command = str(about.get("command_line", "")) or _command(about, files.first.kind)
    blocks: list[Block] = []
    if command:
        install = f"pip install capest=={version}\n" if version else ""
        blocks += [
            Paragraph("The same scenario, seed and version give the same numbers."),
            CodeText(f"{install}{command}", "Command to run again"),
        ]
    scenario = str(about.get("scenario_toml", ""))
    if scenario:
        lines = scenario.count("\n") + 1
        blocks.append(
            FoldedBlocks(
                f"Scenario, every key ({lines:,} lines of TOML)",
                [CodeText(scenario, "Scenario in TOML")],
            )
        )
    blocks.append(DataTable("Versions and identity", ("what", "is"), _rows(about), frozenset({1})))
    blocks += [Paragraph("To cite it:"), CodeText(_citation(about, version), "BibTeX entry")]
    return ReportSection("again", "Again, and how to cite", blocks)


def _command(about: Mapping[str, Any], kind: str) -> str:
    """A command from what a file says where it keeps no command line."""
    if kind != CAPACITY:
        return ""
    low, high = (f"{float(each):g}" for each in about["range"])
    words = [
        "capest",
        "capacity",
        "scenario.toml",
        "--vary",
        f"{about['capacity_of']}={low}..{high}",
    ]
    words += ["--while", str(about.get("condition", "")), "--trials", str(about.get("trials", ""))]
    return shlex.join(words)


def _rows(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (name.replace("_", " "), cut_words(str(about[name]))) for name in _VERSIONS if name in about
    ]
    for name, label in (
        ("trials_done", "trials"),
        ("seed", "seed"),
        ("created", "computed"),
        ("scenario_fingerprint", "fingerprint of the scenario"),
        ("references", "methods"),
    ):
        if name in about:
            value = about[name]
            shown = f"{int(value):,}" if name == "trials_done" else str(value)
            rows.append((label, cut_words(shown)))
    return rows


def _citation(about: Mapping[str, Any], version: str) -> str:
    year = str(about.get("created", ""))[:4]
    lines = [
        f"  title   = {{capest: {_summary()}}}",
        f"  version = {{{_plain(version)}}}",
        *([f"  year    = {{{year}}}"] if year.isdigit() else []),
        f"  note    = {{Scenario {_plain(str(about.get('scenario_fingerprint', ''))[:16])}, "
        f"seed {_plain(str(about.get('seed', '')))}}}",
    ]
    return "@software{capest,\n" + ",\n".join(lines) + "\n}"


def _summary() -> str:
    """One line that says what capest is, as its package does."""
    try:
        return str(metadata("capest")["Summary"])
    except PackageNotFoundError:
        return "Monte Carlo capacity estimator for direct-to-smartphone satellite networks"


def _plain(text: str) -> str:
    """Text without what ends a value of BibTeX."""
    return "".join(each for each in text if each.isalnum() or each in ".-+ ")
