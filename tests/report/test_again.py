"""How to get the same again and how to cite: nothing empty, nothing of somebody's machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from capest.plot.source import Source
from capest.report.blocks import CodeText, DataTable, FoldedBlocks
from capest.report.report_files import ReportFiles
from capest.report.sections.again import again
from tests.report.small import source
from tests.report.test_page import page_of

KINDS = ("network", "satellite", "sweep", "uncertainty", "capacity")


def codes(one: Source) -> dict[str, str]:
    found = {
        each.label: each.text
        for each in again(ReportFiles((one,))).blocks
        if isinstance(each, CodeText)
    }
    assert set(found) == {"Command to run again", "BibTeX entry"}
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_citation_has_a_year_and_says_what_it_is_of(kind: str, files: dict[str, Path]) -> None:
    one = source(files[kind])
    entry = codes(one)["BibTeX entry"]
    about = one.dataset.attrs
    year = str(about["created"])[:4] if kind in ("network", "satellite") else "n.d."
    assert f"year    = {{{year}}}" in entry
    assert f"version = {{{about['capest_version']}}}" in entry
    (note,) = re.findall(r"note    = \{(.*)\}", entry)
    assert f", seed {about['seed']}" in note
    assert not re.search(r"Scenario\s*,|^,|, ,|,$", note)
    named = about.get("scenario_fingerprint")
    assert (f"Scenario {named[:16]}" if named else str(about["title"])) in note


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_has_no_folder_of_somebody(kind: str, files: dict[str, Path]) -> None:
    """Files of these runs were written with whole paths, as most are."""
    command = codes(source(files[kind]))["Command to run again"]
    assert "pip install capest" not in command
    assert "pip install ." in command
    for word in command.splitlines()[-1].split():
        assert not word.startswith("/"), command
    assert str(files[kind].parent) not in command
    assert str(files[kind].parent) not in page_of(source(files[kind])).all("main")[0].text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("capest run a/b.toml -o /home/x/c.nc", "capest run a/b.toml -o c.nc"),
        ("capest run /home/x/b.toml --output=/t/c.nc", "capest run b.toml --output=c.nc"),
        ("capest run b.toml --output out/c.nc", "capest run b.toml --output c.nc"),
        (r"capest run 'C:\me\b.toml' -o 'D:\c.nc'", "capest run b.toml -o c.nc"),
        ("capest run '~/b.toml' --set a.b=1/km", "capest run b.toml --set a.b=1/km"),
        ("capest run 'unclosed", "capest run 'unclosed"),
    ],
)
def test_names_of_files_stay_without_their_folders(
    written: str, shown: str, files: dict[str, Path]
) -> None:
    dataset = source(files["network"]).dataset.load().copy()
    dataset.attrs = {**dataset.attrs, "command_line": written}
    command = codes(Source(dataset, "network"))["Command to run again"]
    assert command.splitlines()[-1] == shown


def test_a_search_says_what_its_command_reads_and_what_it_ran_with(files: dict[str, Path]) -> None:
    one = source(files["capacity"])
    section = again(ReportFiles((one,)))
    text = " ".join(str(block) for block in section.blocks)
    assert "scenario.toml holds what stands below, at the lower end of the range." in text
    (table,) = [each for each in section.blocks if isinstance(each, DataTable)]
    rows = {row[0]: row[1] for row in table.rows}
    assert len(rows["fingerprint of the scenario"]) == 64
    assert "numpy" in rows["package versions"]
    assert "python version" in rows
    (folded,) = [each for each in section.blocks if isinstance(each, FoldedBlocks)]
    assert "at the lower end of the range" in folded.summary
    (scenario,) = [each for each in folded.blocks if isinstance(each, CodeText)]
    assert "per_beam = 1\n" in scenario.text
