"""What more of something buys: a figure along a sweep, and below it what limits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.plot.curve_axis import CurveAxis, upright_limits, write_points
from capest.plot.figure_words import FigureWords, figure_words
from capest.plot.key_words import key_name, key_value_with_unit
from capest.plot.plain_numbers import with_minus, write_plain_numbers
from capest.plot.point_labels import PointLabel, ends_first, place_labels
from capest.plot.reason_bands import draw_bands, shown_reasons
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.stored_scenario import who_ask
from capest.plot.style import FAMILY, INK, LINES, MARKS, OF_REASON
from capest.plot.sweep_points import (
    SweepCurve,
    SweptAxis,
    axes_of_sweep,
    curves_of,
    figures_there,
    fixed_values,
    varied_axes,
)
from capest.plot.sweep_title import sweep_title
from capest.results.figures import scaled, value_text
from capest.scenario.nearest import nearest
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("sweep",)
MOST = 1
OPTIONS = ("of", "by")

_USUAL = (("calls", "mean"), ("throughput", "mean"))
_NAMED = 6
"""Figures that a message names."""

_DODGE = 0.6
"""Width over which curves stand side by side at a place without an order."""


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    axes = varied_axes(sources[0].dataset)
    if len(axes) > 2:
        keys = ", ".join(axis.key for axis in axes)
        names = ", ".join(f"{axis.key.replace('.', '__')}=..." for axis in axes[2:])
        return (
            f"it shows two axes, and {keys} have several values each: select some with "
            f"ds.sel({names}).capest.plot.sweep()"
        )
    if len(axes) == 2 and len(axes[1].values) > len(FAMILY):
        return (
            f"{axes[1].key} has {len(axes[1].values)} values, and a picture tells {len(FAMILY)} "
            f"curves apart: select some with ds.sel({axes[1].key.replace('.', '__')}=[...])"
        )
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "", by: str = "") -> Words:
    """Draw a figure over the axis of a sweep, with its 95 % band.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Figure such as "calls.mean" or "sinr_db.p50"; calls, else throughput, where it is empty.
    by : str
        Of two axes, the key of the one that tells curves apart.
    """
    source = sources[0]
    axes = _axes(source, by)
    curves = curves_of(source.dataset, axes)
    figure = _figure(curves, of)
    words = figure_words(*figure)
    satellites = [point.sizes.get("satellites", 0) for point in curves[0].points]
    along = axes[0] if axes else SweptAxis("", ("",))
    axis = CurveAxis(along, curves[0].values, satellites)
    shares = _shares(curves[0]) if len(curves) == 1 else {}
    panels = sheet.panels((1.9, 1.0), share_x=True) if shares else sheet.panels()
    ax = panels[0]
    assert ax is not None
    _draw_curves(ax, axis, curves, figure, words)
    if len(axes) == 2:
        ax.legend(title=key_name(axes[1].key), loc="best", title_fontsize=8.0, handlelength=3.2)
    lower = panels[1] if shares else None
    if lower is not None:
        size_in = _size_of_lower(sheet)
        places = axis.places(curves[0].values)
        draw_bands(
            lower,
            places,
            shares,
            as_bars=not axis.is_numeric,
            along=axis.along(places),
            size_in=size_in,
        )
    axis.finish(ax, lower, _width_in(sheet, ax))
    sheet.when_laid_out(lambda: _label(ax, axis, curves, figure, words))
    answer = sweep_title(source.dataset, axes, curves, figure, words)
    return Words(
        title=answer,
        subtitle=_subtitle(source, axes, curves, figure),
        footer=source.footer,
        alt=f"{words.name} over {' and '.join(key_name(a.key) for a in axes)}. {answer}."
        + (_alt_of_reasons(shares, axis, curves[0]) if shares else ""),
    )


def _axes(source: Source, by: str) -> list[SweptAxis]:
    keys = [axis.key for axis in axes_of_sweep(source.dataset)]
    if by and by not in keys:
        near = nearest(by, keys)
        hint = f"did you mean {near}? " if near else ""
        raise InputError(f"--by {by}: {hint}the sweep has {', '.join(keys)}")
    return varied_axes(source.dataset, by)


def _figure(curves: list[SweepCurve], of: str) -> tuple[str, str]:
    there = figures_there(curves)
    if not there:
        raise InputError("sweep: no point of it has a figure")
    if not of:
        return next((one for one in _USUAL if one in there), there[0])
    metric, dot, statistic = of.partition(".")
    wanted = [statistic] if dot else ["mean", "p50"]
    found = next(((metric, each) for each in wanted if (metric, each) in there), None)
    if found is None:
        names = [".".join(one) for one in there]
        near = nearest(of, [*names, *(one for one, _ in there)])
        hint = f"did you mean {near}? " if near else ""
        some = [name for name in names if name.endswith(".mean")][:_NAMED] or names[:_NAMED]
        raise InputError(
            f"--of {of}: no such figure: {hint}there are {', '.join(some)} and "
            f"{len(names) - len(some)} more, which capest show FILE --json lists"
        )
    return found


def _draw_curves(
    ax: Axes,
    axis: CurveAxis,
    curves: list[SweepCurve],
    figure: tuple[str, str],
    words: FigureWords,
) -> None:
    every = [curve.limits(figure, words.factor) for curve in curves]
    bottom, top = upright_limits(np.concatenate(every, axis=1), words.from_zero)
    for k, (curve, limits) in enumerate(zip(curves, every, strict=True)):
        shift = 0.0 if axis.is_numeric else _DODGE * ((k + 0.5) / len(curves) - 0.5)
        # A limit that is none reaches to the end of the paper.
        shown = np.where(np.isposinf(limits), top, np.where(np.isneginf(limits), bottom, limits))
        write_points(
            ax,
            axis.places(curve.values) + shift,
            shown,
            colour=FAMILY[k],
            line=LINES[k] if axis.is_numeric else "",
            mark=MARKS[k],
            label=curve.label or words.name,
        )
    ax.set_ylim(bottom, top)
    ax.set_ylabel(words.on_axis)
    write_plain_numbers(ax.yaxis)


def _label(
    ax: Axes,
    axis: CurveAxis,
    curves: list[SweepCurve],
    figure: tuple[str, str],
    words: FigureWords,
) -> None:
    """Write values beside points, those of the ends first."""
    labels, drawn = [], []
    for k, curve in enumerate(curves):
        shift = 0.0 if axis.is_numeric else _DODGE * ((k + 0.5) / len(curves) - 0.5)
        places = axis.places(curve.values) + shift
        limits = curve.limits(figure, words.factor)
        if axis.is_numeric:
            drawn.append((places, limits[0]))
        drawn += [
            (np.full(2, place), limits[1:, i])
            for i, place in enumerate(places)
            if np.isfinite(limits[1:, i]).all()
        ]
        found = curve.estimates(figure)
        colour = FAMILY[k] if len(curves) > 1 else INK
        for i in ends_first(len(found)):
            one = found[i]
            if one is not None and np.isfinite(one.value):
                text = with_minus(value_text(scaled(one, words.factor)))
                label = PointLabel(float(places[i]), words.factor * one.value, text, colour)
                labels.append((i not in (0, len(found) - 1), label))
    labels.sort(key=lambda each: each[0])
    legend = ax.get_legend()
    boxes = [] if legend is None else [legend.get_window_extent()]
    place_labels(ax, [label for _, label in labels], drawn, boxes)


def _shares(curve: SweepCurve) -> dict[str, np.ndarray]:
    """Shares of the refused by reason, of points at which anybody is refused."""
    return shown_reasons(
        {
            reason: curve.limits((f"refused_{reason}_share", "mean"))[0]
            for reason in OF_REASON
            if any(curve.estimates((f"refused_{reason}_share", "mean")))
        }
    )


def _width_in(sheet: Sheet, ax: Axes) -> float:
    """Width of the panel, rather too small than too large."""
    if not sheet.is_whole:
        return float(ax.get_window_extent().width) / float(sheet.figure.dpi)
    return float(sheet.figure.get_size_inches()[0]) - 1.3


def _size_of_lower(sheet: Sheet) -> tuple[float, float]:
    width, height = map(float, sheet.figure.get_size_inches())
    return max(width - 1.3, 0.5), max(0.3 * (height - 2.1), 0.2)


def _subtitle(
    source: Source, axes: list[SweptAxis], curves: list[SweepCurve], figure: tuple[str, str]
) -> str:
    fixed = fixed_values(source.dataset)
    varied = [axis.key for axis in axes_of_sweep(source.dataset)]
    parts = [source.title, who_ask(source.dataset.attrs, [*varied, *dict(fixed)])]
    parts += [
        f"{key_name(key)}: {key_value_with_unit(key, value)}"
        for key, value in fixed
        if key not in {axis.key for axis in axes}
    ]
    every = [one for curve in curves for one in curve.estimates(figure) if one is not None]
    unsure = [one for one in every if not _has_limits(one)]
    if every and not unsure:
        parts.append("with 95 % confidence intervals")
    elif unsure:
        why = unsure[0].note.partition(": ")[2] or "too few trials"
        if len(unsure) == len(every):
            parts.append(f"no point has an interval: {why}")
        else:
            some = f"{len(unsure)} of {len(every)} points without: {why}"
            parts.append(f"with 95 % confidence intervals, {some}")
    return " · ".join(filter(None, parts))


def _has_limits(one: Estimate) -> bool:
    return not (np.isnan(one.low) and np.isnan(one.high))


def _alt_of_reasons(shares: dict[str, np.ndarray], axis: CurveAxis, curve: SweepCurve) -> str:
    """The largest reason at both ends, in words."""
    said = []
    for k in dict.fromkeys([0, len(curve.points) - 1]):
        there: dict[str, Any] = {r: s[k] for r, s in shares.items() if np.isfinite(s[k])}
        if there:
            most = max(there, key=lambda reason: float(there[reason]))
            where = key_value_with_unit(axis.axis.key, curve.values[k])
            said.append(f"{OF_REASON[most][2]} {100 * there[most]:.0f} % at {where}")
    return f" What limits it most: {'; '.join(said)}." if said else ""
