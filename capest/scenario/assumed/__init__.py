"""How well the figures of a scenario are known: what tables state, and what a study may draw."""

from capest.scenario.assumed.assumptions import Assumption, assumptions_of
from capest.scenario.assumed.lookup import StatedFigure, stated_figures

__all__ = ["Assumption", "StatedFigure", "assumptions_of", "stated_figures"]
