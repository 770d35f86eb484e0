"""Moves of cells and visits that make them; twin of ``native/cell_moves.hpp`` and its visitor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.cell_search import FULL_MOVES, SearchProblem
from capest.backend.numpy_cell_value import OwnBeam
from capest.backend.numpy_search_state import Change, SearchState


@dataclass(frozen=True)
class Move:
    """A beam goes from a channel (-1: there was none) to a candidate on another (-1: dark)."""

    gain: int = 0
    start: int = -1
    to: int = -1
    candidate: int = -1
    found: bool = False


class CellClimb:
    """Visits of cells, each of which makes the best move that it finds.

    Parameters
    ----------
    problem : SearchProblem
    assigned : int32 array (cells, channels)
        Changed by moves.
    may_change_channel : bool
    """

    def __init__(
        self, problem: SearchProblem, assigned: np.ndarray, *, may_change_channel: bool
    ) -> None:
        self.state, self._p = SearchState(problem, assigned), problem
        self._may_change_channel = may_change_channel
        self.tried = self.accepted = 0
        self.log: dict[tuple[int, int], int] | None = None
        self._changed, self._visited = [0] * problem.cells, [-1] * problem.cells
        self._freed = [0] * len(problem.room)
        self._leave: dict[tuple[int, int], tuple[Move, int]] = {}

    def total(self) -> int:
        """Value of all cells."""
        return sum(self.state.value)

    def near(self, cell: int) -> np.ndarray:
        """Cells with users near one, by distance."""
        return self._p.near[self._p.near_start[cell] : self._p.near_start[cell + 1]]

    def value_all(self, fine: int) -> None:
        """Value all cells anew; what was known of their moves is forgotten."""
        self.state.value_all(fine)
        self._visited = [-1] * self._p.cells
        self._leave.clear()

    def climb(self, order: list[int], budget: int) -> None:
        """Visit cells until none has a move or the budget is spent."""
        every = True
        while self.tried < budget:
            before = self.accepted
            for cell in order:
                if self.tried >= budget:
                    break
                if every or self._is_new(cell):
                    self.visit(cell)
            if self.accepted == before and every:
                return
            every = self.accepted == before

    def visit(self, cell: int) -> None:
        """Make the best move of a cell."""
        self._visited[cell] = self.accepted
        best, full = Move(), list[Move]()
        lit = np.flatnonzero(self.state.assigned[cell] >= 0).tolist()
        for channel in lit:
            best = self._scan(cell, channel, best, full)
        more = len(lit) < self._p.beams_per_cell and not self.state.has_all(cell)
        if not lit or more:
            best = self._scan(cell, -1, best, full)
        if not self._displaces(cell, best.gain, full) and best.found:
            self._keep_if_better(self._put(cell, best))

    def make(self, changes: list[Change]) -> None:
        """Make changes, whatever they bring."""
        self.state.make(changes)
        self._note(changes)

    def _scan(
        self, cell: int, start: int, best: Move, full: list[Move] | None, leaves: bool = False
    ) -> Move:
        """Look for a better move of a beam to a satellite with room, and to full ones.

        Who leaves its satellite takes what is best elsewhere, if only the dark.
        """
        state, p = self.state, self._p
        old = -1 if start < 0 else int(state.assigned[cell, start])
        old_satellite, now = state.satellite(old), state.value[cell]
        rest, freed = state.beams_but(cell, start), 0
        near: dict[int, tuple[np.ndarray, int]] = {}
        if start >= 0:
            near = self._without(cell, start, old)
            freed = sum(value - state.value[other] for other, (_, value) in near.items())
            self.tried += 1
            gain = state.values.of(cell, rest)[0] - now + freed
            if leaves or gain > best.gain:
                best = Move(gain, start, -1, -1, True)
        candidates = range(int(p.candidate_start[cell]), int(p.candidate_start[cell + 1]))
        received = {j: state.links.received(cell, j) for j in candidates}
        for to in range(p.channels):
            if to != start and state.assigned[cell, to] >= 0:
                continue
            usual = start if start >= 0 else int(p.colour[cell])
            if not self._may_change_channel and to != usual and (start >= 0 or not rest):
                continue
            values = {}
            for j in candidates:
                satellite = state.satellite(j)
                if (j == old and to == start) or (leaves and satellite == old_satellite):
                    continue
                if full is None and self._is_full(satellite, old_satellite):
                    continue
                self.tried += 1
                values[j] = self._own_value(cell, to, j, received[j], rest)
            for j in sorted(values, key=lambda j: -values[j]):
                gain = values[j] - now + freed
                if gain <= best.gain:
                    break
                no_room = self._is_full(state.satellite(j), old_satellite)
                least = best.gain
                if no_room and full is not None and len(full) >= FULL_MOVES:
                    least = max(least, full[-1].gain)
                base = near if to == start else None
                gain = self._less_losses(cell, to, base, j, gain, least)
                if gain <= least:
                    continue
                move = Move(gain, start, to, j, True)
                if not no_room or full is None:
                    best = move
                    continue
                full.append(move)
                full.sort(key=lambda each: -each.gain)
                del full[FULL_MOVES:]
        return best

    def _own_value(
        self, cell: int, to: int, candidate: int, carrier: np.ndarray, rest: list[OwnBeam]
    ) -> int:
        """Value of a cell with one more beam, which stands behind the others."""
        state = self.state
        need = state.values.up_needs(cell, candidate, carrier)
        beam = OwnBeam(carrier, state.held_of(cell, to), need)
        return state.values.of(cell, [*rest, beam])[0]

    def _is_full(self, satellite: int, old_satellite: int) -> bool:
        others = self.state.used[satellite] - (satellite == old_satellite)
        return bool(others >= self._p.room[satellite])

    def _without(self, cell: int, start: int, old: int) -> dict[int, tuple[np.ndarray, int]]:
        """Interference and value of the cells near one without its beam."""
        state, found = self.state, {}
        for other in self.near(cell).tolist():
            if state.assigned[other, start] >= 0:
                held = state.held_of(other, start) - state.links.held(other, old)
                found[other] = held, state.value_with(other, start, held)
        return found

    def _less_losses(
        self,
        cell: int,
        to: int,
        base: dict[int, tuple[np.ndarray, int]] | None,
        candidate: int,
        gain: int,
        least: int,
    ) -> int:
        """A gain less what users near lose by a new beam, as long as it stays above the least."""
        state = self.state
        for other in self.near(cell).tolist():
            if gain <= least:
                break
            if state.assigned[other, to] < 0:
                continue
            held, before = (
                (state.held_of(other, to), state.value[other]) if base is None else base[other]
            )
            held = held + state.links.held(other, candidate)
            gain += state.value_with(other, to, held) - before
        return gain

    def _displaces(self, cell: int, most: int, full: list[Move]) -> bool:
        """Take a beam of a full satellite from another cell, if both together gain more."""
        state, chosen = self.state, None
        for move in full:
            if move.gain <= most:
                continue
            for other, channel in list(state.lit_on[state.satellite(move.candidate)]):
                if other == cell:
                    continue
                leave = self._leave_of(other, channel)
                if move.gain + leave.gain > most:
                    most = move.gain + leave.gain
                    chosen = move, other, leave
        if chosen is None:
            return False
        entering, other, leaving = chosen
        if leaving.to >= 0 and not self._has_room(leaving.candidate):
            return False
        return self._keep_if_better([*self._put(cell, entering), *self._put(other, leaving)])

    def _leave_of(self, cell: int, channel: int) -> Move:
        known = self._leave.get((cell, channel))
        if known is not None and known[1] >= self._changed[cell]:
            leave = known[0]
            if leave.to < 0 or self._has_room(leave.candidate):
                return leave
        leave = self._scan(cell, channel, Move(), None, leaves=True)
        self._leave[cell, channel] = leave, self.accepted
        return leave

    def _has_room(self, candidate: int) -> bool:
        satellite = self.state.satellite(candidate)
        return bool(self.state.used[satellite] < self._p.room[satellite])

    def _is_new(self, cell: int) -> bool:
        seen = self._visited[cell]
        some = slice(self._p.candidate_start[cell], self._p.candidate_start[cell + 1])
        return self._changed[cell] > seen or any(
            self._freed[s] > seen for s in self._p.candidate_satellite[some].tolist()
        )

    def _put(self, cell: int, move: Move) -> list[Change]:
        changes = []
        if move.start >= 0:
            old = int(self.state.assigned[cell, move.start])
            changes.append(Change(cell, move.start, old, False))
        if move.to >= 0:
            changes.append(Change(cell, move.to, move.candidate, True))
        return changes

    def _keep_if_better(self, changes: list[Change]) -> bool:
        if self.state.make(changes) <= 0:
            self.state.take_back(changes)
            return False
        self._note(changes)
        return True

    def _note(self, changes: list[Change]) -> None:
        self.accepted += 1
        for change in changes:
            self._changed[change.cell] = self.accepted
            for other in self.near(change.cell).tolist():
                self._changed[other] = self.accepted
            if not change.on:
                self._freed[self.state.satellite(change.candidate)] = self.accepted
            if self.log is not None:
                place = change.cell, change.channel
                self.log.setdefault(place, -1 if change.on else change.candidate)
