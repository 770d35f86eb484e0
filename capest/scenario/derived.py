"""What follows from the keys of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.allocation.cells import parts_of
from capest.allocation.cells.limits.band import beams_of_feeder
from capest.allocation.cells.limits.power import beams_at_full_power
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.physics.look_angles import bearing_of_centre_deg, earth_angle_deg, place_at_deg
from capest.scenario import cell_width, layout_fit
from capest.scenario.choices import KNOW_DEMAND
from capest.scenario.service_classes import (
    all_are_calls,
    kinds_of_service,
    service_classes,
)

if TYPE_CHECKING:
    from capest.scenario import sections

BEAMS_AT_ONCE = 19
"""Beams a satellite of a constellation lights at once where neither file nor preset says."""


FRAME_SLOTS = 64
"""Slots of a frame where none are given."""

UPLINK_MHZ = 0.36
"""Bandwidth of a user where no call decides and nothing is given: TR 38.821 Table 6.1.3.2-1."""

DEMAND_MBPS = 1.0
"""What a user wants over a frame where nothing is given."""


def slots_of(allocation: str, slots: int | None) -> int:
    """Slots of a trial: given, or a moment of beams all lit or drawn, or a frame."""
    if slots is not None:
        return slots
    return 1 if allocation in ("all-on", "random") else FRAME_SLOTS


def is_frame(allocation: str, slots: int | None, demand_mbps: float | None) -> bool:
    """Tell whether a trial plays a frame in which users have a demand.

    Else it looks at a moment in which users take what they are given.
    """
    planned = slots_of(allocation, slots) > 1 or allocation in KNOW_DEMAND
    return planned or demand_mbps is not None


def users_per_trial(placement: str, per_beam: int, count: int | None, beams: int) -> int:
    """Users of one trial, as `users.placement` counts them."""
    return per_beam * beams if placement == "beam" or count is None else count


class Derived:
    """Quantities of a scenario that has its sections as attributes."""

    if TYPE_CHECKING:
        satellite: sections.SatelliteSettings
        beams: sections.BeamSettings
        carrier: sections.CarrierSettings
        cells: sections.CellSettings
        constellation: sections.ConstellationSettings
        region: sections.RegionSettings
        users: sections.UserSettings
        service: sections.ServiceSettings
        uplink: sections.UplinkSettings
        run: sections.RunSettings
        rules: str
        channel: sections.ChannelSettings

        @property
        def uplink_interference(self) -> str:
            """What interferes in the uplink: "load", "full-buffer" or "off"."""
            ...

        @property
        def has_constellation(self) -> bool:
            """Whether many satellites serve a region, not one its own layout of beams."""
            ...

    @property
    def weather_place_deg(self) -> tuple[float, float] | None:
        """Latitude and longitude where one satellite's users have their weather.

        Given, or the middle of the cells of a satellite whose place is known.
        """
        channel, satellite = self.channel, self.satellite
        if channel.latitude_deg is not None and channel.longitude_deg is not None:
            return channel.latitude_deg, channel.longitude_deg
        if satellite.latitude_deg is None or satellite.longitude_deg is None:
            return None
        away = earth_angle_deg(satellite.altitude_km * 1e3, satellite.elevation_deg)
        bearing = bearing_of_centre_deg(satellite.latitude_deg, away, satellite.azimuth_deg)
        return place_at_deg(satellite.latitude_deg, satellite.longitude_deg, bearing, away)

    @property
    def weather_is_of_cells(self) -> bool:
        """Each cell of a region has weather of its own, so that a scenario has not one."""
        return self.has_constellation and self.channel.weather != "clear"

    @property
    def uplink_takes_turns(self) -> bool:
        """Users of one satellite send in turn all the time, so that the uplink has a throughput."""
        return not self.has_constellation and self.uplink_interference == "full-buffer"

    @property
    def user_bandwidth_mhz(self) -> float:
        """Bandwidth in which a user transmits whose width does not go by its call."""
        given = self.uplink.bandwidth_mhz
        return UPLINK_MHZ if given is None else given

    @property
    def chooses_uplink_width(self) -> bool:
        """Whether each phone gets the width that carries its call with least of the beam."""
        if self.uplink.width == "fixed" or self.uplink_interference == "full-buffer":
            return False
        service = self.service
        return kinds_of_service(service.mix, service.downlink_kbps, service.guaranteed)[0]

    @property
    def beam_count(self) -> int:
        """Beams of one satellite's layout, without those that lie beyond the Earth's edge."""
        return sum(self.cells_on_earth())

    @property
    def workers_sharing_a_gpu(self) -> int:
        """Processes that keep a GPU busy.

        Trials of a constellation find satellites in reach and assign them to cells on
        the processor: four processes keep a GPU busier than one. Their memory must fit it together.
        """
        return 4 if self.has_constellation else 1

    @property
    def beams_at_once(self) -> int:
        """Beams a satellite lights at once: given, or 19 in a constellation, all of one satellite.

        No more than the feeder link has room for, and, if asked, than run at full EIRP. Of one
        satellite that lights all beams, and of satellite-fixed beams, it is not read.
        """
        given = self.satellite.beams_at_once
        if given is None:
            given = BEAMS_AT_ONCE if self.has_constellation else self.beam_count
        satellite = self.satellite
        return self.beams_within_limits(
            given,
            satellite.feeder_bandwidth_mhz,
            satellite.rf_power_w,
            satellite.eirp_density_dbw_per_mhz - satellite.antenna_gain_dbi,
        )

    def beams_within_limits(
        self, beams: int, feeder_mhz: float | None, rf_power_w: float | None, beam_dbw: float
    ) -> int:
        """Beams of a payload that its feeder link and, if asked, its power leave.

        Parameters
        ----------
        beams : int
            That it lights at once without these limits.
        feeder_mhz, rf_power_w : float or None
            Bandwidth of its feeder link, and power that it radiates at most.
        beam_dbw : float
            Power that a beam radiates at full EIRP, dBW/MHz.
        """
        channel_mhz = self.beam_bandwidth_hz / 1e6
        if feeder_mhz is not None and self.satellite.payload == "transparent":
            beams = min(beams, beams_of_feeder(feeder_mhz, channel_mhz))
        if rf_power_w is not None and self.satellite.power_limit == "fewer-beams":
            beam_w = 10.0 ** (0.1 * beam_dbw) * channel_mhz
            beams = min(beams, beams_at_full_power(rf_power_w, beam_w))
        return beams

    @property
    def assignment_parts(self) -> tuple[str, str] | None:
        """Order and preference by which satellites and cells match; ``None`` without parts."""
        cells = self.cells
        return parts_of(cells.assignment, cells.order, cells.preference)

    @property
    def cells_at_once(self) -> int:
        """Cells of a region that a satellite holds at most: lit all the time, or in turn."""
        return self.beams_at_once * self.most_cells_per_beam

    @property
    def most_cells_per_beam(self) -> int:
        """Cells that a satellite may hold for each beam that it lights at once."""
        if self.beams.allocation == "all-on":
            return 1
        return self.slots if self.covers_first else self.beams.cells_per_beam

    @property
    def search_moves(self) -> int | None:
        """Moves that local search tries; ``None`` where the assignment stays as it is."""
        searched = self.cells.refinement == "local-search" and not self.covers_first
        return self.cells.moves if searched and self._lights_cells_all_the_time else None

    @property
    def beams_per_cell(self) -> int:
        """Beams that a cell has at most: one, where cells take turns or lie under a layout."""
        return self.cells.beams_per_cell if self._lights_cells_all_the_time else 1

    @property
    def _lights_cells_all_the_time(self) -> bool:
        aimed = self.has_constellation and self.cells.layout == "earth-fixed"
        return aimed and self.beams.allocation == "all-on"

    @property
    def covers_first(self) -> bool:
        """Whether every cell that a frame can light is lit before anything else is maximised."""
        aimed = self.has_constellation and self.cells.layout == "earth-fixed"
        return aimed and self.cells.objective == "coverage"

    @property
    def slots(self) -> int:
        """Slots of a trial, 1 for a moment."""
        return slots_of(self.beams.allocation, self.beams.slots)

    @property
    def has_frame(self) -> bool:
        """Whether a trial plays a frame of slots in which users have a demand."""
        beams, service, demand_mbps = self.beams, self.service, self.users.demand_mbps
        if all_are_calls(service.mix, service.downlink_kbps, service.guaranteed):
            demand_mbps = None  # nobody reads it
        return is_frame(beams.allocation, beams.slots, demand_mbps)

    @property
    def demand_mbps(self) -> float:
        """What a user without a guaranteed rate wants over a frame."""
        given = self.users.demand_mbps
        return DEMAND_MBPS if given is None else given

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
        """Users of one trial, over all beams; 0 where the people of the ground decide."""
        users = self.users
        if self.has_constellation or users.devices_per_person is not None:
            return users.count or 0
        return users_per_trial(users.placement, users.per_beam, users.count, self.beam_count)

    @property
    def mean_activity(self) -> float:
        """Probability that a user asks for a service in a trial, mean over a mix; 1 without one."""
        classes = service_classes(self.service, self.rules)
        return sum(each.share * each.activity for each in classes) if classes else 1.0

    @property
    def hotspot_users(self) -> int:
        """Users of one trial that belong to hotspots, where users are placed in hotspots."""
        return round(self.users_per_trial * self.users.hotspots.share)

    @property
    def colours(self) -> int:
        """Sets of beams that do not interfere: frequencies times polarisations."""
        return self.beams.frequency_reuse * (2 if self.beams.polarisation_reuse else 1)

    @property
    def beam_bandwidth_hz(self) -> float:
        """Bandwidth of one beam in Hz."""
        return self.carrier.bandwidth_mhz * 1e6 / self.beams.frequency_reuse

    @property
    def cell_diameter_km(self) -> float | None:
        """Distance of neighbouring cells' centres, given or that of the beams straight below.

        ``None`` where the objects of a catalogue say it: nobody knows how high they are before the
        file is read.
        """
        if self.cells.diameter_km is not None:
            return self.cells.diameter_km
        if self.cells.diameter_from == "satellite":
            return self.beam_spacing_uv * self.satellite.altitude_km
        return cell_width.narrowest_km(
            self.constellation, self.beam_spacing_uv, self.beams.spacing_uv is not None
        )

    @property
    def guard_km(self) -> float:
        """How far from the region's cells others are served without being counted; 0: nowhere."""
        given = self.region.guard_km
        return 0.0 if given is None else given

    @property
    def beam_spacing_uv(self) -> float:
        """Distance of neighbouring beams in direction cosines, given or from the beamwidth."""
        given = self.beams.spacing_uv
        return spacing_from_hpbw(self.satellite.hpbw_deg) if given is None else given
