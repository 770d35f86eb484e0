"""The sums of constellations: speed, errors, and the obvious way to write them."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import HEARD_UNIT, Kernels, on_host
from capest.benchmark.baseline import ObviousPattern
from capest.benchmark.cases import CHINA
from capest.benchmark.plain_sums import pairs_and_links, plain_downlink, plain_uplink
from capest.benchmark.turns import least_in_turns
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.world import World
from capest.scenario.load import load_scenario

_Links = TypeVar("_Links", ConstellationDownlink, ConstellationUplink)

_NEAR_DB = 20.0  # users are compared whose carrier is this far under the strongest at most


@dataclass(frozen=True)
class ConstellationSpeed:
    """A sum over users, satellites and beams on one core or one GPU.

    Attributes
    ----------
    kernel : str
    users, satellites : int
        With a beam, or sending; and in the sky.
    pairs, links : int
        Of a user and a lit beam of its colour whose satellite is above the lowest elevation; of a
        user and such a satellite.
    pairs_per_s : float
    numpy_pairs_per_s, baseline_pairs_per_s : float
        By NumPy's kernel, and written the obvious way (`plain_sums`), on one core.
    error_db : float
        Largest error against the obvious way: of SINR of users whose carrier is within 20 dB of
        the strongest; of noise and interference at the beams that hear them.
    """

    kernel: str
    users: int
    satellites: int
    pairs: int
    links: int
    pairs_per_s: float
    numpy_pairs_per_s: float
    baseline_pairs_per_s: float
    error_db: float


def constellation_speeds(
    kernels: Kernels, seconds: float = 2.0, users: int = 20_000
) -> list[ConstellationSpeed]:
    """Measure the kernels of constellations on what a trial over China gives them.

    Parameters
    ----------
    kernels : Kernels
    seconds : float
        Time for each figure.
    users : int
        Of the trial.

    Returns
    -------
    list of ConstellationSpeed
        Downlink, and uplink.
    """
    changes = ["rules=0.2", "uplink.interference=full-buffer", f"users.count={users}"]
    down, up = _recorded(build(load_scenario(tomllib.loads(CHINA), changes)), kernels)
    return [
        _speed("downlink", kernels, down, down, seconds),
        _speed("uplink", kernels, up, up.links, seconds),
    ]


def _speed(
    direction: str, kernels: Kernels, links: Any, sky: ConstellationDownlink, seconds: float
) -> ConstellationSpeed:
    is_down = direction == "downlink"
    name = "constellation_sinr" if is_down else "constellation_uplink"
    pattern, host = ObviousPattern(), _on_host(links)
    plain: Callable[..., Any] = plain_downlink if is_down else plain_uplink

    def call() -> Any:
        found = getattr(kernels, name)(links)
        kernels.wait()
        return found

    ways: dict[str, Callable[[], Any]] = {
        "here": call,
        "numpy": lambda: getattr(NumpyKernels(), name)(host),
        "plain": lambda: plain(host, pattern),
    }
    least = least_in_turns(ways, 3.0 * seconds, kernels.name == "cupy")
    on_ground = _on_host(sky)
    chosen = on_ground.serving >= 0
    if not is_down:
        chosen &= (host.power != 0.0).any(axis=0)
    number = np.flatnonzero(chosen)
    pairs, heard = pairs_and_links(on_ground, number)
    error_db = (_sinr_error_db if is_down else _heard_error_db)(call(), plain(host, pattern))
    return ConstellationSpeed(
        kernel=name,
        users=len(number),
        satellites=on_ground.satellite_m.shape[1],
        pairs=pairs,
        links=heard,
        pairs_per_s=pairs / least["here"],
        numpy_pairs_per_s=pairs / least["numpy"],
        baseline_pairs_per_s=pairs / least["plain"],
        error_db=error_db,
    )


def _sinr_error_db(found: Any, true: tuple[np.ndarray, np.ndarray]) -> float:
    carrier, interference = (on_host(each).astype(np.float64) for each in found)
    near = true[0] > true[0].max() * 10.0 ** (-_NEAR_DB / 10.0)
    sinr = carrier[near] / (1.0 + interference[near])
    return float(np.abs(10.0 * np.log10(sinr * (1.0 + true[1][near]) / true[0][near])).max())


def _heard_error_db(found: Any, true: np.ndarray) -> float:
    with_noise, true_with_noise = (
        1.0 + np.asarray(each, dtype=np.float64) * HEARD_UNIT for each in (on_host(found), true)
    )
    return float(np.abs(10.0 * np.log10(with_noise / true_with_noise)).max())


def _recorded(world: World, kernels: Kernels) -> tuple[ConstellationDownlink, ConstellationUplink]:
    """What the first trial gives to the kernels; of several uplink sums that with most senders."""
    down: list[ConstellationDownlink] = []
    up: list[tuple[int, ConstellationUplink]] = []

    def constellation_sinr(links: ConstellationDownlink) -> Any:
        down.append(links)
        return kernels.constellation_sinr(links)

    def constellation_uplink(sent: ConstellationUplink) -> Any:
        up.append((int((on_host(sent.power) != 0.0).any(axis=0).sum()), sent))
        return kernels.constellation_uplink(sent)

    recorder: Any = copy.copy(kernels)
    recorder.constellation_sinr = constellation_sinr
    recorder.constellation_uplink = constellation_uplink
    compute_block(world, recorder, 0, 1)
    return down[0], max(up, key=lambda each: each[0])[1]


def _on_host(links: _Links) -> _Links:
    """The same with arrays of NumPy."""
    values = {each.name: getattr(links, each.name) for each in fields(links)}
    changed: dict[str, Any] = {
        name: _on_host(value) if isinstance(value, ConstellationDownlink) else on_host(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, (int, float))
    }
    return replace(links, **changed)
