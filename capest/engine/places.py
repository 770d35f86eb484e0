"""Where the users of a trial are: in the cells of one satellite, or in a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from capest.engine.world import Places
from capest.geo.sphere import moved, unit_vectors
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.sampling.placement import Coverage, PlacementSettings
from capest.sampling.streams import Purpose


class People(Protocol):
    """Where in a region users may be (see ``geo.population.PopulationModel``)."""

    @property
    def uniforms_needed(self) -> int:
        """Uniforms a draw takes of each user."""

    @property
    def people(self) -> float:
        """People the users stand for."""

    def draw(self, uniforms: list[Any], xp: Any) -> tuple[Any, Any, Any, Any]:
        """Latitude, longitude, surroundings and country of users."""


@dataclass(frozen=True)
class InCells:
    """Users placed in the u-v cells of one satellite.

    Attributes
    ----------
    strategy : str
        A name of ``sampling.placement.STRATEGIES``.
    settings : PlacementSettings
    coverage : Coverage
    """

    strategy: str
    settings: PlacementSettings
    coverage: Coverage

    def place(self, draws: Draws) -> Places:
        """Place the users of some trials, trial by trial."""
        view = placement.STRATEGIES[self.strategy](self.coverage, self.settings, draws)
        return Places(view, None, None)


@dataclass(frozen=True)
class InRegion:
    """Users placed where people of a region are.

    Attributes
    ----------
    people : People
    users : int
        Of a trial.
    by_place : bool
        The surroundings of a place give the row of the sky table; else there is one row.
    hotspots, hotspot_users : int
        Hotspots of a trial, and users that gather around them; 0: none.
    hotspot_radius_km : float
        Standard deviation of a hotspot along each axis of the ground.
    """

    people: People
    users: int
    by_place: bool
    hotspots: int = 0
    hotspot_users: int = 0
    hotspot_radius_km: float = 0.0

    def place(self, draws: Draws) -> Places:
        """Place the users of some trials, trial by trial."""
        xp, count = draws.xp, self.users
        uniforms = draws.uniforms(Purpose.PLACEMENT, count, 4)
        needed = self.people.uniforms_needed
        if needed > 4:
            uniforms += draws.uniforms(Purpose.PLACEMENT_FURTHER, count, needed - 4)
        latitude_deg, longitude_deg, kind, _ = self.people.draw(uniforms, xp)
        if self.hotspot_users:
            self._gather(draws, latitude_deg, longitude_deg)
        if self.by_place:
            environment = kind.astype(xp.uint8)
        else:
            environment = xp.zeros(count * draws.trials, dtype=xp.uint8)
        return Places(None, unit_vectors(latitude_deg, longitude_deg, xp), environment)

    def _gather(self, draws: Draws, latitude_deg: Any, longitude_deg: Any) -> None:
        """Gather the first users of each trial around hotspots, in place.

        A Thomas cluster process: centres are new in each trial and drawn as users are; users lie
        around theirs with a two-dimensional normal distribution.
        """
        xp, clustered = draws.xp, self.hotspot_users
        centre_uniforms = draws.uniforms(Purpose.HOTSPOT_CENTRES, self.hotspots, 4)
        centre_lat, centre_lon, _, _ = self.people.draw(centre_uniforms, xp)
        radius_u, bearing_u = draws.uniforms(Purpose.HOTSPOT_OFFSETS, clustered, 2)
        away_km = self.hotspot_radius_km * xp.sqrt(-2.0 * xp.log(radius_u))
        first = xp.arange(draws.trials)[:, None]
        own = (first * self.hotspots + xp.arange(clustered) % self.hotspots).ravel()
        new_lat, new_lon = moved(
            centre_lat[own], centre_lon[own], away_km, 2.0 * xp.pi * bearing_u, xp
        )
        shape = (draws.trials, clustered)
        latitude_deg.reshape(draws.trials, -1)[:, :clustered] = new_lat.reshape(shape)
        longitude_deg.reshape(draws.trials, -1)[:, :clustered] = new_lon.reshape(shape)
