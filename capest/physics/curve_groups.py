"""Curves that run nearly alike, in groups: few curves stand for many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CurveGroups:
    """Groups of curves.

    Attributes
    ----------
    of_curve : int64 array (curves,)
    mean : float64 array (groups, points)
        Weighted mean of the curves of each group.
    """

    of_curve: np.ndarray
    mean: np.ndarray


def group_curves(
    curves: np.ndarray, weight: np.ndarray, most: int, largest_error: float
) -> CurveGroups:
    """Group curves by their shape: a constant between two of them does not count.

    The group with the largest weighted sum of squared differences from its mean is cut in two, at
    the mean of the point that differs most (the cut of Wan, Prusinkiewicz and Wong, "Variance-based
    color image quantization for frame buffer display", 1990).

    Parameters
    ----------
    curves : float64 array (curves, points)
        At least one.
    weight : float64 array (curves,)
        Above zero.
    most : int
        Groups, at least one.
    largest_error : float
        Enough where the weighted root mean square of all differences is no larger.
    """
    shapes = curves - curves.mean(axis=1, keepdims=True)
    enough = largest_error**2 * weight.sum() * shapes.shape[1]
    members = [np.arange(len(curves))]
    spread = [_spread(shapes, weight, members[0])]
    while len(members) < most and sum(each.sum() for each in spread) > enough:
        widest = max(range(len(members)), key=lambda number: float(spread[number].sum()))
        own = members[widest]
        values = shapes[own, int(spread[widest].argmax())]
        low = values < np.average(values, weights=weight[own])
        parts = own[low], own[~low]
        members[widest : widest + 1] = parts
        spread[widest : widest + 1] = [_spread(shapes, weight, part) for part in parts]
    of_curve = np.empty(len(curves), dtype=np.int64)
    for number, own in enumerate(members):
        of_curve[own] = number
    mean = [np.average(curves[own], axis=0, weights=weight[own]) for own in members]
    return CurveGroups(of_curve, np.array(mean))


def _spread(shapes: np.ndarray, weight: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Weighted sum of squared differences from the mean of some curves, at each point."""
    differences = shapes[own] - np.average(shapes[own], axis=0, weights=weight[own])
    return np.asarray(weight[own] @ (differences * differences))
