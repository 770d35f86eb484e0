"""A scenario in numbers: everything that stays the same in all trials.

The client builds a `World` once (`capest.engine.build`) and sends it to the workers, which need
NumPy and CuPy for it and nothing else; a catalogue of satellites needs ``sgp4`` there too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from capest.engine.payloads import Payloads
from capest.engine.radio import Radio
from capest.engine.services.settings import Services
from capest.engine.space import Space
from capest.physics import geometry
from capest.physics.beam_grid import BeamGrid
from capest.sampling.draws import Draws

if TYPE_CHECKING:
    from capest.allocation.cells.candidates import CellsAround
    from capest.backend.protocol import Kernels
    from capest.engine.assignment import SatellitesInView
    from capest.engine.beams import Beams
    from capest.engine.collect import Computed, CountedUsers
    from capest.engine.gateways import Gateways
    from capest.engine.links import Links
    from capest.engine.sky import Sky
    from capest.engine.users import Users
    from capest.statistics.block import BlockResult


_SATELLITES_IN_REACH = 100
"""Of a constellation, for a rough estimate only."""


@dataclass(frozen=True)
class UserPlaces:
    """Where the users of some trials are, trial by trial; see `UserModel`.

    Attributes
    ----------
    view : geometry.View or None
        What they see of the one satellite in whose cells they are placed.
    unit : float64 array (3, users) or None
        Directions from the Earth's centre; ``None`` where there is a view.
    environment : uint8 array (users,) or None
        Which of the radio's environments; ``None`` in view of one satellite where there is one.
    in_guard : bool array (users,) or None
        Users of guard cells; ``None`` where all are of the region or the layout.
    """

    view: geometry.View | None
    unit: Any = None
    environment: Any = None
    in_guard: Any | None = None


class UserModel(Protocol):
    """Something the users of trials can be drawn from."""

    def place(self, draws: Draws) -> UserPlaces:
        """Place the users of the trials of some draws."""


class GroundCells(Protocol):
    """Cells of a region, or of a satellite's layout: what a trial asks of them.

    See ``region_cells.RegionCells`` and ``layout_cells.LayoutCells``.
    """

    @property
    def take_parts(self) -> bool:
        """Whether trials of several parts are taken, see ``parts.Parts``."""

    @property
    def centre_unit(self) -> np.ndarray:
        """Middles as unit vectors, float64 array (cells, 3); ValueError where they have none."""

    def view(self, world: World, sky: Sky) -> SatellitesInView:
        """Find the satellites that the cells see."""

    def settle(
        self, world: World, draws: Draws, sky: Sky | None, places: UserPlaces, trial: Any
    ) -> Users:
        """Say in which cell users are, put them in the order in which they are computed, and draw
        what stands around them.
        """

    def seen(
        self, view: SatellitesInView, users: Users, links: Links, xp: Any
    ) -> tuple[Any | None, Any | None]:
        """Whether users have a satellite above the horizon, and above the mask, (users,).

        ``None``: all do.
        """

    def counts(self, world: World, users: Users, beams: Beams, links: Links, xp: Any) -> Any:
        """Users with a lit beam that counts in the statistics, bool array (users,)."""

    def collect(
        self,
        world: World,
        kernels: Kernels,
        computed: Computed,
        counted: CountedUsers,
        histograms: dict[str, Any],
    ) -> dict[str, dict[str, Any]]:
        """Sum up by trial and cell: arrays of the backend for `finish`, by group."""

    def finish(
        self,
        world: World,
        first_trial: int,
        sky: Sky,
        view: SatellitesInView,
        beams: Beams,
        found: dict[str, dict[str, Any]],
    ) -> BlockResult:
        """Put the results of consecutive trials together, from arrays on the host."""


@dataclass(frozen=True)
class Ground:
    """The cells, and where users are.

    Attributes
    ----------
    users : UserModel
    users_per_trial : int
        Without those of a region's guard cells.
    counted : bool array (cells,)
        Cells whose users count in the statistics: the others are served, and interfere.
    colour : int array (cells,)
        Reuse colour of each cell's beam.
    cells : GroundCells
    cap_centre : float64 array (3,)
        Middle of all cells, a unit vector.
    reach_rad : float
        Earth-central angle from there to the farthest user or cell.
    guard_users : int
        Further users of a trial, in the guard cells of a region.
    """

    users: UserModel
    users_per_trial: int
    counted: np.ndarray
    colour: np.ndarray
    cells: GroundCells
    cap_centre: np.ndarray
    reach_rad: float
    guard_users: int = 0

    @property
    def drawn_users(self) -> int:
        """All users of a trial, those of guard cells last."""
        return self.users_per_trial + self.guard_users


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
class FramePlan:
    """Slots of a frame, and what users want over it.

    Attributes
    ----------
    slots : int
    slot_ms : float
    demand_mbps : float
        Of a user without a guaranteed rate.
    bound : {"none", "fluid", "interference"}
        What no plan can exceed, a quantity of every trial.
    """

    slots: int
    slot_ms: float
    demand_mbps: float
    bound: Literal["none", "fluid", "interference"]


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
    order, preference : str
        Parts that hold, of ``allocation.cells.ORDERS`` and ``PREFERENCES``; empty where the
        assignment has none.
    around : CellsAround or None
        Which cells lie around each other; ``None`` where no preference asks.
    largest_scan_sine : float
        Of the largest angle between the nadir and a beam that is aimed at a cell.
    lowest_deg : float
        Elevation mask of a satellite that serves.
    lowest_heard_deg : float
        Elevation below which no satellite is heard.
    frame : FramePlan or None
        ``None``: a trial looks at one moment, and users take what they are given.
    cells_at_once : int
        Most cells of a region that a satellite holds: it lights them in turn if they are more than
        ``beams_at_once``.
    turn : int array (cells,) or None
        Order of the cells of a region, or of a layout that many satellites have, in which those
        next to each other lie apart; ``None`` where none take turns.
    covers_first : bool
        Every cell of a region that a frame can light is lit, before anything else counts.
    beams_per_cell : int
        Most beams of a cell of a region, each on a channel of its own.
    neighbours : tuple of int64 array (pairs,) or None
        Cells of a region next to each other, each pair both ways; ``None`` where all have one beam
        at most.
    moves : int or None
        That local search tries to make the assignment better; ``None``: it stays as it is.
    calls_bound : {"none", "interference-free"}
        What no assignment can exceed, a quantity of every trial.
    """

    layout: Layout | None
    attachment: Literal["strongest", "highest", "cell"]
    allocation: str
    beams_at_once: int
    only_occupied: bool
    assignment: str
    lowest_deg: float
    lowest_heard_deg: float
    frame: FramePlan | None = None
    cells_at_once: int = 0
    turn: np.ndarray | None = None
    covers_first: bool = False
    order: str = ""
    preference: str = ""
    around: CellsAround | None = None
    largest_scan_sine: float = 1.0
    beams_per_cell: int = 1
    neighbours: tuple[np.ndarray, np.ndarray] | None = None
    moves: int | None = None
    objective: str = "calls"
    calls_bound: Literal["none", "interference-free"] = "none"

    @property
    def fixed_layout(self) -> Layout:
        """The layout; ValueError where beams are aimed at cells of a region."""
        if self.layout is None:
            raise ValueError("beams that are aimed at cells have no layout")
        return self.layout

    @property
    def takes_turns(self) -> bool:
        """Whether satellites light some of the cells that they hold at a time."""
        return self.allocation != "all-on"

    def most_beams(self, satellites: int, cells: int) -> int:
        """About as many beams as a trial has at most, from satellites and cells of a region."""
        if self.attachment == "cell":
            return min(cells * self.beams_per_cell, satellites * self.cells_at_once)
        return len(self.fixed_layout.colour) * min(satellites, _SATELLITES_IN_REACH)


@dataclass(frozen=True)
class Channel:
    """What the channel draws for each user.

    Attributes
    ----------
    line_of_sight : {"probability", "always", "never"}
    shadow_fading : bool
    fading_gain : bool
        Whether shadow fading may lift a link above free space.
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
        Each trial has its weather, the same for all users: of one satellite.
    """

    line_of_sight: str
    shadow_fading: bool
    fading_gain: bool
    sectors: int
    elevation_lookup: str
    indoor_share: float
    vehicle_share: float
    thermally_efficient_share: float
    vehicle_loss_db: float
    random_weather: bool


@dataclass(frozen=True)
class CellWeather:
    """The weather of a region's cells.

    Attributes
    ----------
    climate : int32 array (cells,)
        Of each cell, a row of the tables of ``Radio.place_loss``.
    is_random : bool
        Each trial has its weather in each cell; else the percentage of time is given.
    """

    climate: np.ndarray
    is_random: bool


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
    weather : CellWeather or None
        ``None`` for a clear sky, and for one satellite, whose carriers have theirs.
    layout : dict of str to array
        Coordinates of cells and satellites for the result file.
    notes : tuple of str
        What the user should know, one line each.
    payloads : Payloads or None
        ``None`` where all satellites carry the payload of the radio.
    """

    seed: int
    space: Space
    ground: Ground
    beams: BeamPlan
    channel: Channel
    radio: Radio
    services: Services | None
    weather: CellWeather | None
    layout: dict[str, np.ndarray] = field(repr=False)
    notes: tuple[str, ...] = ()
    gateways: Gateways | None = None
    payloads: Payloads | None = None

    @cached_property
    def same_in_all_trials(self) -> dict[str, Any]:
        """What the first trials find that holds for all others, by name; empty at first.

        Another world, such as one with another radio, begins anew.
        """
        return {}
