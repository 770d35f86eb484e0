"""Everything that a report says, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capest.report.blocks import ReportSection
from capest.report.report_files import ReportFiles
from capest.report.sections.again import again
from capest.report.sections.all_figures import all_figures
from capest.report.sections.answer import HeadlineAnswer, answer
from capest.report.sections.assumptions import assumptions
from capest.report.sections.comparison import comparison
from capest.report.sections.ground import ground
from capest.report.sections.limits import limits
from capest.report.sections.not_modelled import not_modelled
from capest.report.sections.question import question
from capest.report.sections.runs_beside import runs_beside
from capest.report.sections.sensitivity import sensitivity
from capest.report.sections.unserved_people import unserved_people
from capest.report.sections.validity import validity
from capest.report.values import cut_words
from capest.results.stored import stored_estimates


@dataclass(frozen=True)
class ReportContents:
    """What a page says.

    Attributes
    ----------
    title : str
    answer : HeadlineAnswer
    sections : sequence of ReportSection
    footer : str
        Trials, seed, version, fingerprint.
    """

    title: str
    answer: HeadlineAnswer
    sections: Sequence[ReportSection]
    footer: str


def contents(files: ReportFiles) -> ReportContents:
    """Put together what the report of some files says.

    Parameters
    ----------
    files : ReportFiles
    """
    estimates = {}
    if files.summary is not None:
        found = stored_estimates(files.first.stored)
        estimates = {(one.metric, one.statistic): one for one in found}
    sections = [
        question(files),
        limits(files, estimates),
        ground(files),
        sensitivity(files),
        unserved_people(files),
        runs_beside(files),
        comparison(files),
        all_figures(files),
        not_modelled(files),
        assumptions(files),
        validity(),
        again(files),
    ]
    about = files.attributes
    named = (
        f"fingerprint {about['scenario_fingerprint']}" if "scenario_fingerprint" in about else ""
    )
    footer = " · ".join(part for part in (files.first.footer, named) if part)
    return ReportContents(
        cut_words(files.first.title),
        answer(files, estimates),
        [each for each in sections if each is not None],
        footer,
    )
