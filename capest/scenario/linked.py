"""Figures of one antenna that belong together: what a change of one does to the others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from capest.scenario.reading import Values
from capest.scenario.reading_table import is_read

GAINS = ("handset.antenna_gain_dbi", "handset.transmit_gain_dbi")
"""Gains of a handset's antenna, to receive and to transmit."""

_UNLIKE = 0.1
"""Widths of beams that differ by a smaller share are the same to us."""


@dataclass(frozen=True)
class Moved:
    """A key that followed another one.

    Attributes
    ----------
    key, with_key : str
    from_value : float
    """

    key: str
    with_key: str
    from_value: float

    def note(self, values: Values) -> str:
        """Return what the user should know, in one line."""
        value = values[self.key]
        return (
            f"{self.key} = {value:g}, not {self.from_value:g}: it moves with {self.with_key}, by "
            f"{value - self.from_value:+g} dB; write both to set them apart"
        )


def move_gain(
    values: Values, written: frozenset[str], before: Values
) -> tuple[float | None, Moved | None]:
    """Find out what becomes of the handset's other gain where one is written.

    Parameters
    ----------
    values : mapping
        What is written.
    written : frozenset of str
        Keys that somebody chose; where both gains are, none moves.
    before : mapping
        Values without what was written.

    Returns
    -------
    value : float or None
        Of the gain that moves.
    moved : Moved or None
    """
    for own, other in (GAINS, GAINS[::-1]):
        if own not in values or other in written:
            continue
        figures = (values[own], before.get(own), before.get(other))
        if not all(_is_number(figure) for figure in figures):
            continue
        now, was, follows = map(float, figures)
        if now != was:
            return round(follows + now - was, 9), Moved(other, own, follows)
    return None, None


def beam_notes(values: Values, written: frozenset[str], preset: Mapping[str, Any]) -> Iterator[str]:
    """Name figures of the satellite's beam that stay a preset's and do not fit what was written.

    The width of a beam goes with the inverse of its aperture, its gain with the square.

    Parameters
    ----------
    values : mapping
    written : frozenset of str
    preset : mapping
        Figures of the satellite's preset by key of the section.
    """
    diameter, width, gain = ("antenna_diameter_m", "hpbw_deg", "antenna_gain_dbi")
    receive = "uplink_antenna_diameter_m"
    if not {diameter, width, gain} <= preset.keys():
        return
    chosen = {name for name in (diameter, width, gain, receive) if f"satellite.{name}" in written}
    if diameter in chosen:
        lead, scale = diameter, values[f"satellite.{diameter}"] / preset[diameter]
    elif width in chosen:
        lead, scale = width, preset[width] / values[f"satellite.{width}"]
    else:
        return
    if abs(scale - 1.0) < _UNLIKE:
        return
    fitting = {
        diameter: f"{preset[diameter] * scale:.3g} m",
        width: f"{preset[width] / scale:.3g} degree",
        gain: f"{preset[gain] + 20.0 * math.log10(scale):.1f} dBi",
    }
    if preset.get(receive) == preset[diameter]:
        fitting[receive] = fitting[diameter]
    left = [
        name
        for name in fitting
        if name not in chosen and name != lead and is_read(f"satellite.{name}", values)
    ]
    if left:
        stay = ", ".join(f"{name} = {values[f'satellite.{name}']:g}" for name in left)
        would = ", ".join(fitting[name] for name in left)
        yield (
            f"satellite.{lead} = {values[f'satellite.{lead}']:g} is not the preset's, but "
            f"{stay} still {'is' if len(left) == 1 else 'are'}; {would} would fit"
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
