"""A scenario that was checked elsewhere, for where Pydantic is not installed."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from capest.scenario.derived import Derived
from capest.scenario.harq import harq_mode, harq_round_trips
from capest.scenario.reading import uplink_interference


class PlainScenario(Derived):
    """Values of one satellite's scenario by section, as trials read them; nothing is checked.

    Parameters
    ----------
    values : mapping
        What ``Scenario.model_dump(mode="json")`` gave.
    """

    has_constellation = False

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        vars(self).update(_attributes(values))

    @property
    def uplink_interference(self) -> str:
        """What interferes in the uplink; as ``Scenario.uplink_interference``."""
        return uplink_interference(dict(_flat(self._values)))

    @property
    def harq(self) -> str:
        """How block errors are dealt with; as ``Scenario.harq``."""
        return harq_mode(dict(_flat(self._values)))

    @property
    def harq_round_trips(self) -> int:
        """Round trips that delays allow for; as ``Scenario.harq_round_trips``."""
        asked = self._values["link"]["harq_round_trips"]
        return harq_round_trips(self.harq, asked)

    def replace(self, **changes: Any) -> PlainScenario:
        """Change keys, named ``section__key``."""
        values = copy.deepcopy(dict(self._values))
        for name, value in changes.items():
            *sections, key = name.split("__")
            place = values
            for section in sections:
                place = place[section]
            if key not in place:
                raise KeyError(name)
            place[key] = value
        return PlainScenario(values)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: SimpleNamespace(**_attributes(value)) if isinstance(value, Mapping) else value
        for name, value in values.items()
    }
