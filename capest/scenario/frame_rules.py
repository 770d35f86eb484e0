"""What layouts whose beams take turns demand of a scenario, of one satellite or of many."""

from __future__ import annotations

from capest.errors import Problem


def at_once_given(allocation: str, at_once: int | None) -> Problem | None:
    """Refuse a layout of which nobody says how many beams are lit."""
    if allocation != "all-on" and at_once is None:
        return Problem(
            "satellite.beams_at_once",
            None,
            f'required with beams.allocation = "{allocation}": how many beams are lit at once',
            "give a whole number from 1 to beams.count",
        )
    return None


def at_once_within(allocation: str, at_once: int | None, count: int) -> Problem | None:
    """Refuse to light more beams than a layout has."""
    if allocation == "all-on" or at_once is None or at_once <= count:
        return None
    return Problem("satellite.beams_at_once", at_once, f"must be at most beams.count, {count}")
