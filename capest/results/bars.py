"""Bars of text for terminals of 80 columns, also of those that know ASCII alone."""

from __future__ import annotations

import math
import sys

EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int, *, ascii_only: bool) -> str:
    """A bar from the left, padded to its width.

    Parameters
    ----------
    share : float
        Of the width, 0..1; NaN is none.
    width : int
    ascii_only : bool
        Whole characters, of ``#``.
    """
    share = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    if ascii_only:
        return ("#" * round(share * width)).ljust(width)
    whole, part = divmod(round(share * width * 8), 8)
    return ("█" * whole + (EIGHTHS[part] if part else "")).ljust(width)


def two_sided(low: float, high: float, most: float, width: int, *, ascii_only: bool) -> str:
    """A bar to both sides of a middle line.

    Parameters
    ----------
    low, high : float
        Ends, relative to the middle; NaN is none.
    most : float
        Distance that fills a side.
    width : int
        Of a side; the whole has one more character.
    ascii_only : bool
    """
    ends = [each for each in (low, high) if math.isfinite(each)]
    left = max([0.0, *(-each for each in ends)])
    right = max([0.0, *ends])
    mark, middle = ("#", "|") if ascii_only else ("█", "│")
    count = [
        0 if most <= 0 or each <= 0 else max(1, round(min(each / most, 1.0) * width))
        for each in (left, right)
    ]
    return f"{(mark * count[0]).rjust(width)}{middle}{(mark * count[1]).ljust(width)}"


def fits_blocks() -> bool:
    """Whether standard output can write blocks."""
    try:
        f"{EIGHTHS}│".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
