"""What control and reference signals take of a beam, part by part."""

from __future__ import annotations

from dataclasses import dataclass

_BLOCK = 168
"""Resource elements of a block in a slot: 12 subcarriers, 14 symbols (TS 38.211 clause 4.4.4)."""


@dataclass(frozen=True)
class OverheadPart:
    """One thing that takes resources from users' data.

    Attributes
    ----------
    name, source : str
    share : float
    """

    name: str
    share: float
    source: str


OVERHEAD: dict[str, tuple[OverheadPart, ...]] = {
    "link.overhead": (
        OverheadPart(
            "control symbols (PDCCH), 24 of 168 resource elements",
            24 / _BLOCK,
            "TS 38.521-4 Table A.3.2.1.1-1, R.PDSCH.1-1.1 FDD",
        ),
        OverheadPart(
            "reference signals (DMRS), 18 of 168 resource elements",
            18 / _BLOCK,
            "TS 38.521-4 Table A.3.2.1.1-1, R.PDSCH.1-1.1 FDD",
        ),
    ),
    "uplink.overhead": (
        OverheadPart(
            "reference signals (DMRS) of each phone, 2 of 14 symbols",
            2 / 14,
            "TS 38.211 clause 6.4.1.1; two symbols assumed",
        ),
    ),
    "uplink.control_share": (
        OverheadPart(
            "control (PUCCH), 2 of 52 resource blocks",
            2 / 52,
            "assumed: a block at each edge of 10 MHz",
        ),
        OverheadPart(
            "random access (PRACH), 6 of 52 resource blocks in one slot of five",
            6 / 52 / 5,
            "TS 38.211 Table 6.3.3.2-1, six blocks; one slot of five assumed",
        ),
    ),
}
"""Dotted key -> what its value of a network is made of, to two decimals."""


def parts_of(key: str, value: float) -> tuple[OverheadPart, ...]:
    """Return what a value is made of; empty where it is another one than that of the parts."""
    parts = OVERHEAD.get(key, ())
    total = sum(part.share for part in parts)
    return parts if abs(total - value) < 0.005 else ()
