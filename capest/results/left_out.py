"""What a result leaves out, in a line beside its headline."""

from __future__ import annotations

SHOWN = 3
"""Effects that a summary names; the file and its JSON have all."""


def left_out(lines: str) -> str:
    """Name the largest effects that are not modelled.

    Parameters
    ----------
    lines : str
        Attribute ``not_modelled`` of a result: one effect in a line, largest first.

    Returns
    -------
    str
        Such as "not modelled: gateways and feeder links (...); 4 smaller effects"; empty for a
        result that does not say.
    """
    effects = lines.splitlines()
    more = len(effects) - SHOWN
    rest = [f"{more} smaller effect{'s' if more > 1 else ''}"] if more > 0 else []
    return f"not modelled: {'; '.join([*effects[:SHOWN], *rest])}" if effects else ""
