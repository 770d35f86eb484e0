"""Tables of the page on quantities, from the table of quantities.

From the top folder of the project:

    python tests/statistics/quantities_page.py      whether the page has them
    python tests/statistics/quantities_page.py --write   writes them
"""

from __future__ import annotations

import sys
from pathlib import Path

from capest.statistics.quantities import QUANTITIES
from capest.statistics.quantity import Quantity, When

PAGE = Path(__file__).parents[2] / "capest" / "docs" / "quantities.md"

BEGIN = "<!-- from here on: python tests/statistics/quantities_page.py --write -->"

_PARTS = {
    "Users and beams": {("trial", "user"), ("trial", "beam")},
    "Trials": {("trial",)},
    "Shares over all trials": {()},
    "Trials and cells": {("trial", "cell")},
    "Cells, means over trials": {("cell",)},
    "Satellites, means over trials": {("satellite",)},
}

_WORDS = {
    When.ONE_SATELLITE: "one satellite",
    When.UPLINK: "`uplink.interference`",
    When.LOAD: '`uplink.interference` = "load"',
    When.TURNS: '`uplink.interference` = "full-buffer"',
    When.CONSTELLATION: "a constellation",
    When.CALLS: "calls",
    When.ADAPTIVE: "a least rate",
    When.MINIMUM: "`cells.minimum_share`",
    When.BLOCKING: "`service.simulated_holding_times`",
    When.BEST_EFFORT: "best effort in `service.mix`",
    When.FRAME: "a frame of slots",
    When.BOUND: "`beams.bound`",
    When.REFINED: '`cells.refinement` = "local-search"',
    When.CALLS_BOUND: "`cells.bound`",
    When.REACH: "`service.count_reachable`",
    When.KEPT_CELLS: "`run.keep_cells`",
}


def tables() -> str:
    """Every table with its heading, as Markdown."""
    return "\n".join(line for title, dims in _PARTS.items() for line in _table(title, dims))


def _table(title: str, dims: set[tuple[str, ...]]) -> list[str]:
    rows = [row for row in QUANTITIES if row.dims in dims]
    with_figures = any(row.statistics for row in rows)
    columns = ["name", "units", *(["statistics"] if with_figures else []), "what", "there with"]
    lines = ["", f"## {title}", "", _line(columns), _line(["---"] * len(columns))]
    for row in rows:
        told = [", ".join(row.statistics)] if with_figures else []
        units = f"`{row.units}`" if row.units else "flag"
        lines.append(_line([f"`{row.name}`", units, *told, _what(row), _when(row)]))
    return lines


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _what(row: Quantity) -> str:
    return f"{row.long_name}; {row.comment}" if row.comment else row.long_name


def _when(row: Quantity) -> str:
    found = []
    for each in row.when:
        if each.when is When.LIMIT:
            found.append(f"`{each.detail}`")
        elif each.when is When.MIX:
            found.append("several services of `service.mix` that are calls")
        else:
            found.append(_WORDS[each.when])
    return ", ".join(dict.fromkeys(found))


def page() -> str:
    """The page as it should be: its text, and the tables."""
    text = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0].rstrip()
    return f"{text}\n\n{BEGIN}\n{tables()}\n"


if __name__ == "__main__":
    wanted = page()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif wanted != PAGE.read_text(encoding="utf-8"):
        sys.exit("the page differs: python tests/statistics/quantities_page.py --write")
