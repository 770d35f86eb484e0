"""What a study found, as plain values that JSON can hold."""

from __future__ import annotations

from typing import Any

from capest.results.changed import changed_figures
from capest.results.figures import plain
from capest.results.ours import MADE_BY
from capest.scenario.figure import value_of_text
from capest.statistics.answer_range import RANGE_NAME
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.analysis import JointAnswer, joint_of
from capest.studies.uncertainty.study_lines import what_first
from capest.studies.uncertainty.study_model import (
    PairedAnswer,
    StudiedAssumption,
    StudiedFigure,
    Study,
)


def as_dict(study: Study) -> dict[str, Any]:
    """The study as plain values."""
    return {
        "made_by": MADE_BY,
        "title": study.about.get("title"),
        **({"changed": changed} if (changed := changed_figures(study.about)) else {}),
        "seed": None if (seed := study.about.get("seed")) is None else int(seed),
        "paired_trials": int(study.about.get("paired_trials", 0)),
        "assumptions": [_assumption(each) for each in study.assumptions],
        "decisions": str(study.about.get("decisions", "")),
        "not_modelled": str(study.about.get("not_modelled", "")).splitlines(),
        "figures": [_figure(study, each) for each in study.figures],
        "failures": [dict(vars(each)) for each in study.failures],
    }


def _assumption(each: StudiedAssumption) -> dict[str, Any]:
    """An assumption, its values as they are in a scenario; ``None`` where it has no ends."""
    values = {name: getattr(each, name) for name in ("centre", "low", "high")}
    plain = {name: value_of_text(text) if text else None for name, text in values.items()}
    follow = [key.strip() for key in each.follow.split(",") if key.strip()]
    return {**vars(each), **plain, "options": each.options or None, "follow": follow}


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
    joint = joint_of(study, found)
    if joint is not None:
        said["joint_sample"] = _joint(joint)
    said["find_out_first"] = what_first(study, found, joint)
    return said


def _joint(joint: JointAnswer) -> dict[str, Any]:
    found, histogram, part = joint.range, joint.histogram, joint.monte_carlo
    return {
        "samples": joint.samples,
        "failed": joint.failed,
        "name": RANGE_NAME,
        "range": {
            **{end: interval(getattr(found, end)) for end in ("low", "median", "high")},
            **({"note": found.note} if found.note else {}),
        },
        "share_with_none": interval(joint.none),
        "monte_carlo": {
            "standard_error": interval(part.standard_error),
            "share_of_variance": interval(part.share),
            "repeated": part.pairs,
        },
        "histogram": {
            "edges": [float(edge) for edge in histogram.edges],
            "counts": [int(count) for count in histogram.counts],
            "none": histogram.none,
            "endless": histogram.endless,
        },
        "shares": [
            {
                "assumption": one.name,
                "first_order": interval(one.first_order),
                "lmg": None if one.lmg is None else interval(one.lmg),
            }
            for one in joint.shares.shares
        ],
        "r2": plain(joint.shares.r2),
        "shares_note": joint.shares.note,
        "first": None if joint.first is None else joint.first.name,
    }


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
