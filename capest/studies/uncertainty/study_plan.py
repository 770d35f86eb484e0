"""What a study is to find, checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capest.errors import InputError
from capest.scenario.assumed import Assumption
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.studies.uncertainty.assumptions import OwnRange, drawn_assumptions
from capest.studies.uncertainty.figures import AskedFigure, asked_figures
from capest.studies.uncertainty.margin import points_of_margins
from capest.studies.uncertainty.paired_points import (
    End,
    PairedPoints,
    Source,
    ends_of,
    of_trials,
    points_of_ends,
)
from capest.studies.uncertainty.sample_plan import SamplePlan, plan_samples

PAIRED_TRIALS = 8
"""Trials of every run in pairs, if nobody says otherwise: intervals need five that differ."""

SAMPLES = 256
"""Of a joint sample, if nobody says otherwise."""


@dataclass(frozen=True)
class StudyPlan:
    """What a study runs.

    Attributes
    ----------
    source : str, Path or mapping
    overrides : tuple of str
        Of the user.
    scenario : Scenario
        With the stated values.
    figures : tuple of AskedFigure
    assumptions : tuple of Assumption
    trials : int
        Of every run in pairs.
    ends : tuple of End
    paired : PairedPoints or None
        Runs of the ends; ``None`` where they are not asked for.
    margins : PairedPoints or None
        Runs of the curve; ``None`` where it is not asked for.
    margins_db : tuple of float
        Without 0.
    samples : SamplePlan or None
        The joint sample; ``None`` without.
    """

    source: Source
    overrides: tuple[str, ...]
    scenario: Scenario
    figures: tuple[AskedFigure, ...]
    assumptions: tuple[Assumption, ...]
    trials: int
    ends: tuple[End, ...] = ()
    paired: PairedPoints | None = None
    margins: PairedPoints | None = None
    margins_db: tuple[float, ...] = ()
    samples: SamplePlan | None = None

    @property
    def of_pairs(self) -> list[str]:
        """Overrides of runs in pairs."""
        ruled = self.scenario.run.until is not None
        return of_trials(self.overrides, self.trials, ruled=ruled)

    def margin_points(self, margins_db: Sequence[float]) -> PairedPoints:
        """Runs of a curve against link margin."""
        return points_of_margins(self.source, self.of_pairs, self.scenario, margins_db)


def plan_study(
    source: Source,
    overrides: Sequence[str] = (),
    *,
    of: Sequence[str] = (),
    samples: int = SAMPLES,
    one_at_a_time: bool = True,
    margins_db: Sequence[float] = (),
    trials: int = PAIRED_TRIALS,
    fixed: Sequence[str] = (),
    ranges: Sequence[OwnRange] = (),
) -> StudyPlan:
    """Load everything that a study runs, so that all faults show before it starts.

    Parameters
    ----------
    source : str, Path or mapping
        Of the scenario.
    overrides : sequence of str
        ``section.key=value``.
    of : sequence of str
        Figures, see `asked_figures`.
    samples : int
        Of the joint sample; 0 for none.
    one_at_a_time : bool
        Try every assumption at its ends.
    margins_db : sequence of float
        Link margins of a curve; none for no curve.
    trials : int
        Of every run in pairs.
    fixed, ranges
        As of `drawn_assumptions`.

    Raises
    ------
    InputError
        For a faulty scenario, figure, assumption, end or margin; nothing assumed.
    """
    if not samples and not one_at_a_time and not margins_db:
        raise InputError(
            "--samples 0 without --one-at-a-time or --margin leaves nothing to compute"
        )
    scenario = load_scenario(source, overrides)
    figures = asked_figures(scenario, of)
    drawn: tuple[Assumption, ...] = ()
    if samples or one_at_a_time or fixed or ranges:
        drawn = drawn_assumptions(scenario, fixed, ranges)
    plan = StudyPlan(source, tuple(overrides), scenario, figures, drawn, trials)
    ends = tuple(ends_of(drawn)) if one_at_a_time else ()
    paired = points_of_ends(source, plan.of_pairs, drawn, ends) if ends else None
    without_zero = tuple(each for each in margins_db if each != 0.0)
    margins = plan.margin_points(without_zero) if margins_db else None
    joint = plan_samples(drawn, samples, scenario.run.seed) if samples else None
    return StudyPlan(
        source,
        tuple(overrides),
        scenario,
        figures,
        drawn,
        trials,
        ends,
        paired,
        margins,
        without_zero,
        joint,
    )
