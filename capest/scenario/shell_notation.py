"""Walker shells as text, in Walker's notation with the altitude: ``53: 1584/72/17 @ 550``."""

from __future__ import annotations

import re
from typing import NamedTuple

from capest.errors import InputError
from capest.shown import cut

_SHELL = re.compile(
    r"(?P<inclination>\d+(\.\d+)?)\s*:\s*(?P<total>\d+)\s*/\s*(?P<planes>\d+)\s*/\s*"
    r"(?P<phasing>\d+)\s*@\s*(?P<altitude>\d+(\.\d+)?)\s*(?P<pattern>star|delta)?"
)
MOST_SATELLITES = 2_000_000
"""Of all shells together: a hundred times what has been filed for."""

_BYTES_PER_SATELLITE = 250
"""Orbit, position, axes and what a trial adds, measured for 200,000 to 800,000 satellites."""

_MOST_DIGITS = 18
EXAMPLE = '"53: 1584/72/17 @ 550, 97.6: 348/6/1 @ 560 star"'


class ShellText(NamedTuple):
    """One shell: i: T/P/F at an altitude above the sphere of 6371 km."""

    inclination_deg: float
    satellites: int
    planes: int
    phasing: int
    altitude_km: float
    pattern: str


def parse_shells(text: str) -> list[ShellText]:
    """Read shells, separated by commas.

    Parameters
    ----------
    text : str
        Each ``inclination: total/planes/phasing @ altitude_km``, with ``star`` behind it for planes
        over half the equator instead of all around it.

    Returns
    -------
    list of ShellText

    Raises
    ------
    InputError
        Naming the shell that cannot be read and what would be right.
    """
    shells = []
    for part in text.split(","):
        match = _SHELL.fullmatch(part.strip())
        if match is None:
            raise InputError(
                f"shell {part.strip()!r} is not inclination: total/planes/phasing @ altitude_km, "
                f"as in {EXAMPLE}"
            )
        counts = [match[name] for name in ("total", "planes", "phasing")]
        if max(map(len, counts)) > _MOST_DIGITS:  # Python refuses to read thousands
            raise InputError(
                f"shell {cut(part.strip())!r}: planes and satellites must be 1 to 200000"
            )
        total, planes, phasing = map(int, counts)
        inclination, altitude = float(match["inclination"]), float(match["altitude"])
        pattern = match["pattern"] or "delta"
        found = ShellText(inclination, total, planes, phasing, altitude, pattern)
        _check(part.strip(), found)
        shells.append(found)
    total = sum(shell.satellites for shell in shells)
    if total > MOST_SATELLITES:
        needed, most = (1e-9 * _BYTES_PER_SATELLITE * each for each in (total, MOST_SATELLITES))
        raise InputError(
            f"{total:,} satellites need about {needed:,.1f} GB of memory in every process; at most "
            f"{MOST_SATELLITES:,}, which need {most:.1f} GB, are possible"
        )
    return shells


def _check(text: str, shell: ShellText) -> None:
    if not 0.0 <= shell.inclination_deg <= 180.0:
        raise InputError(f"shell {text!r}: the inclination must be at most 180")
    if not 1 <= shell.planes <= shell.satellites <= 200_000:
        raise InputError(f"shell {text!r}: planes and satellites must be 1 to 200000")
    if shell.satellites % shell.planes:
        raise InputError(
            f"shell {text!r}: {shell.satellites} satellites do not spread evenly over "
            f"{shell.planes} planes"
        )
    if shell.phasing >= shell.planes:
        raise InputError(f"shell {text!r}: phasing must be below the number of planes")
    if not 100.0 <= shell.altitude_km <= 100_000.0:
        raise InputError(f"shell {text!r}: the altitude must be 100 to 100000 km")


def parse_longitudes(text: str) -> list[float]:
    """Read longitudes of geostationary slots in degrees, east positive, separated by commas.

    Raises
    ------
    InputError
        Naming what cannot be read.
    """
    longitudes = []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = float("nan")
        if not -180.0 <= value <= 360.0:
            raise InputError(
                f"slot {part.strip()!r} is no longitude in degrees from -180 to 360, as in "
                '"101.4, -15.5"'
            )
        longitudes.append(value)
    return longitudes
