"""Random scenes for the SINR kernel, and their truth in double precision by brute force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import j1

from capest.backend.arguments import SatelliteDownlink
from capest.physics.pattern_table import pattern_table

# Wavenumber times aperture radius, beam spacing in the u-v plane, and layout centre (u, v):
# TR 38.821 Tables 6.1.1.1-1 and 6.1.1.1-4 to 6: LEO-600 S band (2 GHz, 2 m, HPBW 4.4127 degrees),
# GEO Ka band (20 GHz, 5 m, HPBW 0.1765 degrees).
LEO_S = (41.9169, 0.066687, (0.0, 0.0))
GEO_KA = (1047.92, 0.0026677, (0.107, 0.0))


@dataclass(frozen=True)
class Scene:
    """Links for ``downlink_sinr`` with the double-precision directions they came from.

    Attributes
    ----------
    ka : float
    user_unit : float64 array (satellites, users, 3)
        Unit vectors from each satellite to each user.
    beam_unit : float64 array (beams, 3)
        Unit vectors of the boresights, in the frame of their own satellite.
    centre : float64 array (3,)
    beam_satellite, beam_colour : int array (beams,)
        Ascending by satellite, then colour.
    beam_power, link_gain, user_trial, beam_lit, colours
        As the kernel takes them.
    """

    ka: float
    user_unit: np.ndarray
    beam_unit: np.ndarray
    centre: np.ndarray
    beam_satellite: np.ndarray
    beam_colour: np.ndarray
    beam_power: np.ndarray
    link_gain: np.ndarray
    user_trial: np.ndarray
    beam_lit: np.ndarray | None
    colours: int

    @cached_property
    def segment_start(self) -> np.ndarray:
        segments = len(self.link_gain) * self.colours
        key = self.beam_satellite * self.colours + self.beam_colour
        return np.searchsorted(key, np.arange(segments + 1)).astype(np.int32)

    def links(self) -> SatelliteDownlink:
        """What ``downlink_sinr`` takes."""
        user = (self.user_unit - self.centre) * self.ka
        beam = (self.beam_unit - self.centre) * self.ka
        return SatelliteDownlink(
            user=np.ascontiguousarray(user.transpose(0, 2, 1), dtype=np.float32),
            gain=self.link_gain,
            user_trial=self.user_trial,
            beam=np.ascontiguousarray(beam.T, dtype=np.float32),
            beam_power=self.beam_power,
            segment_start=self.segment_start,
            lit=self.beam_lit,
            pattern=scipy_table(self.ka, 150.0),
            colours=self.colours,
        )

    def users(self, chosen: slice) -> Scene:
        """The same scene with some of its users only."""
        return replace(
            self,
            user_unit=self.user_unit[:, chosen],
            link_gain=np.ascontiguousarray(self.link_gain[:, chosen]),
            user_trial=self.user_trial[chosen],
        )

    def power(self) -> np.ndarray:
        """Received power of every pair by the published pattern, float64 array (users, beams)."""
        columns = []
        for satellite, unit, power in zip(
            self.beam_satellite, self.beam_unit, self.beam_power, strict=True
        ):
            sine = np.linalg.norm(np.cross(self.user_unit[satellite], unit), axis=1)
            x = np.maximum(self.ka * sine, 1e-12)
            pattern = 4.0 * (j1(x) / x) ** 2
            columns.append(self.link_gain[satellite].astype(np.float64) * float(power) * pattern)
        return np.stack(columns, axis=1)

    def interference(self, power: np.ndarray, serving: np.ndarray) -> np.ndarray:
        """Sum over the other lit beams of the serving beam's colour, float64 array (users,)."""
        counted = self.beam_colour[None, :] == self.beam_colour[serving][:, None]
        if self.beam_lit is not None:
            counted &= self.beam_lit[self.user_trial] != 0
        counted[np.arange(len(serving)), serving] = False
        return np.where(counted, power, 0.0).sum(axis=1)


def scipy_table(ka: float, largest: float) -> np.ndarray:
    """Table of the pattern 2 J1(x)/x by SciPy up to a reduced chord."""

    def amplitude(chord: np.ndarray) -> np.ndarray:
        x = np.maximum(ka * chord * np.sqrt(1.0 - 0.25 * chord**2), 1e-12)
        return 2.0 * j1(x) / x

    return pattern_table(ka, min(largest / ka, 1.4), amplitude)


def longer_than_shared(table: np.ndarray, shared_bytes: int) -> np.ndarray:
    """The same table with zeros behind, so long that it does not go to shared memory."""
    longer = np.zeros((shared_bytes // 8 + 1, 2), dtype=np.float32)
    longer[: len(table)] = table
    return longer


def random_scene(
    seed: int,
    system: tuple[float, float, tuple[float, float]] = LEO_S,
    *,
    satellites: int = 1,
    colours: int = 1,
    beams: int = 61,
    users: int = 300,
    trials: int = 3,
    lit_share: float | None = None,
    equal_power: bool = False,
) -> Scene:
    """Draw a scene.

    Beams lie in a disc as dense as a hexagonal layout, users in a disc a little wider. Every
    satellite has its own beams and sees the users in directions of its own. A share of the
    beams is lit in each trial, all of them if ``lit_share`` is None.
    """
    rng = np.random.default_rng(seed)
    ka, spacing, (centre_u, centre_v) = system
    radius = spacing * np.sqrt(beams * np.sqrt(3.0) / (2.0 * np.pi))

    def directions(count: int, within: float) -> np.ndarray:
        angle = rng.uniform(0.0, 2.0 * np.pi, count)
        distance = within * np.sqrt(rng.uniform(0.0, 1.0, count))
        u = centre_u + distance * np.cos(angle)
        v = centre_v + distance * np.sin(angle)
        return np.stack([u, v, np.sqrt(1.0 - u * u - v * v)], axis=1)

    beam_satellite = np.repeat(np.arange(satellites), beams)
    colour = rng.integers(0, colours, satellites * beams)
    order = np.lexsort((colour, beam_satellite))
    decibels = np.zeros(satellites * beams) if equal_power else rng.uniform(-3, 3, len(colour))
    lit = None
    if lit_share is not None:
        lit = (rng.uniform(size=(trials, satellites * beams)) < lit_share).astype(np.uint8)
    return Scene(
        ka=ka,
        user_unit=np.stack([directions(users, 1.1 * radius) for _ in range(satellites)]),
        beam_unit=np.concatenate([directions(beams, radius) for _ in range(satellites)])[order],
        centre=np.array([centre_u, centre_v, np.sqrt(1.0 - centre_u**2 - centre_v**2)]),
        beam_satellite=beam_satellite[order],
        beam_colour=colour[order],
        beam_power=(10.0 ** (decibels / 10.0)).astype(np.float32),
        link_gain=(10.0 ** rng.normal(1.0, 0.6, (satellites, users))).astype(np.float32),
        user_trial=np.sort(rng.integers(0, trials, users)).astype(np.int32),
        beam_lit=lit,
        colours=colours,
    )
