"""What ``capest uncertainty`` prints: lines of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from capest.cli.tornado import tornado_lines
from capest.studies.uncertainty.study_model import StudiedFigure, Study

WIDTH = 80


def lines_of(study: Study) -> Iterator[str]:
    """Lines for the terminal, the answer first."""
    yield from textwrap.wrap(str(study.about.get("title", "")), WIDTH)
    for found in study.figures:
        yield from _of_figure(study, found)


def _of_figure(study: Study, found: StudiedFigure) -> Iterator[str]:
    if study.ends and found.ends:
        yield ""
        yield from tornado_lines(study, found)
