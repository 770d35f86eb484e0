"""Ways to choose which satellite lights which cell, as people write them in one word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from capest.errors import InputError
from capest.scenario.model import fields
from capest.scenario.nearest import nearest
from capest.scenario.overrides import OptionValue, Removal

ASSIGNMENT = "cells.assignment"
ORDER = "cells.order"
PREFERENCE = "cells.preference"
REFINEMENT = "cells.refinement"
OBJECTIVE = "cells.objective"

NEEDS_SCIPY = ("solved",)
"""Combinations that an optional package solves."""

_UNREFINED = "none"


@dataclass(frozen=True)
class AssignmentChoice:
    """One way to choose: a combination, or an order with a preference, refined or not.

    Attributes
    ----------
    label : str
        Such as ``"low-spill"``, ``"demand:snr"``, ``"low-spill+local-search"``.
    settings : tuple of OptionValue
        Overrides that it stands for.
    """

    label: str
    settings: tuple[OptionValue, ...]

    @property
    def searches(self) -> bool:
        """Whether a search refines it."""
        return "+" in self.label


def choices_of(key: str) -> tuple[str, ...]:
    """Names that a key of a scenario may have; none if there is no such key."""
    field = fields().get(key)
    if field is None:
        return ()
    kinds = [field.annotation, *get_args(field.annotation)]
    names = (name for kind in kinds for name in (kind, *get_args(kind)) if isinstance(name, str))
    return tuple(dict.fromkeys(names))


def refinements() -> tuple[str, ...]:
    """What may follow a combination behind a plus sign."""
    return tuple(name for name in choices_of(REFINEMENT) if name != _UNREFINED)


def parse_choice(text: str) -> AssignmentChoice:
    """Read a choice.

    Parameters
    ----------
    text : str
        A name of ``cells.assignment``, or ORDER:PREFERENCE (a multiplication sign serves too);
        behind it perhaps a plus sign and a name of ``cells.refinement``.

    Raises
    ------
    InputError
        Nothing is called so; says which name may be meant.
    """
    base, plus, refinement = (part.strip() for part in text.partition("+"))
    if plus:
        _check(refinement, refinements(), "refinement", f"{base}+")
    parts = [part.strip() for part in re.split("[:×]", base)]
    after = f"{plus}{refinement}"
    if len(parts) == 1:
        known = choices_of(ASSIGNMENT)
        of_pairs = ", or ORDER:PREFERENCE" if choices_of(ORDER) else ""
        _check(base, known, "strategy", "", after, of_pairs)
        label = base
        values: dict[str, str | None] = {ORDER: None, PREFERENCE: None, ASSIGNMENT: base}
    elif len(parts) == 2:
        order, preference = parts
        _check(order, choices_of(ORDER), "order of cells", "", f":{preference}{after}")
        _check(preference, choices_of(PREFERENCE), "preference of cells", f"{order}:", after)
        label = f"{order}:{preference}"
        values = {ASSIGNMENT: None, ORDER: order, PREFERENCE: preference}
    else:
        raise InputError(f'"{text}": an order and a preference, such as demand:snr, are enough')
    values[REFINEMENT] = refinement or None
    label += after
    return AssignmentChoice(label, tuple(_settings(label, values)))


def _settings(label: str, values: Mapping[str, str | None]) -> list[OptionValue]:
    """Set what the choice names, and take out what would replace a part of it."""
    said, known = f"--strategy {label}", fields()
    return [
        Removal(key, said) if value is None else OptionValue(f"{key}={value}", said)
        for key, value in values.items()
        if key in known
    ]


def _check(
    name: str,
    known: tuple[str, ...],
    what: str,
    before: str = "",
    after: str = "",
    further: str = "",
) -> None:
    if name in known:
        return
    found = nearest(name, known)
    there = f"there are {', '.join(known)}{further}" if known else "there is none"
    hint = f"did you mean {before}{found}{after}" if found else there
    raise InputError(f'no {what} is called "{name}": {hint}')
