"""Tables of a dataset's figures, one row each, as pandas takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.results.ours import CAPACITY_MARK
from capest.results.sweep_figures import SweepPoint
from capest.scenario.figure import value_of_text
from capest.statistics.reduction import Estimate
from capest.studies.capacity.capacity_file import StoredCapacities
from capest.studies.uncertainty.study_model import StudiedAssumption, Study

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("metric", "statistic", "value", "low", "high", "unit", "note")


def frame_of_estimates(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """A row for every figure of a result."""
    import pandas as pd

    return pd.DataFrame([_row(one) for one in estimates], columns=list(_COLUMNS))


def frame_of_points(points: Iterable[SweepPoint]) -> pd.DataFrame:
    """A row for every figure of every point of a sweep, behind the values of its axes."""
    import pandas as pd

    found = list(points)
    axes = list(found[0].place) if found else []
    rows = [{**point.place, **_row(one)} for point in found for one in point.estimates.values()]
    return pd.DataFrame(rows, columns=[*axes, *_COLUMNS])


def frame_of_study(study: Study) -> pd.DataFrame:
    """A row for every sample of a study: what it assumes, and its answers.

    Without a joint sample, a row for every end of an assumption: its change of every figure.
    """
    import pandas as pd

    if not study.samples:
        return pd.DataFrame(list(_rows_of_ends(study)))
    columns: dict[str, Any] = {"sample": np.arange(study.samples)}
    for place, assumption in enumerate(study.assumptions):
        values, options = study.values[:, place], study.options[:, place]
        if bool((options < 0).all()):
            columns[assumption.key] = values
        else:
            names = _options(assumption)
            columns[assumption.key] = [names[option] for option in options]
    for each in study.figures:
        columns[each.figure.name] = each.answers
    return pd.DataFrame(columns)


def _options(assumption: StudiedAssumption) -> list[Any]:
    """Values of a choice; its text has a weight behind each."""
    texts = re.split(r": [-+.\deE]+(?:, |$)", assumption.options)[:-1]
    return [value_of_text(text) for text in texts]


def _rows_of_ends(study: Study) -> Iterable[dict[str, Any]]:
    for each in study.figures:
        for end, answer in zip(study.ends, each.ends, strict=True):
            yield {
                "assumption": study.assumptions[end.assumption].key,
                "assumed": end.value,
                "metric": each.figure.metric,
                "statistic": each.figure.statistic,
                "value": answer.value.value,
                "low": answer.value.low,
                "high": answer.value.high,
                "difference": answer.difference.value,
                "difference_low": answer.difference.low,
                "difference_high": answer.difference.high,
                "unit": each.figure.units,
                "note": answer.difference.note,
            }


def frame_of_capacities(stored: StoredCapacities) -> pd.DataFrame:
    """A row for every value that a search visited, with its figure and those beside it."""
    import pandas as pd

    about = stored.about
    key = str(about[CAPACITY_MARK])
    rows = [
        {
            **found.place,
            key: int(point.value) if about["whole_numbers"] else point.value,
            "metric": str(about["condition_metric"]),
            "statistic": str(about["condition_statistic"]),
            "value": point.figure.value,
            "low": point.figure.low,
            "high": point.figure.high,
            "met": point.is_met,
            **{name: beside.value for name, beside in point.beside.items()},
        }
        for found in stored.capacities
        for point in found.points
    ]
    return pd.DataFrame(rows)


def _row(one: Estimate) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "statistic": one.statistic,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": one.units,
        "note": one.note,
    }
