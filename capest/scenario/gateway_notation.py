"""Notation of gateways, ``"39.9 116.4 x 8, 31.2 121.5 x 4"``: latitude, longitude, antennas."""

from __future__ import annotations

import os
import re

from capest.errors import InputError

EXAMPLE = "39.9 116.4 x 8, 31.2 121.5 x 4"

MOST_ANTENNAS = 10_000
"""Of one gateway."""

_NUMBER = r"[-+]?\d+(?:\.\d*)?"
_PLACE = re.compile(
    rf"\s*(?P<lat>{_NUMBER})\s+(?P<lon>{_NUMBER})(?:\s*[x×]\s*(?P<antennas>\d+))?\s*"
)
_START = re.compile(rf"\s*{_NUMBER}\s+{_NUMBER}")
_LIKE_PLACES = re.compile(r"\s*(?:[-+]?\d[^/\\]*)?")
_FILE_ENDING = re.compile(r"\.[A-Za-z]\w*\s*$")

Place = tuple[float, float, int]
"""Latitude and longitude of a gateway in degrees, and its antennas."""


def is_notation(text: str) -> bool:
    """Tell places that stand in the scenario from the path of a file.

    What begins with a number and neither is in a folder nor has the ending of a file is meant as
    places, rightly written or not.
    """
    if _START.match(text):
        return True
    return _LIKE_PLACES.fullmatch(text) is not None and not _FILE_ENDING.search(text)


def parse_gateways(text: str) -> list[Place]:
    """Read gateways that are separated by commas; one without ``x`` has one antenna.

    Raises
    ------
    InputError
        Naming what cannot be read.
    """
    places = []
    for part in text.split(","):
        found = _PLACE.fullmatch(part)
        if found is None:
            raise InputError(
                f"gateway {part.strip()!r} is no latitude, longitude and antennas, as in "
                f'"{EXAMPLE}"'
            )
        antennas = int(found["antennas"] or 1)
        places.append(checked_place(float(found["lat"]), float(found["lon"]), antennas))
    return places


def no_gateways(path: str, fault: InputError) -> InputError:
    """What to say of a file of gateways that cannot be read.

    Parameters
    ----------
    path : str
        A text that is no notation of places; it may have been meant as one.
    fault : InputError
        What is wrong with the file.
    """
    if os.path.isfile(path):
        return fault
    return InputError(
        f'constellation.gateways: {fault}; write places, as in "{EXAMPLE}", or the path of a file'
    )


def checked_place(lat_deg: float, lon_deg: float, antennas: int) -> Place:
    """Return a place whose numbers are in range.

    Raises
    ------
    InputError
        Naming the number that is not.
    """
    if not -90.0 <= lat_deg <= 90.0:
        raise InputError(f"latitude {lat_deg:g} of a gateway must be from -90 to 90 degrees")
    if not -180.0 <= lon_deg <= 360.0:
        raise InputError(f"longitude {lon_deg:g} of a gateway must be from -180 to 360 degrees")
    if not 1 <= antennas <= MOST_ANTENNAS:
        raise InputError(f"a gateway has 1 to {MOST_ANTENNAS:,} antennas, not {antennas:,}")
    return lat_deg, lon_deg, antennas
