"""Random scenes for the uplink kernel, and their truth in double precision by brute force."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capest.backend.arguments import SatelliteUplink

from .scene import LEO_S, Scene, random_scene, scipy_table

WIDE_GEO_KA = (1047.92, 0.02, (0.0, 0.0))
"""Narrow beams spread far beyond their width; as in `scene`."""

SIDELOBE_END = 7.0
"""About the second zero of the pattern, in ka sin theta."""


@dataclass(frozen=True)
class Uplink:
    """Links for ``uplink_sinr`` with the scene they came from.

    Attributes
    ----------
    scene : Scene
        Its ``beam_power`` is the receive gain of the beams.
    scheduled : int32 array (drops, beams)
        User that each beam serves, -1 for nobody.
    """

    scene: Scene
    scheduled: np.ndarray

    def links(self) -> SatelliteUplink:
        """What ``uplink_sinr`` takes."""
        links = self.scene.links()
        width = np.ptp(links.user, axis=(0, 2)).max()
        return SatelliteUplink(
            user=links.user,
            gain=links.gain,
            scheduled=self.scheduled,
            beam=links.beam,
            beam_power=links.beam_power,
            segment_start=links.segment_start,
            pattern=scipy_table(self.scene.ka, 1.5 * width),
            colours=links.colours,
        )

    def drops(self, chosen: slice) -> Uplink:
        """The same scene with some of its drops only."""
        return replace(self, scheduled=np.ascontiguousarray(self.scheduled[chosen]))

    def truth(self) -> tuple[np.ndarray, np.ndarray]:
        """Carrier and interference, float64 arrays (drops, beams)."""
        power = self.scene.power()  # (users, beams)
        colour = self.scene.beam_colour
        beams = np.arange(len(colour))
        heard_by_all = colour[:, None] == colour[None, :]
        heard_by_all[beams, beams] = False
        carrier = np.zeros(self.scheduled.shape)
        interference = np.zeros(self.scheduled.shape)
        for drop, users in enumerate(self.scheduled):
            received = np.where(users[:, None] >= 0, power[users], 0.0)  # (transmitters, receivers)
            carrier[drop] = received[beams, beams]
            interference[drop] = (received * heard_by_all).sum(axis=0)
        return carrier, interference


def random_uplink(
    seed: int,
    system: tuple[float, float, tuple[float, float]] = LEO_S,
    *,
    satellites: int = 1,
    colours: int = 1,
    beams: int = 61,
    users: int = 400,
    drops: int = 20,
    silent_share: float = 0.1,
) -> Uplink:
    """Draw a scene in which every beam serves one of the users nearest to its boresight.

    From every satellite a user is seen somewhere around a boresight, in the main lobe or the first
    sidelobe. A share of the beams has nobody. A user may be served by several beams.
    """
    scene = random_scene(
        seed, system, satellites=satellites, colours=colours, beams=beams, users=users
    )
    rng = np.random.default_rng(seed + 1)
    home = beams * np.arange(satellites)[:, None] + rng.integers(0, beams, (satellites, users))
    distance = rng.uniform(0.0, SIDELOBE_END / scene.ka, home.shape)
    angle = rng.uniform(0.0, 2.0 * np.pi, home.shape)
    uv = scene.beam_unit[home, :2] + distance[..., None] * np.stack(
        [np.cos(angle), np.sin(angle)], axis=-1
    )
    w = np.sqrt(1.0 - (uv**2).sum(axis=-1, keepdims=True))
    scene = replace(scene, user_unit=np.concatenate([uv, w], axis=-1))
    chord = np.linalg.norm(
        scene.user_unit[scene.beam_satellite] - scene.beam_unit[:, None], axis=-1
    )
    nearest = np.argsort(chord, axis=1)[:, :5]
    scheduled = nearest[
        np.arange(len(nearest)), rng.integers(0, nearest.shape[1], (drops, len(nearest)))
    ]
    scheduled[rng.random(scheduled.shape) < silent_share] = -1
    return Uplink(scene, scheduled.astype(np.int32))


def decibels(ratio: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(ratio)


def assert_close(carrier: np.ndarray, interference: np.ndarray, uplink: Uplink) -> None:
    """Compare with the truth: gains within 0.01 dB, SINR within 0.02 dB, zeros exactly."""
    true_carrier, true_interference = uplink.truth()
    assert carrier.dtype == interference.dtype == np.float32
    served = uplink.scheduled >= 0
    assert served.any()
    assert (carrier[~served] == 0.0).all()
    gain = uplink.scene.link_gain[uplink.scene.beam_satellite, uplink.scheduled]
    near = served & (true_carrier > 1e-4 * gain * uplink.scene.beam_power)
    assert near[served].mean() > 0.2
    assert np.abs(decibels(carrier[near] / true_carrier[near])).max() < 0.01
    sinr = np.float64(carrier) / (np.float64(interference) + 1.0)
    true_sinr = true_carrier / (true_interference + 1.0)
    assert np.abs(decibels(sinr[near] / true_sinr[near])).max() < 0.02
    # Beams without a user of their own hear the others all the same.
    raised = decibels((np.float64(interference) + 1.0) / (true_interference + 1.0))
    assert np.abs(raised).max() < 0.01
