"""A constellation in plain NumPy, as a planner would first write it: a yardstick.

The same case as ``SATELLITE_FIXED`` in ``benchmark.cases``, its random numbers aside. A script of
its own, which imports nothing of capest: ``python plain_constellation.py TRIALS FILE``.
"""

import sys

import numpy as np
from scipy.special import j1

trials, file = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(1)
users, planes, per_plane, phasing, tilt = 2000, 72, 22, 39, np.radians(55.0)
earth_m, altitude_m, frequency_hz, bandwidth_hz = 6371e3, 600e3, 2e9, 30e6
ka = 2 * np.pi * frequency_hz / 299792458.0  # an aperture of 1 m in radius
noise_dbw = -204 + 10 * np.log10(bandwidth_hz) + 7
eirp_dbw = 34 + 10 * np.log10(bandwidth_hz / 1e6)
spacing = np.sqrt(3) * np.sin(np.radians(4.4127 / 2))
rows = [(i, j) for i in range(-4, 5) for j in range(-4, 5) if abs(i + j) <= 4]
uv = np.array([(i + j / 2, j * np.sqrt(3) / 2) for i, j in rows]) * spacing
beam = np.column_stack([uv, np.sqrt(1 - (uv**2).sum(axis=1))])


def unit(vector: np.ndarray) -> np.ndarray:
    """Vectors of length 1, along the last axis."""
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def people() -> np.ndarray:
    """Places within 1,000 km of 35° N, 105° E."""
    cosine = 1 - rng.random(users) * (1 - np.cos(1e6 / earth_m))
    sine, turn = np.sqrt(1 - cosine**2), 2 * np.pi * rng.random(users)
    latitude, longitude = np.radians(35.0), np.radians(105.0)
    north = np.array([-np.sin(latitude) * np.cos(longitude), 0, np.cos(latitude)])
    north[1] = -np.sin(latitude) * np.sin(longitude)
    east = np.array([-np.sin(longitude), np.cos(longitude), 0])
    up = np.cross(east, north)
    return cosine[:, None] * up + sine[:, None] * (
        np.cos(turn)[:, None] * north + np.sin(turn)[:, None] * east
    )


def satellites() -> np.ndarray:
    """Places of a Walker shell at a random moment, in units of the Earth's radius."""
    plane, slot = np.divmod(np.arange(planes * per_plane), per_plane)
    node = 2 * np.pi * (plane / planes + rng.random())
    along = 2 * np.pi * (slot / per_plane + plane * phasing / (planes * per_plane) + rng.random())
    x, y, z = np.cos(along), np.sin(along) * np.cos(tilt), np.sin(along) * np.sin(tilt)
    place = [x * np.cos(node) - y * np.sin(node), x * np.sin(node) + y * np.cos(node), z]
    return np.stack(place, axis=-1) * (1 + altitude_m / earth_m)


def directions(place: np.ndarray, user: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions of users along a satellite's axes, their distances, and sines of elevation."""
    toward = place - user
    distance = np.linalg.norm(toward, axis=1)
    down = -unit(place)
    across = unit(np.cross([0.0, 0.0, 1.0], down))
    axes = np.stack([across, np.cross(down, across), down])
    return -toward / distance[:, None] @ axes.T, distance, (toward * user).sum(axis=1) / distance


sinrs = []
for _trial in range(trials):
    user, sky = people(), satellites()
    sky = sky[(sky @ user.T).max(axis=1) > 1]  # someone has it above the horizon
    highest = np.full(users, np.sin(np.radians(20.0)))
    own = np.full(users, -1)  # satellite and beam
    for above, place in enumerate(sky):
        direction, _, sine = directions(place, user)
        near = np.flatnonzero(sine > highest)
        offset = np.linalg.norm(direction[near, None, :2] - uv, axis=2)
        inside = offset.min(axis=1) < spacing / np.sqrt(3)
        near, nearest = near[inside], offset[inside].argmin(axis=1)
        highest[near], own[near] = sine[near], above * len(uv) + nearest
    served = np.flatnonzero(own >= 0)
    user, own = user[served], own[served]
    lit = np.unique(own)  # a beam without users is dark
    carrier, total = np.zeros(len(own)), np.zeros(len(own))
    for carrying in np.unique(lit // len(uv)):
        direction, distance, sine = directions(sky[carrying], user)
        beams = lit[lit // len(uv) == carrying]
        x = ka * np.sqrt(np.maximum(1 - (direction @ beam[beams % len(uv)].T) ** 2, 1e-12))
        path_loss_db = 20 * np.log10(2 * ka * distance * earth_m)
        snr = 10 ** ((eirp_dbw - path_loss_db - noise_dbw) / 10) * (sine > 0)
        power = (2 * j1(x) / x) ** 2 * snr[:, None]
        total += power.sum(axis=1)
        carrier += (power * (own[:, None] == beams)).sum(axis=1)
    sinrs.append(10 * np.log10(carrier / (1 + total - carrier)))
sinr_db = np.concatenate(sinrs)
efficiency = 0.6 * np.log2(1 + 10 ** (np.minimum(sinr_db, 20) / 10)) * (sinr_db > -10)
np.savez(file, sinr_db=sinr_db, efficiency=efficiency)
print(f"median SINR {np.median(sinr_db):.2f} dB, {len(sinr_db) / trials / users:.3f} served")
