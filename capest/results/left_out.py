"""What a result leaves out, in words beside its headline: effects, and later rules of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from capest.results.columns import printable

SHOWN = 3
"""Effects that a summary names at most; the file and its JSON have all."""


def left_out(attributes: Mapping[str, Any]) -> str:
    """Name the largest effects that are not modelled.

    Parameters
    ----------
    attributes : mapping
        Of a result: ``not_modelled`` has one effect in a line, largest first; the first
        ``large_effects`` of them are worth naming.

    Returns
    -------
    str
        Such as "not modelled: gateways and feeder links (...); 4 smaller effects (see --json)";
        empty for a result that does not say.
    """
    effects = [printable(each) for each in str(attributes.get("not_modelled", "")).splitlines()]
    named = effects[: min(SHOWN, int(attributes.get("large_effects", SHOWN)))]
    more = len(effects) - len(named)
    # The file and --json have them all.
    rest = [f"{more} smaller effect{'s' if more > 1 else ''} (see --json)"] if more > 0 else []
    return f"not modelled: {'; '.join([*named, *rest])}" if effects else ""


def rules_words(attributes: Mapping[str, Any]) -> str:
    """Name the rules of 0.2, such as "rules of 0.2 but for link.harq"; empty for those of today.

    Parameters
    ----------
    attributes : mapping
        Of a result; those of versions that do not say have no ``rules``.
    """
    if str(attributes.get("rules", "")) != "0.2":
        return ""
    later = printable(str(attributes.get("later_rules", "")))
    return f"rules of 0.2 but for {later}" if later else "rules of 0.2"
