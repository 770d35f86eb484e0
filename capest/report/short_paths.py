"""Paths of an SVG written shorter: circles of eight curves become circles of two arcs."""

from __future__ import annotations

import re

_NUMBER = r"-?\d+(?:\.\d+)?"
_POINT = rf"({_NUMBER}) ({_NUMBER})"
_CURVE = rf"C (?:{_NUMBER} ){{4}}{_POINT} "
_CIRCLE = re.compile(rf"M {_POINT} {_CURVE * 8}z")
_FRACTION = re.compile(r"(\d+\.\d{2})\d+")
_ROUND = 0.02
"""Points on a circle may be off it by this much, which rounding takes."""


def short_path(path: str) -> str:
    """Return a path that draws the same with fewer letters.

    Parameters
    ----------
    path : str
        The attribute ``d``, with absolute coordinates, as matplotlib writes it.

    Returns
    -------
    str
        Hundredths of a point are kept; dots of a hatch, of which one path has thousands, are arcs.
    """
    rounded = _FRACTION.sub(r"\1", " ".join(path.split()))
    return _CIRCLE.sub(_as_arcs, rounded)


def _as_arcs(found: re.Match[str]) -> str:
    numbers = list(map(float, found.groups()))
    x, y = numbers[2::2], numbers[3::2]
    middle = 0.5 * (min(x) + max(x)), 0.5 * (min(y) + max(y))
    radius = 0.5 * (max(x) - min(x))
    off = max(
        abs(((a - middle[0]) ** 2 + (b - middle[1]) ** 2) ** 0.5 - radius)
        for a, b in zip(x, y, strict=True)
    )
    if off > _ROUND or radius <= 0.0:
        return found[0]
    size = f"{radius:.3g}"
    arc = f"a{size} {size} 0 1 0 "
    across = f"{2.0 * radius:.3g}"
    return f"M{middle[0] - radius:.5g} {middle[1]:.5g}{arc}{across} 0{arc}-{across} 0z"
