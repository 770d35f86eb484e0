"""The comparison of a report: every number is one of ``capest compare``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capest.report.blocks import Block, DataTable, Drawing, FoldedBlocks, Paragraph, SubHeading
from capest.report.report_files import ReportFiles
from capest.report.sections.comparison import comparison
from capest.results.compared_figures import figure_label
from capest.results.comparison import compare_results
from capest.statistics.quantities import quantity
from tests.report.small import source

HEADINGS = ("figure", "difference", "percent", "chance")
NUMBER = r"[-+]?(?:\d[\d,]*(?:\.\d+)?|inf)"
PAIRS = [
    ("network", "weaker"),
    ("satellite", "network"),
    ("satellite", "satellite"),
]


def blocks_of(*sources: Any) -> list[Block]:
    section = comparison(ReportFiles(sources))
    assert section is not None
    return list(_flat(section.blocks))


def _flat(blocks: Any) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, FoldedBlocks):
            yield from _flat(block.blocks)


def tables(blocks: list[Block]) -> list[DataTable]:
    return [
        each
        for each in blocks
        if isinstance(each, DataTable)
        and tuple(each.headings[:1]) + tuple(each.headings[3:]) == HEADINGS
    ]


def is_shown(text: str, value: float | None, factor: float = 1.0) -> bool:
    """Whether the first number of a text is a value, rounded as the text is."""
    if value is None:
        return True
    found = re.match(NUMBER, text)
    assert found, text
    digits = len(found[0].partition(".")[2])
    shown = float(found[0].replace(",", ""))
    # Values of some hundreds and more are rounded to as many digits as their interval tells.
    return abs(shown - factor * value) <= 0.5 * 10.0**-digits * (1.0 + 1e-9)


@pytest.mark.parametrize("names", PAIRS)
def test_every_number_is_that_of_compare(names: tuple[str, str], files: dict[str, Path]) -> None:
    sources = [source(files[name]) for name in names]
    shown = tables(blocks_of(*sources))
    datasets = [each.dataset for each in sources]
    results = [
        compare_results(datasets, ["a", "b"], all_figures=every).to_list()[0]
        for every in (False, True)
    ]
    assert len(shown) == len(results) == 2
    for table, result in zip(shown, results, strict=True):
        assert len(table.rows) == len(result["figures"]) > 0
        for row, figure in zip(table.rows, result["figures"], strict=True):
            metric, statistic = figure["metric"], figure["statistic"]
            factor = 100.0 if quantity(metric).is_share else 1.0
            assert row[0] == figure_label(metric, statistic)
            difference = figure["difference"]
            numbers = (
                (row[1], figure["reference"]["value"], factor),
                (row[2], figure["result"]["value"], factor),
                (row[3], difference["value"], factor),
            )
            for text, value, times in numbers:
                assert is_shown(text, value, times), (row, figure)
            if row[4]:
                assert is_shown(row[4], difference["percent"]), (row, figure)
            else:
                assert difference.get("percent") is None or figure["verdict"] == "same"
            assert row[5].partition(" (")[0] == figure["verdict"]


def test_a_count_of_cells_is_a_count(files: dict[str, Path]) -> None:
    """Cells in view, of 8 trials each: their difference is of cells, whatever the unit beside."""
    ours, theirs = source(files["network"]), source(files["weaker"])
    changed = theirs.dataset.load().copy(deep=True)
    changed["covered_cells"] -= 3
    for end in ("", "_low", "_high"):
        changed[f"covered_cells_mean{end}"] = changed[f"covered_cells_mean{end}"] - 3.0
    lower = type(theirs)(changed, theirs.name, theirs.path)
    (_, every) = tables(blocks_of(ours, lower))
    (row,) = [row for row in every.rows if row[0] == "cells with a satellite above the mask"]
    assert row[3].startswith("-3")
    assert float(re.match(NUMBER, row[3])[0]) == -3.0  # type: ignore[index]


def test_unlike_totals_are_named_and_have_no_row(files: dict[str, Path]) -> None:
    blocks = blocks_of(source(files["satellite"]), source(files["network"]))
    told = " ".join(str(block) for block in blocks)
    reason = "of 7 beams of one satellite in satellite, of a whole region in network"
    assert reason in told
    assert "Totals are not compared." in told
    metrics = ("throughput", "calls", "calls_offered", "lit_beams", "users", "cells_dark")
    labels = {figure_label(metric, "mean") for metric in metrics}
    for table in tables(blocks):
        assert not {row[0] for row in table.rows} & labels
        assert all("n/a" not in cell for row in table.rows for cell in row)
    (drawing,) = [block for block in blocks if isinstance(block, Drawing)]
    assert "throughput (" not in drawing.title
    assert "Populations differ" in drawing.subtitle


def test_every_run_has_its_part_however_many_there_are(files: dict[str, Path]) -> None:
    one = source(files["network"])
    runs = [one, *(type(one)(one.dataset, f"run {k}", one.path) for k in range(9))]
    blocks = blocks_of(*runs)
    headings = [each.text for each in blocks if isinstance(each, SubHeading)]
    assert headings == [f"run {k} less network" for k in range(9)]
    paragraphs = [each.text for each in blocks if isinstance(each, Paragraph)]
    assert any("8 files at most" in each for each in paragraphs)


def test_results_in_memory_have_names(files: dict[str, Path]) -> None:
    runs = [type(source(files["network"]))(source(files[name]).dataset) for name in PAIRS[0]]
    (heading,) = [each.text for each in blocks_of(*runs) if isinstance(each, SubHeading)]
    assert heading.startswith("Calls around Beijing (ch")
    assert heading.endswith("t.antenna_gain_dbi = -5) less Calls around Beijing")
