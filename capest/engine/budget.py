"""Link budgets of both directions, line by line (TR 38.821 clause 6.1.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.notes import altitudes_km
from capest.engine.build.radio import steering
from capest.engine.build.sent_power import beams_sent
from capest.engine.build.shared_power import shared_power
from capest.engine.build.space import space_of
from capest.engine.build.uplink_width import uplink_place_hz
from capest.engine.build.weather import ionosphere_of, weather_losses_db
from capest.errors import InputError
from capest.physics import geometry, link_budget, propagation
from capest.physics.clear_sky import clear_sky, sky_losses_db
from capest.physics.constants import (
    BOLTZMANN_DBW_PER_K_HZ,
    EARTH_RADIUS_M,
    SCINTILLATION_FROM_GHZ,
)
from capest.physics.two_branches import combining_gain_db
from capest.scenario.shell_tables import SHELL, base_payload, payloads_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class Budget:
    """A link budget; losses are positive.

    Attributes
    ----------
    link : {"DL", "UL"}
    elevation_deg, altitude_km, frequency_ghz, bandwidth_mhz : float
        Altitude of the satellite, the lowest of a constellation.
    eirp_dbm, g_over_t_db_per_k : float
    free_space_loss_db, gas_loss_db, shadow_margin_db : float
    scintillation_loss_db, weather_loss_db : float
        The latter is rain and cloud, and with them scintillation, of ``channel.weather``.
    polarisation_loss_db, body_loss_db : float
    steering_loss_db : float
        Of a beam aimed off the nadir, or of an array's elements: off the EIRP DL, off the G/T UL.
    pfd_reduction_db : float
        What ``satellite.pfd_limit_dbw_per_m2_mhz`` takes off a beam at this elevation; 0 UL.
    rf_power_reduction_db : float
        What ``satellite.rf_power_w`` takes off each beam when all are lit and stand at this
        elevation; 0 UL.
    power_reduction_db : float
        What the phone transmits below its largest power, ``handset.power_reduction_db``; 0 DL.
    combining_gain_db : float
        Of the phone's receive branches; 0 UL.
    cnr_db : float
    pfd_dbw_per_m2_mhz, out_of_band_pfd_dbw_per_m2_mhz : float or None
        Power-flux density of one beam where the user stands, in free space and after both limits;
        in neighbouring bands it is lower by ``satellite.out_of_band_rejection_db``. ``None`` UL.
    pfd_limit_dbw_per_m2_mhz, pfd_margin_db : float or None
        Limit, and how far the flux stays below it; ``None`` without one, and UL.
    beam_radiated_w, radiated_w : float or None
        Of one beam, and of all beams lit at once, in the whole carrier; ``None`` UL.
    rf_power_w : float or None
        Limit of the latter; ``None`` without one, and UL.
    """

    link: str
    elevation_deg: float
    altitude_km: float
    frequency_ghz: float
    bandwidth_mhz: float
    eirp_dbm: float
    g_over_t_db_per_k: float
    free_space_loss_db: float
    gas_loss_db: float
    shadow_margin_db: float
    scintillation_loss_db: float
    weather_loss_db: float
    polarisation_loss_db: float
    body_loss_db: float
    steering_loss_db: float
    pfd_reduction_db: float
    rf_power_reduction_db: float
    power_reduction_db: float
    combining_gain_db: float
    cnr_db: float
    pfd_dbw_per_m2_mhz: float | None = None
    pfd_limit_dbw_per_m2_mhz: float | None = None
    pfd_margin_db: float | None = None
    out_of_band_pfd_dbw_per_m2_mhz: float | None = None
    beam_radiated_w: float | None = None
    radiated_w: float | None = None
    rf_power_w: float | None = None


def budget(
    scenario: Scenario,
    link: str,
    elevation_deg: float,
    *,
    bandwidth_mhz: float | None = None,
    shadow_margin_db: float | None = None,
) -> Budget:
    """Work out the budget of a user at the peak of a beam.

    Below 6 GHz it has the ionospheric scintillation of TR 38.821 Table 6.1.3.2-1 (2.2 dB at 2 GHz)
    also where ``channel.ionosphere`` has trials do without, as the published budgets do. Weather
    is that of ``channel.exceeded_percent``; in a region, where each cell has its own, none counts.

    Parameters
    ----------
    scenario : Scenario
    link : {"DL", "UL"}
    elevation_deg : float
        Under which the user sees the satellite.
    bandwidth_mhz : float, optional
        The beam's (DL) or one user's (UL) if not given; one resource block's (UL) where each call
        has a width of its own.
    shadow_margin_db : float, optional
        TR 38.821 Table 6.1.3.2-1 if not given: 3 dB below 6 GHz (handheld), none above (VSAT).

    Returns
    -------
    Budget

    Raises
    ------
    InputError
        For an uplink whose figures the scenario does not have.
    """
    frequency_ghz, eirp_dbm_per_mhz, eirp_dbm, g_over_t_db_per_k = _ends(scenario, link)
    if bandwidth_mhz is None:
        down = link == "DL"
        bandwidth_mhz = (scenario.beam_bandwidth_hz if down else uplink_place_hz(scenario)) / 1e6
    if eirp_dbm is None:
        eirp_dbm = eirp_dbm_per_mhz + 10.0 * math.log10(bandwidth_mhz)
    frequency_hz = frequency_ghz * 1e9
    altitude_km = heights_km(scenario)[0]
    range_m = geometry.slant_range_m(altitude_km * 1e3, elevation_deg)
    steering_loss_db = _steering_loss_db(scenario, altitude_km, elevation_deg)
    sent = beams_sent(scenario, range_m, steering_loss_db) if link == "DL" else None
    if shadow_margin_db is None:
        shadow_margin_db = 0.0 if frequency_ghz >= SCINTILLATION_FROM_GHZ else 3.0
    losses = {
        "free_space_loss_db": float(propagation.free_space_loss_db(range_m, frequency_hz)),
        "shadow_margin_db": shadow_margin_db,
        **_sky_losses(scenario, frequency_hz, elevation_deg),
        "polarisation_loss_db": scenario.handset.polarisation_loss_db,
        "body_loss_db": scenario.handset.body_loss_db,
        "steering_loss_db": steering_loss_db,
        "pfd_reduction_db": 0.0 if sent is None else sent.pfd_reduction_db,
        "rf_power_reduction_db": 0.0 if sent is None else sent.rf_power_reduction_db,
        "power_reduction_db": 0.0 if link == "DL" else scenario.handset.power_reduction_db,
    }
    gain_db = combining_gain_db(scenario.handset.branches) if link == "DL" else 0.0
    noise_dbw_k = BOLTZMANN_DBW_PER_K_HZ + 10.0 * math.log10(bandwidth_mhz * 1e6)
    cnr_db = eirp_dbm - 30.0 + g_over_t_db_per_k + gain_db - sum(losses.values()) - noise_dbw_k
    return Budget(
        link=link,
        elevation_deg=elevation_deg,
        altitude_km=altitude_km,
        frequency_ghz=frequency_ghz,
        bandwidth_mhz=bandwidth_mhz,
        eirp_dbm=eirp_dbm,
        g_over_t_db_per_k=g_over_t_db_per_k,
        combining_gain_db=gain_db,
        cnr_db=cnr_db,
        **losses,
        **({} if sent is None else sent.figures),
    )


def heights_km(scenario: Scenario) -> tuple[float, float]:
    """Return the lowest and the highest altitude of the satellites.

    Those of a constellation at its start: element sets are not quite circular.

    Raises
    ------
    InputError
        If a catalogue cannot be read.
    """
    given_km = scenario.satellite.altitude_km
    if not scenario.has_constellation:
        return given_km, given_km
    # To the metre, as orbits are given to no more.
    found = altitudes_km(space_of(scenario.constellation, given_km).positions_m(0.0)).round(3)
    return (float(found.min()), float(found.max())) if found.size else (given_km, given_km)


def budget_notes(scenario: Scenario) -> tuple[str, ...]:
    """What a budget's reader should know of the satellite and the widths in it, one line each."""
    found = []
    low_km, high_km = heights_km(scenario)
    if low_km != high_km:
        found.append(
            f"for the lowest satellites, {low_km:g} km high; the highest stand at {high_km:g} km"
        )
    if any(each != base_payload(scenario) for each in payloads_of(scenario)):
        found.append(
            f"for the payload of [satellite]: those of [[{SHELL}]] have figures of their own, and "
            "a budget has one"
        )
    shared = shared_power(scenario)
    if shared is not None and shared.reduction_db > 0.0:
        found.append(
            f"radiated power: with all {shared.beams:,} beams lit {shared.wanted_w:,.0f} W are "
            f"wanted of satellite.rf_power_w = {shared.limit_w:g}; fewer lit beams lose less"
        )
    if scenario.chooses_uplink_width:
        place_mhz = uplink_place_hz(scenario) / 1e6
        found.append(
            'uplink.width = "least-share" gives each call a width of its own: the uplink is that '
            f"of one resource block, {place_mhz:g} MHz; at full power n blocks have 10 lg n dB less"
        )
    return tuple(found)


def _steering_loss_db(scenario: Scenario, altitude_km: float, elevation_deg: float) -> float:
    """Loss of a beam towards a user by its angle off the nadir (law of sines)."""
    sine = math.cos(math.radians(elevation_deg)) / (1.0 + altitude_km * 1e3 / EARTH_RADIUS_M)
    exponent = steering(scenario).element_exponent
    return -5.0 * exponent * math.log10(1.0 - sine * sine) + 0.0


def _ends(scenario: Scenario, link: str) -> tuple[float, float, float | None, float]:
    """Carrier in GHz, EIRP density in dBm/MHz or EIRP in dBm, and G/T of a link."""
    satellite, handset = scenario.satellite, scenario.handset
    if link == "DL":
        g_over_t_db_per_k = link_budget.g_over_t_db_per_k(
            handset.antenna_gain_dbi, handset.noise_figure_db, handset.antenna_temperature_k
        )
        density_dbm = satellite.eirp_density_dbw_per_mhz + 30.0
        return satellite.frequency_ghz, density_dbm, None, g_over_t_db_per_k
    figures = {
        "satellite.uplink_frequency_ghz": satellite.uplink_frequency_ghz,
        "satellite.g_over_t_db_per_k": satellite.g_over_t_db_per_k,
        "handset.transmit_power_dbm": handset.transmit_power_dbm,
        "handset.transmit_gain_dbi": handset.transmit_gain_dbi,
    }
    missing = [key for key, value in figures.items() if value is None]
    if missing:
        raise InputError(f"the uplink budget needs {', '.join(missing)} in the scenario")
    frequency_ghz, g_over_t_db_per_k, power_dbm, gain_dbi = (
        float(value) for value in figures.values() if value is not None
    )
    return frequency_ghz, 0.0, power_dbm + gain_dbi, g_over_t_db_per_k


def _sky_losses(scenario: Scenario, frequency_hz: float, elevation_deg: float) -> dict[str, float]:
    channel = scenario.channel
    sine = math.sin(math.radians(elevation_deg))
    latitudes = "high" if ionosphere_of(scenario) == "high" else "equatorial"
    weather = channel.weather != "clear" and not scenario.weather_is_of_cells
    sky = clear_sky(channel, latitudes)
    losses = sky_losses_db(sky, frequency_hz, np.float64(sine), np, weather=weather)
    found = {line: float(loss_db) for line, loss_db in losses.items()}
    if not weather:
        return {**found, "weather_loss_db": 0.0}
    gas_db, total_db = weather_losses_db(scenario, frequency_hz, elevation_deg)
    return {**found, "gas_loss_db": gas_db, "weather_loss_db": total_db - gas_db}
