"""Did you mean ...: the known name closest to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from capest.scenario.units import unit_of, without_unit


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like ``name``, None if none does."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean_key(key: str, known: Sequence[str]) -> str:
    """Suggest a key for an unknown one.

    Parameters
    ----------
    key : str
        Dotted unknown key.
    known : sequence of str
        All dotted keys there are.

    Returns
    -------
    str
        Such as ``"did you mean altitude_km (in km)"``; what there is, if nothing is close.
    """
    section, _, name = key.rpartition(".")
    own = [k for k in known if k.rpartition(".")[0] == section]
    found = (
        _same_stem(name, own)
        or _nearest_by_name(name, own)
        or _same_stem(name, known)
        or _nearest_by_name(name, known)
    )
    if not found:
        return "known: " + ", ".join(k.rpartition(".")[2] for k in own)
    shown = found.rpartition(".")[2] if found in own else found
    unit = unit_of(found)
    return f"did you mean {shown}{f' (in {unit})' if unit else ''}"


def _same_stem(name: str, keys: Sequence[str]) -> str | None:
    """Find a key of the same name whatever its unit, section or case."""
    stem = without_unit(name.lower())
    return next((key for key in keys if without_unit(key.rpartition(".")[2]) == stem), None)


def _nearest_by_name(name: str, keys: Sequence[str]) -> str | None:
    by_name = {key.rpartition(".")[2]: key for key in reversed(keys)}
    found = nearest(name, by_name)
    return by_name[found] if found else None
