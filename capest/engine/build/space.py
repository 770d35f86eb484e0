"""The satellites of a scenario: one at a given elevation, or a constellation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.space import Space
from capest.orbits import geostationary, walker
from capest.orbits.catalogue_file import load_catalogue
from capest.orbits.earth_rotation import JulianDate, gmst_rad, julian_date
from capest.orbits.elements import CircularOrbits, join
from capest.orbits.positions import ground_motion
from capest.orbits.selection import Choice
from capest.scenario.lists import number_range
from capest.scenario.paths import shown_path
from capest.scenario.shell_notation import parse_longitudes, parse_shells

if TYPE_CHECKING:
    from capest.scenario import sections


def space_of(
    constellation: sections.ConstellationSettings, altitude_km: float | None = None
) -> Space:
    """Build the satellites of a scenario.

    Parameters
    ----------
    constellation : Constellation
        Validated.
    altitude_km : float, optional
        Of the satellites meant; objects of a catalogue must be near it unless
        ``constellation.select`` says otherwise.

    Returns
    -------
    Space

    Raises
    ------
    InputError
        If a catalogue cannot be read.
    """
    start = julian_date(datetime.fromisoformat(constellation.start))
    names: list[str] = []
    counts: list[int] = []
    parts: list[CircularOrbits] = []
    of_tables = list(enumerate(constellation.shell or ()))
    moving = [(-1, constellation.shells), *((number, each.orbit) for number, each in of_tables)]
    still = [
        (-1, constellation.geostationary),
        *((number, each.geostationary) for number, each in of_tables),
    ]
    table: list[int] = []
    shells = [(number, each) for number, text in moving if text for each in parse_shells(text)]
    for number, text in shells:
        shell = walker.Shell(
            name="",
            altitude_km=text.altitude_km,
            inclination_deg=text.inclination_deg,
            planes=text.planes,
            satellites_per_plane=text.satellites // text.planes,
            phasing=text.phasing,
            pattern="star" if text.pattern == "star" else "delta",
        )
        full = walker.elements(shell)
        up = walker.deployed(full, shell, constellation.deployed_fraction, constellation.deployment)
        parts.append(up)
        counts.append(len(up))
        table.append(number)
        star = " star" if text.pattern == "star" else ""
        names.append(
            f"{text.inclination_deg:g}: {text.satellites}/{text.planes}/{text.phasing} @ "
            f"{text.altitude_km:g}{star}"
        )
    slots = [(number, each) for number, text in still if text for each in parse_longitudes(text)]
    longitudes = [longitude for _, longitude in slots]
    names += [f"geostationary {longitude:g}" for longitude in longitudes]
    counts += [1] * len(longitudes)
    table += [number for number, _ in slots]
    catalogue = None
    if constellation.catalogue is not None:
        path = shown_path(constellation.catalogue)
        catalogue = load_catalogue(path, _choice(constellation, start, altitude_km))
        names.append(path)
        counts.append(len(catalogue))
        table.append(-1)
    return Space(
        names=tuple(names),
        group=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        motion=ground_motion(join(parts), gmst_rad(start)) if parts else None,
        still_m=geostationary.positions_m(np.array(longitudes)) if longitudes else np.empty((0, 3)),
        catalogue=catalogue,
        start=start,
        window_s=3600.0 * constellation.window_h,
        stratified_epochs=constellation.epochs == "stratified",
        minimum_visibility_s=constellation.minimum_visibility_s,
        table=np.repeat(np.array(table, dtype=np.int64), counts),
    )


def _choice(
    constellation: sections.ConstellationSettings, start: JulianDate, altitude_km: float | None
) -> Choice:
    """What is asked of the objects of a catalogue."""
    select, start_jd = constellation.select, start.day + start.fraction
    return Choice(
        start_jd=start_jd,
        end_jd=start_jd + constellation.window_h / 24.0,
        altitude_km=altitude_km,
        names=select.names or (),
        numbers=tuple(map(number_range, select.numbers or ())),
        height_km=select.height_km,
    )
