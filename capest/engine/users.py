"""The users of some trials: where they are and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.channel import Surroundings
from capest.engine.sky import Sky
from capest.engine.world import World
from capest.physics.geometry import View
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


@dataclass(frozen=True)
class Users:
    """Users, trial by trial.

    Attributes
    ----------
    per_trial : int
    trial : int32 array (users,)
        Counted from the first of the trials computed together.
    view : View or None
        What they see of the one satellite in whose cells they are placed.
    position_m : float64 array (3, users) or None
        Earth-centred, on the sphere; ``None`` where there is a view.
    cell : int32 array (users,) or None
        Cell of the region, -1 outside all; ``None`` where cells are those of beams. The users of
        a trial are sorted by it.
    environment : uint8 array (users,) or None
        Which of the radio's environments; ``None`` below one satellite where there is one for all.
    surroundings : Surroundings
    counted : bool array (users,) or None
        Users that are not of guard cells; ``None``: all. The others come last in a trial, so that
        they change nobody's number.
    ground_view : View or None
        What users on the ground see of the only satellite there is; ``None`` of others.
    wave_key : uint32 array (users,) or None
        From where waves reach the two receive branches of each, see
        ``backend.arguments.ConstellationDownlink``; ``None`` with one branch, or one satellite.
    """

    per_trial: int
    trial: Any
    view: View | None
    position_m: Any
    cell: Any
    environment: Any
    surroundings: Surroundings
    counted: Any | None = None
    ground_view: View | None = None
    wave_key: Any | None = None

    @property
    def of_one(self) -> View:
        """What they see of one satellite; ValueError for users on the ground below many."""
        if self.view is None:
            raise ValueError("these users are on the ground, and may see many satellites")
        return self.view

    def that_count(self, some: Any) -> Any:
        """Those of some users, bool array (users,), that are not of guard cells."""
        return some if self.counted is None else some & self.counted

    def of(self, order: Any) -> Users:
        """Some users on the ground, by their numbers."""
        return Users(
            self.per_trial,
            self.trial[order],
            None,
            None if self.position_m is None else self.position_m[:, order],
            None if self.cell is None else self.cell[order],
            None if self.environment is None else self.environment[order],
            self.surroundings.of(order),
            None if self.counted is None else self.counted[order],
            None if self.ground_view is None else self.ground_view.of(order),
            None if self.wave_key is None else self.wave_key[order],
        )


def draw_wave_keys(world: World, draws: Draws, users: int, order: Any, xp: Any) -> Any | None:
    """Draw what the directions of waves follow from, uint32 array (users,).

    ``None`` where they do not matter.
    """
    if world.radio.branches == 1 or len(world.space) == 1:
        return None
    words = draws.words(Purpose.RECEIVE_BRANCHES, users)[:, :, 0].ravel()
    return (words >> xp.uint64(32)).astype(xp.uint32)[order]


def draw_users(world: World, draws: Draws, sky: Sky | None = None) -> Users:
    """Draw the users of the trials of some draws, and see the satellite where there is one."""
    xp, count = draws.xp, world.ground.drawn_users
    places = world.ground.users.place(draws)
    trial = xp.broadcast_to(
        xp.arange(draws.trials, dtype=xp.int32)[:, None], (draws.trials, count)
    ).ravel()
    return world.ground.cells.settle(world, draws, sky, places, trial)
