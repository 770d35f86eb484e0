"""How far calls are from what any assignment could carry, in one line."""

from __future__ import annotations

from collections.abc import Mapping

from capest.results.figures import value_text
from capest.statistics.reduction import Estimate


def bound_ratios(estimates: Mapping[tuple[str, str], Estimate]) -> dict[str, float]:
    """Split the bound over the calls into what assignment and what interference may account for.

    Parameters
    ----------
    estimates : mapping of (metric, statistic) to Estimate

    Returns
    -------
    dict of str to float
        ``bound_per_call``, the product of the two others; ``by_assignment``, bound over calls
        without interference, turns of beams included; ``by_interference``, those over the calls
        carried, which may be below 1: admission is greedy. Of means over trials. Empty where there
        is no bound, or nothing is carried.
    """
    names = ("calls_bound", "calls_without_interference", "calls")
    found = [estimates.get((name, "mean")) for name in names]
    values = [each.value for each in found if each is not None and each.value > 0.0]
    if len(values) < len(names):
        return {}
    bound, free, calls = values
    return {
        "bound_per_call": bound / calls,
        "by_assignment": bound / free,
        "by_interference": free / calls,
    }


def bound_verdict(estimates: Mapping[tuple[str, str], Estimate], *, in_turn: bool = False) -> str:
    """Say how far calls are from the bound; empty where `bound_ratios` is.

    Such as "no assignment carries more than 52,300 calls, without any interference: bound / calls
    1.303 = 1.120 (assignment) × 1.164 (interference)".

    Parameters
    ----------
    estimates : mapping of (metric, statistic) to Estimate
    in_turn : bool
        Whether beams take turns: how they do is a part of the first factor.
    """
    ratios = bound_ratios(estimates)
    if not ratios:
        return ""
    whole, assignment, interference = (f"{value:.3f}" for value in ratios.values())
    return (
        f"no assignment carries more than {value_text(estimates['calls_bound', 'mean'])} calls, "
        f"without any interference: bound / calls {whole} = {assignment} "
        f"(assignment{' and turns' if in_turn else ''}) × {interference} (interference)"
    )
