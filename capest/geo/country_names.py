"""Countries by the codes and names that people use."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache
from typing import Any

from capest.errors import InputError
from capest.geo import data

_NEAR = 0.8
_SHORT = 3
_FORMAL = re.compile(
    r"(?:[a-z]+ ){0,3}(?:republic|kingdom|union|sultanate|principality|duchy|commonwealth|"
    r"(?:independent|plurinational) state|federation) of (.+)"
)
"""Formal names, such as "Kingdom of Spain"."""

_GENERAL = {
    *(
        "republic",
        "democratic",
        "people",
        "s",
        "kingdom",
        "state",
        "states",
        "of",
        "and",
        "islands",
    ),
    *("island", "united", "federal", "federation", "islamic", "saint", "territory", "territories"),
}


def find_country(text: str) -> int:
    """Index of a country by ISO code, official, former or common name, in any case.

    Raises
    ------
    InputError
        If there is none or several; the message names those, or what is really near.
    """
    known, key = _known(), _plain(text)
    if key in known:
        return known[key]
    if (formal := _FORMAL.fullmatch(key)) and formal[1] in known and len(formal[1]) > _SHORT:
        return known[formal[1]]
    if key in _several():
        listed = ", ".join(map(_shown, _several()[key]))
        raise InputError(f"country {text!r} could be several: name one or more of {listed}")
    if key in _parts():
        raise InputError(
            f"country {text!r} is a part of {_shown(_parts()[key])}: take that, or give a box, a "
            "circle or a GeoJSON file"
        )
    near = ", ".join(map(_shown, _near(key)))
    hint = f"did you mean {near}" if near else "give an ISO 3166 code such as CN, or the name"
    raise InputError(f"country {text!r} is not known: {hint}")


def split_countries(text: str) -> list[str]:
    """Names between commas; official names may hold commas themselves."""
    parts = [part.strip() for part in text.split(",")]
    names = []
    while parts:
        whole = (n for n in range(len(parts), 1, -1) if _plain(" ".join(parts[:n])) in _commaed())
        taken = next(whole, 1)
        names.append(", ".join(parts[:taken]))
        del parts[:taken]
    return names


def _near(key: str) -> list[int]:
    """Countries whose name looks like a key, by the words that tell countries apart."""
    by_core: dict[str, int] = {}
    for name, index in _known().items():
        if len(name) > _SHORT:
            by_core.setdefault(_core(name), index)
            by_core.setdefault(name, index)
    found = difflib.get_close_matches(_core(key), by_core, 3, _NEAR)
    found += difflib.get_close_matches(key, by_core, 3, 0.9)
    return list(dict.fromkeys(by_core[name] for name in found))


def _core(key: str) -> str:
    return " ".join(word for word in key.split() if word not in _GENERAL) or key


@cache
def _known() -> dict[str, int]:
    """Codes and names in plain letters; codes win over names."""
    listed = data.countries()
    known: dict[str, int] = {}
    columns: tuple[Any, ...] = (listed.alpha2, listed.alpha3, listed.name, listed.alias)
    for column in columns:
        for index, word in enumerate(column):
            if word:
                known.setdefault(_plain(word), index)
    for codes, names in data.other_names():
        for name in names:
            if len(codes) == 1 and not name.startswith("/"):
                known.setdefault(_plain(name), _index(codes[0]))
    return {key: index for key, index in known.items() if key not in _several()}


@cache
def _several() -> dict[str, list[int]]:
    """Names that stand for several countries."""
    groups = [(codes, names) for codes, names in data.other_names() if len(codes) > 1]
    return {_plain(name): list(map(_index, codes)) for codes, names in groups for name in names}


@cache
def _parts() -> dict[str, int]:
    """Parts of countries, and whose they are."""
    return {
        _plain(name): _index(codes[0])
        for codes, names in data.other_names()
        for name in names
        if name.startswith("/")
    }


@cache
def _commaed() -> frozenset[str]:
    """Names that are written with a comma, or with brackets that may be a comma."""
    listed = [name for _, names in data.other_names() for name in names]
    return frozenset(_plain(n) for n in (*listed, *data.countries().name) if re.search("[,(]", n))


def _plain(text: str) -> str:
    """Return words without case, accents, marks and articles."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold().replace("&", " and "))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    letters = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", letters)
    words = re.sub(r"[\W_]+", " ", letters.replace("ı", "i")).split()
    kept = ["saint" if word == "st" and len(words) > 1 else word for word in words]
    return " ".join(word for word in kept if word != "the")


def _index(code: str) -> int:
    return data.countries().alpha2.index(code)


def _shown(index: int) -> str:
    listed = data.countries()
    return f"{listed.name[index].strip()} ({listed.alpha2[index]})"
