"""The scenario: its sections together, validated, frozen, with what follows from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, model_validator

from capest.errors import Problem, ScenarioError
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.scenario import layout_fit
from capest.scenario.constellation_rules import is_constellation
from capest.scenario.effective import effective
from capest.scenario.plain import plain, set_key
from capest.scenario.presets import with_presets
from capest.scenario.problems import find_problems
from capest.scenario.rules import UNTIL_BLOCK_TRIALS, broken_rules
from capest.scenario.satellite_rules import users_per_trial
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
    Text,
    Uplink,
    Users,
)
from capest.scenario.write import to_toml

SHORT_RUN_BLOCKS = 20
"""Even a short run has this many blocks: intervals of quantiles come from blocks."""

BLOCK_TRIALS = 50
"""Trials of a block in longer runs."""

MOST_BLOCKS = 100_000
"""Very long runs have longer blocks, so that there are no more files than this."""


class Scenario(Section):
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

    @property
    def beam_count(self) -> int:
        """Beams of one satellite's layout, without those that lie beyond the Earth's edge."""
        return sum(self.cells_on_earth())

    def cells_on_earth(self) -> list[bool]:
        """Tell of each cell of the full layout whether it lies wholly on the Earth."""
        return layout_fit.cells_on_earth(
            self.beams.count,
            self.beam_spacing_uv,
            self.satellite.altitude_km,
            self.satellite.elevation_deg,
        )

    @property
    def users_per_trial(self) -> int:
        """Users of one trial, over all beams."""
        users = self.users
        if self.has_constellation:
            return users.count or 0
        return users_per_trial(users.placement, users.per_beam, users.count, self.beam_count)

    @property
    def hotspot_users(self) -> int:
        """Users of one trial that belong to hotspots, where users are placed in hotspots."""
        return round(self.users_per_trial * self.users.hotspots.share)

    @property
    def block_trials(self) -> int:
        """Trials of one block, the unit of statistics and storage."""
        if self.run.block_trials is not None:
            return self.run.block_trials
        if self.run.until is not None:
            return UNTIL_BLOCK_TRIALS
        longest = max(BLOCK_TRIALS, math.ceil(self.run.trials / MOST_BLOCKS))
        return max(1, min(longest, self.run.trials // SHORT_RUN_BLOCKS))

    @property
    def colours(self) -> int:
        """Sets of beams that do not disturb each other: frequencies times polarisations."""
        return self.beams.frequency_reuse * (2 if self.beams.polarisation_reuse else 1)

    @property
    def beam_bandwidth_hz(self) -> float:
        """Bandwidth of one beam in Hz."""
        return self.carrier.bandwidth_mhz * 1e6 / self.beams.frequency_reuse

    @property
    def cell_diameter_km(self) -> float:
        """Distance of neighbouring cells' centres, given or that of the beams straight below."""
        given = self.cells.diameter_km
        return self.beam_spacing_uv * self.satellite.altitude_km if given is None else given

    @property
    def beam_spacing_uv(self) -> float:
        """Distance of neighbouring beams in direction cosines, given or from the beamwidth."""
        given = self.beams.spacing_uv
        return spacing_from_hpbw(self.satellite.hpbw_deg) if given is None else given

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
            every value it supplies, except those named in the same call.

        Raises
        ------
        ScenarioError
            With every fault of the outcome.
        """
        raw = self.model_dump()
        keys = {name.replace("__", "."): plain(value) for name, value in changes.items()}
        for section in ("satellite", "handset", "constellation"):
            if keys.get(f"{section}.preset") is not None:
                raw[section] = {}
        for key, value in keys.items():
            set_key(raw, key, value)
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
    resolved, unresolved = with_presets(raw, {"handset": Handset.model_fields["preset"].default})
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
