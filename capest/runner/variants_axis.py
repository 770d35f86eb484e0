"""The variants of a scenario as an axis of a sweep."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.runner.sweep_axis import Axis, LabelledAxis
from capest.runner.sweep_points import parse_axis
from capest.scenario.load import load_variants
from capest.scenario.variants import SECTION, named_variant, names_listed, variant_settings

_EXAMPLE = """such as variants=reuse-1,"phone in a hand", or variants alone for all"""


def parse_axes(texts: Sequence[str], source: str | Path | Mapping[str, Any]) -> list[Axis]:
    """Read what a sweep varies: keys with their values, or the variants of its scenario.

    Parameters
    ----------
    texts : sequence of str
        ``key=values`` as `parse_axis` reads it; ``variants``, or ``variants=NAME,"A NAME"``.
    source : str, Path or mapping
        The scenario.

    Raises
    ------
    InputError
        If one cannot be read; of variants, if there is none of a name, or one is faulty.
    """
    return [
        _of_variants(text, source) if _asks_for_variants(text) else parse_axis(text)
        for text in texts
    ]


def _asks_for_variants(text: str) -> bool:
    """Whether variants are named, rightly or with a dot between."""
    return text.partition("=")[0].strip().partition(".")[0] == SECTION


def _of_variants(text: str, source: str | Path | Mapping[str, Any]) -> LabelledAxis:
    variants = load_variants(source)
    key = text.partition("=")[0].strip()
    if key != SECTION:
        there = f"; there are {names_listed(variants)}" if variants else ""
        raise InputError(f"--vary {text}: an equals sign comes before names, {_EXAMPLE}{there}")
    names = _names(text, variants)
    if not names or len(set(names)) != len(names):
        raise InputError(
            f"--vary {text}: names no variant, or one twice; {_EXAMPLE}; there are "
            f"{names_listed(variants)}"
        )
    sets = tuple(
        tuple(
            variant_settings(
                named_variant(variants, name, f"--vary {text}"), f"--vary {SECTION}={name}"
            )
        )
        for name in names
    )
    return LabelledAxis(SECTION, tuple(names), sets=sets)


def _names(text: str, variants: Mapping[str, Any]) -> list[str]:
    """Names that were asked for: all where none is, in the order of the scenario."""
    _, equals, listed = (part.strip() for part in text.partition("="))
    if not equals:
        return list(variants) or [named_variant(variants, "", f"--vary {text}")]
    if listed.startswith("["):
        try:
            return [str(name) for name in tomllib.loads(f"names = {listed}")["names"]]
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"--vary {text}: broken array: {error}") from None
    (found,) = csv.reader([listed], skipinitialspace=True) if listed else ([],)
    return [name.strip() for name in found]
