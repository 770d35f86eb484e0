"""The radio of a scenario: carriers, budgets, link adaptation, limits on power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.engine.build.block_errors import processes, repaired_share, steps
from capest.engine.build.place_loss import Climates, depends_on_place, place_loss
from capest.engine.build.uplink_width import uplink_place_hz, widths_of
from capest.engine.build.weather import ionosphere_of, weather_of
from capest.engine.radio import (
    POLICIES,
    Carrier,
    Link,
    PowerLimits,
    Radio,
    Steering,
    Uplink,
    UplinkAccess,
)
from capest.geo.settlement_density import SURROUNDINGS
from capest.physics import (
    antenna,
    environment,
    link_adaptation,
    link_budget,
    resource_grid,
)
from capest.physics.clear_sky import clear_sky
from capest.physics.pattern_table import pattern_table
from capest.physics.patterns import PATTERNS
from capest.physics.propagation import free_space_loss_db
from capest.physics.sky_table import sky_table
from capest.physics.two_branches import combining_gain_db
from capest.physics.uplink_budget import UplinkBudget

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def carrier(
    scenario: Scenario, frequency_hz: float, diameter_m: float, largest_chord: float
) -> Carrier:
    """Work out what depends on a carrier; ``largest_chord`` bounds the pattern's table."""
    channel = scenario.channel
    ka = antenna.reduced_aperture(frequency_hz, diameter_m)
    return Carrier(
        frequency_hz=frequency_hz,
        sky=clear_sky(channel, ionosphere_of(scenario)),
        environment=environment.tables_of(
            environments_of(scenario), frequency_hz, channel.urban_sigma_db
        ),
        weather=weather_of(scenario, frequency_hz),
        reduced_aperture=ka,
        pattern=pattern_table(ka, largest_chord, beam_pattern(scenario, ka)),
    )


def beam_pattern(scenario: Scenario, ka: float) -> antenna.Pattern:
    """Pattern of a beam whose aperture has a reduced radius ``ka`` at its carrier."""
    satellite = scenario.satellite
    if satellite.antenna == "array":
        return antenna.planar_array(ka)
    # Of an uplink's aperture the beamwidth is not given: it goes with the inverse of ka.
    downlink_ka = antenna.reduced_aperture(
        satellite.frequency_ghz * 1e9, satellite.antenna_diameter_m
    )
    hpbw_deg = satellite.hpbw_deg * downlink_ka / ka
    beam = antenna.Beam(ka, hpbw_deg, satellite.antenna_gain_dbi)
    chosen: antenna.Pattern = PATTERNS.find(satellite.pattern)(beam)
    return chosen


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
        largest_power_dbw=power_dbm - handset.power_reduction_db - 30.0,
        transmit_gain_dbi=gain_dbi - _handset_loss_db(scenario),
        g_over_t_db_per_k=g_over_t_db_per_k,
        beam_gain_dbi=satellite.antenna_gain_dbi,
        bandwidth_hz=uplink_place_hz(scenario),
        p0_dbw=uplink.p0_dbm - 30.0 if uplink.power_control == "fractional" else None,
        alpha=uplink.alpha,
    )


def uplink_access(scenario: Scenario) -> UplinkAccess | None:
    """Work out how users share the uplink, ``None`` where its carrier is not known."""
    frequency_ghz, uplink = scenario.satellite.uplink_frequency_ghz, scenario.uplink
    if frequency_ghz is None:
        return None
    place_hz, beam_hz = uplink_place_hz(scenario), scenario.beam_bandwidth_hz
    user_hz = place_hz
    # As for the downlink: a truncated Shannon bound is stated per Hz of channel.
    if scenario.link.adaptation == "truncated-shannon":
        at_once = max(1, int(beam_hz / user_hz * (1.0 + 1e-9)))
    else:
        user_hz, at_once = resource_grid.users_at_once(
            user_hz, beam_hz, frequency_ghz * 1e9, scenario.carrier.guard_band
        )
    return UplinkAccess(
        user_hz / 1e6 * (1.0 - uplink.overhead) * repaired_share(scenario),
        at_once,
        widths_of(scenario, place_hz, at_once),
        uplink.control_share,
    )


def link_constants(scenario: Scenario) -> Link:
    """Work out the downlink's budget and link adaptation."""
    satellite, handset, link = scenario.satellite, scenario.handset, scenario.link
    noise_dbw_per_hz = link_budget.noise_density_dbw_per_hz(
        handset.noise_figure_db, handset.antenna_temperature_k
    )
    combining_db = combining_gain_db(handset.branches)
    eirp_dbw_per_hz = satellite.eirp_density_dbw_per_mhz - 60.0
    use_shannon = link.adaptation == "truncated-shannon"
    bandwidth_hz = scenario.beam_bandwidth_hz
    # A truncated Shannon bound is stated per Hz of channel, the NR tables per resource element.
    if not use_shannon:
        frequency_hz = satellite.frequency_ghz * 1e9
        bandwidth_hz = resource_grid.symbol_rate_hz(
            bandwidth_hz, frequency_hz, scenario.carrier.guard_band
        )
    return Link(
        snr_at_no_loss_db=(
            eirp_dbw_per_hz
            + handset.antenna_gain_dbi
            - _handset_loss_db(scenario)
            - noise_dbw_per_hz
            + combining_db
        ),
        # The coupling loss is that of one branch, the one that transmits.
        coupling_loss_at_0_snr_db=(
            eirp_dbw_per_hz - satellite.antenna_gain_dbi - noise_dbw_per_hz + combining_db
        ),
        bandwidth_mhz=bandwidth_hz / 1e6 * (1.0 - link.overhead) * repaired_share(scenario),
        adaptation=LinkAdaptation(
            rate_table=(np.zeros((0, 2), dtype=np.float32) if use_shannon else steps(scenario)),
            shannon=(
                link_adaptation.truncated_shannon(link.shannon)
                if use_shannon
                else np.zeros(4, dtype=np.float32)
            ),
            mode=int(use_shannon),
        ),
        policy=POLICIES[scenario.scheduler.policy],
        processes=processes(scenario),
    )


def _handset_loss_db(scenario: Scenario) -> float:
    """Loss at the handset, the same in both directions and part of the coupling loss."""
    return scenario.handset.body_loss_db + scenario.handset.polarisation_loss_db


def steering(scenario: Scenario) -> Steering:
    """Work out how beams look from all sides, for many satellites."""
    satellite = scenario.satellite
    frequency_hz = satellite.frequency_ghz * 1e9
    ka = antenna.reduced_aperture(frequency_hz, satellite.antenna_diameter_m)
    array = satellite.antenna == "array"
    # Beams of a layout have the EIRP that is given; those that are aimed at cells lose by their
    # angle, as the elements of an array do.
    aimed = scenario.has_constellation and scenario.cells.layout == "earth-fixed"
    loss_exponent = satellite.steering_loss_exponent if aimed else 0.0
    return Steering(
        reduced_aperture=ka,
        # Two satellites' directions to the Earth are never farther apart than these.
        pattern=pattern_table(ka, 2.0, beam_pattern(scenario, ka)),
        axial_weight=0.0 if array else 1.0,
        element_exponent=satellite.element_exponent if array else loss_exponent,
    )


def environments_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the environments that users may be in."""
    chosen = scenario.channel.environment
    return SURROUNDINGS if chosen == "by-place" else (chosen,)


def sky_of(scenario: Scenario, frequency_hz: float) -> np.ndarray:
    """Tabulate the loss of links to many satellites, see ``physics.sky_table``.

    Without the ionosphere where losses depend on the place (``radio.PlaceLoss``).
    """
    channel = scenario.channel
    return sky_table(
        environments_of(scenario),
        frequency_hz,
        channel.elevation_lookup,
        clear_sky(channel, "middle" if depends_on_place(scenario) else channel.ionosphere),
        channel.urban_sigma_db,
    )


def power_limits(scenario: Scenario) -> PowerLimits:
    """Limits on the power of beams."""
    satellite = scenario.satellite
    rejection_db = satellite.out_of_band_rejection_db
    out_of_band_dbw = satellite.out_of_band_pfd_limit_dbw_per_m2_mhz
    if out_of_band_dbw is not None:
        out_of_band_dbw += rejection_db
    return PowerLimits(
        satellite.pfd_limit_dbw_per_m2_mhz, satellite.rf_power_w, out_of_band_dbw, rejection_db
    )


def uplink_of(scenario: Scenario, uplink_carrier: Carrier | None) -> Uplink | None:
    """Work out the uplink whose users take turns, ``None`` where they do not."""
    budget, access = uplink_budget(scenario), uplink_access(scenario)
    if scenario.uplink_interference != "full-buffer" or None in (uplink_carrier, budget, access):
        return None
    assert access is not None
    # Full buffers fill what control leaves: all throughput is less by its share.
    left = access.user_bandwidth_mhz * (1.0 - access.control_share)
    return Uplink(
        uplink_carrier,  # type: ignore[arg-type]
        budget,  # type: ignore[arg-type]
        replace(access, user_bandwidth_mhz=left),
        scenario.uplink.drops,
        scenario.uplink.scheduled == "decodable",
    )


def radio_of(
    scenario: Scenario,
    link: Link,
    chord: float | None,
    climates: Climates | None,
    *,
    calls: bool,
) -> Radio:
    """Work out the radio of a scenario.

    Parameters
    ----------
    scenario : Scenario
    link : Link
        From `link_constants`.
    chord : float or None
        Largest chord between a boresight and a user's direction under one satellite; ``None`` for
        many.
    climates : Climates or None
        Of the cells of a region; ``None`` for a clear sky, and for one satellite.
    calls : bool
        Calls are heard in the uplink.

    Raises
    ------
    InputError
        If the library that the weather needs is not installed.
    """
    satellite = scenario.satellite
    frequency_hz = satellite.frequency_ghz * 1e9
    one_metre_db = link.snr_at_no_loss_db - float(free_space_loss_db(1.0, frequency_hz))
    down = up = of_place = up_of_place = None
    sky = sky_of(scenario, frequency_hz)
    if chord is not None:
        down = carrier(scenario, frequency_hz, satellite.antenna_diameter_m, chord)
        if scenario.uplink_interference != "off" or calls:
            up = uplink_carrier(scenario, chord)
    else:
        of_place, sky = place_loss(scenario, frequency_hz, climates, sky)
        if calls and satellite.uplink_frequency_ghz is not None:
            up_hz = satellite.uplink_frequency_ghz * 1e9
            up_of_place, _ = place_loss(scenario, up_hz, climates, sky_of(scenario, up_hz))
    density_w_per_mhz = 10.0 ** (
        0.1 * (satellite.eirp_density_dbw_per_mhz - satellite.antenna_gain_dbi)
    )
    return Radio(
        frequency_hz=frequency_hz,
        colours=scenario.colours,
        branches=scenario.handset.branches,
        polarisations=2 if scenario.beams.polarisation_reuse else 1,
        link=link,
        carrier=down,
        steering=steering(scenario),
        sky=sky,
        place_loss=of_place,
        uplink_place_loss=up_of_place,
        gain_at_one_metre=10.0 ** (one_metre_db * 0.1),
        eirp_density_dbw_per_mhz=satellite.eirp_density_dbw_per_mhz,
        beam_power_w=density_w_per_mhz * scenario.beam_bandwidth_hz / 1e6,
        limits=power_limits(scenario),
        transparent=satellite.payload == "transparent",
        gateway_elevation_deg=satellite.gateway_elevation_deg,
        uplink=uplink_of(scenario, up),
        call_carrier=up,
    )
