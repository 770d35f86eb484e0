"""Did you mean ...: the known name closest to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from capest.scenario.units import unit_of, without_unit


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like ``name``, None if none does."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean_key(key: str, known: Sequence[str], renamed: Mapping[str, str]) -> str:
    """Suggest a key for an unknown one.

    Parameters
    ----------
    key : str
        Dotted unknown key.
    known : sequence of str
        All dotted keys there are.
    renamed : mapping of str to str
        Keys of older versions, with what they are called now.

    Returns
    -------
    str
        Such as ``"did you mean altitude_km (in km)"``; what there is, if nothing is close.
    """
    section, _, name = key.rpartition(".")
    own = [k for k in known if k.rpartition(".")[0] == section]
    old = [k for k in renamed if k.rpartition(".")[0] == section]
    found = _nearest_key(name, [*own, *old], _ALIKE) or _nearest_key(key, known, _ALIKE_ELSEWHERE)
    found = renamed.get(found or "", found)
    if not found:
        if not own:
            sections = dict.fromkeys(k.partition(".")[0] for k in known if "." in k)
            return "sections are " + ", ".join(sections)
        return "known: " + ", ".join(k.rpartition(".")[2] for k in own)
    shown = found.rpartition(".")[2] if found in own else found
    unit = unit_of(found)
    return f"did you mean {shown}{f' (in {unit})' if unit else ''}"


def _nearest_key(name: str, keys: Sequence[str], alike: float) -> str | None:
    """Return the key nearest to a name, ``None`` if none is near; the first of several."""
    scores = {key: _likeness(name, key) for key in keys}
    best = max(scores.values(), default=0.0)
    if best < alike:
        return None
    return next(key for key, score in scores.items() if score == best)


def _likeness(name: str, key: str) -> float:
    """Say how near a key is, 0 to 1.

    Spelling tells, or words in common, where nothing that was written is left over. A name may say
    what stands in the section of the key, as ``n_users`` does.
    """
    section, _, wanted = name.lower().rpartition(".")
    key_section, _, key_name = key.rpartition(".")
    stem, key_stem = without_unit(wanted), without_unit(key_name)
    spelling = difflib.SequenceMatcher(None, stem, key_stem).ratio()
    if spelling == 1.0:
        return _SAME_NAME
    written, words = _words(stem), _words(key_stem)
    best = spelling
    if written and written <= words:
        best = max(best, _WORDS_IN_COMMON + (1.0 - _WORDS_IN_COMMON) * len(written) / len(words))
    if section and written | _words(section) == words:
        best = max(best, 1.0)
    if written == words | _words(key_section.rpartition(".")[2]):
        best = max(best, _ALL_WORDS)
    return best


def _words(text: str) -> frozenset[str]:
    """Return the words of a name: in the singular, without filler, synonyms by our word."""
    singular = (word if word in _SYNONYMS else word.removesuffix("s") for word in text.split("_"))
    return frozenset(_SYNONYMS.get(word, word) for word in singular if word not in _FILLER)


_ALIKE = 0.75
"""Likeness from which on a key of the same section is suggested."""

_ALIKE_ELSEWHERE = 0.85
"""Likeness from which on a key of another section is suggested."""

_SAME_NAME = 0.99
"""Likeness of a name that is a key's but for its unit; less than that of its section and name."""

_WORDS_IN_COMMON = 0.6
"""Likeness of a name whose words are a vanishing part of a key's."""

_ALL_WORDS = 0.98
"""Likeness of a name whose words are those of key and section."""

_FILLER = {"max", "maximum", "total", "of", "the", "per"}
_SYNONYMS = {
    **dict.fromkeys(("n", "nr", "num", "number", "amount", "total"), "count"),
    **dict.fromkeys(("height", "alt"), "altitude"),
    **dict.fromkeys(("colour", "colours", "color", "colors"), "reuse"),
    **dict.fromkeys(("width", "size"), "diameter"),
    **dict.fromkeys(("freq",), "frequency"),
    **dict.fromkeys(("bw",), "bandwidth"),
    **dict.fromkeys(("temp",), "temperature"),
    **dict.fromkeys(("tx",), "transmit"),
    **dict.fromkeys(("strategy", "algorithm"), "assignment"),
}
"""What people write for words of keys."""
