"""What comparisons of choices in pairs share: keys that they set, figures that they show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from capest.errors import InputError
from capest.scenario.overrides import given


def refuse_overrides(overrides: Sequence[str], keys: Collection[str], why: str) -> None:
    """Refuse an override of a key that the comparison sets itself.

    Parameters
    ----------
    overrides : sequence of str
        ``section.key=value``.
    keys : collection of str
    why : str
        Follows the override as it was given; ``{key}`` in it is the key.

    Raises
    ------
    InputError
    """
    for text in overrides:
        key = text.partition("=")[0].strip()
        if "=" in text and key in keys:
            raise InputError(f"{given(text)}: {why.format(key=key)}")


def mean_of(found: Mapping[tuple[str, str], Any], names: Sequence[str]) -> Any:
    """Mean of the first of some quantities that is there, ``None`` if none is."""
    return next((found[name, "mean"] for name in names if (name, "mean") in found), None)
