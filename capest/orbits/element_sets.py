"""One element set of a file of any format: what is said of the object, and its SGP4 record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from capest.orbits.records import Sgp4Input
from capest.physics.constants import EARTH_RADIUS_M

TAKE = "take TLE, or OMM as CSV, JSON or XML"

ROCKET_BODY = "rocket body"
DEBRIS = "debris"
PAYLOAD = "payload"

# OBJECT_TYPE as Space-Track and CCSDS write it, and as CelesTrak's catalogue of satellites does.
_TYPES = {
    "PAYLOAD": PAYLOAD,
    "PAY": PAYLOAD,
    "ROCKET BODY": ROCKET_BODY,
    "R/B": ROCKET_BODY,
    "DEBRIS": DEBRIS,
    "DEB": DEBRIS,
}
# Words of names, as catalogues write them: "SL-16 R/B", "COSMOS 1408 DEB", "R/B(1)".
_WORDS = re.compile(r"(?<![^\W_])(?:(R/B|ROCKET BODY)|DEB|DEBRIS)(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ElementSet:
    """An element set.

    Attributes
    ----------
    name : str
        As the file has it; empty where it has none.
    number : int
        Catalogue number; 0 where none is assigned.
    label : str
        What the object is called in results: its name, or its number as the file writes it.
    kind : str
        ``PAYLOAD``, ``ROCKET_BODY`` or ``DEBRIS``; empty where nothing says it.
    decay_jd : float
        Julian date of the decay; infinite where the file says nothing of one.
    satellite : sgp4.api.Satrec
    elements : Sgp4Input
        What the record is made of.
    """

    name: str
    number: int
    label: str
    kind: str
    decay_jd: float
    satellite: Any
    elements: Sgp4Input

    @property
    def epoch_jd(self) -> float:
        """Julian date (UTC) the elements are of."""
        return float(self.satellite.jdsatepoch + self.satellite.jdsatepochF)

    @property
    def heights_km(self) -> tuple[float, float]:
        """Heights of perigee and apogee over a sphere of 6371 km, by the mean elements."""
        record = self.satellite
        axis_km = record.a * record.radiusearthkm
        ground_km = EARTH_RADIUS_M / 1e3
        low_km = axis_km * (1.0 - record.ecco) - ground_km
        return low_km, axis_km * (1.0 + record.ecco) - ground_km


@dataclass(frozen=True)
class ElementFile:
    """What a file holds.

    Attributes
    ----------
    sets : list of ElementSet
        In the order of the file.
    notes : tuple of str
        What the user should know of how it was read, one line each.
    """

    sets: list[ElementSet]
    notes: tuple[str, ...] = ()


def kind_of(object_type: str, name: str) -> str:
    """Tell rocket bodies and debris from satellites.

    Parameters
    ----------
    object_type : str
        ``OBJECT_TYPE`` of an OMM, empty where there is none; what it says goes before the name.
    name : str
    """
    said = _TYPES.get(object_type.strip().upper().replace("_", " "))
    if said is not None:
        return said
    word = _WORDS.search(name)
    if word is None:
        return ""
    return ROCKET_BODY if word[1] else DEBRIS
