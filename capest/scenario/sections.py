"""The sections of a scenario: their keys, with units in the names, ranges and defaults.

Every key is described with its unit, range and source in ``capest/docs/scenario.md``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from capest.allocation.cells import DEFAULT as DEFAULT_ASSIGNMENT
from capest.physics.resource_grid import GuardBand
from capest.scenario.choices import (
    Allocation,
    Assignment,
    Environment,
    Order,
    Pattern,
    Preference,
)
from capest.scenario.layout_fit import LARGEST_COUNT
from capest.scenario.limits import MOVES
from capest.scenario.lists import Heights, Listed, Names, Numbers, tables
from capest.scenario.network_rules import Version, as_version

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


Rules = Annotated[Version, BeforeValidator(as_version)]
"""Which rules of a network hold, see `network_rules`."""


class Section(BaseModel):
    """A frozen group of keys; an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class SatelliteSettings(Section):
    """The satellite and one of its beams; a preset usually supplies all of it."""

    preset: Text | None = None
    altitude_km: float = Field(ge=0.001, le=100_000)
    elevation_deg: float = Field(default=90.0, gt=0, le=90)
    latitude_deg: float | None = Field(default=None, ge=-90, le=90)
    longitude_deg: float | None = Field(default=None, ge=-180, le=360)
    azimuth_deg: float = Field(default=180.0, ge=0, le=360)
    frequency_ghz: float = Field(ge=0.1, le=50)
    eirp_density_dbw_per_mhz: float = Field(ge=-100, le=100)
    antenna_gain_dbi: float = Field(ge=-100, le=100)
    antenna_diameter_m: float = Field(ge=0.001, le=200)
    hpbw_deg: float = Field(ge=1e-6, lt=90)
    payload: Literal["transparent", "regenerative"] = "transparent"
    gateway_elevation_deg: float = Field(default=10.0, gt=0, le=90)
    uplink_frequency_ghz: float | None = Field(default=None, ge=0.1, le=50)
    uplink_antenna_diameter_m: float | None = Field(default=None, ge=0.001, le=200)
    g_over_t_db_per_k: float | None = Field(default=None, ge=-100, le=100)
    pattern: Pattern = "bessel"
    antenna: Literal["dish", "array"] = "dish"
    element_exponent: float = Field(default=1.3, ge=0, le=10)
    steering_loss_exponent: float = Field(default=1.3, ge=0, le=10)
    beams_at_once: int | None = Field(default=None, ge=1, le=10_000)
    rf_power_w: float | None = Field(default=None, ge=1e-6, le=1_000_000)
    power_limit: Literal["turn-down", "fewer-beams"] = "turn-down"
    feeder_bandwidth_mhz: float | None = Field(default=None, ge=0.001, le=1_000_000)
    largest_scan_deg: float | None = Field(default=None, gt=0, le=90)
    pfd_limit_dbw_per_m2_mhz: float | None = Field(default=None, ge=-300, le=0)
    out_of_band_pfd_limit_dbw_per_m2_mhz: float | None = Field(default=None, ge=-300, le=0)
    out_of_band_rejection_db: float = Field(default=45.0, ge=0, le=200)


class SelectionSettings(Section):
    """Which objects of a catalogue are taken; without any key, the satellites near the altitude."""

    names: Names | None = None
    numbers: Numbers | None = None
    height_km: Heights | None = None


class ShellSettings(Section):
    """Satellites of a constellation with a payload of their own; see `shell_tables`."""

    orbit: Text | None = None
    geostationary: Text | None = None
    preset: Text | None = None
    eirp_density_dbw_per_mhz: float | None = Field(default=None, ge=-100, le=100)
    antenna_gain_dbi: float | None = Field(default=None, ge=-100, le=100)
    antenna_diameter_m: float | None = Field(default=None, ge=0.001, le=200)
    hpbw_deg: float | None = Field(default=None, ge=1e-6, lt=90)
    g_over_t_db_per_k: float | None = Field(default=None, ge=-100, le=100)
    beams_at_once: int | None = Field(default=None, ge=1, le=10_000)
    rf_power_w: float | None = Field(default=None, ge=1e-6, le=1_000_000)
    feeder_bandwidth_mhz: float | None = Field(default=None, ge=0.001, le=1_000_000)
    largest_scan_deg: float | None = Field(default=None, gt=0, le=90)
    pfd_limit_dbw_per_m2_mhz: float | None = Field(default=None, ge=-300, le=0)


Shells = Annotated[
    tuple[ShellSettings, ...],
    BeforeValidator(tables),
    Listed("tables, at least one", '[[constellation.shell]] with orbit = "53: 1584/72/17 @ 550"'),
]


class ConstellationSettings(Section):
    """Many satellites in place of one; a preset usually supplies where they are."""

    preset: Text | None = None
    shells: Text | None = None
    shell: Shells | None = None
    geostationary: Text | None = None
    catalogue: Text | None = None
    gateways: Text | None = None
    deployed_fraction: float = Field(default=1.0, gt=0, le=1)
    deployment: Literal["spread", "planes"] = "spread"
    start: Text = "2026-01-01T00:00:00Z"
    window_h: float = Field(default=24.0, gt=0, le=87_600)
    epochs: Literal["random", "stratified"] = "random"
    minimum_elevation_deg: float = Field(default=30.0, ge=0, lt=90)
    minimum_visibility_s: float = Field(default=0.0, ge=0, le=86_400)
    cull_elevation_deg: float = Field(default=0.0, ge=0, lt=90)
    select: SelectionSettings = SelectionSettings()


class RegionSettings(Section):
    """The part of the Earth that a constellation serves."""

    kind: Literal["country", "box", "circle", "geojson", "earth"] | None = None
    country: Text | None = None
    south_deg: float | None = Field(default=None, ge=-90, le=90)
    north_deg: float | None = Field(default=None, ge=-90, le=90)
    west_deg: float | None = Field(default=None, ge=-360, le=360)
    east_deg: float | None = Field(default=None, ge=-360, le=360)
    latitude_deg: float | None = Field(default=None, ge=-90, le=90)
    longitude_deg: float | None = Field(default=None, ge=-360, le=360)
    radius_km: float | None = Field(default=None, ge=0.1, le=20_000)
    file: Text | None = None
    guard_km: float | None = Field(default=None, ge=0, le=5000)


class CellSettings(Section):
    """Earth-fixed cells of a region, and which satellite serves which."""

    layout: Literal["earth-fixed", "satellite-fixed"] = "earth-fixed"
    diameter_km: float | None = Field(default=None, ge=5, le=5000)
    diameter_from: Literal["satellite", "constellation"] = "constellation"
    lit: Literal["occupied", "all"] = "occupied"
    assignment: Assignment = DEFAULT_ASSIGNMENT
    order: Order | None = None
    preference: Preference | None = None
    refinement: Literal["none", "local-search"] = "none"
    moves: int = Field(default=MOVES, ge=0, le=10**12)
    beams_per_cell: int = Field(default=1, ge=1, le=8)
    objective: Literal["calls", "throughput", "proportional-fair", "max-min", "coverage"] = "calls"
    minimum_share: float = Field(default=0.1, ge=0, le=1)
    bound: Literal["none", "interference-free"] = "none"


class BeamSettings(Section):
    """Layout of the beams, their colours and which of them are lit."""

    count: int = Field(default=61, ge=1, le=LARGEST_COUNT)
    statistics_count: int = Field(default=19, ge=1, le=LARGEST_COUNT)
    spacing_uv: float | None = Field(default=None, ge=1e-9, le=2)
    frequency_reuse: Annotated[Literal[1, 2, 3, 4, 7], BeforeValidator(_whole)] = 1
    polarisation_reuse: bool = False
    allocation: Allocation = "all-on"
    slots: int | None = Field(default=None, ge=1, le=100_000)
    cells_per_beam: int = Field(default=4, ge=1, le=1000)
    slot_ms: float = Field(default=1.0, gt=0, le=1_000_000)
    bound: Literal["none", "fluid", "interference"] = "none"
    beyond_earth: Literal["error", "discard"] = "error"


class CarrierSettings(Section):
    """The system's carrier, shared by the frequency colours."""

    bandwidth_mhz: float = Field(default=30.0, ge=0.001, le=100_000)
    guard_band: GuardBand = "wider-channel"


class HotspotSettings(Section):
    """Where users crowd, for ``placement = "hotspots"``."""

    count: int = Field(default=5, ge=1, le=2**20)
    radius_km: float = Field(default=20.0, gt=0, le=5000)
    share: float = Field(default=0.8, ge=0, le=1)


class UserSettings(Section):
    """How many users there are and where."""

    placement: Literal["beam", "uniform", "hotspots", "population", "uncovered", "file"] = "beam"
    positions: Literal["random", "stratified"] = "random"
    per_beam: int = Field(default=10, ge=1)
    count: int | None = Field(default=None, ge=1)
    devices_per_person: float | None = Field(default=None, gt=0, le=100)
    activity_factor: float = Field(default=0.01, gt=0, le=1)
    erlang_per_device: float | None = Field(default=None, gt=0, le=1)
    demand_mbps: float | None = Field(default=None, ge=1e-6, le=1e6)
    indoor_share: float = Field(default=0.0, ge=0, le=1)
    vehicle_share: float = Field(default=0.0, ge=0, le=1)
    file: Text | None = None
    file_variable: Text | None = None
    file_units: Literal["per-cell", "per-km2"] | None = None
    uncovered_density_per_km2: float = Field(default=1.0, ge=0.001, le=1000)
    hotspots: HotspotSettings = HotspotSettings()


class HandsetSettings(Section):
    """The receiver; the preset supplies what is not given."""

    preset: Text = "3gpp-handheld"
    antenna_gain_dbi: float = Field(ge=-100, le=100)
    noise_figure_db: float = Field(ge=0, le=50)
    antenna_temperature_k: float = Field(gt=0, le=100_000)
    body_loss_db: float = Field(default=0.0, ge=0, le=100)
    polarisation_loss_db: float = Field(default=0.0, ge=0, le=100)
    transmit_power_dbm: float | None = Field(default=None, ge=-100, le=100)
    transmit_gain_dbi: float | None = Field(default=None, ge=-100, le=100)
    power_reduction_db: float = Field(default=1.0, ge=0, le=30)
    branches: Annotated[Literal[1, 2], BeforeValidator(_whole)] = 1


class ChannelSettings(Section):
    """Propagation: TR 38.811 clause 6.6, Recommendations ITU-R P.2109 and P.618."""

    environment: Environment = "rural"
    line_of_sight: Literal["always", "probability", "never"] = "probability"
    elevation_lookup: Literal["linear", "nearest"] = "linear"
    shadow_fading: bool = True
    urban_sigma_db: float = Field(default=4.0, ge=0, le=8)
    fading_gain: Literal["full", "none"] = "full"
    thermally_efficient_share: float = Field(default=0.0, ge=0, le=1)
    vehicle_loss_db: float = Field(default=9.0, ge=0, le=100)
    gas_loss: bool = True
    tropospheric_scintillation: bool = True
    ionosphere: Literal["middle", "equatorial", "high", "by-latitude"] = "middle"
    weather: Literal["clear", "exceeded", "random"] = "clear"
    exceeded_percent: float = Field(default=1.0, ge=0.001, le=50)
    latitude_deg: float | None = Field(default=None, ge=-90, le=90)
    longitude_deg: float | None = Field(default=None, ge=-180, le=360)


class UplinkSettings(Section):
    """What disturbs the uplink, and how handsets transmit."""

    interference: Literal["load", "full-buffer", "off"] | None = None
    width: Literal["fixed", "least-share"] = "least-share"
    bandwidth_mhz: float | None = Field(default=None, ge=0.001, le=100_000)
    overhead: float = Field(default=0.14, ge=0, lt=1)
    control_share: float = Field(default=0.06, ge=0, lt=1)
    scheduled: Literal["decodable", "all"] = "decodable"
    drops: int = Field(default=10, ge=1, le=1000)
    power_control: Literal["full", "fractional"] = "full"
    p0_dbm: float = Field(default=-105.0, ge=-200, le=100)
    alpha: float = Field(default=1.0, ge=0, le=1)


class LinkSettings(Section):
    """From SINR to spectral efficiency."""

    adaptation: Literal["nr-cqi", "nr-mcs", "truncated-shannon"] = "nr-cqi"
    table: Literal["64qam", "256qam", "64qam-low-se"] = "64qam"
    thresholds: Literal["lte-sim-awgn", "lte-list", "5g-lena", "sionna"] = "lte-sim-awgn"
    shannon: Literal["tr36942", "sharc", "sharc-mss", "bound"] = "tr36942"
    overhead: float = Field(default=0.25, ge=0, lt=1)
    harq: Literal["on", "off", "uncharged"] | None = None
    harq_processes: int = Field(default=32, ge=1, le=32)
    harq_round_trips: int | None = Field(default=None, ge=0, le=32)


class ServiceSettings(Section):
    """What users ask for; a preset or a mix of presets usually supplies it."""

    preset: Text | None = None
    mix: Text | None = None
    downlink_kbps: float | None = Field(default=None, ge=0, le=10_000_000)
    uplink_kbps: float | None = Field(default=None, ge=0, le=10_000_000)
    least_downlink_kbps: float | None = Field(default=None, ge=0, le=10_000_000)
    least_uplink_kbps: float | None = Field(default=None, ge=0, le=10_000_000)
    delay_budget_ms: float | None = Field(default=None, gt=0, le=1_000_000)
    packet_error_rate: float | None = Field(default=None, gt=0, lt=1)
    five_qi: int | None = Field(default=None, ge=1, le=255)
    activity: float | None = Field(default=None, gt=0, le=1)
    guaranteed: bool | None = None
    header_share: float = Field(default=0.10, ge=0, lt=1)
    talk_share: float | None = Field(default=None, gt=0, le=1)
    inter_satellite_hops: int = Field(default=0, ge=0, le=100)
    simulated_holding_times: int = Field(default=0, ge=0, le=10_000)
    count_reachable: bool = False


class SchedulerSettings(Section):
    """How the users of a beam share its time."""

    policy: Literal["equal-time", "equal-rate", "max-ci", "proportional-fair"] = "equal-time"
    admission: Literal["efficient", "random"] = "efficient"


class RunSettings(Section):
    """How many trials, from which seed."""

    trials: int = Field(default=1000, ge=1, le=LARGEST_TRIALS)
    seed: int = Field(default=1, ge=0, lt=2**64)
    block_trials: int | None = Field(default=None, ge=1, le=1_000_000)
    until: Text | None = None
    keep_cells: bool = False
