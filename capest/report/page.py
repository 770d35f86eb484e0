"""A report: one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Any

from markupsafe import Markup, escape

from capest.plot.source import Source
from capest.report.blocks import LiveMap
from capest.report.contents import ReportContents, contents
from capest.report.report_files import ReportFiles
from capest.report.values import cut_words
from capest.results.columns import printable
from capest.results.ours import MADE_BY

_LONGEST_CELL, _LONGEST_SENTENCES, _LONGEST_CODE = 600, 3000, 200_000
"""Characters of a table's cell, of a paragraph and of code, whatever a file holds."""

_NO_BREAK = "\u00a0"

MOST_BYTES = 1_000_000
"""Size that a page does not exceed for its map's sake."""

_WORDS_OF_MAP = 2000
"""Bytes of names of countries and of the like, at most."""


@dataclass(frozen=True)
class ReportPage:
    """A page that is written out.

    Attributes
    ----------
    content : bytes
        UTF-8.
    sections : tuple of str
        Names of its sections, in their order.
    """

    content: bytes
    sections: tuple[str, ...]


def report_page(sources: Sequence[Source]) -> ReportPage:
    """Write the report of one file or more.

    Parameters
    ----------
    sources : sequence of Source
        The first is what the report is of; others are compared with it, or give it a range.

    Raises
    ------
    InputError
        A file does not hold what its kind should.
    """
    found = contents(ReportFiles(tuple(sources)))
    content = _written(found, 0)
    numbers = next(
        (
            block.cells
            for section in found.sections
            for block in section.blocks
            if isinstance(block, LiveMap)
        ),
        None,
    )
    if numbers is not None:
        room = (MOST_BYTES - len(content) - _WORDS_OF_MAP) / numbers.bytes_per_cell
        content = _written(found, min(numbers.count, max(0, int(room))))
    return ReportPage(content, tuple(each.name for each in found.sections))


def _written(found: ReportContents, most_cells: int) -> bytes:
    """The page, whose map says something of so many cells."""
    style, script = (_part(name) for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text: str = (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=found,
            made_by=MADE_BY,
            style=Markup(style),
            script=Markup(script),
            script_hash=digest,
            most_cells=most_cells,
        )
    )
    return text.encode()


def _part(name: str) -> str:
    """Text of a file beside this one; it ends no element it may stand in."""
    text = (package_files("capest.report") / name).read_text(encoding="utf-8")
    assert "</" not in text
    return text


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("capest.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["joined"] = _joined
    environment.filters["cell"] = lambda text: cut_words(text, _LONGEST_CELL)
    environment.filters["code"] = lambda text: cut_words(text, _LONGEST_CODE)
    return environment


def _joined(text: str) -> Markup:
    """Text whose numbers keep their percent sign and their unit on the same line."""
    text = cut_words(text, _LONGEST_SENTENCES)
    kept = re.sub(
        r"(?<=\d) (?=%|±|million|km|kB|dB|GHz|MHz|ms\b|W\b)", _NO_BREAK, str(escape(_visible(text)))
    )
    return Markup(kept)


def _visible(value: Any) -> Any:
    """Text with what cannot be seen written as escapes, line by line; markup as it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return "\n".join(printable(line) for line in value.split("\n"))
