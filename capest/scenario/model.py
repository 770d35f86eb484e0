"""The scenario: frozen, validated, with units in its names, and the only home of defaults.

Every key is described with its unit, range and source in ``capest/docs/scenario.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from capest.errors import Problem, ScenarioError
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.scenario import layout_fit
from capest.scenario.effective import effective
from capest.scenario.layout_fit import LARGEST_COUNT
from capest.scenario.plain import plain, set_key
from capest.scenario.presets import with_presets
from capest.scenario.problems import find_problems
from capest.scenario.rules import broken_rules, users_per_trial
from capest.scenario.write import to_toml

SHORT_RUN_BLOCKS = 20
"""Even a short run has this many blocks: intervals of quantiles come from blocks."""

BLOCK_TRIALS = 50
"""Trials of a block in longer runs."""

MOST_BLOCKS = 100_000
"""Very long runs have longer blocks, so that there are no more files than this."""

LARGEST_TRIALS = 10**9
"""Trials of a run at most."""


def _whole(value: object) -> object:
    """Keep ``True`` and ``1.0`` from passing as the choice 1."""
    if type(value) is not int:
        raise ValueError("not a whole number")
    return value


def _encodable(value: str) -> str:
    """Refuse text with lone surrogates: no file could store it."""
    value.encode()
    return value


Text = Annotated[str, AfterValidator(_encodable)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Satellite(_Section):
    """The satellite and one of its beams; a preset usually supplies all of it."""

    preset: Text | None = None
    altitude_km: float = Field(gt=0, le=100_000)
    elevation_deg: float = Field(default=90.0, gt=0, le=90)
    frequency_ghz: float = Field(ge=0.1, le=50)
    eirp_density_dbw_per_mhz: float = Field(ge=-100, le=100)
    antenna_gain_dbi: float = Field(ge=-100, le=100)
    antenna_diameter_m: float = Field(gt=0, le=200)
    hpbw_deg: float = Field(gt=0, lt=90)
    payload: Literal["transparent", "regenerative"] = "transparent"
    gateway_elevation_deg: float = Field(default=10.0, gt=0, le=90)
    uplink_frequency_ghz: float | None = Field(default=None, ge=0.1, le=50)
    uplink_antenna_diameter_m: float | None = Field(default=None, gt=0, le=200)
    g_over_t_db_per_k: float | None = Field(default=None, ge=-100, le=100)


class Beams(_Section):
    """Layout of the beams, their colours and which of them are lit."""

    count: int = Field(default=61, ge=1, le=LARGEST_COUNT)
    statistics_count: int = Field(default=19, ge=1, le=LARGEST_COUNT)
    spacing_uv: float | None = Field(default=None, gt=0, le=2)
    frequency_reuse: Annotated[Literal[1, 2, 3, 4, 7], BeforeValidator(_whole)] = 1
    polarisation_reuse: bool = False
    allocation: Literal["all-on", "random-hopping", "round-robin"] = "all-on"
    active_count: int | None = Field(default=None, ge=1, le=LARGEST_COUNT)
    beyond_earth: Literal["error", "discard"] = "error"


class Carrier(_Section):
    """The system's carrier, shared by the frequency colours."""

    bandwidth_mhz: float = Field(default=30.0, ge=0.001, le=100_000)


class Hotspots(_Section):
    """Where users crowd, for ``placement = "hotspots"``."""

    count: int = Field(default=5, ge=1, le=2**20)
    radius_km: float = Field(default=20.0, gt=0, le=5000)
    share: float = Field(default=0.8, ge=0, le=1)


class Users(_Section):
    """How many users there are and where."""

    placement: Literal["beam", "uniform", "hotspots"] = "beam"
    per_beam: int = Field(default=10, ge=1)
    count: int | None = Field(default=None, ge=1)
    hotspots: Hotspots = Hotspots()


class Handset(_Section):
    """The receiver; the preset supplies what is not given."""

    preset: Text = "3gpp-handheld"
    antenna_gain_dbi: float = Field(ge=-100, le=100)
    noise_figure_db: float = Field(ge=0, le=50)
    antenna_temperature_k: float = Field(gt=0, le=100_000)
    body_loss_db: float = Field(default=0.0, ge=0, le=100)
    polarisation_loss_db: float = Field(default=0.0, ge=0, le=100)
    transmit_power_dbm: float | None = Field(default=None, ge=-100, le=100)
    transmit_gain_dbi: float | None = Field(default=None, ge=-100, le=100)


class Channel(_Section):
    """Propagation: TR 38.811 clause 6.6."""

    environment: Literal["rural", "suburban", "urban", "dense-urban"] = "rural"
    line_of_sight: Literal["always", "probability", "never"] = "probability"
    shadow_fading: bool = True
    gas_loss: bool = True
    tropospheric_scintillation: bool = True


class Uplink(_Section):
    """Whether the uplink is computed, and how handsets transmit."""

    enabled: bool = False
    bandwidth_mhz: float = Field(default=0.36, gt=0, le=100_000)
    drops: int = Field(default=10, ge=1, le=1000)
    power_control: Literal["full", "fractional"] = "full"
    p0_dbm: float = Field(default=-105.0, ge=-200, le=100)
    alpha: float = Field(default=1.0, ge=0, le=1)


class Link(_Section):
    """From SINR to spectral efficiency."""

    adaptation: Literal["nr-cqi", "nr-mcs", "truncated-shannon"] = "nr-cqi"
    table: Literal["64qam", "256qam", "64qam-low-se"] = "64qam"
    thresholds: Literal["lte-sim-awgn", "lte-list", "5g-lena", "sionna"] = "lte-sim-awgn"
    shannon: Literal["tr36942", "sharc", "sharc-mss"] = "tr36942"
    overhead: float = Field(default=0.14, ge=0, lt=1)


class Scheduler(_Section):
    """How the users of a beam share its time."""

    policy: Literal["equal-time", "equal-rate"] = "equal-time"


class Run(_Section):
    """How many trials, from which seed."""

    trials: int = Field(default=1000, ge=1, le=LARGEST_TRIALS)
    seed: int = Field(default=1, ge=0, lt=2**64)
    block_trials: int | None = Field(default=None, ge=1, le=1_000_000)


class Scenario(_Section):
    """Everything a run depends on.

    Make one with `capest.scenario.load.load_scenario`, which resolves presets and reports all
    faults of a file together.
    """

    title: Text = ""
    satellite: Satellite
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
    def beam_count(self) -> int:
        """Beams of the layout, without those that lie beyond the Earth's edge."""
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
        for section in ("satellite", "handset"):
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
