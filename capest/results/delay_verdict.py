"""Do packets keep the delay that calls allow?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from capest.results.figures import percent_text, value_text
from capest.results.schema import axis_of
from capest.results.stored import Stored
from capest.statistics.reduction import Estimate

_METRIC = "packet_delay"
_ROUNDING = 1e-12


@dataclass(frozen=True)
class DelayShares:
    """How the delays of packets are distributed, over all trials.

    Attributes
    ----------
    counts : int64 array (bins + 2,)
        Users: below all bins, in each, and above all.
    edges_ms : float64 array (bins + 1,)
    """

    counts: np.ndarray
    edges_ms: np.ndarray

    def within(self, budget_ms: float) -> float:
        """Share of the users within a budget, at the last edge of a bin that it reaches."""
        edge = np.searchsorted(self.edges_ms, budget_ms * (1.0 + _ROUNDING), side="right") - 1
        return float(self.counts[: max(int(edge), 0) + 1].sum() / self.counts.sum())


def delay_shares(stored: Stored) -> DelayShares | None:
    """Read how delays are distributed; ``None`` of a file that counts none.

    Parameters
    ----------
    stored : Stored
    """
    parts = [f"{_METRIC}_{part}" for part in ("below", "count", "above")]
    if not {*parts, f"{_METRIC}_bin"} <= stored.names:
        return None
    below, inside, above = (stored.values(name).astype(np.int64) for name in parts)
    counts = np.concatenate(([below.sum()], inside.sum(axis=0), [above.sum()]))
    if not counts.sum():
        return None
    axis = axis_of(_METRIC, inside.shape[-1], stored.attributes_of(f"{_METRIC}_bin"))
    return DelayShares(counts, axis.edges())


def delay_verdicts(
    budgets: str,
    estimates: Mapping[tuple[str, str], Estimate],
    shares: DelayShares | None = None,
) -> list[str]:
    """Hold the delay of packets against the budgets of calls.

    Parameters
    ----------
    budgets : str
        Attribute ``delay_budgets`` of a result: lines such as ``5QI 2: 150``, in ms.
    estimates : mapping of (metric, statistic) to Estimate
    shares : DelayShares, optional
        Without them the quantiles tell what they can.

    Returns
    -------
    list of str
        Such as "packets take 57.4 ms one way: 5QI 2 allows 150 ms, kept by all"; one for each
        budget, empty where nobody has a beam or calls.
    """
    if (_METRIC, "p50") not in estimates:
        return []
    low, middle, high = (estimates[_METRIC, each] for each in ("p05", "p50", "p95"))
    if math.isnan(middle.value):
        return []
    found = []
    for line in budgets.splitlines():
        name, _, budget_ms = line.rpartition(": ")
        allowed = f"{float(budget_ms):,.10g}"
        if shares is not None:
            word = _word_of_share(shares.within(float(budget_ms)))
        else:
            word = _word(low.value, high.value, float(budget_ms))
        found.append(
            f"packets take {value_text(middle)} ms one way: {name} allows {allowed} ms, {word}"
        )
    return found


def _word_of_share(kept: float) -> str:
    if kept in (0.0, 1.0):
        return "kept by all" if kept else "kept by none"
    return f"kept by {percent_text(kept)}"


def _word(low_ms: float, high_ms: float, budget_ms: float) -> str:
    if high_ms <= budget_ms:
        return "kept by 95 % or more"
    return "missed by 95 % or more" if low_ms > budget_ms else "kept by some"
