"""What a study draws: the assumptions of a scenario, some held, some with a range of one's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from capest.errors import InputError
from capest.scenario.assumed import Assumption, assumptions_of
from capest.scenario.assumed.assumptions import Follower
from capest.scenario.figure import NOT_KNOWN, UNIFORM, Figure, value_of_text
from capest.scenario.model import Scenario, fields
from capest.scenario.nearest import did_you_mean_key, nearest
from capest.scenario.reading_table import unread

GIVEN_BY_RANGE = "given by --range"

_OF_RUNS = "run."


@dataclass(frozen=True)
class OwnRange:
    """A range that whoever starts the study gives.

    Attributes
    ----------
    key : str
        Dotted.
    low, high : float
    """

    key: str
    low: float
    high: float


def parse_range(text: str) -> OwnRange:
    """Read ``KEY=LOW:HIGH``.

    Raises
    ------
    InputError
        It has another form, or no width.
    """
    key, equals, ends = (part.strip() for part in text.partition("="))
    low_text, colon, high_text = ends.partition(":")
    try:
        low, high = float(low_text), float(high_text)
    except ValueError:
        low, high = math.nan, math.nan
    if not (equals and colon and key and math.isfinite(low) and math.isfinite(high)):
        raise InputError(
            f"--range {text}: must have the form KEY=LOW:HIGH, such as "
            "--range handset.noise_figure_db=5:9"
        )
    if not low < high:
        raise InputError(
            f"--range {text}: {low:g} is not below {high:g}; write the lower end first"
        )
    return OwnRange(key, low, high)


def drawn_assumptions(
    scenario: Scenario, fixed: Sequence[str] = (), ranges: Sequence[OwnRange] = ()
) -> tuple[Assumption, ...]:
    """Return what a study draws.

    Parameters
    ----------
    scenario : Scenario
    fixed : sequence of str
        Keys of assumptions that are held at their stated values.
    ranges : sequence of OwnRange
        Replace ranges that are stated, or give one to a figure that has none.

    Raises
    ------
    InputError
        A key that there is not, that is not drawn, or that cannot be varied; nothing left to draw.
    """
    _check_once([own.key for own in ranges], fixed)
    found = {each.key: each for each in assumptions_of(scenario)}
    for own in ranges:
        found = _with_range(found, own, scenario)
    for key in fixed:
        _check_fixed(key, found)
        del found[key]
    if not found:
        held = " but what --fix holds" if fixed else ""
        raise InputError(
            f"nothing is assumed{held} in this scenario, so its answer has no range: give a range "
            "of your own with --range KEY=LOW:HIGH"
        )
    return tuple(found.values())


def _check_once(ranged: Sequence[str], fixed: Sequence[str]) -> None:
    """Refuse two ranges of a key, and a range of what is held."""
    for key in ranged:
        if ranged.count(key) > 1:
            raise InputError(f"--range {key}: given twice; give one")
        if key in fixed:
            raise InputError(f"--range {key}: --fix {key} holds it; give one of them")


def _check_fixed(key: str, found: dict[str, Assumption]) -> None:
    """Refuse to hold what is not drawn."""
    if key in found:
        return
    said = f"--fix {key}: "
    for each in found.values():
        if key in each.same or any(key in follower.keys for follower in each.followers):
            raise InputError(f"{said}it follows {each.key}: --fix {each.key} holds both")
    if key in fields():
        raise InputError(f"{said}is not drawn anyway; drawn are {', '.join(found) or 'none'}")
    raise InputError(f"{said}no such key; {_alike(key, found)}")


def _alike(key: str, found: dict[str, Assumption]) -> str:
    near = nearest(key, found)
    return f"did you mean {near}" if near else did_you_mean_key(key, list(fields()), {})


def _with_range(
    found: dict[str, Assumption], own: OwnRange, scenario: Scenario
) -> dict[str, Assumption]:
    """The assumptions with a range of one's own among them, in the order of keys."""
    said = f"--range {own.key}={own.low:g}:{own.high:g}"
    values = dict(scenario.items())
    known = found.get(own.key)
    if known is None and own.key not in values:
        raise InputError(f"{said}: no such key; {_alike(own.key, found)}")
    if own.key.startswith(_OF_RUNS):
        raise InputError(
            f"{said}: {own.key} cannot be varied: it says how much is computed, not what"
        )
    centre = known.centre if known is not None else values[own.key]
    if isinstance(centre, bool) or not isinstance(centre, int | float):
        what = "it is left to follow from others" if centre is None else f'its value is "{centre}"'
        hint = "give it a value with --set" if centre is None else "only numbers have a range"
        raise InputError(f"{said}: {own.key} cannot be varied: {what}; {hint}")
    if known is None and (why := unread(own.key, values)) is not None:
        raise InputError(f"{said}: {own.key} cannot be varied: it is not read here: {why.reason}")
    if not own.low <= centre <= own.high:
        raise InputError(
            f"{said}: the scenario's own value, {centre:g}, lies outside; widen the range, or move "
            f"the value with --set {own.key}=..."
        )
    is_whole = known.is_whole if known is not None else _is_whole(own.key, centre)
    ends: tuple[Any, Any] = (own.low, own.high)
    if is_whole:
        if not all(float(end).is_integer() for end in ends):
            raise InputError(f"{said}: {own.key} is a whole number, and so are both ends")
        ends = (int(own.low), int(own.high))
    figure = Figure(centre, "assumed", "", NOT_KNOWN, ends, UNIFORM, (), GIVEN_BY_RANGE)
    if known is not None:
        followers = tuple(_followed(each, known, ends) for each in known.followers)
        made = replace(known, figure=figure, followers=followers)
        return {key: made if key == own.key else each for key, each in found.items()}
    made = Assumption(own.key, figure, is_whole, "given")
    # What has a range of its own follows nothing.
    free = {key: _without(each, own.key) for key, each in found.items()} | {own.key: made}
    order = list(values)
    return {key: free[key] for key in sorted(free, key=lambda key: _place(key, order))}


def _place(key: str, order: list[str]) -> int:
    return order.index(key) if key in order else len(order)


def _without(assumption: Assumption, key: str) -> Assumption:
    kept = tuple(each for each in assumption.followers if key not in each.keys)
    return replace(assumption, followers=kept)


def _followed(follower: Follower, parent: Assumption, ends: tuple[Any, Any]) -> Follower:
    """A follower with its values at the ends of another range of its parent."""
    key = follower.keys[0]
    at = tuple(
        value_of_text(text.partition("=")[2])
        for end in ends
        for text in parent.settings(end)
        if text.partition("=")[0] == key
    )
    return replace(follower, figure=replace(follower.figure, range=(at[0], at[1])))


def _is_whole(key: str, value: Any) -> bool:
    kinds = str(fields()[key].annotation) if key in fields() else ""
    return isinstance(value, int) and "float" not in kinds
