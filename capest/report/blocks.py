"""What a report is made of: plain values, which templates turn into HTML and escape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from capest.report.cell_numbers import CellNumbers


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; muted where it only explains."""

    kind: ClassVar[str] = "paragraph"
    text: str
    is_muted: bool = False


@dataclass(frozen=True)
class SubHeading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class BulletList:
    """Sentences that stand side by side."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[str]


@dataclass(frozen=True)
class DataTable:
    """A table; the first cell of a row is its heading.

    Attributes
    ----------
    caption : str
    headings : sequence of str
    rows : sequence of sequence of str
        As many cells as headings.
    words : frozenset of int
        Columns of words, which stand left; all but the first are of numbers otherwise.
    """

    kind: ClassVar[str] = "table"
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CodeText:
    """Text to be copied as it stands.

    Attributes
    ----------
    text : str
    label : str
        What it is, for people who do not see it.
    """

    kind: ClassVar[str] = "code"
    text: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """A picture within the page.

    Attributes
    ----------
    markup : Markup
        SVG that ``inline_svg`` made.
    title, subtitle, footer, alt : str
        As ``plot.sheet.Words`` has them.
    """

    kind: ClassVar[str] = "drawing"
    markup: Markup
    title: str
    subtitle: str
    footer: str
    alt: str

    @property
    def has_image(self) -> bool:
        """Whether part of it has colours that do not follow the page's."""
        return "<image" in self.markup


@dataclass(frozen=True)
class LiveMap:
    """A map whose cells say what they hold when somebody points at them.

    Attributes
    ----------
    drawing : Drawing
    width, height : float
        Of the SVG's own coordinates.
    cells : CellNumbers
    """

    kind: ClassVar[str] = "map"
    drawing: Drawing
    width: float
    height: float
    cells: CellNumbers


@dataclass(frozen=True)
class FoldedBlocks:
    """Blocks that show when somebody opens them, and always on paper."""

    kind: ClassVar[str] = "folded"
    summary: str
    blocks: Sequence[Block]


Block = (
    Paragraph | SubHeading | BulletList | DataTable | CodeText | Drawing | LiveMap | FoldedBlocks
)


@dataclass(frozen=True)
class ReportSection:
    """A part of a report under a heading of its own.

    Attributes
    ----------
    name : str
        Of its anchor.
    title : str
    blocks : sequence of Block
    """

    name: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
