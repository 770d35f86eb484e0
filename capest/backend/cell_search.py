"""What a search over the beams of cells takes and finds; see ``engine.cell_search``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.cell_pairs import PairLinks

MOST_BEAMS = 63
"""Of a cell: compiled code keeps them, and one more, on its stack."""

FULL_MOVES = 6
"""Best moves of a cell to full satellites for which another cell's beam is looked for."""


@dataclass(frozen=True, kw_only=True)
class SearchProblem:
    """Cells of one trial that share satellites and channels, and what their users need.

    Values are whole numbers, so that compiled code and NumPy agree on which of two is larger.

    Attributes
    ----------
    links : PairLinks
        Of users and satellites of the trial.
    users : int
        Of the trial, in cells or not.
    candidate_start : int64 array (cells + 1,)
        Beams that each cell may have.
    candidate_satellite : int32 array (candidates,)
        Ascending in each cell.
    candidate_aim : float32 array (3, candidates)
        Reduced boresights towards the cell's centre, counted from the nadir.
    candidate_strength : float32 array (candidates,)
        Share of its EIRP that the beam has.
    candidate_uplink : float64 array (candidates,)
        SNR of the uplink over the carrier of the downlink.
    colour : int32 array (cells,)
        Channel on which a cell without a beam is lit first.
    channels, beams_per_cell : int
        Beams of a cell are of different channels.
    room : int64 array (satellites,)
        Beams of each at most.
    pattern : float32 array (entries, 2)
        Tables of all payloads, see ``physics.pattern_table``.
    pattern_start : int64 array (payloads + 1,)
    payload : int64 array (satellites,)
    call_class : int8 array (users,)
        What each asks for, -1 for nothing.
    user_uplink : float64 array (users,)
        Factor on ``candidate_uplink``.
    up_interference : float32 array (users,)
        What a user's beam hears of others in the uplink, in units of the noise, held as it is.
    threshold : float32 array (levels,)
        Least SINR of each level of efficiency, ascending.
    down : int64 array (classes, levels + 1)
        Share of the downlink that a call takes, by the levels it has reached; -1: not carried.
    up_threshold : float32 array (steps,)
        SINR of the uplink in one place, ascending, at which what calls take changes.
    up : int64 array (classes, steps + 1)
        Share of the uplink that a call takes, by the steps it has reached; -1: not carried.
    capacity_down, capacity_up : int
        Of a beam.
    class_weight : int64 array (classes,)
        Of a call that is carried.
    order : int64 array (users,) or None
        Users of each cell in the order of admission, counted from its first one; ``None``: by
        efficiency, then number.
    rates : bool
        Users have no guaranteed rate: those of a beam share its time equally.
    worth_start : int64 array (cells,) or None
        Where the values of each cell begin in ``worth``, by the weight of the calls that are
        carried; ``None``: the weight is the value. With rates ``None``.
    worth : int64 array (n,)
        With rates by the users that share a beam: added to their sum.
    level_worth : int64 array (levels + 1,)
        Of a user, with rates.
    share_factor : float64 array (most users of a cell + 1,)
        On the sum of ``level_worth`` of a beam, by the users that share it.
    near_start : int64 array (cells + 1,)
    near : int32 array (n,)
        Cells with users near each other, by distance: what a move does to their users is valued
        first, before all who hear it are.
    """

    links: PairLinks
    users: int
    candidate_start: np.ndarray
    candidate_satellite: np.ndarray
    candidate_aim: np.ndarray
    candidate_strength: np.ndarray
    candidate_uplink: np.ndarray
    colour: np.ndarray
    channels: int
    beams_per_cell: int
    room: np.ndarray
    pattern: np.ndarray
    pattern_start: np.ndarray
    payload: np.ndarray
    call_class: np.ndarray
    user_uplink: np.ndarray
    up_interference: np.ndarray
    threshold: np.ndarray
    down: np.ndarray
    up_threshold: np.ndarray
    up: np.ndarray
    capacity_down: int
    capacity_up: int
    class_weight: np.ndarray
    order: np.ndarray | None
    rates: bool
    worth_start: np.ndarray | None
    worth: np.ndarray
    level_worth: np.ndarray
    share_factor: np.ndarray
    near_start: np.ndarray
    near: np.ndarray

    def __post_init__(self) -> None:
        most = min(self.channels, MOST_BEAMS)
        if not 1 <= self.beams_per_cell <= most:
            raise ValueError(f"beams_per_cell = {self.beams_per_cell}: 1 to {most} are possible")

    @property
    def cells(self) -> int:
        """Cells, with users or without."""
        return len(self.colour)


@dataclass(frozen=True, kw_only=True)
class SearchPlan:
    """How to search.

    Attributes
    ----------
    order : int64 array (n,)
        Cells in the order in which they are visited.
    moves : int
        Moves tried at most; the visit of a cell in which they are spent is finished.
    may_change_channel : bool
        A cell may have another channel than its colour.
    """

    order: np.ndarray
    moves: int
    may_change_channel: bool = True


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What a search has found.

    Attributes
    ----------
    candidate : int32 array (cells, channels)
        Candidate that lights each cell on each channel, -1 for none.
    value : int64 array (cells,)
        Its parts of the objective.
    own_channel : int8 array (users,)
        Channel of the beam that each user has, -1 for none.
    tried, accepted : int
        Moves.
    """

    candidate: np.ndarray
    value: np.ndarray
    own_channel: np.ndarray
    tried: int
    accepted: int

    @property
    def total(self) -> int:
        """Sum of the values of all cells."""
        return int(self.value.sum())
