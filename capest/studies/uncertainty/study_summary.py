"""The summary of a study of uncertainty: shows itself as text, in a notebook too."""

from __future__ import annotations

from html import escape
from typing import Any

from capest.results.columns import printable
from capest.studies.uncertainty.study_json import as_dict
from capest.studies.uncertainty.study_lines import lines_of
from capest.studies.uncertainty.study_model import Study


class StudySummary:
    """What a study of uncertainty found; prints as text of 80 columns and as HTML.

    Parameters
    ----------
    study : Study
    """

    def __init__(self, study: Study) -> None:
        self.study = study

    def lines(self, *, ascii_only: bool | None = None) -> list[str]:
        """Lines of at most 80 columns, the answer first; bars of ASCII where that is wanted."""
        return list(lines_of(self.study, ascii_only=ascii_only))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold, as ``--json`` prints it."""
        return as_dict(self.study)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        # A tornado is a picture of text: its bars need columns of one width.
        said = "\n".join(escape(printable(line)) for line in self.lines(ascii_only=False))
        return f'<pre style="line-height: 1.25">{said.strip()}</pre>'
