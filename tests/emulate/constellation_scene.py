"""Random constellations for their kernel, and the truth in double precision by brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import j1

from capest.engine.network.space import frames
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.pattern_table import look_up, pattern_table
from capest.physics.sky_table import sky_table

NAMES = (
    "user_position", "user_start", "user_gain", "user_environment", "user_sight", "user_shadow",
    "user_entry", "user_beam", "satellite_position", "satellite_axes", "satellite_start",
    "satellite_power", "beam_direction", "beam_power", "segment_start", "sky_table", "pattern",
    "reduced_aperture", "axial_weight", "element_exponent", "lowest_sine",
    "colours",
)  # fmt: skip

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
) -> dict[str, Any]:
    """Arguments of ``constellation_sinr``: satellites around a point, beams aimed near users.

    Beams of a satellite are aimed at points of the ground below it, most users are served by one
    of the beams whose centre is nearest to them.
    """
    rng = np.random.default_rng(seed)
    altitude_m, ka, satellites = SYSTEMS[system]
    parts: dict[str, list[np.ndarray]] = {name: [] for name in NAMES}
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
        parts["user_position"].append(ground.T * EARTH_RADIUS_M)
        parts["user_beam"].append(own)
        parts["satellite_position"].append(above.T)
        parts["satellite_axes"].append(axes)
        parts["beam_direction"].append(cosines.reshape(-1, 3).T * ka)
        parts["segment_start"].append(starts[:-1] + beam_count)
        beam_count += satellites * beams
    total = users * trials
    power = rng.uniform(0.5, 2.0, beam_count)
    power[rng.random(beam_count) < dark_share] = 0.0
    indoor = rng.random(total) < 0.3
    entry = np.stack([np.where(indoor, 5.0, 0.0), np.where(indoor, 2.0, 1.0)], axis=1)
    table = sky_table(
        ("rural", "dense-urban"), 2e9, "linear", gas=True, tropospheric=False, ionosphere="middle"
    )

    def joined(name: str, axis: int, dtype: type) -> np.ndarray:
        return np.ascontiguousarray(np.concatenate(parts[name], axis=axis), dtype=dtype)

    values = (
        joined("user_position", 1, np.float64),
        np.arange(trials + 1, dtype=np.int64) * users,
        # An SNR of some 20 dB on boresight over the shortest path.
        (rng.uniform(50.0, 200.0, total) * altitude_m**2).astype(np.float32),
        rng.integers(0, 2, total).astype(np.uint8),
        rng.random((total, 8)).astype(np.float32),
        rng.normal(size=(total, 8)).astype(np.float32),
        entry.astype(np.float32),
        joined("user_beam", 0, np.int32),
        joined("satellite_position", 1, np.float64),
        joined("satellite_axes", 2, np.float64),
        np.arange(trials + 1, dtype=np.int64) * satellites,
        rng.uniform(0.5, 1.0, satellites * trials).astype(np.float32),
        joined("beam_direction", 1, np.float32),
        power.astype(np.float32),
        np.append(np.concatenate(parts["segment_start"]), beam_count).astype(np.int32),
        table,
        pattern_table(ka, np.sqrt(2.0)),
        ka,
        axial_weight,
        element_exponent,
        lowest_sine,
        colours,
    )
    return dict(zip(NAMES, values, strict=True))


def only_trial(arguments: dict[str, Any], trial: int) -> dict[str, Any]:
    """The arguments of one trial alone."""
    users = slice(*arguments["user_start"][trial : trial + 2])
    satellites = slice(*arguments["satellite_start"][trial : trial + 2])
    colours = arguments["colours"]
    starts = arguments["segment_start"][satellites.start * colours : satellites.stop * colours + 1]
    beams = slice(int(starts[0]), int(starts[-1]))
    own = arguments["user_beam"][users]
    changed = {
        "user_position": arguments["user_position"][:, users],
        "user_start": np.array([0, users.stop - users.start]),
        "user_beam": np.where(own < 0, -1, own - beams.start).astype(np.int32),
        "satellite_position": arguments["satellite_position"][:, satellites],
        "satellite_axes": arguments["satellite_axes"][:, :, satellites],
        "satellite_start": np.array([0, satellites.stop - satellites.start]),
        "satellite_power": arguments["satellite_power"][satellites],
        "beam_direction": arguments["beam_direction"][:, beams],
        "beam_power": arguments["beam_power"][beams],
        "segment_start": (starts - starts[0]).astype(np.int32),
    }
    for name in ("gain", "environment", "sight", "shadow", "entry"):
        changed[f"user_{name}"] = arguments[f"user_{name}"][users]
    return arguments | changed


def users_of(arguments: dict[str, Any], chosen: np.ndarray) -> dict[str, Any]:
    """The same trial with some of its users only, in this order."""
    changed = {
        name: np.ascontiguousarray(
            values[..., chosen] if name == "user_position" else values[chosen]
        )
        for name, values in arguments.items()
        if name.startswith("user_") and name != "user_start"
    }
    return arguments | changed | {"user_start": np.array([0, len(chosen)])}


def brute_force(*values: Any, **named: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth of one trial: carrier, interference, and gain of the own beam relative to its peak.

    A dish has the exact Bessel pattern, a planar array what its table says.
    """
    a = dict(zip(NAMES, values, strict=False)) | named
    position_m, satellite_m, axes = a["user_position"], a["satellite_position"], a["satellite_axes"]
    ka, colours, user_beam = a["reduced_aperture"], a["colours"], a["user_beam"]
    users, satellites = position_m.shape[1], satellite_m.shape[1]
    everybody = np.arange(users)
    starts = a["segment_start"]
    colour = np.repeat(np.tile(np.arange(colours), satellites), np.diff(starts))
    own_colour = np.where(user_beam >= 0, np.append(colour, -1)[user_beam], -1)
    carrier, interference, own_gain = np.zeros(users), np.zeros(users), np.zeros(users)
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
        row = np.rint(np.clip(sine, 0, 1) * (a["sky_table"].shape[1] - 1)).astype(int)
        los, sigma_los, sigma_nlos, clutter, clear, growth = a["sky_table"][
            a["user_environment"], row
        ].T.astype(float)
        normal = a["user_shadow"][everybody, sector].astype(float)
        sight = a["user_sight"][everybody, sector] < los
        loss = clear + np.where(sight, sigma_los * normal, clutter + sigma_nlos * normal)
        direction = -np.einsum("acu,cu->au", np.repeat(axes[:, :, s : s + 1], users, 2), toward_m)
        direction /= range_m
        gain = a["user_gain"].astype(float) * a["satellite_power"][s] * np.exp(-loss) / range_m**2
        gain /= a["user_entry"][:, 0] * growth + a["user_entry"][:, 1]
        if a["element_exponent"]:
            gain *= np.maximum(direction[2], 0.0) ** a["element_exponent"]
        for beam in range(starts[s * colours], starts[(s + 1) * colours]):
            aim = a["beam_direction"][:, beam].astype(float) / ka
            if a["axial_weight"] == 1.0:
                aim /= np.linalg.norm(aim)
                x = np.maximum(ka * np.linalg.norm(np.cross(direction.T, aim), axis=1), 1e-9)
                pattern = (2.0 * j1(x) / x) ** 2
            else:
                x = ka * np.hypot(direction[0] - aim[0], direction[1] - aim[1])
                pattern = look_up(a["pattern"], x * x, np)
            power = gain * pattern * a["beam_power"][beam]
            own = user_beam == beam
            carrier[own], own_gain[own] = power[own], pattern[own]
            others = ~own & (sine >= a["lowest_sine"]) & (own_colour == colour[beam])
            interference[others] += power[others]
    return carrier, interference, own_gain
