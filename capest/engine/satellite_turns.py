"""Which of the cells that satellites hold are lit when: each satellite plans for its own.

Satellites that hold as many cells each are planned side by side, whatever trial they are of, by the
strategies that plan for one satellite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.allocation.slots import STRATEGIES, knows_demand
from capest.allocation.slots.everyone import light_everyone
from capest.allocation.slots.problem import Frame, FrameProblem, MeanUsers
from capest.backend.numpy_pattern import PatternTable
from capest.backend.protocol import on_host
from capest.engine.beams import Beams
from capest.engine.payloads import figures_of
from capest.engine.sky import Sky
from capest.engine.world import World
from capest.sampling.draws import Draws
from capest.sampling.part_draws import PartDraws

_USERS_AT_ONCE = 2**12
_PAIRS_AT_ONCE = 2**21
"""Users of a satellite, and pairs of a user and a cell, that are looked at together."""

_NOWHERE = np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class HeldBeams:
    """The beams of some trials by the satellite that holds their cells.

    Attributes
    ----------
    number : int64 array (held,)
        Beams with power, among those of all trials; sorted by satellite.
    first, count : int64 array (satellites,)
        Where those of each satellite that holds any begin in ``number``, and how many they are.
    trial, before : int64 array (satellites,)
        Trial of each satellite, and beams of that trial's satellites before it.
    """

    number: np.ndarray
    first: np.ndarray
    count: np.ndarray
    trial: np.ndarray
    before: np.ndarray


def held_beams(beams: Beams) -> HeldBeams:
    """Find out which satellites hold which beams."""
    number = np.flatnonzero(beams.power > 0.0)
    _, first, count = np.unique(beams.satellite[number], return_index=True, return_counts=True)
    trial = np.searchsorted(beams.start, number[first], side="right") - 1
    before = first - np.searchsorted(number, beams.start)[trial]
    return HeldBeams(number, first, count, trial, before)


def at_once_of(world: World, sky: Sky, beams: Beams) -> int | np.ndarray:
    """Beams a satellite lights at once; of each beam's satellite where payloads differ."""
    found = figures_of(world, "beams_at_once", sky, world.beams.beams_at_once)
    return found[beams.satellite] if isinstance(found, np.ndarray) else int(found)


def room_of(world: World, sky: Sky, beams: Beams) -> np.ndarray:
    """Beams that each beam's satellite lights at once, of those it holds, int64 array (beams,)."""
    held = _held(beams)
    if world.beams.allocation == "all-on":
        return held
    return np.minimum(held, at_once_of(world, sky, beams))


def lit_part(world: World, sky: Sky, beams: Beams) -> np.ndarray:
    """Share of slots in which each beam is lit if satellites share them out equally, (beams,)."""
    found: np.ndarray = room_of(world, sky, beams) / np.maximum(_held(beams), 1)
    return found


def _held(beams: Beams) -> np.ndarray:
    """Beams with power that each beam's satellite holds, int64 array (beams,)."""
    return np.bincount(beams.satellite, beams.power > 0.0).astype(np.int64)[beams.satellite]


@dataclass(frozen=True)
class UsersOfBeams:
    """What plans know of the users of some trials, on the host.

    Attributes
    ----------
    beam : int64 array (users,)
        Among those of all trials; -1 for none.
    demand : float64 array (users,)
        Mbit/s, mean over the frame.
    carrier : float64 array (users,)
        From the own beam, over the noise.
    direction : float32 array (3, users)
        Reduced directions from the own satellite, see ``backend.numpy_constellation``.
    rate_of : callable
        As of `FrameProblem`.
    """

    beam: np.ndarray
    demand: np.ndarray
    carrier: np.ndarray
    direction: np.ndarray
    rate_of: Callable[[np.ndarray], np.ndarray]


def light_in_turn(
    world: World,
    draws: Draws,
    sky: Sky,
    beams: Beams,
    slots: int,
    users: Callable[[], UsersOfBeams] | None = None,
) -> np.ndarray:
    """Let every satellite light its cells in turn.

    Parameters
    ----------
    world : World
    draws : Draws
    sky : Sky
    beams : Beams
    slots : int
    users : callable, optional
        Gives `UsersOfBeams` to strategies that plan for demand.

    Returns
    -------
    bool array (slots, beams)
        Beams without power are dark.
    """
    plan, held = world.beams, held_beams(beams)
    strategy = STRATEGIES.find(plan.allocation)
    lit = np.zeros((slots, len(beams)), dtype=bool)
    most = np.broadcast_to(at_once_of(world, sky, beams), len(beams))[held.number[held.first]]
    few = held.count <= most
    if plan.allocation == "all-on" or few.all():
        lit[:, held.number] = True
        return lit
    lit[:, held.number[np.repeat(few, held.count)]] = True
    known = None
    if knows_demand(plan.allocation):
        if users is None:
            raise ValueError("nobody says what users want")
        known = _Planner(sky, beams, held, users(), world)
    # A step for each number of cells that satellites hold, of which there are few.
    groups = np.unique(np.stack([held.count[~few], most[~few]]), axis=1)
    for size, at_once in groups.T.tolist():
        these = np.flatnonzero((held.count == size) & (most == at_once))
        own = held.number[held.first[these][:, None] + np.arange(size)]
        frame: Frame = Frame(_NOWHERE, at_once, slots, turn=_turns(world, beams, own))
        if known is not None:
            frame = known.problem(frame, these, own)
        parts = PartDraws(draws, held.trial[these], held.before[these], size)
        found = strategy(frame, parts)
        if found is None:
            lit[:, own] = True
            continue
        planned = on_host(found)
        if plan.covers_first:
            planned = light_everyone(planned)
        lit[:, own] = planned.transpose(1, 0, 2)
    return lit


def _turns(world: World, beams: Beams, own: np.ndarray) -> np.ndarray:
    """Place of each satellite's cells in their circle, int64 array (satellites, cells)."""
    turn = world.beams.turn
    if turn is None:
        raise ValueError("cells have no turns")
    if beams.cell is not None:
        cell = beams.cell[own]
    else:
        order = world.beams.fixed_layout.order
        cell = order[own % len(order)]
    by_turn = np.argsort(turn[cell], axis=-1, kind="stable")
    return np.argsort(by_turn, axis=-1, kind="stable")


class _Planner:
    """Puts together what satellites know of their own users.

    Parameters
    ----------
    sky : Sky
    beams : Beams
    held : HeldBeams
    users : UsersOfBeams
    world : World
    """

    def __init__(
        self, sky: Sky, beams: Beams, held: HeldBeams, users: UsersOfBeams, world: World
    ) -> None:
        self._beams, self._users = beams, users
        patterns = [world.radio.steering.pattern]
        self._payload = np.zeros(len(beams), dtype=np.int64)
        if world.payloads is not None:
            patterns = [each.steering.pattern for each in world.payloads.each]
            self._payload = world.payloads.of_satellite[sky.number][beams.satellite]
        self._tables = [PatternTable(pattern) for pattern in patterns]
        segment = np.diff(beams.segment_start)
        self._colour = np.repeat(np.arange(len(segment)), segment) % world.radio.colours
        # Place of each beam among those of its satellite, and the place of that satellite.
        place, satellite = np.zeros((2, len(beams)), dtype=np.int64)
        satellite[held.number] = np.repeat(np.arange(len(held.first)), held.count)
        place[held.number] = np.arange(len(held.number)) - np.repeat(held.first, held.count)
        there = np.flatnonzero(users.beam >= 0)
        own = satellite[users.beam[there]]
        self._place = place
        self._order = there[np.argsort(own, kind="stable")]
        self._count = np.bincount(own, minlength=len(held.first))
        self._start = np.cumsum(self._count) - self._count

    def problem(self, frame: Frame, these: np.ndarray, own: np.ndarray) -> FrameProblem:
        """Frames of some satellites with their users.

        Parameters
        ----------
        frame : Frame
        these : int64 array (satellites,)
            Places among those that hold beams.
        own : int64 array (satellites, cells)
            Their beams.
        """
        users, count = self._users, self._count[these]
        # A satellite without users has one that wants nothing.
        number = np.arange(max(int(count.max(initial=0)), 1))
        is_there = number < count[:, None]
        place = np.minimum(self._start[these][:, None] + number, max(len(self._order) - 1, 0))
        user = self._order[place] if len(self._order) else place
        cell = np.where(is_there, self._place[np.maximum(users.beam[user], 0)], 0)
        demand = np.where(is_there, users.demand[user], 0.0)
        carrier = np.where(is_there, users.carrier[user], 0.0)
        gain = self._mean_gain(own, user, cell, is_there)
        wanting = MeanUsers(cell, demand, carrier, gain)
        return FrameProblem(
            frame.lattice,
            frame.beams,
            frame.slots,
            wanting,
            users.rate_of,
            MeanLinks(wanting, users.rate_of),
            turn=frame.turn,
        )

    def _mean_gain(
        self, own: np.ndarray, user: np.ndarray, cell: np.ndarray, is_there: np.ndarray
    ) -> np.ndarray:
        """Mean gains as of `MeanUsers`, of some satellites; arguments as in `problem`."""
        satellites, cells = own.shape
        total, count = np.zeros((satellites, cells, cells)), np.zeros((satellites, cells))
        # Users in parts that begin at the same place whoever else is there: sums round the same.
        for first in range(0, user.shape[1], _USERS_AT_ONCE):
            some = slice(first, first + _USERS_AT_ONCE)
            width = cell[:, some].shape[1]
            step = max(1, _PAIRS_AT_ONCE // (width * cells))
            for low in range(0, satellites, step):
                part = slice(low, low + step)
                added = self._sums(
                    own[part], user[part, some], cell[part, some], is_there[part, some]
                )
                total[part] += added[0]
                count[part] += added[1]
        found: np.ndarray = total / np.maximum(count, 1.0)[..., None]
        return found

    def _sums(
        self, own: np.ndarray, user: np.ndarray, cell: np.ndarray, is_there: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Sum of the powers that users of each cell receive from each beam, and their number."""
        beams, (satellites, cells) = self._beams, own.shape
        aim, direction = beams.direction[:, own], self._users.direction[:, user]
        apart = direction[..., None] - aim[:, :, None, :]
        position = np.float32(1.0) + (apart * apart).sum(axis=0)
        index = np.empty(position.shape, dtype=np.int64)
        pattern = self._gains(position, index, own)
        pattern *= beams.power[own][:, None, :]
        at_own = np.take_along_axis(pattern, cell[..., None], axis=-1)
        carrier = np.where(is_there, self._users.carrier[user], 0.0)
        pattern *= carrier[..., None] / np.maximum(at_own, 1e-12)
        colour = self._colour[own]
        pattern *= np.take_along_axis(colour, cell, axis=-1)[..., None] == colour[:, None, :]
        row = np.arange(satellites)[:, None] * cells + cell
        place = row[..., None] * cells + np.arange(cells)
        total = np.bincount(place.ravel(), pattern.ravel(), minlength=satellites * cells**2)
        count = np.bincount(row.ravel(), is_there.ravel(), minlength=satellites * cells)
        return total.reshape(satellites, cells, cells), count.reshape(satellites, cells)

    def _gains(self, position: np.ndarray, index: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Gain of the beams of satellites, by the pattern that each has, float64 array."""
        if len(self._tables) == 1:
            scratch = np.empty_like(position)
            return self._tables[0].gain(position, scratch, index).astype(np.float64)
        found = np.empty(position.shape)
        payload = self._payload[own[:, 0]]
        for number in np.unique(payload).tolist():
            of_it = payload == number
            some, scratch = position[of_it], np.empty_like(position[of_it])
            found[of_it] = self._tables[number].gain(some, scratch, index[of_it])
        return found


@dataclass(frozen=True)
class MeanLinks:
    """What users would have beside the other beams of their satellite, by means over cells.

    Other satellites are planned at the same time, and what they light is not known.
    """

    users: MeanUsers
    rate_of: Callable[[np.ndarray], np.ndarray]

    def rates(self, lit: np.ndarray) -> np.ndarray:
        """Rates as of `allocation.slots.problem.FrameLinks`."""
        users = self.users
        gain = users.mean_gain
        own = np.diagonal(gain, axis1=-2, axis2=-1)
        others = gain * ~np.eye(users.cells, dtype=bool)
        received = np.einsum("...sc,...uc->...su", lit.astype(np.float64), others)
        cell = np.broadcast_to(users.cell[..., None, :], (*lit.shape[:-1], users.cell.shape[-1]))
        # A user that receives its own beam well hears the others well.
        part = np.take_along_axis(received / np.maximum(own, 1e-300)[..., None, :], cell, axis=-1)
        carrier = users.own[..., None, :]
        found = self.rate_of(carrier / (1.0 + carrier * part))
        return np.where(np.take_along_axis(lit, cell, axis=-1), found, 0.0)

    def of_trial(self, index: int) -> MeanLinks:
        """Those of one of the problems along the first axis, which stays."""
        return MeanLinks(self.users.of_trial(index), self.rate_of)
