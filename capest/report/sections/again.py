"""How to get the same again, and how to cite it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

from capest.report.blocks import Block, CodeText, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.report_files import ReportFiles
from capest.report.values import cut_words
from capest.results.dataset_kinds import CAPACITY, SWEEP

_LONGEST_TITLE = 80
_VERSIONS = ("capest_version", "python_version", "package_versions", "backend", "device")


def again(files: ReportFiles) -> ReportSection:
    """Return scenario, command, versions and how to cite."""
    about, kind = files.attributes, files.first.kind
    version = str(about.get("capest_version", ""))
    command = _without_folders(str(about.get("command_line", ""))) or _command(about, kind)
    scenario = str(about.get("scenario_toml", ""))
    which = _WHICH_SCENARIO.get(kind, "")
    blocks: list[Block] = []
    if command:
        said = "The same scenario, seed and version give the same numbers."
        if scenario:
            file = next((each for each in command.split() if each.endswith(".toml")), "")
            said += f" {file or 'The scenario'} holds what stands below{which}."
        install = f"# capest {version}, from its source of this version: pip install .\n"
        blocks += [
            Paragraph(said),
            CodeText(f"{install if version else ''}{command}", "Command to run again"),
        ]
    if scenario:
        lines = scenario.count("\n") + 1
        blocks.append(
            FoldedBlocks(
                f"Scenario, every key{which} ({lines:,} lines of TOML)",
                [CodeText(scenario, "Scenario in TOML")],
            )
        )
    blocks.append(DataTable("Versions and identity", ("what", "is"), _rows(about), frozenset({1})))
    blocks += [Paragraph("To cite it:"), CodeText(_citation(about, version), "BibTeX entry")]
    return ReportSection("again", "Again, and how to cite", blocks)


_WHICH_SCENARIO = {CAPACITY: ", at the lower end of the range", SWEEP: ", at its last point"}
"""Of which point a file keeps the scenario, where it holds several."""


def _without_folders(command: str) -> str:
    """A command line whose files have no folders of somebody's machine: names are enough."""
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    shown = []
    for before, word in zip(["", *words], words, strict=False):
        option, equals, path = word.partition("=")
        if before in _OUTPUTS or _WHOLE_PATH.match(word):
            shown.append(_name_of(word))
        elif equals and (option in _OUTPUTS or _WHOLE_PATH.match(path)):
            shown.append(f"{option}={_name_of(path)}")
        else:
            shown.append(word)
    return shlex.join(shown)


_OUTPUTS = ("-o", "--output")
_WHOLE_PATH = re.compile(r"[/~\\]|[A-Za-z]:[\\/]")
"""Begins a path from the root of a machine, or from somebody's home."""


def _name_of(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] or path


def _command(about: Mapping[str, Any], kind: str) -> str:
    """A command from what a file says where it keeps no command line."""
    if kind != CAPACITY:
        return ""
    low, high = (f"{float(each):.12g}" for each in about["range"])
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
    scenario = _plain(str(about.get("scenario_fingerprint", ""))[:16])
    title = _plain(str(about.get("title", "")))[:_LONGEST_TITLE].strip()
    seed = _plain(str(about.get("seed", "")))
    parts = [
        f"Scenario {scenario}" if scenario else title,
        f"seed {seed}" if seed else "",
        f"{int(about['trials_done'])} trials" if "trials_done" in about else "",
    ]
    note = ", ".join(filter(None, parts))
    lines = [
        f"  title   = {{capest: {_summary()}}}",
        *([f"  version = {{{_plain(version)}}}"] if version else []),
        # Sweeps and studies have no date, so that the same ones are the same files.
        f"  year    = {{{year if year.isdigit() else 'n.d.'}}}",
        *([f"  note    = {{{note}}}"] if note else []),
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
