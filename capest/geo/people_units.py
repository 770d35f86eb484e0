"""What the values of a grid of people mean: people per cell, or people per area."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from capest.errors import InputError

_KM2_OF = {"km": 1.0, "m": 1e-6, "ha": 0.01, "mi": 2.589988110336}
_PEOPLE = (
    r"(?:(?:number|count|no\.?)\s*(?:of)?\s*)?"
    r"(?:1|one|people|persons?|individuals?|inhabitants?|inhab|residents?|population|pop|ppl|"
    r"capita|heads?|humans?|counts?|number|dimensionless|unitless)(?:\s+counts?)?"
)
_PER_AREA = (
    r"(?:{people})?\s*[\s.*]*\s*(?:"
    r"(?:/|per)\s*(?:1\s*)?(?:(?P<a>km|m|mi)(?:\^|\*\*)?2|"
    r"(?:sq\.?|square)[\s._-]*(?P<b>km|m|mi|kilomet(?:er|re)s?|met(?:er|re)s?|miles?)|"
    r"(?P<c>km|m)[\s._-]*(?:sq|squared)|(?P<h>ha|hectares?))"
    r"|(?P<d>km|m|mi)(?:\^|\*\*)?[-]2"
    r"|(?P<e>ha)(?:\^|\*\*)?[-]1)"
)
_PER_CELL = (
    r"(?:{people})(?:\s*(?:/|per)\s*(?:grid[\s_-]*)?(?:cells?|pixels?|points?|box|boxes|1))?"
)


def km2_of_unit(units: str) -> float:
    """Area that a value of a unit is counted over.

    Parameters
    ----------
    units : str
        Such as ``"people"``, ``"km-2"`` or ``"Persons per square kilometer"``.

    Returns
    -------
    float
        km², 0 for the cell.

    Raises
    ------
    ValueError
        If the unit is none of people.
    """
    text = unicodedata.normalize("NFKC", units).casefold().replace("−", "-").strip()
    text = text.replace("_", " ").replace("(", "").replace(")", "")
    if re.fullmatch(_PER_CELL.format(people=_PEOPLE), text):
        return 0.0
    if match := re.fullmatch(_PER_AREA.format(people=_PEOPLE), text):
        found = next(part for part in match.groupdict().values() if part)
        if found.startswith("h"):
            return _KM2_OF["ha"]
        # Written out, kilometres begin with k and miles with mi.
        return _KM2_OF["km" if found[0] == "k" else "mi" if found[:2] == "mi" else "m"]
    raise ValueError(units)


def km2_of_words(*words: Any) -> float | None:
    """Area a value is counted over, by a name such as "population_density"; None if unsaid."""
    text = re.sub(r"[^a-z0-9]+", " ", " ".join(str(word) for word in words if word).casefold())
    if re.search(r"\bdensity\b", text):
        return 1.0 if re.search(r"\b(?:km2|sq km|square kilomet(?:er|re)s?)\b", text) else None
    if re.search(r"\b(?:per|by) (?:grid )?(?:cell|pixel)\b|\bcounts?\b", text):
        return 0.0
    return 0.0 if re.fullmatch(r"(?:people|persons|inhabitants|residents)", text.strip()) else None


def km2_per_value(
    name: str, attributes: Mapping[str, Any], wanted: str | None, where: str
) -> tuple[float, tuple[str, ...]]:
    """Area that the values of a variable are counted over.

    What the user wants wins, then the attribute ``units``, then the name, where it leaves no
    doubt.

    Returns
    -------
    km2 : float
        0 for the cell.
    notes : tuple of str
        What was taken for granted.

    Raises
    ------
    InputError
        If nothing says it.
    """
    if wanted is not None:
        return (0.0 if wanted == "per-cell" else 1.0), ()
    units = str(attributes.get("units", "")).strip()
    ask = 'say it with users.file_units = "per-cell" or "per-km2"'
    if units:
        try:
            return float(km2_of_unit(units)), ()
        except ValueError:
            raise InputError(
                f"{where}: units {units!r} are neither people per cell nor people per area; {ask}"
            ) from None
    names = {str(word).casefold(): None for word in (name, attributes.get("long_name")) if word}
    for words in (*names, attributes.get("standard_name")):
        found = km2_of_words(words)
        if found is not None:
            what = "people per km²" if found > 0.0 else "people per cell"
            note = f"{where}: has no units; by its name it holds {what} (users.file_units)"
            return found, (note,)
    raise InputError(
        f"{where}: has no units, so it may hold people per cell or people per km²; {ask}"
    )
