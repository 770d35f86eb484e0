"""What ``capest validate --m2514`` prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capest.validation.requirements import Evaluation


def as_dict(one: Evaluation) -> dict[str, Any]:
    """One requirement for ``--json``."""
    return {
        "case": one.case,
        "frequency_reuse": one.frequency_reuse,
        "link": one.link,
        "quantity": one.quantity,
        "unit": one.unit,
        "value": _finite(one.value),
        "ci95": [_finite(one.low), _finite(one.high)],
        "required": one.required,
        "margin": _finite(one.margin),
        "pass": one.passed,
        "certain": one.certain,
    }


def print_evaluations(found: Sequence[Evaluation]) -> None:
    """Print ours, required, margin and verdict, a table per study case."""
    from rich.console import Console

    console = Console(highlight=False)
    console.print("Requirements of Report ITU-R M.2514, handheld terminals; ours with 95 % limits.")
    for case in sorted({one.case for one in found}):
        _print_case([one for one in found if one.case == case], console)
    console.print()
    console.print("Handsets here have one receive antenna; the evaluations of M.2514 assume two.")
    if not all(one.certain for one in found):
        console.print("?: the requirement lies inside the 95 % interval; try more --trials.")


def _print_case(found: Sequence[Evaluation], console: Any) -> None:
    from rich.table import Table

    from capest.validation.m2514 import QUANTITIES

    console.print()
    console.print(f"Study case {found[0].case}, frequency reuse {found[0].frequency_reuse}")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("", "", "ours", "±", "needs", "", "margin", ""):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for one in found:
        half = max(one.high - one.value, one.value - one.low)
        table.add_row(
            one.link,
            QUANTITIES[one.quantity],
            f"{one.value:.4g}",
            f"{half:.1g}" if half > 0 else "",
            f"{one.required:g}",
            one.unit.replace("km2", "km²"),
            _percent(one.margin),
            _verdict(one),
        )
    console.print(table)
    passed = sum(one.passed for one in found)
    console.print(f"{passed} of {len(found)} requirements met")


def _verdict(one: Evaluation) -> str:
    # A requirement inside the interval: more trials may turn the verdict.
    return ("pass" if one.passed else "fail") + ("" if one.certain else "?")


def _percent(share: float) -> str:
    if not math.isfinite(share):
        return ""
    return f"{100 * share:+.{1 if abs(share) < 1 else 0}f} %"


def _finite(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
