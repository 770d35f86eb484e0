"""Earth-fixed cells of a region: whichever satellites come by see and serve them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.engine import per_cell
from capest.engine.assignment import SatellitesInView, view_of_cells
from capest.engine.channel import draw_surroundings
from capest.engine.ground_view import ground_view
from capest.engine.users import Users, draw_wave_keys
from capest.geo.tiling import Cells, nearest_cell
from capest.physics.constants import EARTH_RADIUS_M

if TYPE_CHECKING:
    from capest.backend.protocol import Kernels
    from capest.engine.beams import Beams
    from capest.engine.collect import Computed, CountedUsers
    from capest.engine.links import Links
    from capest.engine.sky import Sky
    from capest.engine.world import UserPlaces, World
    from capest.sampling.draws import Draws
    from capest.statistics.block import BlockResult


@dataclass(frozen=True)
class RegionCells:
    """The cells of a region; see ``world.GroundCells``.

    Attributes
    ----------
    tiling : Cells
        Of the region, and around it.
    counted : bool array (cells,)
        Those of the region; the others are guard cells.
    kept : bool
        Whether values of every trial and cell are kept too.
    """

    tiling: Cells
    counted: np.ndarray
    kept: bool = False
    take_parts = False  # sums over trials are over all that are computed at once

    @property
    def centre_unit(self) -> np.ndarray:
        """Middles as unit vectors, float64 array (cells, 3)."""
        return np.asarray(self.tiling.centre_unit)

    def view(self, world: World, sky: Sky) -> SatellitesInView:
        """Find the satellites that may serve each cell."""
        return view_of_cells(world, sky)

    def settle(
        self, world: World, draws: Draws, sky: Sky | None, places: UserPlaces, trial: Any
    ) -> Users:
        """Find the cell of each user, and sort the users of each trial by it, guard cells last.

        A user of the region who lives beyond its cells, in a guard cell, has none, as without
        guard cells.
        """
        xp, count = draws.xp, world.ground.drawn_users
        cell = nearest_cell(places.unit, self.tiling, xp)
        cells = len(self.tiling.lat_deg)
        place = cell + 1
        if places.in_guard is not None:
            outside = ~xp.asarray(self.counted)[cell]
            cell = xp.where(outside == places.in_guard, cell, -1).astype(xp.int32)
            place = cell + 1 + places.in_guard * (cells + 1)
        # Neighbours on the ground are neighbours in memory: they hear the same satellites.
        order = _sorted(place.reshape(draws.trials, count), 2 * (cells + 1), xp)
        position_m = xp.ascontiguousarray(places.unit[:, order]) * EARTH_RADIUS_M
        seen = sector = None
        if sky is not None and len(world.space) == 1:
            # Of what stands around a user, only what is on the way to the one satellite is drawn.
            seen, sector = ground_view(sky, trial, position_m, xp)
        return Users(
            count,
            trial,
            None,
            position_m,
            cell[order],
            places.environment[order],
            draw_surroundings(world.channel, draws, count, order, sector),
            None if places.in_guard is None else ~places.in_guard[order],
            seen,
            draw_wave_keys(world, draws, count, order, xp),
        )

    def seen(
        self, view: SatellitesInView, users: Users, links: Links, xp: Any
    ) -> tuple[Any | None, Any | None]:
        """Flags of each user's cell, bool arrays (users,).

        Users outside all cells lack a beam, whatever satellites are overhead.
        """
        number = users.trial.astype(xp.int64) * view.in_view.shape[1] + xp.maximum(users.cell, 0)
        sure = (users.cell < 0) | (links.serving >= 0)
        above_horizon, in_view = (
            xp.asarray(of_cells.ravel())[number] | sure
            for of_cells in (view.above_horizon, view.in_view > 0)
        )
        return above_horizon, in_view

    def counts(self, world: World, users: Users, beams: Beams, links: Links, xp: Any) -> Any:
        """Users with a beam, but for those of guard cells, bool array (users,)."""
        return users.that_count(links.serving >= 0)

    def collect(
        self,
        world: World,
        kernels: Kernels,
        computed: Computed,
        counted: CountedUsers,
        histograms: dict[str, Any],
    ) -> dict[str, dict[str, Any]]:
        """Sums over the trials of each beam and cell, for `finish`."""
        return per_cell.collect_cells(world, kernels, computed, counted, histograms, kept=self.kept)

    def finish(
        self,
        world: World,
        first_trial: int,
        sky: Sky,
        view: SatellitesInView,
        beams: Beams,
        found: dict[str, dict[str, Any]],
    ) -> BlockResult:
        """Put the results of consecutive trials together."""
        return per_cell.finish(world, first_trial, sky, view, beams, found, kept=self.kept)


def _sorted(place: Any, places: int, xp: Any) -> Any:
    """Users of all trials sorted by trial, then place, int64 array (trials · users,).

    Parameters
    ----------
    place : int array (trials, users)
        Below ``places``.
    places : int
    xp : module
        ``numpy`` or ``cupy``.
    """
    trials, users = place.shape
    first = xp.arange(trials)[:, None]
    if xp is np and places <= 2**16:
        # NumPy sorts numbers of 16 bits several times faster.
        order = np.argsort(place.astype(np.uint16), axis=1, kind="stable")
        return (order + first * users).ravel()
    return xp.argsort((first * places + place).ravel(), kind="stable")
