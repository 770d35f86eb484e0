"""A constellation over a region in numbers: what stays the same in all trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.network import notes
from capest.engine.network.ground import Ground, ground_of
from capest.engine.network.space import Space, space_of
from capest.engine.radio import Link, beam_pattern, link_constants
from capest.engine.service_constants import Services, services_of
from capest.errors import InputError
from capest.geo import data
from capest.geo.settlement_density import SURROUNDINGS
from capest.physics import antenna, beam_grid
from capest.physics.constants import EARTH_RADIUS_M, SCINTILLATION_FROM_GHZ
from capest.physics.pattern_table import pattern_table
from capest.physics.propagation import free_space_loss_db
from capest.physics.sky_table import sky_table

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class NetworkScene:
    """A constellation over a region; build it with `build_network_scene`.

    Attributes
    ----------
    scenario : Scenario
    space : Space
    ground : Ground
    link : Link
    gain_at_one_metre : float
        Power received outdoors at a beam's peak over 1 m of free space, in units of the noise.
    frequency_hz : float
    reduced_aperture : float
        Wavenumber × radius of the satellites' aperture.
    pattern : float32 array (n, 2)
        Of a beam, see ``pattern_table.pattern_table``.
    sky : float32 array (environments, entries, 6)
        See ``physics.sky_table``.
    grid : BeamGrid
        Layout of satellite-fixed beams, around the nadir.
    grid_colour : int array (beams,)
    services : Services or None
    """

    scenario: Scenario
    space: Space
    ground: Ground
    link: Link
    gain_at_one_metre: float
    frequency_hz: float
    reduced_aperture: float
    pattern: np.ndarray
    sky: np.ndarray
    grid: beam_grid.BeamGrid
    grid_colour: np.ndarray
    services: Services | None

    @property
    def steering(self) -> tuple[float, float]:
        """Axial weight and element exponent of the kernel: a dish, or a planar array."""
        satellite = self.scenario.satellite
        return (0.0, satellite.element_exponent) if satellite.antenna == "array" else (1.0, 0.0)

    def layout(self) -> dict[str, np.ndarray]:
        """Coordinates of cells and satellites for the result file."""
        tiling = self.ground.cells
        codes = np.array([*data.countries().alpha2, "--"])
        return {
            "cell_latitude": np.asarray(tiling.lat_deg),
            "cell_longitude": np.asarray(tiling.lon_deg),
            "cell_area": np.full(len(tiling.lat_deg), tiling.area_km2),
            **({} if self.ground.people is None else {"cell_people": self.ground.people}),
            "cell_colour": self.ground.colour.astype(np.int32),
            "cell_country": codes[self.ground.country],
            "satellite_group": self.space.group,
        }

    @property
    def users_per_trial(self) -> int:
        """Users of one trial."""
        return self.ground.users_per_trial

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the region, one line each."""
        window_s = 3600.0 * self.scenario.constellation.window_h
        of_services = () if self.services is None else self.services.notes
        of_space = self.space.notes(window_s) + self._notes_of_choices
        return self.ground.notes + of_space + of_services

    @property
    def _notes_of_choices(self) -> tuple[str, ...]:
        """What heights of satellites say of the assignment and of the cells."""
        cells = self.scenario.cells
        if cells.layout == "satellite-fixed":
            return ()
        altitude_km = notes.altitudes_km(self.space.positions_m(0.0))
        return notes.assignment_note(cells.assignment, altitude_km) + notes.cell_width_note(
            self.scenario.cell_diameter_km, self.scenario.beam_spacing_uv, altitude_km
        )


def build_network_scene(scenario: Scenario) -> NetworkScene:
    """Work out the constants of a scenario with a constellation.

    Parameters
    ----------
    scenario : Scenario
        Validated.

    Raises
    ------
    InputError
        For a region, file or catalogue that does not do.
    """
    satellite, channel = scenario.satellite, scenario.channel
    frequency_hz = satellite.frequency_ghz * 1e9
    ka = antenna.reduced_aperture(frequency_hz, satellite.antenna_diameter_m)
    link = link_constants(scenario)
    one_metre_db = link.snr_at_no_loss_db - float(free_space_loss_db(1.0, frequency_hz))
    lattice = beam_grid.hexagonal_lattice(scenario.beams.count)
    by_place = channel.environment == "by-place"
    space = space_of(scenario.constellation, scenario.satellite.altitude_km)
    grid = beam_grid.hexagonal_grid(lattice, scenario.beam_spacing_uv, (0.0, 0.0))
    if scenario.cells.layout == "satellite-fixed":
        _check_on_earth(grid, space)
    return NetworkScene(
        scenario=scenario,
        space=space,
        ground=ground_of(scenario),
        link=link,
        gain_at_one_metre=10.0 ** (one_metre_db * 0.1),
        frequency_hz=frequency_hz,
        reduced_aperture=ka,
        # Two satellites' directions to the Earth are never farther apart than these.
        pattern=pattern_table(ka, 2.0, beam_pattern(scenario, ka)),
        sky=sky_table(
            SURROUNDINGS if by_place else (channel.environment,),
            frequency_hz,
            channel.elevation_lookup,
            gas=channel.gas_loss,
            tropospheric=(
                channel.tropospheric_scintillation and frequency_hz >= SCINTILLATION_FROM_GHZ * 1e9
            ),
            ionosphere=channel.ionosphere,
        ),
        grid=grid,
        grid_colour=beam_grid.reuse_colours(lattice, scenario.colours),
        services=services_of(scenario, link.policy, link.bandwidth_mhz),
    )


def _check_on_earth(grid: beam_grid.BeamGrid, space: Space) -> None:
    """Refuse a layout of satellite-fixed beams that reaches beyond the Earth's edge."""
    highest_m = float(np.nanmax(np.linalg.norm(space.positions_m(0.0), axis=1)))
    edge, reach = EARTH_RADIUS_M / highest_m, float(np.linalg.norm(grid.uv, axis=1).max())
    if reach >= edge:
        raise InputError(
            f"beams.count and beams.spacing_uv: the layout reaches {reach:.3g} from the nadir; "
            f"seen from the highest satellite the Earth ends at {edge:.3g} (sines of angles); "
            "fewer or closer beams"
        )
