"""Cells of one satellite's layout of beams: a beam is its cell, and the satellite sees them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.allocation.cells.candidates import Candidates
from capest.engine import per_beam
from capest.engine.assignment import SatellitesInView
from capest.engine.channel import draw_surroundings
from capest.engine.users import Users

if TYPE_CHECKING:
    from capest.backend.protocol import Kernels
    from capest.engine.beams import Beams
    from capest.engine.collect import Computed, CountedUsers
    from capest.engine.links import Links
    from capest.engine.sky import Sky
    from capest.engine.world import Layout, UserPlaces, World
    from capest.sampling.draws import Draws
    from capest.statistics.block import BlockResult


@dataclass(frozen=True)
class LayoutCells:
    """The cells of a layout; see ``world.GroundCells``.

    Attributes
    ----------
    layout : Layout
    centre_unit : float64 array (cells, 3)
        Where boresights meet the ground, below a satellite on the z axis.
    kept : bool
        Whether the reasons why calls are refused are kept for every trial too.
    """

    layout: Layout
    take_parts = True
    centre_unit: np.ndarray
    kept: bool = False

    def view(self, world: World, sky: Sky) -> SatellitesInView:
        """All cells see the satellite."""
        shape = (sky.trials, len(self.layout.colour))
        none = np.empty(0, dtype=np.int32)
        nowhere = np.empty(0, dtype=np.float32)
        pairs = Candidates(none, none, nowhere, nowhere, shape[0] * shape[1], len(sky))
        return SatellitesInView(
            pairs,
            np.broadcast_to(np.ones(1, dtype=np.int64), shape),
            np.broadcast_to(np.ones(1, dtype=bool), shape),
        )

    def settle(
        self, world: World, draws: Draws, sky: Sky | None, places: UserPlaces, trial: Any
    ) -> Users:
        """Users stay in the order in which they are drawn: their strongest beam is their cell."""
        count = world.ground.drawn_users
        surroundings = draw_surroundings(world.channel, draws, count)
        return Users(count, trial, places.view, None, None, places.environment, surroundings)

    def seen(
        self, view: SatellitesInView, users: Users, links: Links, xp: Any
    ) -> tuple[Any | None, Any | None]:
        """All users see the satellite."""
        return None, None

    def counts(self, world: World, users: Users, beams: Beams, links: Links, xp: Any) -> Any:
        """Users whose beam counts and is lit, bool array (users,).

        Over a frame, those of all beams that count: who never gets a slot counts with nothing.
        """
        found = xp.asarray(world.ground.counted[self.layout.order]).take(links.serving)
        if beams.lit is not None and world.beams.frame is None:
            found &= beams.lit[users.trial, links.serving] > 0
        return found

    def collect(
        self,
        world: World,
        kernels: Kernels,
        computed: Computed,
        counted: CountedUsers,
        histograms: dict[str, Any],
    ) -> dict[str, dict[str, Any]]:
        """Values of every trial and beam, for `finish`."""
        return per_beam.collect_beams(
            world, kernels, self.layout, computed, histograms, kept=self.kept
        )

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
        return per_beam.finish(world, first_trial, found)
