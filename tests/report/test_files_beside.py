"""Files of a report beside the first: none is dropped, and each says what it is good for."""

from __future__ import annotations

from pathlib import Path

import pytest

from capest.report.report_files import ReportFiles
from capest.report.sections.answer import HOW_TO_GET_A_RANGE, answer
from capest.report.sections.runs_beside import runs_beside
from capest.results.figures import value_text
from capest.results.stored import stored_estimates
from tests.report.small import source
from tests.report.test_page import page_of

KINDS = ("network", "satellite", "sweep", "uncertainty", "capacity")


@pytest.mark.parametrize("first", ["sweep", "uncertainty", "capacity"])
def test_runs_beside_a_study_have_their_own_part(first: str, files: dict[str, Path]) -> None:
    run = source(files["network"])
    page = page_of(source(files[first]), run)
    text = page.by_id("runs").text
    calls = next(
        each
        for each in stored_estimates(run.stored)
        if (each.metric, each.statistic) == ("calls", "mean")
    )
    assert f"{value_text(calls)} calls at once" in text
    assert "Calls around Beijing" in text
    assert "Its scenario differs from that of this page: " in text
    svgs = [each for each in page.all("svg") if "section" in each.parents]
    assert len(svgs) >= 2


def test_no_file_is_dropped_whatever_comes_first(files: dict[str, Path]) -> None:
    """A page about any file names all others."""
    every = {name: source(files[name]) for name in KINDS}
    for first in ("network", "capacity"):
        rest = [each for name, each in every.items() if name != first]
        text = page_of(every[first], *rest).all("main")[0].text
        for name in KINDS:
            assert name == first or name in text, (first, name)


def test_a_run_alone_has_no_such_part(files: dict[str, Path]) -> None:
    assert runs_beside(ReportFiles((source(files["network"]),))) is None
    assert runs_beside(ReportFiles((source(files["sweep"]),))) is None


def test_the_range_says_how_to_get_it_and_why_there_is_none(files: dict[str, Path]) -> None:
    def lines(*names: str) -> tuple[str, ...]:
        sources = tuple(source(files[name]) for name in names)
        found = {
            (each.metric, each.statistic): each for each in stored_estimates(sources[0].stored)
        }
        return answer(ReportFiles(sources), found).lines

    assert HOW_TO_GET_A_RANGE in lines("network")
    other = next(line for line in lines("network", "uncertainty") if "uncertainty" in line)
    assert other.startswith("uncertainty is a study of another scenario, and gives no range: ")
    assert "in place of" in other
    same = lines("satellite", "uncertainty")
    assert any("90 % range over the stated assumptions" in line for line in same)
    for told in (same, lines("network", "uncertainty")):
        assert HOW_TO_GET_A_RANGE not in told
