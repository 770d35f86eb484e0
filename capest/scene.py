"""What stays the same in all trials of a scenario, worked out once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capest.physics import antenna, beam_grid, geometry, link_adaptation, link_budget, propagation
from capest.physics.constants import SCINTILLATION_FROM_GHZ
from capest.physics.uplink_budget import UplinkBudget
from capest.sampling.placement import Coverage, PlacementSettings, coverage
from capest.scenario.layout_fit import LARGEST_NORMAL
from capest.scenario.model import Scenario


@dataclass(frozen=True)
class Beams:
    """Beams in the order of the layout (centre first) and in the order of the kernels.

    Attributes
    ----------
    grid : BeamGrid
        The layout.
    colour : int array (beams,)
        Reuse colour of each beam of the layout.
    statistics : bool array (beams,)
        Beams of the layout whose users count.
    order : int array (beams,)
        Beam of the layout at each place of the kernels' order (sorted by satellite, colour).
    place : int array (beams,)
        The inverse of ``order``.
    segment_start : int32 array (satellites · colours + 1,)
        First place of each satellite and colour.
    direction : float array (3, beams)
        Boresights in the kernels' order, minus the direction of the layout's centre.
    power : float32 array (beams,)
        EIRP density relative to nominal.
    """

    grid: beam_grid.BeamGrid
    colour: np.ndarray
    statistics: np.ndarray
    order: np.ndarray
    place: np.ndarray
    segment_start: np.ndarray
    direction: np.ndarray
    power: np.ndarray


@dataclass(frozen=True)
class Carrier:
    """What depends on the carrier frequency of one direction.

    Attributes
    ----------
    frequency_hz : float
    zenith_gas_loss_db : float
        Zero where gas loss is left out.
    scintillation : bool
        Tropospheric scintillation counts.
    reduced_aperture : float
        Wavenumber × radius of the satellite's aperture.
    amplitude : float32 array (n, 2)
        Pattern of a beam, see ``antenna.amplitude_table``.
    """

    frequency_hz: float
    zenith_gas_loss_db: float
    scintillation: bool
    reduced_aperture: float
    amplitude: np.ndarray


@dataclass(frozen=True)
class Link:
    """Constants of the link budget and of link adaptation.

    Attributes
    ----------
    snr_at_no_loss_db : float
        EIRP density + handset gain - noise density: the SNR at a beam's peak without any loss.
    coupling_loss_at_0_snr_db : float
        Coupling loss is this minus the SNR in dB.
    bandwidth_mhz : float
        Bandwidth of a beam left to user data.
    rate_table : float32 array (entries, 2)
    shannon : float32 array (4,)
    mode : {0, 1}
        Which of the two the kernels read.
    policy : {0, 1}
        Equal time or equal rate.
    """

    snr_at_no_loss_db: float
    coupling_loss_at_0_snr_db: float
    bandwidth_mhz: float
    rate_table: np.ndarray
    shannon: np.ndarray
    mode: int
    policy: int


@dataclass(frozen=True)
class Scene:
    """A scenario in numbers, ready for trials; build it with `build_scene`."""

    scenario: Scenario
    satellites: geometry.Satellites
    centre_direction: np.ndarray
    beams: Beams
    placement: PlacementSettings
    environment: propagation.EnvironmentTables
    carrier: Carrier
    link: Link
    uplink_carrier: Carrier | None
    uplink: UplinkBudget | None

    @cached_property
    def coverage(self) -> Coverage:
        """The covered area."""
        return coverage(self.beams.grid, self.satellites)

    def layout(self) -> dict[str, np.ndarray]:
        """Coordinates of the beams for the result file, one value per beam of the layout."""
        return {
            "beam_u": self.beams.grid.uv[:, 0],
            "beam_v": self.beams.grid.uv[:, 1],
            "beam_colour": self.beams.colour.astype(np.int32),
            "beam_statistics": self.beams.statistics.astype(np.int8),
        }


def build_scene(scenario: Scenario) -> Scene:
    """Work out the constants of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Validated.

    Returns
    -------
    Scene
    """
    satellite = scenario.satellite
    altitude_m = satellite.altitude_km * 1e3
    centre_uv = geometry.centre_direction(altitude_m, satellite.elevation_deg)
    lattice = beam_grid.hexagonal_lattice(scenario.beams.count)[scenario.cells_on_earth()]
    grid = beam_grid.hexagonal_grid(lattice, scenario.beam_spacing_uv, centre_uv)
    centre = np.array([*centre_uv, math.sqrt(1.0 - centre_uv[0] ** 2 - centre_uv[1] ** 2)])
    placement = _placement(scenario)
    chord = _largest_chord(grid, placement, altitude_m)
    frequency_hz = satellite.frequency_ghz * 1e9
    return Scene(
        scenario=scenario,
        satellites=geometry.satellite_overhead(altitude_m),
        centre_direction=centre,
        beams=_beams(scenario, grid, centre),
        placement=placement,
        environment=propagation.environment_tables(scenario.channel.environment, frequency_hz),
        carrier=_carrier(scenario, frequency_hz, satellite.antenna_diameter_m, chord),
        link=_link(scenario),
        uplink_carrier=_uplink_carrier(scenario, chord),
        uplink=_uplink_budget(scenario),
    )


def _carrier(
    scenario: Scenario, frequency_hz: float, diameter_m: float, largest_chord: float
) -> Carrier:
    channel = scenario.channel
    ka = antenna.reduced_aperture(frequency_hz, diameter_m)
    return Carrier(
        frequency_hz=frequency_hz,
        zenith_gas_loss_db=(
            propagation.zenith_gas_loss_db(frequency_hz) if channel.gas_loss else 0.0
        ),
        scintillation=(
            channel.tropospheric_scintillation and frequency_hz >= SCINTILLATION_FROM_GHZ * 1e9
        ),
        reduced_aperture=ka,
        amplitude=antenna.amplitude_table(ka, largest_chord),
    )


def _uplink_carrier(scenario: Scenario, largest_chord: float) -> Carrier | None:
    frequency_ghz = scenario.satellite.uplink_frequency_ghz
    diameter_m = scenario.satellite.uplink_antenna_diameter_m
    if not scenario.uplink.enabled or frequency_ghz is None or diameter_m is None:
        return None
    return _carrier(scenario, frequency_ghz * 1e9, diameter_m, largest_chord)


def _uplink_budget(scenario: Scenario) -> UplinkBudget | None:
    uplink, handset, satellite = scenario.uplink, scenario.handset, scenario.satellite
    figures = (
        handset.transmit_power_dbm,
        handset.transmit_gain_dbi,
        satellite.g_over_t_db_per_k,
    )
    if not uplink.enabled or None in figures:
        return None
    power_dbm, gain_dbi, g_over_t_db_per_k = (float(figure or 0.0) for figure in figures)
    return UplinkBudget(
        largest_power_dbw=power_dbm - 30.0,
        transmit_gain_dbi=gain_dbi,
        g_over_t_db_per_k=g_over_t_db_per_k,
        beam_gain_dbi=satellite.antenna_gain_dbi,
        bandwidth_hz=uplink.bandwidth_mhz * 1e6,
        p0_dbw=uplink.p0_dbm - 30.0 if uplink.power_control == "fractional" else None,
        alpha=uplink.alpha,
    )


def _placement(scenario: Scenario) -> PlacementSettings:
    hotspots = scenario.users.hotspots
    if scenario.users.placement != "hotspots":
        return PlacementSettings(scenario.users_per_trial)
    return PlacementSettings(
        scenario.users_per_trial,
        hotspots.count,
        hotspots.radius_km * 1e3,
        scenario.hotspot_users,
    )


def _beams(scenario: Scenario, grid: beam_grid.BeamGrid, centre: np.ndarray) -> Beams:
    colours = scenario.colours
    colour = beam_grid.reuse_colours(grid.lattice, colours)
    order = np.argsort(colour, kind="stable")
    boresight = np.stack([*grid.uv.T, np.sqrt(1.0 - (grid.uv**2).sum(axis=1))])
    return Beams(
        grid=grid,
        colour=colour,
        statistics=np.arange(len(colour)) < scenario.beams.statistics_count,
        order=order,
        place=np.argsort(order),
        segment_start=np.searchsorted(colour[order], np.arange(colours + 1)).astype(np.int32),
        direction=(boresight - centre[:, None])[:, order],
        power=np.ones(len(colour), dtype=np.float32),
    )


def _largest_chord(
    grid: beam_grid.BeamGrid, placement: PlacementSettings, altitude_m: float
) -> float:
    """Largest chord between a boresight and a user's direction that a trial can meet."""
    w = np.sqrt(1.0 - (grid.uv**2).sum(axis=1))
    boresight = np.column_stack([grid.uv, w])
    radius = float(np.linalg.norm(boresight - boresight[0], axis=1).max())
    # A cell's corner is spacing/sqrt(3) from its boresight in u-v; the chord is longer by 1/w.
    corner = grid.spacing_uv / math.sqrt(3.0) / float(w.min())
    strayed = LARGEST_NORMAL * placement.hotspot_radius_m / altitude_m
    return 2.0 * (radius + corner) + corner + strayed


def _link(scenario: Scenario) -> Link:
    satellite, handset, link = scenario.satellite, scenario.handset, scenario.link
    noise_dbw_per_hz = link_budget.noise_density_dbw_per_hz(
        handset.noise_figure_db, handset.antenna_temperature_k
    )
    eirp_dbw_per_hz = satellite.eirp_density_dbw_per_mhz - 60.0
    use_shannon = link.adaptation == "truncated-shannon"
    return Link(
        snr_at_no_loss_db=eirp_dbw_per_hz + handset.antenna_gain_dbi - noise_dbw_per_hz,
        coupling_loss_at_0_snr_db=eirp_dbw_per_hz - satellite.antenna_gain_dbi - noise_dbw_per_hz,
        bandwidth_mhz=scenario.beam_bandwidth_hz / 1e6 * (1.0 - link.overhead),
        rate_table=(
            np.zeros((0, 2), dtype=np.float32)
            if use_shannon
            else link_adaptation.rate_table(link.adaptation, link.table, link.thresholds)
        ),
        shannon=(
            link_adaptation.truncated_shannon(link.shannon)
            if use_shannon
            else np.zeros(4, dtype=np.float32)
        ),
        mode=int(use_shannon),
        policy=("equal-time", "equal-rate").index(scenario.scheduler.policy),
    )
