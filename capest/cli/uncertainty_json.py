"""What ``capest uncertainty --json`` prints."""

from __future__ import annotations

from typing import Any

from capest.results.figures import plain
from capest.results.ours import MADE_BY
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.study_model import PairedAnswer, StudiedFigure, Study


def as_dict(study: Study) -> dict[str, Any]:
    """The study as plain values."""
    return {
        "made_by": MADE_BY,
        "title": study.about.get("title"),
        "seed": study.about.get("seed"),
        "paired_trials": int(study.about.get("paired_trials", 0)),
        "assumptions": [dict(vars(each)) for each in study.assumptions],
        "figures": [_figure(study, each) for each in study.figures],
    }


def _figure(study: Study, found: StudiedFigure) -> dict[str, Any]:
    figure = found.figure
    said: dict[str, Any] = {"figure": figure.name, "units": figure.units}
    said["base"] = interval(found.base)
    if found.ends:
        said["one_at_a_time"] = [
            {
                "assumption": study.assumptions[end.assumption].key,
                "value": end.value,
                **_paired(answer),
            }
            for end, answer in zip(study.ends, found.ends, strict=True)
        ]
    if found.margins:
        said["margins"] = [
            {"margin_db": margin, **_paired(answer)}
            for margin, answer in zip(study.margins_db, found.margins, strict=True)
        ]
    return said


def _paired(answer: PairedAnswer) -> dict[str, Any]:
    return {
        "answer": interval(answer.value),
        "difference": interval(answer.difference),
        "percent": interval(answer.percent),
    }


def interval(found: Interval) -> dict[str, Any]:
    """Value and limits of an interval, and why there are none."""
    said = {name: plain(float(getattr(found, name))) for name in ("value", "low", "high")}
    return said | ({"note": found.note} if found.note else {})
