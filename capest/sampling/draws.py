"""Uniform and normal numbers from Philox words."""

from __future__ import annotations

import math
from typing import Any, Protocol

from capest.sampling.streams import Purpose


class WordSource(Protocol):
    """What `Draws` needs of a backend (see ``backend.numpy_kernels``)."""

    @property
    def xp(self) -> Any:
        """Array module of the words."""

    def philox_words(
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Return four 64-bit words per trial and entity."""

    def philox_uniforms(
        self, *, seed: int, purpose: int, first_trial: int, trials: int, entities: int, count: int
    ) -> Any:
        """Return so many uniforms per trial and entity."""


class Draws:
    """Random draws of consecutive trials, addressed by purpose.

    Parameters
    ----------
    source : WordSource
        Backend that computes Philox words.
    seed : int
        Seed of the scenario.
    first_trial, trials : int
        Which trials.
    """

    def __init__(self, source: WordSource, seed: int, first_trial: int, trials: int) -> None:
        self.xp = source.xp
        self.trials = trials
        self._source = source
        self.seed = seed
        self.first_trial = first_trial

    def of_trials(self, first_trial: int, trials: int) -> Draws:
        """Draws of other trials, of the same seed and backend."""
        return Draws(self._source, self.seed, first_trial, trials)

    def words(self, purpose: Purpose, entities: int) -> Any:
        """Four 64-bit words per trial and entity, uint64 array (trials, entities, 4)."""
        return self._source.philox_words(
            seed=self.seed,
            purpose=int(purpose),
            first_trial=self.first_trial,
            trials=self.trials,
            entities=entities,
        )

    def uniforms(self, purpose: Purpose, entities: int, count: int) -> list[Any]:
        """Up to four independent uniforms per trial and entity.

        Returns
        -------
        list of float64 array (trials · entities,)
            In the open interval (0, 1): ((word >> 11) + 1/2) · 2⁻⁵³ rounded once, so the same
            bits on every backend.
        """
        return list(
            self._source.philox_uniforms(
                seed=self.seed,
                purpose=int(purpose),
                first_trial=self.first_trial,
                trials=self.trials,
                entities=entities,
                count=count,
            )
        )

    def normals(self, purpose: Purpose, entities: int) -> Any:
        """One standard normal per trial and entity (Box and Muller, 1958).

        Returns
        -------
        float64 array (trials · entities,)
        """
        radius_u, angle_u = self.uniforms(purpose, entities, 2)
        return normal(radius_u, angle_u, self.xp)


def normal(radius_u: Any, angle_u: Any, xp: Any) -> Any:
    """Return a standard normal from two uniforms (Box and Muller, 1958)."""
    _, squared = _half_angle(angle_u, xp)
    return _radius(radius_u, xp) * (1.0 - squared) / (1.0 + squared)


def normal_pair(radius_u: Any, angle_u: Any, xp: Any) -> tuple[Any, Any]:
    """Two independent standard normals from two uniforms (Box and Muller, 1958)."""
    tangent, squared = _half_angle(angle_u, xp)
    radius = _radius(radius_u, xp) / (1.0 + squared)
    return radius * (1.0 - squared), radius * (2.0 * tangent)


def _radius(uniform: Any, xp: Any) -> Any:
    return xp.sqrt(-2.0 * xp.log(uniform))


def _half_angle(uniform: Any, xp: Any) -> tuple[Any, Any]:
    """Tangent of half the angle, and its square.

    Cosine and sine follow from it, and NumPy computes a tangent ten times faster than a cosine.
    """
    tangent = xp.tan(math.pi * uniform)
    return tangent, tangent * tangent
