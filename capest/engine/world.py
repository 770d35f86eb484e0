"""A scenario in numbers: everything that stays the same in all trials.

The client builds a `World` once (`capest.engine.build`) and sends it to the workers, which need
NumPy and CuPy for it and nothing else; a catalogue of satellites needs ``sgp4`` there too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from capest.engine.radio import Radio
from capest.engine.services.settings import Services
from capest.engine.space import Space
from capest.geo.tiling import Cells
from capest.physics.beam_grid import BeamGrid
from capest.physics.geometry import View
from capest.sampling.draws import Draws


@dataclass(frozen=True)
class Places:
    """Where the users of some trials are, trial by trial; see `UserModel`.

    Attributes
    ----------
    view : View or None
        What they see of the one satellite in whose cells they are placed.
    unit : float64 array (3, users) or None
        Directions from the Earth's centre; ``None`` where there is a view.
    surroundings : uint8 array (users,) or None
        Row of the sky table; ``None`` where there is a view.
    """

    view: View | None
    unit: Any | None
    surroundings: Any | None


class UserModel(Protocol):
    """Something the users of trials can be drawn from."""

    def place(self, draws: Draws) -> Places:
        """Place the users of the trials of some draws."""


@dataclass(frozen=True)
class Ground:
    """The cells, and where users are.

    Attributes
    ----------
    users : UserModel
    users_per_trial : int
    counted : bool array (cells,)
        Cells whose users count in the statistics: the others only interfere.
    colour : int array (cells,)
        Reuse colour of each cell's beam.
    cells : Cells or None
        Of a region; ``None`` where cells are those of a satellite's layout of beams.
    cap_centre : float64 array (3,) or None
        Middle of the region, a unit vector.
    reach_rad : float
        Earth-central angle from there to the farthest user or cell.
    """

    users: UserModel
    users_per_trial: int
    counted: np.ndarray
    colour: np.ndarray
    cells: Cells | None = None
    cap_centre: np.ndarray | None = None
    reach_rad: float = 0.0


@dataclass(frozen=True)
class Layout:
    """Beams of one satellite, fixed to it, in the order of the layout and of the kernels.

    Attributes
    ----------
    grid : BeamGrid
        Centre first.
    colour : int array (beams,)
        Reuse colour of each beam of the layout.
    order : int array (beams,)
        Beam of the layout at each place of the kernels' order (sorted by colour).
    place : int array (beams,)
        The inverse of ``order``.
    segment_start : int32 array (colours + 1,)
        First place of each colour.
    centre_direction : float64 array (3,)
        Boresight of the centre cell.
    direction : float64 array (3, beams)
        Boresights in the kernels' order, minus the direction of the centre.
    """

    grid: BeamGrid
    colour: np.ndarray
    order: np.ndarray
    place: np.ndarray
    segment_start: np.ndarray
    centre_direction: np.ndarray
    direction: np.ndarray


@dataclass(frozen=True)
class BeamPlan:
    """How beams are lit, and how users get one.

    Attributes
    ----------
    layout : Layout or None
        ``None`` where beams are aimed at cells of a region.
    attachment : {"strongest", "highest", "cell"}
        Users belong to the strongest beam of their satellite; to the nearest beam of the
        satellite that stands highest; to the beam of their cell.
    allocation : str
        Which beams of a layout are lit when, a name of ``allocation.slots.STRATEGIES``.
    beams_at_once : int
        Most beams of a satellite that are lit at once.
    only_occupied : bool
        Beams without users stay dark.
    assignment : str
        Which satellite lights which cell, a name of ``allocation.cells.STRATEGIES``.
    lowest_deg : float
        Elevation mask of a satellite that serves.
    lowest_heard_deg : float
        Elevation below which no satellite is heard.
    """

    layout: Layout | None
    attachment: Literal["strongest", "highest", "cell"]
    allocation: str
    beams_at_once: int
    only_occupied: bool
    assignment: str
    lowest_deg: float
    lowest_heard_deg: float


@dataclass(frozen=True)
class Channel:
    """What the channel draws for each user.

    Attributes
    ----------
    line_of_sight : {"probability", "always", "never"}
    shadow_fading : bool
    sectors : int
        Sectors of azimuth with draws of their own: 1 for one satellite that stands still.
    elevation_lookup : {"linear", "nearest"}
        How the environment's tables are read.
    indoor_share, vehicle_share : float
        Of the users.
    thermally_efficient_share : float
        Of the buildings.
    vehicle_loss_db : float
        Mean loss into a vehicle.
    random_weather : bool
        Each trial has its weather.
    """

    line_of_sight: str
    shadow_fading: bool
    sectors: int
    elevation_lookup: str
    indoor_share: float
    vehicle_share: float
    thermally_efficient_share: float
    vehicle_loss_db: float
    random_weather: bool


@dataclass(frozen=True)
class World:
    """A scenario in numbers, ready for trials; build it with ``engine.build.build``.

    Attributes
    ----------
    seed : int
    space : Space
    ground : Ground
    beams : BeamPlan
    channel : Channel
    radio : Radio
    services : Services or None
        What users ask for.
    layout : dict of str to array
        Coordinates of cells and satellites for the result file.
    notes : tuple of str
        What the user should know, one line each.
    """

    seed: int
    space: Space
    ground: Ground
    beams: BeamPlan
    channel: Channel
    radio: Radio
    services: Services | None
    layout: dict[str, np.ndarray] = field(repr=False)
    notes: tuple[str, ...] = ()
