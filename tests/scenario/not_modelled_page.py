"""The table of what is not modelled, in the page on rules.

``python tests/scenario/not_modelled_page.py --write`` writes it into the page.
"""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

from capest.scenario.not_modelled import NOT_MODELLED

PAGE = Path(str(files("capest") / "docs" / "rules.md"))
HEAD = (
    "| effect | size | beside results of | where the size comes from |\n| --- | --- | --- | --- |\n"
)


def page(text: str) -> str:
    """The page as it should be."""
    rows = [f"| {row.effect} | {row.size} | {row.where} | {row.source} |\n" for row in NOT_MODELLED]
    start = text.index(HEAD) + len(HEAD)
    rest = re.sub(r"\A(\| .*\n)*", "", text[start:])
    return text[:start] + "".join(rows) + rest


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(text), encoding="utf-8")
    elif page(text) != text:
        sys.exit("the page differs: python tests/scenario/not_modelled_page.py --write")
