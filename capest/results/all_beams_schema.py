"""Variables of a result of one satellite: totals over all its beams, counted or not."""

from __future__ import annotations

from capest.results.variable import Variable
from capest.statistics.figure_names import ALL_BEAMS

_WHAT = {
    "throughput": ("f8", "Mbit s-1", "downlink throughput"),
    "uplink_throughput": ("f8", "Mbit s-1", "uplink throughput"),
    "calls": ("i4", "1", "calls carried at once"),
    "calls_offered": ("i4", "1", "calls that users ask for"),
    "best_effort_throughput": ("f8", "Mbit s-1", "throughput of users without a guaranteed rate"),
}
_OF = "of all beams, of which those at the rim lack neighbours that interfere"


def _text(counted: str) -> str:
    return f"{_WHAT[counted][2]} {_OF}"


TRIAL: dict[str, Variable] = {
    metric: Variable(("trial",), *_WHAT[counted][:2], _text(counted), cell_methods="area: sum")
    for metric, counted in ALL_BEAMS.items()
}
"""One value per trial."""

OF_MEANS: dict[str, str] = {
    metric: f"{_text(counted)}, mean over trials" for metric, counted in ALL_BEAMS.items()
}
"""What the means over trials say."""
