"""The scenario: its sections together, validated and frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, model_validator

from capest.errors import Problem, ScenarioError
from capest.scenario.constellation_rules import is_constellation
from capest.scenario.derived import Derived
from capest.scenario.effective import effective
from capest.scenario.moments import with_text_start
from capest.scenario.paths import anchor_paths
from capest.scenario.plain import plain, set_key
from capest.scenario.presets import KINDS, with_presets
from capest.scenario.problems import find_problems
from capest.scenario.rules import broken_rules
from capest.scenario.sections import (
    Beams,
    Carrier,
    Cells,
    Channel,
    Constellation,
    Handset,
    Link,
    Region,
    Run,
    Satellite,
    Scheduler,
    Section,
    Service,
    Text,
    Uplink,
    Users,
)
from capest.scenario.write import to_toml


class Scenario(Derived, Section):
    """Everything a run depends on.

    Make one with `capest.scenario.load.load_scenario`, which resolves presets and reports all
    faults of a file together.
    """

    title: Text = ""
    satellite: Satellite
    constellation: Constellation = Constellation()
    region: Region = Region()
    cells: Cells = Cells()
    beams: Beams = Beams()
    carrier: Carrier = Carrier()
    users: Users = Users()
    handset: Handset
    channel: Channel = Channel()
    uplink: Uplink = Uplink()
    link: Link = Link()
    service: Service = Service()
    scheduler: Scheduler = Scheduler()
    run: Run = Run()

    @model_validator(mode="after")
    def _obey_rules(self) -> Scenario:
        problems = broken_rules(dict(self.items()))
        if problems:
            raise ValueError("\n".join(str(problem) for problem in problems))
        return self

    @property
    def has_constellation(self) -> bool:
        """Whether many satellites serve a region, not one its own layout of beams."""
        return is_constellation(dict(self.items()))

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield every dotted key with its value, in the order of the model."""
        yield from _items(self, "")

    def effective(self) -> dict[str, dict[str, Any]]:
        """Return section -> key -> value of what can change a result, and nothing else."""
        return effective(self)

    def replace(self, **changes: Any) -> Scenario:
        """Return a scenario with some keys changed, validated again.

        Parameters
        ----------
        **changes
            ``section__key=value``, such as ``beams__frequency_reuse=3``. A new preset replaces
            every value it supplies, except those named in the same call. Relative paths start
            in the working folder.

        Raises
        ------
        ScenarioError
            With every fault of the outcome.
        """
        raw = self.model_dump()
        keys = {name.replace("__", "."): plain(value) for name, value in changes.items()}
        for section in KINDS:
            if keys.get(f"{section}.preset") is not None:
                raw[section] = {}
        for key, value in keys.items():
            set_key(raw, key, value)
        anchor_paths(raw, "")
        return build_scenario("scenario", raw)

    def to_toml(self) -> str:
        """Write the scenario as TOML, complete, so that it loads to an equal scenario."""
        return to_toml(self)


def build_scenario(source: str, raw: Mapping[str, Any], noted: Sequence[Problem] = ()) -> Scenario:
    """Resolve presets and validate, reporting every fault together.

    Parameters
    ----------
    source : str
        Where the values came from, for messages.
    raw : mapping
        Nested plain values.
    noted : sequence of Problem
        Faults found before.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every fault.
    """
    defaults = {"handset": Handset.model_fields["preset"].default}
    resolved, unresolved = with_presets(with_text_start(raw), defaults)
    sections = {problem.key.partition(".")[0] for problem in unresolved}
    problems = [*noted, *unresolved, *find_problems(Scenario, resolved, sections)]
    if problems:
        raise ScenarioError(source, problems)
    return Scenario.model_validate(resolved)


def _items(section: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _items(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
