"""The radio of a world in numbers: carriers, budgets, link adaptation, limits on power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.physics import environment, weather
from capest.physics.clear_sky import ClearSky
from capest.physics.harq import HarqProcesses
from capest.physics.uplink_budget import UplinkBudget
from capest.physics.weather_of_places import ClimateTable

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
    sky : mapping
        What counts of the clear sky, see ``clear_sky.clear_sky``.
    environment : EnvironmentTables
    weather : WeatherTable or None
        Loss of gas, rain, cloud and scintillation; ``None`` for the clear sky of TR 38.811.
    reduced_aperture : float
        Wavenumber × radius of the satellite's aperture.
    pattern : float32 array (n, 2)
        Of a beam, see ``pattern_table.pattern_table``.
    """

    frequency_hz: float
    sky: ClearSky
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
        any loss on the way, of all receive branches together.
    coupling_loss_at_0_snr_db : float
        Coupling loss, of one branch, is this minus the SNR in dB.
    bandwidth_mhz : float
        Bandwidth of a beam left to user data: without guard bands, cyclic prefix and overhead.
    adaptation : LinkAdaptation
        As the kernels take it, on the host.
    policy : {0, 1, 2}
        One of `POLICIES`.
    processes : HarqProcesses or None
        ``None`` where nothing bounds a user's share of the time.
    """

    snr_at_no_loss_db: float
    coupling_loss_at_0_snr_db: float
    bandwidth_mhz: float
    adaptation: LinkAdaptation
    policy: int
    processes: HarqProcesses | None = None


@dataclass(frozen=True)
class UplinkAccess:
    """How the users of a beam share its uplink.

    Attributes
    ----------
    user_bandwidth_mhz : float
        Bandwidth of a place left to a user's data: without cyclic prefix and overhead.
    users_at_once : int
        Places beside each other.
    widths : tuple of int
        Of how many places beside each other a user may have all, ascending.
    control_share : float
        Share of all places that control and random access take.
    """

    user_bandwidth_mhz: float
    users_at_once: int
    widths: tuple[int, ...] = (1,)
    control_share: float = 0.0


@dataclass(frozen=True)
class Steering:
    """How a satellite's beam looks from all sides, for many satellites.

    Attributes
    ----------
    reduced_aperture : float
        Wavenumber × radius of the satellites' aperture.
    pattern : float32 array (n, 2)
        Of a beam, see ``pattern_table.pattern_table``.
    axial_weight, element_exponent : float
        1 and the exponent of the steering loss for a dish, which is 0 for beams of a layout; 0 and
        the exponent of the elements for a planar array.
    """

    reduced_aperture: float
    pattern: np.ndarray
    axial_weight: float
    element_exponent: float


@dataclass(frozen=True)
class PowerLimits:
    """What turns beams down; ``None`` where there is no such limit.

    Attributes
    ----------
    pfd_dbw_per_m2_mhz : float or None
        On the power-flux density of each beam where it meets the ground.
    rf_power_w : float or None
        On the radiated power of a satellite.
    out_of_band_pfd_dbw_per_m2_mhz : float or None
        On what all satellites send in band together, the rejection of neighbouring bands added.
    out_of_band_rejection_db : float
        How far emissions in neighbouring bands lie below those in band.
    """

    pfd_dbw_per_m2_mhz: float | None = None
    rf_power_w: float | None = None
    out_of_band_pfd_dbw_per_m2_mhz: float | None = None
    out_of_band_rejection_db: float = 0.0

    @property
    def are_set(self) -> bool:
        """Whether there is any limit."""
        limits = (self.pfd_dbw_per_m2_mhz, self.rf_power_w, self.out_of_band_pfd_dbw_per_m2_mhz)
        return limits != (None, None, None)


@dataclass(frozen=True)
class Uplink:
    """The uplink of a satellite whose receive beams are known.

    Attributes
    ----------
    carrier : Carrier
    budget : UplinkBudget
    access : UplinkAccess
    drops : int
        Scheduling drops of a trial.
    only_heard : bool
        Users whose SNR is too low even alone take no turns.
    """

    carrier: Carrier
    budget: UplinkBudget
    access: UplinkAccess
    drops: int
    only_heard: bool


@dataclass(frozen=True)
class PlaceLoss:
    """What the sky takes of a carrier under many satellites, where it depends on the place.

    Attributes
    ----------
    ionosphere_db : float64 array (3,)
        Scintillation in the zones of ``physics.geomagnetic``.
    weather : ClimateTable or None
        Loss of gas, rain, cloud and scintillation of each climate; ``None`` for a clear sky.
    code : uint8 array (climates, levels)
        Which curve of the sky table runs as that of a climate and a percentage of time: the row of
        a user is the code times ``environments`` plus its environment, and code 0 is the clear sky.
    environments : int
    """

    ionosphere_db: np.ndarray
    weather: ClimateTable | None
    code: np.ndarray
    environments: int


@dataclass(frozen=True)
class Radio:
    """The radio of all satellites and users.

    Attributes
    ----------
    frequency_hz : float
    colours : int
        Of the frequency reuse.
    branches : {1, 2}
        Receive branches of a phone; the link's budget is that of both together.
    polarisations : {1, 2}
        2: colours 2k and 2k + 1 are polarisations of one frequency.
    link : Link
    carrier : Carrier or None
        Of the downlink of one satellite, for the loss of each user; ``None`` for many.
    steering : Steering
    sky : float32 array (rows, entries, 6)
        See ``physics.sky_table``: the loss of many satellites' links. Rows are environments under a
        clear sky, and those of `PlaceLoss` after them.
    place_loss : PlaceLoss or None
        What of that loss depends on the place; ``None`` where nothing does.
    uplink_place_loss : PlaceLoss or None
        The same for the uplink's carrier, for which ``sky`` is not.
    gain_at_one_metre : float
        Power received outdoors at a beam's peak over 1 m of free space, in units of the noise.
    eirp_density_dbw_per_mhz : float
    beam_power_w : float
        Radiated by a beam at its full EIRP density: density × bandwidth / gain.
    limits : PowerLimits
    transparent : bool
        The feeder link adds to the delay.
    gateway_elevation_deg : float
    uplink : Uplink or None
        ``None`` where the users of one satellite take no turns.
    call_carrier : Carrier or None
        Of the uplink, where calls are heard by receive beams that are known.
    """

    frequency_hz: float
    colours: int
    branches: int
    polarisations: int
    link: Link
    carrier: Carrier | None
    steering: Steering
    sky: np.ndarray
    place_loss: PlaceLoss | None
    uplink_place_loss: PlaceLoss | None
    gain_at_one_metre: float
    eirp_density_dbw_per_mhz: float
    beam_power_w: float
    limits: PowerLimits
    transparent: bool
    gateway_elevation_deg: float
    uplink: Uplink | None
    call_carrier: Carrier | None

    @property
    def own_carrier(self) -> Carrier:
        """The carrier of one satellite's downlink; ValueError for many."""
        if self.carrier is None:
            raise ValueError("the losses of many satellites' links are tabulated, not computed")
        return self.carrier
