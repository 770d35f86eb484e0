"""Where the users of a trial are: in the cells of one satellite, or in a region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from capest.engine.world import UserPlaces
from capest.geo.sphere import moved, unit_vectors
from capest.geo.standpoint import Standpoint
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.sampling.latin import across_trials
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

    def in_order(self, cell_at: Callable[[np.ndarray], np.ndarray]) -> People:
        """The same people, those of a cell together; cells of unit vectors (3, n) are asked for."""

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

    def place(self, draws: Draws) -> UserPlaces:
        """Place the users of some trials, trial by trial."""
        view = placement.STRATEGIES[self.strategy](self.coverage, self.settings, draws)
        return UserPlaces(view)


@dataclass(frozen=True)
class BelowSatellite:
    """Users placed where people live in the cells of one satellite.

    Attributes
    ----------
    region : InRegion
        Of the ground below the cells.
    standpoint : Standpoint
    """

    region: InRegion
    standpoint: Standpoint

    def place(self, draws: Draws) -> UserPlaces:
        """Place the users of some trials, trial by trial."""
        places = self.region.place(draws)
        view = self.standpoint.view_of(places.unit, draws.xp)
        return UserPlaces(view, None, places.environment if self.region.by_place else None)


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
    guard : People or None
        Where in guard cells users may be; ``None`` without any there.
    guard_users : int
        Of a trial, in guard cells.
    across_trials : bool
        Users share out the people among trials, see ``sampling.latin``.
    """

    people: People
    users: int
    by_place: bool
    hotspots: int = 0
    hotspot_users: int = 0
    hotspot_radius_km: float = 0.0
    guard: People | None = None
    guard_users: int = 0
    across_trials: bool = False

    def place(self, draws: Draws) -> UserPlaces:
        """Place the users of some trials, trial by trial; in each, those of guard cells last."""
        xp, count = draws.xp, self.users + self.guard_users
        sources = (self.people,) if self.guard is None else (self.people, self.guard)
        uniforms = draws.uniforms(Purpose.PLACEMENT, count, 4)
        if self.across_trials:
            uniforms[0] = across_trials(uniforms[0], Purpose.PLACEMENT_PARTS, count, draws)
        needed = max(source.uniforms_needed for source in sources)
        if needed > 4:
            uniforms += draws.uniforms(Purpose.PLACEMENT_FURTHER, count, needed - 4)
        if self.guard is None:
            latitude_deg, longitude_deg, kind = self._inside(draws, uniforms)
            return UserPlaces(None, *self._on_ground(latitude_deg, longitude_deg, kind, xp))
        by_trial = [uniform.reshape(draws.trials, count) for uniform in uniforms]
        inside = self._inside(draws, [each[:, : self.users].ravel() for each in by_trial])
        around = self.guard.draw([each[:, self.users :].ravel() for each in by_trial], xp)[:3]
        latitude_deg, longitude_deg, kind = (
            xp.concatenate([one.reshape(draws.trials, -1) for one in pair], axis=1).ravel()
            for pair in zip(inside, around, strict=True)
        )
        in_guard = xp.broadcast_to(xp.arange(count) >= self.users, (draws.trials, count))
        unit, environment = self._on_ground(latitude_deg, longitude_deg, kind, xp)
        return UserPlaces(None, unit, environment, in_guard.ravel())

    def _inside(self, draws: Draws, uniforms: list[Any]) -> tuple[Any, Any, Any]:
        """Latitude, longitude and surroundings of the users of the region."""
        latitude_deg, longitude_deg, kind, _ = self.people.draw(uniforms, draws.xp)
        if self.hotspot_users:
            self._gather(draws, latitude_deg, longitude_deg)
        return latitude_deg, longitude_deg, kind

    def _on_ground(
        self, latitude_deg: Any, longitude_deg: Any, kind: Any, xp: Any
    ) -> tuple[Any, Any]:
        """Directions of users, and the row of the sky table of each."""
        if self.by_place:
            environment = kind.astype(xp.uint8)
        else:
            environment = xp.zeros(len(kind), dtype=xp.uint8)
        return unit_vectors(latitude_deg, longitude_deg, xp), environment

    def _gather(self, draws: Draws, latitude_deg: Any, longitude_deg: Any) -> None:
        """Gather the first users of each trial around hotspots, in place.

        A Thomas cluster process: centres are new in each trial and drawn as users are; users lie
        around theirs with a two-dimensional normal distribution.
        """
        xp, clustered = draws.xp, self.hotspot_users
        centre_uniforms = draws.uniforms(Purpose.HOTSPOT_CENTRES, self.hotspots, 4)
        if self.across_trials:
            centre_uniforms[0] = across_trials(
                centre_uniforms[0], Purpose.HOTSPOT_PARTS, self.hotspots, draws
            )
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
