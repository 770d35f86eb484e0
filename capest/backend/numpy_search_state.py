"""Beams that are lit and what users get of them; twin of ``native/search_state.hpp``."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np

from capest.backend.cell_search import SearchProblem
from capest.backend.numpy_cell_value import CellValue, OwnBeam

_HELD_PER_NOISE = np.float32(2.0**30)
_MOST_HELD = np.float32(2.0**40)
_FIRST_ENTRY, _SHIFT = 127 << 9, 14


@dataclass(frozen=True)
class Change:
    """A beam of a cell on a channel goes on or off."""

    cell: int
    channel: int
    candidate: int
    on: bool


class BeamLinks:
    """Powers of candidates' beams at the users of cells."""

    def __init__(self, problem: SearchProblem) -> None:
        pairs = problem.links.pairs
        self._problem, self._users = problem, pairs.users
        self._pair = np.full((len(problem.room), problem.cells), -1)
        self._pair[pairs.satellite, pairs.cell] = np.arange(len(pairs.satellite))

    def hearing(self, satellite: int) -> np.ndarray:
        """Cells that hear a satellite, ascending, int64 array (n,)."""
        return np.flatnonzero(self._pair[satellite] >= 0)

    def received(self, cell: int, candidate: int) -> np.ndarray:
        """Power at the users of a cell, in units of the noise, float32 array (users,)."""
        p = self._problem
        satellite, users = p.candidate_satellite[candidate], int(self._users[cell])
        pair = self._pair[satellite, cell]
        if pair < 0:
            return np.zeros(users, dtype=np.float32)
        at = slice(p.links.pairs.offset[pair], p.links.pairs.offset[pair] + users)
        apart = p.links.direction[:, at] - p.candidate_aim[:, candidate, None]
        squared = apart * apart
        place = squared[0] + squared[1] + squared[2] + np.float32(1.0)
        begin, end = p.pattern_start[p.payload[satellite] : p.payload[satellite] + 2]
        entry = (place.view(np.int32) >> _SHIFT) - _FIRST_ENTRY
        line = p.pattern[begin + np.minimum(entry, end - begin - 1)]
        gain: np.ndarray = (
            p.links.gain[at] * (place * line[:, 1] + line[:, 0]) * p.candidate_strength[candidate]
        )
        return gain

    def held(self, cell: int, candidate: int) -> np.ndarray:
        """The same in whole numbers, float64 array (users,)."""
        units = self.received(cell, candidate) * _HELD_PER_NOISE
        return np.rint(np.minimum(units, _MOST_HELD)).astype(np.float64)


class SearchState:
    """An assignment, and what follows from it for all users.

    Parameters
    ----------
    problem : SearchProblem
    assigned : int32 array (cells, channels)
        Changed by moves.
    """

    def __init__(self, problem: SearchProblem, assigned: np.ndarray) -> None:
        self.p, self.assigned = problem, assigned
        self.links, self.values = BeamLinks(problem), CellValue(problem)
        pairs = problem.links.pairs
        self.first, self.users = pairs.first.tolist(), pairs.users.tolist()
        shape = (problem.channels, problem.users)
        self._carrier = np.zeros(shape, dtype=np.float32)
        self._held = np.zeros(shape)
        self._up = np.full(shape, -1, dtype=np.int64)
        self.value = [0] * problem.cells
        self.used = [0] * len(problem.room)
        self.lit_on: list[list[tuple[int, int]]] = [[] for _ in problem.room]
        self._touched: dict[int, None] = {}
        for cell, channel in np.argwhere(assigned >= 0).tolist():
            self._light(Change(cell, channel, int(assigned[cell, channel]), True))
        self.value_all(1)

    def satellite(self, candidate: int) -> int:
        """Satellite of a candidate; -1 for none."""
        return -1 if candidate < 0 else int(self.p.candidate_satellite[candidate])

    def held_of(self, cell: int, channel: int) -> np.ndarray:
        """Interference of a channel at the users of a cell, in whole numbers."""
        return self._held[channel, self._own(cell)]

    def beams_but(self, cell: int, channel: int) -> list[OwnBeam]:
        """Beams of a cell but for one channel."""
        own = self._own(cell)
        return [
            OwnBeam(self._carrier[k, own], self._held[k, own], self._up[k, own])
            for k in range(self.p.channels)
            if k != channel and self.assigned[cell, k] >= 0
        ]

    def value_with(self, cell: int, channel: int, interference: np.ndarray) -> int:
        """Value of a cell with other interference on one of its lit channels."""
        own, beams = self._own(cell), []
        for k in range(self.p.channels):
            if self.assigned[cell, k] >= 0:
                heard = interference if k == channel else self._held[k, own]
                beams.append(OwnBeam(self._carrier[k, own], heard, self._up[k, own]))
        return self.values.of(cell, beams)[0]

    def own_beams(self, cell: int) -> np.ndarray:
        """Beam of each user among those of its cell, -1 for none."""
        return self.values.of(cell, self.beams_but(cell, -1))[1]

    def has_all(self, cell: int) -> bool:
        """Whether all calls of a cell are carried."""
        return not self.p.rates and self.value[cell] >= self.values.fine * self.values.most(cell)

    def value_all(self, fine: int) -> None:
        """Value all cells anew, with what is left of beams in finer or coarser units."""
        self.values.fine = fine
        self._touched.update(dict.fromkeys(range(self.p.cells)))
        self._evaluate_touched()

    def make(self, changes: list[Change]) -> int:
        """Make changes, those that go off first, and return what all users gain."""
        for change in sorted(changes, key=lambda each: each.on):
            self._light(change)
        return self._evaluate_touched()

    def take_back(self, changes: list[Change]) -> None:
        """Take changes back."""
        self.make([Change(c.cell, c.channel, c.candidate, not c.on) for c in changes])

    def _own(self, cell: int) -> slice:
        return slice(self.first[cell], self.first[cell] + self.users[cell])

    def _evaluate_touched(self) -> int:
        gain = 0
        for cell in self._touched:
            now = self.values.of(cell, self.beams_but(cell, -1))[0]
            gain += now - self.value[cell]
            self.value[cell] = now
        self._touched.clear()
        return gain

    def _light(self, change: Change) -> None:
        cell, channel, candidate = change.cell, change.channel, change.candidate
        satellite, sign = self.satellite(candidate), 1.0 if change.on else -1.0
        for other in self.links.hearing(satellite).tolist():
            if other == cell:
                continue
            self._held[channel, self._own(other)] += sign * self.links.held(other, candidate)
            if self.assigned[other, channel] >= 0:
                self._touched[other] = None
        self._touched[cell] = None
        self.assigned[cell, channel] = candidate if change.on else -1
        self.used[satellite] += 1 if change.on else -1
        lit = self.lit_on[satellite]
        if not change.on:
            del lit[bisect_left(lit, (cell, channel))]
            return
        insort(lit, (cell, channel))
        carrier = self.links.received(cell, candidate)
        self._carrier[channel, self._own(cell)] = carrier
        self._up[channel, self._own(cell)] = self.values.up_needs(cell, candidate, carrier)
