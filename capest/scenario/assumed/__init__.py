"""How well the figures of a scenario are known: what tables state, and what a study may draw."""

from capest.scenario.assumed.assumptions import Assumption, assumptions_of
from capest.scenario.assumed.lookup import StatedFigure, stated_figures
from capest.scenario.assumed.rests_on import rests_on, rests_on_json

__all__ = [
    "Assumption",
    "StatedFigure",
    "assumptions_of",
    "rests_on",
    "rests_on_json",
    "stated_figures",
]
