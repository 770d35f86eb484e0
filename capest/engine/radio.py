"""Constants of the links of a scenario: carriers, budgets, link adaptation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.physics import (
    antenna,
    environment,
    link_adaptation,
    link_budget,
    propagation,
    resource_grid,
    weather,
)
from capest.physics.constants import SCINTILLATION_FROM_GHZ
from capest.physics.pattern_table import pattern_table
from capest.physics.uplink_budget import UplinkBudget

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


EQUAL_TIME, EQUAL_RATE, MAX_CI = 0, 1, 2

POLICIES = {
    "equal-time": EQUAL_TIME,
    "equal-rate": EQUAL_RATE,
    "max-ci": MAX_CI,
    # Highest ratio of rate now to rate so far: without fading and with full buffers the ratios of a
    # beam's users become equal when each has had the same time (Tse and Viswanath, "Fundamentals of
    # Wireless Communication", 2005, section 6.7.1).
    "proportional-fair": EQUAL_TIME,
}
"""Number of each policy."""


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
    ionospheric_loss_db : float
    environment : EnvironmentTables
    weather : WeatherTable or None
        Loss of gas, rain, cloud and scintillation; ``None`` for the clear sky of TR 38.811.
    reduced_aperture : float
        Wavenumber × radius of the satellite's aperture.
    pattern : float32 array (n, 2)
        Of a beam, see ``pattern_table.pattern_table``.
    """

    frequency_hz: float
    zenith_gas_loss_db: float
    scintillation: bool
    ionospheric_loss_db: float
    environment: environment.EnvironmentTables
    weather: weather.WeatherTable | None
    reduced_aperture: float
    pattern: np.ndarray


@dataclass(frozen=True)
class Link:
    """Constants of the link budget and of link adaptation.

    Attributes
    ----------
    snr_at_no_loss_db : float
        EIRP density + handset gain and losses - noise density: the SNR at a beam's peak without
        any loss on the way.
    coupling_loss_at_0_snr_db : float
        Coupling loss is this minus the SNR in dB.
    bandwidth_mhz : float
        Bandwidth of a beam left to user data: without guard bands, cyclic prefix and overhead.
    adaptation : LinkAdaptation
        As the kernels take it, on the host.
    policy : {0, 1, 2}
        One of `POLICIES`.
    """

    snr_at_no_loss_db: float
    coupling_loss_at_0_snr_db: float
    bandwidth_mhz: float
    adaptation: LinkAdaptation
    policy: int


@dataclass(frozen=True)
class UplinkAccess:
    """How the users of a beam share its uplink.

    Attributes
    ----------
    user_bandwidth_mhz : float
        Bandwidth of a transmitting user left to its data: without cyclic prefix and overhead.
    users_at_once : int
        Users that transmit at the same time beside each other.
    """

    user_bandwidth_mhz: float
    users_at_once: int


def carrier(
    scenario: Scenario, frequency_hz: float, diameter_m: float, largest_chord: float
) -> Carrier:
    """Work out what depends on a carrier; ``largest_chord`` bounds the pattern's table."""
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
        ionospheric_loss_db=propagation.ionospheric_scintillation_db(
            frequency_hz, channel.ionosphere
        ),
        environment=environment.environment_tables(channel.environment, frequency_hz),
        weather=weather_of(scenario, frequency_hz),
        reduced_aperture=ka,
        pattern=pattern_table(ka, largest_chord, beam_pattern(scenario, ka)),
    )


def beam_pattern(scenario: Scenario, ka: float) -> antenna.Pattern:
    """Pattern of a beam whose aperture has a reduced radius ``ka`` at its carrier."""
    satellite = scenario.satellite
    if satellite.antenna == "array":
        return antenna.planar_array(ka)
    if satellite.pattern == "bessel":
        return antenna.dish(ka)
    # Of an uplink's aperture the beamwidth is not given: it goes with the inverse of ka.
    downlink_ka = antenna.reduced_aperture(
        satellite.frequency_ghz * 1e9, satellite.antenna_diameter_m
    )
    return antenna.s1528_leo(satellite.hpbw_deg * downlink_ka / ka, satellite.antenna_gain_dbi)


def weather_of(scenario: Scenario, frequency_hz: float) -> weather.WeatherTable | None:
    """Tabulate the weather of a carrier, ``None`` for a clear sky.

    Raises
    ------
    InputError
        If the library it needs is not installed.
    """
    channel = scenario.channel
    place = _place(scenario)
    if place is None:
        return None
    percent = channel.exceeded_percent if channel.weather == "exceeded" else None
    return weather.weather_table(place, frequency_hz, percent)


def weather_losses_db(
    scenario: Scenario, frequency_hz: float, elevation_deg: float
) -> tuple[float, float]:
    """Loss by gas and in total of one elevation, exceeded ``channel.exceeded_percent``.

    Raises
    ------
    InputError
        If the library it needs is not installed.
    """
    place = _place(scenario)
    if place is None:
        return 0.0, 0.0
    gas_db, total_db = weather.losses_db(
        place, frequency_hz, np.array([elevation_deg]), scenario.channel.exceeded_percent
    )
    return float(gas_db[0]), float(total_db[0])


def _place(scenario: Scenario) -> weather.Place | None:
    channel, handset = scenario.channel, scenario.handset
    if channel.weather == "clear":
        return None
    if channel.latitude_deg is None or channel.longitude_deg is None:
        return None
    frequency_hz = scenario.satellite.frequency_ghz * 1e9
    return weather.Place(
        channel.latitude_deg,
        channel.longitude_deg,
        weather.antenna_diameter_m(handset.antenna_gain_dbi, frequency_hz),
        channel.gas_loss,
        channel.tropospheric_scintillation,
    )


def uplink_carrier(scenario: Scenario, largest_chord: float) -> Carrier | None:
    """Return the uplink's carrier, ``None`` where its figures are lacking."""
    frequency_ghz = scenario.satellite.uplink_frequency_ghz
    diameter_m = scenario.satellite.uplink_antenna_diameter_m
    if frequency_ghz is None or diameter_m is None:
        return None
    return carrier(scenario, frequency_ghz * 1e9, diameter_m, largest_chord)


def uplink_budget(scenario: Scenario) -> UplinkBudget | None:
    """Return the uplink's budget, ``None`` where its figures are lacking."""
    uplink, handset, satellite = scenario.uplink, scenario.handset, scenario.satellite
    figures = (
        handset.transmit_power_dbm,
        handset.transmit_gain_dbi,
        satellite.g_over_t_db_per_k,
    )
    if None in figures:
        return None
    power_dbm, gain_dbi, g_over_t_db_per_k = (float(figure or 0.0) for figure in figures)
    return UplinkBudget(
        largest_power_dbw=power_dbm - 30.0,
        transmit_gain_dbi=gain_dbi - _handset_loss_db(scenario),
        g_over_t_db_per_k=g_over_t_db_per_k,
        beam_gain_dbi=satellite.antenna_gain_dbi,
        bandwidth_hz=uplink.bandwidth_mhz * 1e6,
        p0_dbw=uplink.p0_dbm - 30.0 if uplink.power_control == "fractional" else None,
        alpha=uplink.alpha,
    )


def uplink_access(scenario: Scenario) -> UplinkAccess | None:
    """Work out how users share the uplink, ``None`` where its carrier is not known."""
    frequency_ghz, uplink = scenario.satellite.uplink_frequency_ghz, scenario.uplink
    if frequency_ghz is None:
        return None
    user_hz, beam_hz = uplink.bandwidth_mhz * 1e6, scenario.beam_bandwidth_hz
    # As for the downlink: a truncated Shannon bound is stated per Hz of channel.
    if scenario.link.adaptation == "truncated-shannon":
        at_once = max(1, int(beam_hz / user_hz * (1.0 + 1e-9)))
    else:
        user_hz, at_once = resource_grid.users_at_once(user_hz, beam_hz, frequency_ghz * 1e9)
    return UplinkAccess(user_hz / 1e6 * (1.0 - uplink.overhead), at_once)


def link_constants(scenario: Scenario) -> Link:
    """Work out the downlink's budget and link adaptation."""
    satellite, handset, link = scenario.satellite, scenario.handset, scenario.link
    noise_dbw_per_hz = link_budget.noise_density_dbw_per_hz(
        handset.noise_figure_db, handset.antenna_temperature_k
    )
    eirp_dbw_per_hz = satellite.eirp_density_dbw_per_mhz - 60.0
    use_shannon = link.adaptation == "truncated-shannon"
    bandwidth_hz = scenario.beam_bandwidth_hz
    # A truncated Shannon bound is stated per Hz of channel, the NR tables per resource element.
    if not use_shannon:
        frequency_hz = satellite.frequency_ghz * 1e9
        bandwidth_hz = resource_grid.symbol_rate_hz(bandwidth_hz, frequency_hz)
    return Link(
        snr_at_no_loss_db=(
            eirp_dbw_per_hz
            + handset.antenna_gain_dbi
            - _handset_loss_db(scenario)
            - noise_dbw_per_hz
        ),
        coupling_loss_at_0_snr_db=eirp_dbw_per_hz - satellite.antenna_gain_dbi - noise_dbw_per_hz,
        bandwidth_mhz=bandwidth_hz / 1e6 * (1.0 - link.overhead),
        adaptation=LinkAdaptation(
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
        ),
        policy=POLICIES[scenario.scheduler.policy],
    )


def _handset_loss_db(scenario: Scenario) -> float:
    """Loss at the handset, the same in both directions and part of the coupling loss."""
    return scenario.handset.body_loss_db + scenario.handset.polarisation_loss_db
