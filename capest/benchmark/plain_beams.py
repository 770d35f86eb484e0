"""Nineteen beams over one place in plain NumPy, as one would first write it: a yardstick.

The same case as ``runs/leo600-19-beams.toml``, its random numbers aside. A script of its own, which
imports nothing of capest: ``python plain_beams.py TRIALS FILE``.
"""

import sys

import numpy as np
from scipy.special import j1

trials, file = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(1)
at_once, earth_m, orbit_m, frequency_hz, bandwidth_hz = 50, 6371e3, 6971e3, 2e9, 30e6
ka = np.float32(2 * np.pi * frequency_hz / 299792458.0)  # an aperture of 1 m in radius
spacing = np.sqrt(3) * np.sin(np.radians(4.4127 / 2))
rows = [(i, j) for i in range(-2, 3) for j in range(-2, 3) if abs(i + j) <= 2]
centre = np.array([(i + j / 2, j * np.sqrt(3) / 2) for i, j in rows]) * spacing
angle = np.radians([30, 150, 270, 390])
corner = spacing / np.sqrt(3) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
noise_dbw = -204 + 10 * np.log10(bandwidth_hz) + 7
eirp_dbw = 34 + 10 * np.log10(bandwidth_hz / 1e6)


def directions(uv: np.ndarray) -> np.ndarray:
    """Unit vectors from the satellite."""
    return np.column_stack([uv, np.sqrt(1 - (uv**2).sum(axis=1))])


beam = directions(centre).astype(np.float32)
sinrs = []
for _ in range(0, trials, at_once):
    # A hexagon is three rhombs, from its centre to every other corner and the next.
    rhomb = rng.integers(0, 3, (at_once, len(centre), 10))
    along, across = rng.random((2, *rhomb.shape, 1))
    place = centre[:, None] + along * corner[rhomb] + across * corner[rhomb + 1]
    user = directions(place.reshape(-1, 2))
    down = orbit_m * user[:, 2]
    range_m = down - np.sqrt(down**2 - orbit_m**2 + earth_m**2)
    path_loss_db = 20 * np.log10(4 * np.pi * frequency_hz / 299792458.0 * range_m)
    snr = 10 ** ((eirp_dbw - path_loss_db - noise_dbw) / 10)
    x = ka * np.sqrt(np.maximum(1 - (user.astype(np.float32) @ beam.T) ** 2, 1e-9))
    power = (2 * j1(x) / x) ** 2 * snr.astype(np.float32)[:, None]
    carrier = power.max(axis=1)
    sinrs.append(10 * np.log10(carrier / (1 + power.sum(axis=1) - carrier)))
sinr_db = np.concatenate(sinrs)[: trials * len(centre) * 10]
efficiency = 0.6 * np.log2(1 + 10 ** (np.minimum(sinr_db, 20) / 10)) * (sinr_db > -10)
np.savez(file, sinr_db=sinr_db, throughput_bps=0.86 * bandwidth_hz * efficiency / 10)
print(f"median SINR {np.median(sinr_db):.2f} dB")
