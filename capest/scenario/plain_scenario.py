"""A scenario that was checked elsewhere, for where Pydantic is not installed."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from capest.scenario.derived import Derived


class PlainScenario(Derived):
    """Values of one satellite's scenario by section, as trials read them; nothing is checked.

    Parameters
    ----------
    values : mapping
        What ``Scenario.model_dump(mode="json")`` gave.
    """

    has_constellation = False

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(_attributes(values))


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: SimpleNamespace(**_attributes(value)) if isinstance(value, Mapping) else value
        for name, value in values.items()
    }
