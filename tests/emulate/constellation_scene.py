"""Random constellations for their kernel, and the truth in double precision by brute force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import j1

from capest.backend.arguments import ConstellationDownlink
from capest.engine.space import frames
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.pattern_table import look_up, pattern_table
from capest.physics.sky_table import sky_table
from capest.physics.two_branches import wave_points

OF_USERS = ("gain", "environment", "sight", "shadow", "entry", "serving", "wave_key")
"""Fields whose first axis counts users."""

SYSTEMS = {"LEO": (600e3, 41.9, 8), "narrow": (600e3, 150.0, 8), "GEO": (35_786e3, 1047.9, 3)}
"""Altitude in m, wavenumber × aperture radius, satellites."""


def random_constellation(
    seed: int,
    *,
    system: str = "LEO",
    users: int = 60,
    beams: int = 6,
    colours: int = 1,
    trials: int = 1,
    lowest_sine: float = 0.0,
    axial_weight: float = 1.0,
    element_exponent: float = 0.0,
    unserved_share: float = 0.1,
    dark_share: float = 0.0,
    branches: int = 1,
    polarisations: int = 1,
    fading_gain: bool = True,
) -> ConstellationDownlink:
    """Links for ``constellation_sinr``: satellites around a point, beams aimed near users.

    Beams of a satellite are aimed at points of the ground below it, most users are served by one
    of the beams whose centre is nearest to them.
    """
    rng = np.random.default_rng(seed)
    altitude_m, ka, satellites = SYSTEMS[system]
    parts: dict[str, list[np.ndarray]] = defaultdict(list)
    beam_count = 0
    for _ in range(trials):
        # A few degrees around a place, for GEO within its horizon.
        place = rng.normal(size=3)
        place /= np.linalg.norm(place)
        spread = 0.03 if system != "GEO" else 0.01
        ground = place + spread * rng.normal(size=(users, 3))
        ground /= np.linalg.norm(ground, axis=1, keepdims=True)
        above = place + (0.15 if system != "GEO" else 0.5) * rng.normal(size=(satellites, 3))
        above *= (EARTH_RADIUS_M + altitude_m) / np.linalg.norm(above, axis=1, keepdims=True)
        axes = frames(above)
        aim = place + spread * rng.normal(size=(satellites, beams, 3))
        aim *= EARTH_RADIUS_M / np.linalg.norm(aim, axis=2, keepdims=True)
        toward = aim - above[:, None]
        toward /= np.linalg.norm(toward, axis=2, keepdims=True)
        cosines = np.einsum("acs,sbc->sba", axes, toward)
        colour = np.sort(rng.integers(0, colours, (satellites, beams)), axis=1)
        cosines[:, :, 2] *= axial_weight
        segment = (colour + colours * np.arange(satellites)[:, None]).ravel()
        starts = np.searchsorted(segment, np.arange(satellites * colours + 1))
        nearest = np.argsort(
            np.linalg.norm(ground[:, None] * EARTH_RADIUS_M - aim.reshape(1, -1, 3), axis=2), axis=1
        )
        own = nearest[np.arange(users), rng.integers(0, min(3, beams), users)]
        own = np.where(rng.random(users) < unserved_share, -1, own + beam_count)
        parts["user_m"].append(ground.T * EARTH_RADIUS_M)
        parts["serving"].append(own)
        parts["satellite_m"].append(above.T)
        parts["axes"].append(axes)
        parts["beam"].append(cosines.reshape(-1, 3).T * ka)
        parts["segment_start"].append(starts[:-1] + beam_count)
        beam_count += satellites * beams
    total = users * trials
    power = rng.uniform(0.5, 2.0, beam_count)
    power[rng.random(beam_count) < dark_share] = 0.0
    indoor = rng.random(total) < 0.3
    entry = np.stack([np.where(indoor, 5.0, 0.0), np.where(indoor, 2.0, 1.0)], axis=1)
    sky = {"gas_loss": True, "tropospheric_scintillation": False, "ionosphere": "middle"}
    table = sky_table(("rural", "dense-urban"), 2e9, "linear", sky)

    def joined(name: str, axis: int, dtype: type) -> np.ndarray:
        return np.ascontiguousarray(np.concatenate(parts[name], axis=axis), dtype=dtype)

    starts = np.append(np.concatenate(parts["segment_start"]), beam_count)
    return ConstellationDownlink(
        user_m=joined("user_m", 1, np.float64),
        user_start=np.arange(trials + 1, dtype=np.int64) * users,
        # An SNR of some 20 dB on boresight over the shortest path.
        gain=(rng.uniform(50.0, 200.0, total) * altitude_m**2).astype(np.float32),
        environment=rng.integers(0, 2, total).astype(np.uint8),
        sight=rng.random((total, 8)).astype(np.float32),
        shadow=rng.normal(size=(total, 8)).astype(np.float32),
        entry=entry.astype(np.float32),
        serving=joined("serving", 0, np.int32),
        satellite_m=joined("satellite_m", 1, np.float64),
        axes=joined("axes", 2, np.float64),
        satellite_start=np.arange(trials + 1, dtype=np.int64) * satellites,
        satellite_power=rng.uniform(0.5, 1.0, satellites * trials).astype(np.float32),
        beam=joined("beam", 1, np.float32),
        beam_power=power.astype(np.float32),
        segment_start=starts.astype(np.int32),
        sky=table,
        pattern=pattern_table(ka, np.sqrt(2.0)),
        reduced_aperture=ka,
        axial_weight=axial_weight,
        element_exponent=element_exponent,
        lowest_sine=lowest_sine,
        colours=colours,
        **(two_branches(seed, total, polarisations) if branches == 2 else {}),
        fading_gain=fading_gain,
    )


def two_branches(seed: int, users: int, polarisations: int = 1) -> dict[str, Any]:
    """What makes random users ones with two receive branches."""
    key = np.random.default_rng([seed, 2]).integers(0, 2**32, users, dtype=np.uint32)
    return {"wave_key": key, "wave_point": wave_points(), "polarisations": polarisations}


def only_trial(links: ConstellationDownlink, trial: int) -> ConstellationDownlink:
    """What the kernel takes of one trial alone."""
    users = slice(*links.user_start[trial : trial + 2])
    satellites = slice(*links.satellite_start[trial : trial + 2])
    colours = links.colours
    starts = links.segment_start[satellites.start * colours : satellites.stop * colours + 1]
    beams = slice(int(starts[0]), int(starts[-1]))
    own = links.serving[users]
    return replace(
        users_of(links, np.arange(users.start, users.stop)),
        serving=np.where(own < 0, -1, own - beams.start).astype(np.int32),
        satellite_m=links.satellite_m[:, satellites],
        axes=links.axes[:, :, satellites],
        satellite_start=np.array([0, satellites.stop - satellites.start]),
        satellite_power=links.satellite_power[satellites],
        beam=links.beam[:, beams],
        beam_power=links.beam_power[beams],
        segment_start=(starts - starts[0]).astype(np.int32),
    )


def users_of(links: ConstellationDownlink, chosen: np.ndarray) -> ConstellationDownlink:
    """The same trial with some of its users only, in this order."""
    return replace(
        links,
        user_m=np.ascontiguousarray(links.user_m[:, chosen]),
        user_start=np.array([0, len(chosen)]),
        **{
            name: None if getattr(links, name) is None else getattr(links, name)[chosen]
            for name in OF_USERS
        },
    )


def brute_force(links: ConstellationDownlink) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth of one trial: carrier, interference, and gain of the own beam relative to its peak."""
    carrier, own_gain, same, _ = powers_by_satellite(links)
    if links.wave_key is None:
        return carrier, same.sum(axis=0), own_gain
    return carrier, interference_of_two(links), own_gain


def waves_of(links: ConstellationDownlink) -> np.ndarray:
    """Points that waves come from, float64 (3, satellites, users), in Python's whole numbers."""
    numbers = [
        [mixed(int(key), place) >> 22 for key in links.wave_key]
        for place in range(links.satellite_m.shape[1])
    ]
    shape = (links.satellite_m.shape[1], links.user_m.shape[1])
    return links.wave_point[:, np.array(numbers, dtype=int).reshape(shape)].astype(float)


def mixed(key: int, place: int) -> int:
    """The last step of MurmurHash3, in Python's whole numbers."""
    bits = (key + place * 0x9E3779B9) % 2**32
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = ((bits ^ bits >> shift) * factor) % 2**32
    return bits ^ bits >> 16


PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def interference_of_two(links: ConstellationDownlink) -> np.ndarray:
    """Carrier over SINR less one, of best weights by 2×2 matrices, float64 (users,)."""
    carrier, _, same, opposite = powers_by_satellite(links)
    point, found = waves_of(links), np.zeros(len(carrier))
    satellite = (
        np.searchsorted(links.segment_start[:: links.colours], links.serving, side="right") - 1
    )
    for user in np.flatnonzero(links.serving >= 0):
        noise = np.eye(2, dtype=complex)
        for s in range(len(same)):
            axis = np.tensordot(point[:, s, user], PAULI, axes=1)
            # Beams of the own satellite are all along the wanted channel.
            noise += 0.5 * same[s, user] * (np.eye(2) + axis)
            noise += 0.5 * opposite[s, user] * (np.eye(2) - axis)
        own = np.tensordot(point[:, satellite[user], user], PAULI, axes=1)
        values, vectors = np.linalg.eigh(0.5 * (np.eye(2) + own))
        channel = vectors[:, np.argmax(values)]
        gain = np.vdot(channel, np.linalg.solve(noise, channel)).real
        found[user] = 1.0 / gain - 1.0
    return found


def powers_by_satellite(
    links: ConstellationDownlink,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth of one trial, by satellite.

    A dish has the exact Bessel pattern, a planar array what its table says.

    Returns
    -------
    carrier, own_gain : float64 array (users,)
    same, opposite : float64 array (satellites, users)
        Power of other beams of the user's colour, and of the other polarisation of its frequency.
    """
    position_m, satellite_m, axes = links.user_m, links.satellite_m, links.axes
    ka, colours, serving = links.reduced_aperture, links.colours, links.serving
    users, satellites = position_m.shape[1], satellite_m.shape[1]
    everybody = np.arange(users)
    starts = links.segment_start
    colour = np.repeat(np.tile(np.arange(colours), satellites), np.diff(starts))
    own_colour = np.where(serving >= 0, np.append(colour, -1)[serving], -1)
    carrier, own_gain = np.zeros(users), np.zeros(users)
    same, opposite = np.zeros((2, satellites, users))
    other_colour = np.where((own_colour >= 0) & (links.polarisations == 2), own_colour ^ 1, -1)
    up = position_m / EARTH_RADIUS_M
    east = np.stack([-position_m[1], position_m[0], np.zeros(users)])
    length = np.linalg.norm(east, axis=0)
    east = np.where(length > 0, east / np.maximum(length, 1e-9), np.array([[1.0], [0.0], [0.0]]))
    north = np.cross(up.T, east.T).T
    for s in range(satellites):
        toward_m = satellite_m[:, s][:, None] - position_m
        range_m = np.linalg.norm(toward_m, axis=0)
        sine = (toward_m * up).sum(axis=0) / range_m
        e, n = (east * toward_m).sum(axis=0), (north * toward_m).sum(axis=0)
        sector = 4 * (e < 0) + 2 * (n < 0) + (np.abs(e) < np.abs(n))
        row = np.rint(np.clip(sine, 0, 1) * (links.sky.shape[1] - 1)).astype(int)
        los, sigma_los, sigma_nlos, clutter, clear, growth = links.sky[
            links.environment, row
        ].T.astype(float)
        normal = links.shadow[everybody, sector].astype(float)
        sight = links.sight[everybody, sector] < los
        loss = clear + np.where(sight, sigma_los * normal, clutter + sigma_nlos * normal)
        if not links.fading_gain:
            loss = np.maximum(loss, clear)
        direction = -np.einsum("acu,cu->au", np.repeat(axes[:, :, s : s + 1], users, 2), toward_m)
        direction /= range_m
        gain = links.gain.astype(float) * links.satellite_power[s] * np.exp(-loss) / range_m**2
        gain /= links.entry[:, 0] * growth + links.entry[:, 1]
        if links.element_exponent:
            gain *= np.maximum(direction[2], 0.0) ** links.element_exponent
        for beam in range(starts[s * colours], starts[(s + 1) * colours]):
            aim = links.beam[:, beam].astype(float) / ka
            if links.axial_weight == 1.0:
                aim /= np.linalg.norm(aim)
                x = np.maximum(ka * np.linalg.norm(np.cross(direction.T, aim), axis=1), 1e-9)
                pattern = (2.0 * j1(x) / x) ** 2
            else:
                x = ka * np.hypot(direction[0] - aim[0], direction[1] - aim[1])
                pattern = look_up(links.pattern, x * x, np)
            power = gain * pattern * links.beam_power[beam]
            own = serving == beam
            carrier[own], own_gain[own] = power[own], pattern[own]
            heard = ~own & (sine >= links.lowest_sine)
            same[s] += np.where(heard & (own_colour == colour[beam]), power, 0.0)
            opposite[s] += np.where(heard & (other_colour == colour[beam]), power, 0.0)
    return carrier, own_gain, same, opposite
