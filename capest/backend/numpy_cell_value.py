"""What the users of a cell are worth with its beams; twin of ``native/cell_value.hpp``."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.backend.cell_search import SearchProblem

_NOISE_PER_HELD = 2.0**-30


@dataclass(frozen=True)
class OwnBeam:
    """A lit beam of a cell; arrays of its users.

    Attributes
    ----------
    carrier : float32 array (users,)
    interference : float64 array (users,)
        Of all other beams of its channel, in whole numbers.
    up : int64 array (users,)
        Need in the uplink, -1: not carried.
    """

    carrier: np.ndarray
    interference: np.ndarray
    up: np.ndarray


class CellValue:
    """Values of cells, see `SearchProblem`.

    Attributes
    ----------
    fine : int
        Units of a value that calls count: below 1 stands what they leave of the downlink.
    """

    def __init__(self, problem: SearchProblem) -> None:
        self._p, self.fine = problem, 1
        self._first, self._users = problem.links.pairs.first, problem.links.pairs.users

    def most(self, cell: int) -> int:
        """Worth of a cell whose calls are all carried."""
        kind = self._kind(cell)
        return self._worth(cell, int(self._p.class_weight[kind[kind >= 0]].sum()))

    def up_needs(self, cell: int, candidate: int, carrier: np.ndarray) -> np.ndarray:
        """What users need in the uplink for what they receive of a candidate, (users,)."""
        p, own = self._p, self._own(cell)
        scale = p.candidate_uplink[candidate] * p.user_uplink[own]
        snr = (carrier.astype(np.float64) * scale).astype(np.float32)
        sinr = snr / (p.up_interference[own] + np.float32(1.0))
        step = np.searchsorted(p.up_threshold, sinr, side="right")
        kind = self._kind(cell)
        found: np.ndarray = np.where(kind >= 0, p.up[kind, step], -1)
        return found

    def of(self, cell: int, beams: list[OwnBeam]) -> tuple[int, np.ndarray]:
        """Value of a cell with some lit beams, and the beam of each user, -1 for none."""
        users = int(self._users[cell])
        own = np.full(users, -1, dtype=np.int8)
        if not beams:
            return (0 if self._p.worth_start is None else self.fine * self._worth(cell, 0)), own
        level = [self._levels(beam) for beam in beams]
        if self._p.rates:
            return self._of_rates(cell, level, own), own
        calls, left = self._of_calls(cell, beams, level, own)
        worth = self.fine * self._worth(cell, calls)
        return worth + (self.fine - 1) * left // (len(beams) * self._p.capacity_down), own

    def _own(self, cell: int) -> slice:
        return slice(self._first[cell], self._first[cell] + self._users[cell])

    def _kind(self, cell: int) -> np.ndarray:
        found: np.ndarray = self._p.call_class[self._own(cell)]
        return found

    def _worth(self, cell: int, weight: int) -> int:
        if self._p.worth_start is None:
            return weight
        return int(self._p.worth[self._p.worth_start[cell] + weight])

    def _levels(self, beam: OwnBeam) -> np.ndarray:
        noise = (beam.interference * _NOISE_PER_HELD).astype(np.float32)
        sinr = beam.carrier / (noise + np.float32(1.0))
        return np.searchsorted(self._p.threshold, sinr, side="right")

    def _of_calls(
        self, cell: int, beams: list[OwnBeam], level: list[np.ndarray], own: np.ndarray
    ) -> tuple[int, int]:
        """Weight of the calls that are carried, and what they leave of the downlink."""
        p, kind = self._p, self._kind(cell)
        needs, reached = [], []
        for beam, found in zip(beams, level, strict=True):
            taken = np.where(kind >= 0, p.down[kind, found], -1)
            needs.append(taken.tolist())
            reached.append(np.where((taken >= 0) & (beam.up >= 0), found, 0))
        best = np.max(reached, axis=0)
        if p.order is None:
            turn = np.argsort(-best, kind="stable")
        else:
            turn = p.order[self._own(cell)]
        left_down, left_up = [p.capacity_down] * len(beams), [p.capacity_up] * len(beams)
        up, reached_levels = [beam.up.tolist() for beam in beams], [r.tolist() for r in reached]
        weight = 0
        for i in turn[best[turn] > 0].tolist():
            hopeful = [b for b in range(len(beams)) if reached_levels[b][i] > 0]
            while hopeful:
                # Of equal levels that with more left, then the first.
                b = max(hopeful, key=lambda b: (reached_levels[b][i], left_down[b], -b))
                hopeful.remove(b)
                if own[i] < 0:
                    own[i] = b
                if needs[b][i] <= left_down[b] and up[b][i] <= left_up[b]:
                    left_down[b] -= needs[b][i]
                    left_up[b] -= up[b][i]
                    weight += int(p.class_weight[kind[i]])
                    own[i] = b
                    break
        return weight, sum(left_down)

    def _of_rates(self, cell: int, level: list[np.ndarray], own: np.ndarray) -> int:
        p = self._p
        sums, served = [0] * len(level), [0] * len(level)
        for i in np.flatnonzero(self._kind(cell) >= 0).tolist():
            reached = [int(each[i]) for each in level]
            best = max(reached)
            if best == 0:
                continue
            chosen = min(
                (b for b in range(len(level)) if reached[b] == best), key=served.__getitem__
            )
            own[i] = chosen
            sums[chosen] += int(p.level_worth[best])
            served[chosen] += 1
        return sum(
            math.floor(float(total) * float(p.share_factor[count])) + int(p.worth[count])
            for total, count in zip(sums, served, strict=True)
        )
