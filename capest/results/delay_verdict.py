"""Do packets keep the delay that calls allow?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from capest.results.figures import value_text
from capest.statistics.reduction import Estimate


def delay_verdicts(budgets: str, estimates: Mapping[tuple[str, str], Estimate]) -> list[str]:
    """Hold the delay of packets against the budgets of calls.

    Parameters
    ----------
    budgets : str
        Attribute ``delay_budgets`` of a result: lines such as ``5QI 2: 150``, in ms.
    estimates : mapping of (metric, statistic) to Estimate

    Returns
    -------
    list of str
        Such as "packets take 57.4 ms one way: 5QI 2 allows 150 ms, kept by 95 %" (or more of
        them); one for each budget, empty where nobody has a beam or calls.
    """
    if ("packet_delay", "p50") not in estimates:
        return []
    low, middle, high = (estimates["packet_delay", each] for each in ("p05", "p50", "p95"))
    if math.isnan(middle.value):
        return []
    found = []
    for line in budgets.splitlines():
        name, _, budget_ms = line.rpartition(": ")
        word = _word(low.value, high.value, float(budget_ms))
        allowed = f"{float(budget_ms):,.10g}"
        found.append(
            f"packets take {value_text(middle)} ms one way: {name} allows {allowed} ms, {word}"
        )
    return found


def _word(low_ms: float, high_ms: float, budget_ms: float) -> str:
    if high_ms <= budget_ms:
        return "kept by 95 %"
    return "missed by 95 %" if low_ms > budget_ms else "kept by some"
