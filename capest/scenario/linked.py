"""Figures of one antenna that belong together: what a change of one does to the others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from capest.scenario.presets import find_preset
from capest.scenario.reading import Values
from capest.scenario.reading_table import is_read
from capest.scenario.shell_tables import SHELL, tables_of
from capest.shown import label_of

GAINS = ("handset.antenna_gain_dbi", "handset.transmit_gain_dbi")
"""Gains of a handset's antenna, to receive and to transmit."""

BRANCHES = "handset.branches"

BEAM = ("antenna_diameter_m", "hpbw_deg", "antenna_gain_dbi")
"""Aperture of a satellite's beam, its width and its gain."""

RECEIVE = "uplink_antenna_diameter_m"
"""Aperture of a satellite's receive beam, where it has one of its own."""

_SAME_DB = 0.02
"""Gains that differ by less are the same to us."""

_UNLIKE = 0.1
"""Widths of beams that differ by a smaller share are the same to us."""


@dataclass(frozen=True)
class Moved:
    """A key that followed another one.

    Attributes
    ----------
    key, with_key : str
    from_value : float
    reason : str
        Why, where it is not that both are of one antenna.
    """

    key: str
    with_key: str
    from_value: float
    reason: str = ""

    def note(self, values: Values) -> str:
        """Return what the user should know, in one line."""
        value = values[self.key]
        moves = f"it moves with {self.with_key}, by {value - self.from_value:+.4g} dB"
        why = self.reason or "write both to set them apart"
        return f"{self.key} = {value:.4g}, not {self.from_value:g}: {moves}; {why}"


def move_gain(
    values: Values, written: frozenset[str], before: Values, shared: tuple[float, float] | None
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
    shared : (float, float) or None
        Gains to receive that are of one and the same antenna, see `shared_gains`.

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
        if shared is not None and own == GAINS[0]:
            now, was = (gain - min(max(gain, shared[0]), shared[1]) for gain in (now, was))
        if now != was:
            return round(follows + now - was, 9), Moved(other, own, follows)
    return None, None


def shared_gains(branches: object, preset: object) -> tuple[float, float] | None:
    """Return the least and largest gain to receive that leave the phone's antenna the preset's.

    With two branches where the preset's gain is that of both: each has 3.01 dB less, and whoever
    writes the preset's own gain, or a branch's, means the antenna that transmits as before.
    """
    combined = _combined_gain(preset)
    if branches != 2 or combined is None:
        return None
    return round(combined - 10.0 * math.log10(2.0), 9), combined


def gain_of_branch(values: Values, before: Values, preset: object) -> float | None:
    """Return the gain to receive that goes with ``handset.branches``, where that is written.

    Gain counts for each branch. A preset whose gain is that of two branches combined leaves 3.01 dB
    less to each of two.

    Parameters
    ----------
    values, before
        See `move_gain`.
    preset : object
        Of the handset.

    Returns
    -------
    float or None
        ``None`` where the gain stays.
    """
    gain, wanted, was = before.get(GAINS[0]), values.get(BRANCHES), before.get(BRANCHES)
    if wanted not in (1, 2) or was not in (1, 2) or wanted == was or not _is_number(gain):
        return None
    if _combined_gain(preset) is None:
        return None
    # Minus zero would be shown as such.
    return round(float(gain) + 10.0 * math.log10(was / wanted), 9) + 0.0  # type: ignore[arg-type]


def followers(
    values: Values, written: frozenset[str], before: Values, preset: object
) -> Iterator[tuple[float, Moved]]:
    """Find out which gains move with what is written, and to what.

    Parameters
    ----------
    values, written, before
        See `move_gain`.
    preset : object
        Of the handset.
    """
    of_branch = gain_of_branch(values, before, preset)
    if of_branch is not None:
        if GAINS[0] not in written:
            reason = "the preset's is of two crossed branches combined, and gain counts for each"
            yield of_branch, Moved(GAINS[0], BRANCHES, float(before[GAINS[0]]), reason)
        before = {**before, GAINS[0]: of_branch}
    branches = values.get(BRANCHES, before.get(BRANCHES))
    value, moved = move_gain(values, written, before, shared_gains(branches, preset))
    if value is not None and moved is not None:
        yield value, moved


def branch_notes(values: Values, written: frozenset[str]) -> Iterator[str]:
    """Name a gain that somebody wrote for two branches as if it were that of both together."""
    preset, gain = values["handset.preset"], values[GAINS[0]]
    of_preset = _combined_gain(preset)
    if values[BRANCHES] == 1 or GAINS[0] not in written or of_preset is None:
        return
    if gain > of_preset - 10.0 * math.log10(2.0) + _SAME_DB:
        yield (
            f"{GAINS[0]} = {gain:g} counts for each of two branches, 3.01 dB more together; the "
            f"{of_preset:g} dBi of {label_of(preset)} are two crossed branches combined, "
            f"{of_preset - 3.01:.2f} each"
        )


def _combined_gain(preset: object) -> float | None:
    """Gain of a preset's two branches together; ``None`` where it is that of one."""
    found = find_preset(preset, "handset")
    if found is None or found.combined_branches != 2:
        return None
    return float(found.figures["antenna_gain_dbi"].value)


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
    chosen = {name for name in (*BEAM, RECEIVE) if f"satellite.{name}" in written}
    figures = {name: values[f"satellite.{name}"] for name in (*BEAM, RECEIVE)}
    read = {name for name in figures if is_read(f"satellite.{name}", values)}
    yield from _unlike_beam("satellite", "the preset's", figures, preset, chosen, read)


def shell_beam_notes(values: Values) -> Iterator[str]:
    """Name such figures in the tables of shells, beside their preset or ``[satellite]``."""
    satellite = {name: values[f"satellite.{name}"] for name in BEAM}
    read = {name for name in BEAM if is_read(f"satellite.{name}", values)}
    for number, table in enumerate(tables_of(values[SHELL]), 1):
        start, whose = satellite, "that of [satellite]"
        preset = find_preset(table["preset"], "satellite")
        if preset is not None:
            of_preset = preset.values_by(values["rules"])
            start = satellite | {
                name: of_preset[f"satellite.{name}"]
                for name in BEAM
                if f"satellite.{name}" in of_preset
            }
            whose = "the preset's"
        figures = {name: start[name] if table[name] is None else table[name] for name in BEAM}
        chosen = {name for name in BEAM if figures[name] != start[name]}
        yield from _unlike_beam(f"{SHELL}.{number}", whose, figures, start, chosen, read)


def _unlike_beam(
    table: str,
    whose: str,
    figures: Mapping[str, Any],
    start: Mapping[str, Any],
    chosen: set[str],
    read: set[str],
) -> Iterator[str]:
    """Name the figures of a beam that stay and do not fit those that were chosen.

    Parameters
    ----------
    table : str
        Where the figures stand.
    whose : str
        Words for whose figures those were.
    figures, start : mapping
        By name of the key, as they are and as they were.
    chosen, read : set of str
        Names of keys that somebody chose, and of those that something reads.
    """
    diameter, width, gain = BEAM
    if not {*BEAM} <= start.keys():
        return
    if diameter in chosen:
        lead, scale = diameter, figures[diameter] / start[diameter]
    elif width in chosen:
        lead, scale = width, start[width] / figures[width]
    else:
        return
    if abs(scale - 1.0) < _UNLIKE:
        return
    fitting = {
        diameter: f"{start[diameter] * scale:.3g} m",
        width: f"{start[width] / scale:.3g} degree",
        gain: f"{start[gain] + 20.0 * math.log10(scale):.1f} dBi",
    }
    if start.get(RECEIVE) == start[diameter]:
        fitting[RECEIVE] = fitting[diameter]
    left = [name for name in fitting if name not in chosen and name != lead and name in read]
    if left:
        stay = ", ".join(f"{name} = {figures[name]:g}" for name in left)
        would = ", ".join(fitting[name] for name in left)
        yield (
            f"{table}.{lead} = {figures[lead]:g} is not {whose}, but "
            f"{stay} still {'is' if len(left) == 1 else 'are'}; {would} would fit"
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
