"""Assumptions that a study of uncertainty draws: parents with the figures that follow them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.scenario.assumed.lookup import StatedFigure, stated_figures
from capest.scenario.figure import DECISION, LOG_UNIFORM, TRIANGULAR, Figure
from capest.scenario.write import toml_value

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class Follower:
    """A figure that another one decides.

    Attributes
    ----------
    keys : tuple of str
        Dotted; several where tables of shells have it alike.
    figure : Figure
        Its range holds its values at the ends of its parent.
    """

    keys: tuple[str, ...]
    figure: Figure


@dataclass(frozen=True)
class Assumption:
    """A figure that is not known, or a choice of model, with what follows it.

    Attributes
    ----------
    key : str
        Dotted key of the scenario; its name everywhere.
    figure : Figure
        With a range or options; its value is the centre.
    is_whole : bool
        Whether its values are whole numbers.
    stated_by : str
        As of `StatedFigure`.
    same : tuple of str
        Further keys that have its value.
    followers : tuple of Follower
    """

    key: str
    figure: Figure
    is_whole: bool
    stated_by: str
    same: tuple[str, ...] = ()
    followers: tuple[Follower, ...] = ()

    @property
    def kind(self) -> str:
        """One of ``figure.KINDS_OF_FIGURES``."""
        return self.figure.kind

    @property
    def centre(self) -> Any:
        """Value in the scenario."""
        return self.figure.value

    def ends(self) -> tuple[Any, ...]:
        """Return both ends of the range, or every option but the centre."""
        if self.figure.options:
            return tuple(value for value, _ in self.figure.options if value != self.centre)
        assert self.figure.range is not None
        return self.figure.range

    def quantile(self, uniform: np.ndarray) -> list[Any]:
        """Return the values at some probabilities.

        Parameters
        ----------
        uniform : float64 array (n,)
            In (0, 1).

        Returns
        -------
        list of value
            Whole numbers of a range are all as likely with a uniform shape; options stand in the
            order of their table.
        """
        if self.figure.options:
            weights = np.array([weight for _, weight in self.figure.options], dtype=np.float64)
            limits = np.cumsum(weights) / weights.sum()
            place = np.minimum(np.searchsorted(limits, uniform, side="right"), len(weights) - 1)
            return [self.figure.options[k][0] for k in place]
        assert self.figure.range is not None
        low, high = map(float, self.figure.range)
        if not self.is_whole:
            found = _quantile(uniform, low, high, float(self.centre), self.figure.shape)
            return [float(value) for value in found]
        # A whole number stands for all that rounds to it, so that the ends are no rarer.
        if self.figure.shape == LOG_UNIFORM:
            found = _quantile(uniform, low, high + 1.0, float(self.centre), LOG_UNIFORM)
            return [int(value) for value in np.clip(np.floor(found), low, high)]
        found = _quantile(uniform, low - 0.5, high + 0.5, float(self.centre), self.figure.shape)
        return [int(value) for value in np.clip(np.rint(found), low, high)]

    def settings(self, value: Any) -> tuple[str, ...]:
        """Return the overrides, ``section.key=value``, of it and of what follows it.

        Parameters
        ----------
        value : float, str or bool
            Of the assumption.
        """
        found = [f"{key}={toml_value(value)}" for key in (self.key, *self.same)]
        for follower in self.followers:
            text = toml_value(_followed(self.figure, follower.figure, value))
            found += [f"{key}={text}" for key in follower.keys]
        return tuple(found)


def assumptions_of(scenario: Scenario) -> tuple[Assumption, ...]:
    """Return what a study draws of a scenario, in the order of its keys.

    Figures that follow one which is given, and so has no range, keep their values.
    """
    stated = stated_figures(scenario)
    followers: dict[str, list[StatedFigure]] = {}
    for each in stated:
        if each.figure.follows and each.figure.range is not None:
            followers.setdefault(each.figure.follows, []).append(each)
    return tuple(
        Assumption(
            each.key,
            each.figure,
            _is_whole(each),
            each.stated_by,
            each.same,
            tuple(
                Follower((one.key, *one.same), one.figure) for one in followers.get(each.key, ())
            ),
        )
        for each in stated
        if _is_drawn(each.figure)
    )


def _is_drawn(figure: Figure) -> bool:
    doubted = figure.kind not in ("", DECISION) and not figure.follows
    return doubted and (figure.range is not None or len(figure.options) > 1)


def _is_whole(stated: StatedFigure) -> bool:
    from capest.scenario.model import fields

    if stated.key in fields():
        kinds = str(fields()[stated.key].annotation)
        return "int" in kinds and "float" not in kinds
    return isinstance(stated.value, int) and not isinstance(stated.value, bool)


def _quantile(
    uniform: np.ndarray, low: float, high: float, centre: float, shape: str
) -> np.ndarray:
    if shape == LOG_UNIFORM:
        return np.asarray(low * (high / low) ** uniform)
    if shape != TRIANGULAR:
        return np.asarray(low + (high - low) * uniform)
    # Inverse of the distribution function, a parabola on each side of the mode.
    width, left = high - low, centre - low
    below = low + np.sqrt(uniform * width * left)
    above = high - np.sqrt((1.0 - uniform) * width * (high - centre))
    return np.where(uniform * width < left, below, above)


def _followed(parent: Figure, figure: Figure, value: Any) -> Any:
    """Value of a figure where its parent has one: piecewise through the centre of both."""
    if value == parent.value:
        return figure.value
    assert parent.range is not None
    assert figure.range is not None
    side = 0 if value < parent.value else 1
    if value == parent.range[side]:
        return figure.range[side]
    geometric = parent.shape == LOG_UNIFORM
    start, end, at = (
        math.log(x) if geometric else float(x) for x in (parent.value, parent.range[side], value)
    )
    along = (at - start) / (end - start)
    own, own_end = figure.value, figure.range[side]
    if figure.shape == LOG_UNIFORM:
        return float(own * (own_end / own) ** along)
    return float(own + (own_end - own) * along)
