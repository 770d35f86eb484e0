"""Where the satellites of a scenario's constellation are, at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from capest.orbits import geostationary, walker
from capest.orbits.catalogue import Catalogue, propagate
from capest.orbits.constants import DAY_S
from capest.orbits.earth_rotation import JulianDate, gmst_rad, julian_date
from capest.orbits.elements import Elements, join
from capest.orbits.load import load_catalogue
from capest.orbits.positions import Motion, ground_motion, write_positions_m
from capest.orbits.selection import Choice
from capest.scenario import sections
from capest.scenario.lists import number_range
from capest.scenario.paths import shown_path
from capest.scenario.shell_notation import parse_longitudes, parse_shells

OLD_DAYS = 30.0
"""Age of element sets beyond which the user is told."""


@dataclass(frozen=True)
class Space:
    """Satellites in the order of the result file: shells, slots, catalogue.

    Attributes
    ----------
    names : tuple of str
        Of the groups: a shell in Walker's notation, a slot, or the catalogue.
    group : int32 array (satellites,)
        Which of them each satellite belongs to.
    motion : Motion or None
        Of the shells' satellites.
    slots_m : float64 array (slots, 3)
    catalogue : Catalogue or None
    start : JulianDate
        Moment from which epochs are counted.
    """

    names: tuple[str, ...]
    group: np.ndarray
    motion: Motion | None
    slots_m: np.ndarray
    catalogue: Catalogue | None
    start: JulianDate

    def __len__(self) -> int:
        return len(self.group)

    def notes(self, window_s: float) -> tuple[str, ...]:
        """What the user should know of the catalogue over a window, one line each.

        SGP4's error along the track grows by kilometres a day with the age of the elements (Vallado
        and Cefola 2012, Two-line element sets: practice and use).
        """
        if self.catalogue is None:
            return ()
        name, start_jd = self.names[-1], self.start.day + self.start.fraction
        start_day = self.catalogue.epoch_jd - start_jd
        age_days = np.maximum(np.abs(start_day), np.abs(start_day - window_s / DAY_S))
        found = list(self.catalogue.notes)
        if (old := int((age_days > OLD_DAYS).sum())) > 0:
            found.append(
                f"{name}: {old} of {len(self.catalogue)} element sets are more than "
                f"{OLD_DAYS:.0f} days from constellation.start or its window's end, "
                f"{age_days.max():,.0f} at most: not where the satellites are"
            )
        if lost := propagate(self.catalogue, self.start).left_out:
            found.append(
                f"{name}: SGP4 has no position for {lost} of {len(self.catalogue)} satellites at "
                "constellation.start; they take no part"
            )
        return tuple(found)

    def positions_m(self, seconds: float) -> np.ndarray:
        """Earth-fixed positions some time after the start.

        Parameters
        ----------
        seconds : float

        Returns
        -------
        float64 array (satellites, 3)
            NaN where SGP4 knows of no position (decayed).
        """
        parts = []
        if self.motion is not None:
            position_m = np.empty((len(self.motion.semi_major_axis_m), 3))
            write_positions_m(self.motion, seconds, position_m)
            parts.append(position_m)
        parts.append(self.slots_m)
        if self.catalogue is not None:
            position_m = np.full((len(self.catalogue), 3), np.nan)
            found = propagate(self.catalogue, self.start, seconds)
            position_m[found.kept] = found.position_m
            parts.append(position_m)
        return np.concatenate(parts)


def space_of(constellation: sections.Constellation, altitude_km: float | None = None) -> Space:
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
    parts: list[Elements] = []
    for text in parse_shells(constellation.shells) if constellation.shells else []:
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
        star = " star" if text.pattern == "star" else ""
        names.append(
            f"{text.inclination_deg:g}: {text.satellites}/{text.planes}/{text.phasing} @ "
            f"{text.altitude_km:g}{star}"
        )
    longitudes = (
        parse_longitudes(constellation.geostationary) if constellation.geostationary else []
    )
    names += [f"geostationary {longitude:g}" for longitude in longitudes]
    counts += [1] * len(longitudes)
    catalogue = None
    if constellation.catalogue is not None:
        path = shown_path(constellation.catalogue)
        catalogue = load_catalogue(path, _choice(constellation, start, altitude_km))
        names.append(path)
        counts.append(len(catalogue))
    return Space(
        names=tuple(names),
        group=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        motion=ground_motion(join(parts), gmst_rad(start)) if parts else None,
        slots_m=geostationary.positions_m(np.array(longitudes)) if longitudes else np.empty((0, 3)),
        catalogue=catalogue,
        start=start,
    )


def _choice(
    constellation: sections.Constellation, start: JulianDate, altitude_km: float | None
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


def frames(position_m: np.ndarray) -> np.ndarray:
    """Axes of satellites that look at the Earth's centre.

    Parameters
    ----------
    position_m : float64 array (satellites, 3)

    Returns
    -------
    float64 array (3, 3, satellites)
        Unit vectors u (east), v (south) and w (down), each as components.
    """
    down = -position_m / np.linalg.norm(position_m, axis=1, keepdims=True)
    east = np.stack([-position_m[:, 1], position_m[:, 0], np.zeros(len(position_m))], axis=1)
    length = np.linalg.norm(east, axis=1, keepdims=True)
    # Right over a pole any direction is as good as east.
    east = np.where(length > 1e-6, east / np.maximum(length, 1e-6), [1.0, 0.0, 0.0])
    south = np.cross(down, east)
    return np.stack([east.T, south.T, down.T])
