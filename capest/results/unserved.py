"""Who is never served: cells that asked in vain in every trial, how surely so, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from capest.results.asked_in_vain import RARELY, WRONG, fewest_trials
from capest.results.cell_totals import CellTotals
from capest.results.columns import wrapped

SURE = 0.95
"""How sure a limit on what no trial showed is."""

NO_SATELLITE, NO_BEAM, TOO_WEAK = "elevation", "beam", "downlink"
"""Why users without a service got nothing, in the words of refused calls."""


@dataclass(frozen=True)
class PartOfCells:
    """Some of a result's cells, beside all of them.

    Attributes
    ----------
    cells : int
    cells_share : float
        Of all cells that count, 0 to 1, as the other shares are.
    asked : float
        Calls (or users) a trial.
    asked_share : float
    area_km2, area_share : float or None
        ``None`` where cells have no place on the Earth.
    people, people_share : float or None
        ``None`` where users are not placed by where people live.
    """

    cells: int
    cells_share: float
    asked: float
    asked_share: float
    area_km2: float | None = None
    area_share: float | None = None
    people: float | None = None
    people_share: float | None = None

    def to_dict(self) -> dict[str, float]:
        """What is known, as plain values."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Unserved:
    """Cells that no trial served; shows itself in sentences.

    Attributes
    ----------
    trials : int
    what : {"calls", "users"}
    of_beams : bool
        Cells are beams of one satellite.
    asking : PartOfCells
        Cells in which anybody asked in any trial.
    never_served : PartOfCells
        Those of them in which no call was carried, or no user served, in any trial, and nobody held
        the minimum.
    never_asked : PartOfCells
        Cells in which nobody asked in any trial.
    most_share : float
        A cell that is served in a larger share of all trials there could be, also those in which
        nobody asks, was served in one of these, with a probability of 95 % at least.
    reasons : dict of str to float
        Of the cells never served: the share of calls refused by reason, or the share of cells by
        what they lacked; the largest first, and empty where it is not known.
    number : int64 array (n,)
        Numbers of the cells never served.
    minimum_only : PartOfCells or None
        Cells in which no call was carried in any trial, but callers held the minimum or an equal
        part of their beam; ``None`` where nobody can.
    minimum_callers : float
        Those callers a trial.
    rarely_served : PartOfCells or None
        Of the cells never served, those that asked in so many trials that chance is ruled out:
        95 % of them at least are served in less than half of the trials in which they ask.
        ``None`` where the file does not say in how many trials a cell asked.
    asked_seldom : PartOfCells or None
        The others of the cells never served: chance may be all there is.
    least_asking_trials : int
        Trials in which each cell of ``rarely_served`` asked, at least; 0 where there is none.
    rarely_number : int64 array (n,)
        Numbers of the cells of ``rarely_served``.
    """

    trials: int
    what: str
    of_beams: bool
    asking: PartOfCells
    never_served: PartOfCells
    never_asked: PartOfCells
    most_share: float
    reasons: dict[str, float]
    number: np.ndarray
    minimum_only: PartOfCells | None = None
    minimum_callers: float = 0.0
    rarely_served: PartOfCells | None = None
    asked_seldom: PartOfCells | None = None
    least_asking_trials: int = 0
    rarely_number: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def to_dict(self) -> dict[str, Any]:
        """Everything but the numbers of cells, as plain values."""
        least = {}
        if self.minimum_only is not None:
            callers = {"callers_at_or_below_minimum": self.minimum_callers}
            least["minimum_only"] = self.minimum_only.to_dict() | callers
        told = {}
        if self.rarely_served is not None and self.asked_seldom is not None:
            told["rarely_served"] = self.rarely_served.to_dict() | {
                "asking_trials_at_least": self.least_asking_trials,
                "served_in_less_than": RARELY,
                "wrong_of_these_at_most": WRONG,
            }
            told["asked_seldom"] = self.asked_seldom.to_dict()
        return {
            "trials": self.trials,
            "of": self.what,
            "asking": self.asking.to_dict(),
            "never_served": self.never_served.to_dict(),
            **told,
            **least,
            "never_asked": self.never_asked.to_dict(),
            "served_in_at_most": self.most_share,
            "reasons": self.reasons,
        }

    def __repr__(self) -> str:
        from capest.results.who_is_served_text import WIDTH, unserved_sentences

        lines = [line for each in unserved_sentences(self) for line in wrapped(each, WIDTH)]
        if len(self.number):
            lines.append("Numbers of the cells never served: .number; all figures: .to_dict().")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from capest.results.who_is_served_text import unserved_sentences

        found = "".join(f"<p>{escape(each)}</p>" for each in unserved_sentences(self))
        return f"<div>{found}</div>"


def unserved_of(totals: CellTotals) -> Unserved:
    """Find the cells that no trial served.

    Parameters
    ----------
    totals : CellTotals
    """
    asks = totals.asked > 0
    never, least = asks & (totals.served == 0), totals.at_minimum
    minimum_only, callers = None, 0.0
    if least is not None:
        # Who holds the minimum is served something.
        some = never & (least > 0)
        minimum_only = part_of(totals, some)
        callers = float(least[some].sum()) / max(totals.trials, 1)
        never &= ~some
    asking_trials, fewest = totals.asking_trials, 0
    rarely, seldom, surely = None, None, np.zeros_like(never)
    if asking_trials is not None:
        fewest = fewest_trials(asking_trials[asks], never[asks])
        surely = never & (asking_trials >= fewest) if fewest else surely
        rarely, seldom = part_of(totals, surely), part_of(totals, never & ~surely)
    return Unserved(
        totals.trials,
        totals.what,
        totals.of_beams,
        asking=part_of(totals, asks),
        never_served=part_of(totals, never),
        never_asked=part_of(totals, ~asks),
        most_share=most_share(totals.trials),
        reasons=_reasons(totals, never),
        number=totals.number[never],
        minimum_only=minimum_only,
        minimum_callers=callers,
        rarely_served=rarely,
        asked_seldom=seldom,
        least_asking_trials=fewest,
        rarely_number=totals.number[surely],
    )


def part_of(totals: CellTotals, some: np.ndarray) -> PartOfCells:
    """Sum up some cells, beside all.

    Parameters
    ----------
    totals : CellTotals
    some : bool array (cells,)
    """

    def amount(values: np.ndarray | None) -> tuple[float, float] | tuple[None, None]:
        if values is None:
            return None, None
        whole = float(values.sum())
        part = float(values[some].sum())
        return part, part / whole if whole > 0.0 else 0.0

    asked, everybody = int(totals.asked[some].sum()), int(totals.asked.sum())
    return PartOfCells(
        int(some.sum()),
        float(some.mean()) if len(some) else 0.0,
        asked / max(totals.trials, 1),
        asked / everybody if everybody else 0.0,
        *amount(totals.area_km2),
        *amount(totals.people),
    )


def most_share(trials: int) -> float:
    """Largest share of trials in which what no trial showed may happen.

    Parameters
    ----------
    trials : int
        Independent ones.

    Returns
    -------
    float
        One-sided limit of 95 % of a binomial proportion of which nothing was seen (Clopper and
        Pearson, Biometrika 26, 1934): 1 - 0.05^(1/n), about 3 / n, the rule of three of Hanley
        and Lippman-Hand, JAMA 249(13), 1983.
    """
    return float(1.0 - (1.0 - SURE) ** (1.0 / trials)) if trials > 0 else 1.0


def _reasons(totals: CellTotals, never: np.ndarray) -> dict[str, float]:
    """Why some cells got nothing, as shares, the largest first."""
    if totals.what == "calls":
        found = {reason: float(of[never].sum()) for reason, of in totals.refused.items()}
    elif totals.covered is None or totals.with_beam is None:
        return {}
    else:
        unseen, dark = totals.covered == 0, totals.with_beam == 0
        lacks = {NO_SATELLITE: unseen, NO_BEAM: dark & ~unseen, TOO_WEAK: ~dark}
        found = {reason: float((never & of).sum()) for reason, of in lacks.items()}
    whole = sum(found.values())
    ordered = sorted(found.items(), key=lambda one: -one[1])
    return {reason: amount / whole for reason, amount in ordered if amount > 0.0}
