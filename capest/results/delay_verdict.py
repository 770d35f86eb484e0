"""Do packets keep the delay that the class of a call allows?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from capest.reduce import Estimate
from capest.results.figures import value_text
from capest.scenario.service_classes import ServiceClass


def delay_verdicts(
    classes: Iterable[ServiceClass], estimates: Mapping[tuple[str, str], Estimate]
) -> list[str]:
    """Hold the delay of packets against the budget of each class of calls.

    Parameters
    ----------
    classes : iterable of ServiceClass
    estimates : mapping of (metric, statistic) to Estimate

    Returns
    -------
    list of str
        Such as "packets take 57.4 ms one way: 5QI 2 allows 150 ms, kept"; one for each budget,
        empty where nobody has a beam or calls.
    """
    if ("packet_delay", "p50") not in estimates:
        return []
    low, middle, high = (estimates["packet_delay", each] for each in ("p05", "p50", "p95"))
    if math.isnan(middle.value):
        return []
    budgets: dict[float, str] = {}
    for each in classes:
        if each.guaranteed:
            who = f"{each.name} allows" if each.five_qi is None else f"5QI {each.five_qi} allows"
            budgets.setdefault(each.delay_budget_ms, who)
    return [
        f"packets take {value_text(middle)} ms one way: {who} {budget_ms:g} ms, "
        + _word(low.value, high.value, budget_ms)
        for budget_ms, who in sorted(budgets.items())
    ]


def _word(low_ms: float, high_ms: float, budget_ms: float) -> str:
    if high_ms <= budget_ms:
        return "kept"
    return "missed" if low_ms > budget_ms else "missed by some"
