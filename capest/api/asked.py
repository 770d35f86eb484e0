"""What callers ask for, as the engine takes it: scenarios, values to vary, words of refusals."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.runner.sweep_axis import Axis
from capest.runner.variants_axis import parse_axes
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.overrides import OptionValue
from capest.scenario.plain import plain, set_key
from capest.scenario.variants import SECTION
from capest.scenario.write import toml_value

AnyScenario = Scenario | str | Path | Mapping[str, Any]
Varied = Mapping[str, Any] | str | Sequence[str]


def source_of(scenario: AnyScenario) -> str | Path | Mapping[str, Any]:
    """What a scenario is loaded from, again and again, with other values.

    Of a loaded scenario what somebody wrote, from which the rest follows as it did; or all values
    of one whose rest was changed.
    """
    if not isinstance(scenario, Scenario):
        return scenario
    values = dict(scenario.items())
    written: dict[str, Any] = {}
    for key in scenario.written:
        set_key(written, key, plain(values[key]))
    variants = {SECTION: _tables(scenario.variants)} if scenario.variants else {}
    try:
        if load_scenario(written) == scenario:
            return written | variants
    except InputError:
        pass
    return tomllib.loads(scenario.to_toml()) | variants


def _tables(variants: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Variants as a file has them, from their dotted keys."""
    found: dict[str, dict[str, Any]] = {name: {} for name in variants}
    for name, keys in variants.items():
        for key, value in keys.items():
            set_key(found[name], key, plain(value))
    return found


def settings_of(**values: Any) -> list[OptionValue]:
    """Overrides of ``run.`` keys that arguments stand for; nothing for what was not given."""
    found = []
    for name, value in values.items():
        if value is None:
            continue
        rule = value if isinstance(value, str | int | float) else ", ".join(value)
        found.append(OptionValue(f"run.{name}={rule}", f"{name}={rule}"))
    return found


def axes_of(varied: Varied, source: str | Path | Mapping[str, Any]) -> list[Axis]:
    """Axes of a sweep.

    Parameters
    ----------
    varied : mapping or sequence of str
        Values by key, such as ``beams.frequency_reuse`` or ``beams__frequency_reuse``, or texts as
        ``--vary`` takes them.
    source : str, Path or mapping
        The scenario, which may have variants.

    Raises
    ------
    InputError
        Values that no key can have, or none.
    """
    if isinstance(varied, str):
        texts = [varied]
    elif isinstance(varied, Mapping):
        texts = [f"{dotted(key)}={_listed(key, values)}" for key, values in varied.items()]
    else:
        texts = [str(text) for text in varied]
    return parse_axes(texts, source)


def dotted(key: str) -> str:
    """A key as files have it, also where it is written as ``Scenario.replace`` takes it."""
    return str(key).replace("__", ".")


def _listed(key: str, values: Any) -> str:
    """Values as ``--vary`` takes them."""
    if isinstance(values, str):
        return values
    found = values.tolist() if hasattr(values, "tolist") else values
    try:
        each = [plain(one.item() if hasattr(one, "item") else one) for one in found]
        return toml_value(each)
    except (TypeError, ValueError):
        raise InputError(
            f"vary {key}: {values!r} is no list of values, such as [1, 3, 4] or '0.1:1:10'"
        ) from None


def check_workers(workers: int | None) -> None:
    """Refuse a negative number.

    Raises
    ------
    InputError
    """
    if workers is not None and workers < 0:
        raise InputError(f"workers = {workers}: must be 0 or more")
