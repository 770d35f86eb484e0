"""Draws of the parts of trials: each satellite of a trial has numbers of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.errors import InputError
from capest.sampling.draws import Draws
from capest.sampling.streams import MAX_ENTITIES, Purpose


class PartDraws(Draws):
    """Draws for parts that stand in place of trials.

    A part has members, cells say. Those of all parts of a trial stand in a row, and each member
    has equally many entities of the trial: what is drawn for a part depends on its trial and its
    place there alone.

    Parameters
    ----------
    draws : Draws
        Of the trials that the parts belong to.
    trial : int array (parts,)
        Counted from the first of the draws.
    before : int array (parts,)
        Members of the trial's parts before each.
    members : int
        Of each part.
    """

    def __init__(self, draws: Draws, trial: np.ndarray, before: np.ndarray, members: int) -> None:
        self.xp, self.trials = draws.xp, len(trial)
        self.seed, self.first_trial = draws.seed, draws.first_trial
        self._draws, self._members = draws, members
        self._trial, self._before = trial, before

    def words(self, purpose: Purpose, entities: int) -> Any:
        """Four 64-bit words per part and entity, uint64 array (parts, entities, 4).

        Raises
        ------
        InputError
            If a trial would need more numbers than it has.
        """
        each = -(-entities // self._members)
        most = int(self._before.max(initial=0)) * each + entities
        if most > MAX_ENTITIES:
            raise InputError(
                f"beams.slots: the cells of a trial in so many slots take {most:,} random numbers, "
                f"more than the {MAX_ENTITIES:,} that it has; fewer slots or cells"
            )
        words = self._draws.words(purpose, most)
        place = self._before[:, None] * each + np.arange(entities)
        return words[self.xp.asarray(self._trial)[:, None], self.xp.asarray(place)]

    def uniforms(self, purpose: Purpose, entities: int, count: int) -> list[Any]:
        """Uniforms per part and entity, as of `Draws`."""
        words = self.words(purpose, entities).reshape(-1, 4)
        high = (words >> self.xp.uint64(11)).astype(self.xp.float64)
        return [(high[:, word] + 0.5) * 2.0**-53 for word in range(count)]

    def of_trials(self, first_trial: int, trials: int) -> Draws:
        """Draws of whole trials."""
        return self._draws.of_trials(first_trial, trials)
