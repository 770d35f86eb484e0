"""Satellites of a constellation that carry different payloads, and links to all of them.

A kernel knows one aperture and one pattern. So it is asked once for each payload, for the
satellites that carry it, and what they add to a user or a beam is summed up: interference is a
sum over satellites. To a payload's satellites a user of another one is served by a dark beam of
its colour, which neither carries nor hears anything. With one payload the kernel is asked once,
as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.protocol import Kernels, on_host
from capest.engine.radio import Steering
from capest.geo.spans import expand

if TYPE_CHECKING:
    from capest.engine.sky import Sky
    from capest.engine.world import World


@dataclass(frozen=True)
class Payload:
    """What some satellites carry; decibels count from the payload of the scenario's satellite.

    Attributes
    ----------
    steering : Steering
    eirp_density_dbw_per_mhz : float
    eirp_db, gain_db, g_over_t_db : float
        EIRP density, gain of the antenna and figure of merit.
    beam_power_w : float
        Radiated by a beam at its full EIRP density.
    rf_power_w, pfd_dbw_per_m2_mhz : float
        Limits of radiated power and power-flux density; infinite where there is none.
    beams_at_once, cells_at_once : int
        Beams lit at once, and cells held, at most.
    largest_scan_sine : float
        Of the largest angle between the nadir and a beam.
    """

    steering: Steering
    eirp_density_dbw_per_mhz: float
    eirp_db: float
    gain_db: float
    g_over_t_db: float
    beam_power_w: float
    rf_power_w: float
    pfd_dbw_per_m2_mhz: float
    beams_at_once: int
    cells_at_once: int
    largest_scan_sine: float = 1.0


@dataclass(frozen=True)
class Payloads:
    """Payloads that differ, and who carries them.

    Attributes
    ----------
    each : tuple of Payload
    of_satellite : int64 array (satellites,)
        Which of them each satellite of the space carries.
    """

    each: tuple[Payload, ...]
    of_satellite: np.ndarray

    def figure(self, name: str, sky: Sky) -> np.ndarray:
        """One figure of every satellite of a sky, float64 array (n,)."""
        values = np.array([getattr(payload, name) for payload in self.each])
        found: np.ndarray = values[self.of_satellite[sky.number]]
        return found

    def aperture(self, sky: Sky) -> np.ndarray:
        """Reduced aperture of every satellite of a sky, float64 array (n,)."""
        values = np.array([payload.steering.reduced_aperture for payload in self.each])
        found: np.ndarray = values[self.of_satellite[sky.number]]
        return found


@dataclass(frozen=True)
class MixedLinks:
    """Links to satellites of several payloads.

    Attributes
    ----------
    links : ConstellationDownlink
        Beams reduced by the aperture of their own satellite; pattern and aperture are not read.
    payload : int64 array (satellites,)
        Of the links' satellites, on the host.
    each : tuple of Payload
    """

    links: ConstellationDownlink
    payload: np.ndarray
    each: tuple[Payload, ...]


def figures_of(world: World, name: str, sky: Sky, value: Any) -> Any:
    """A figure of every satellite, (n,), where payloads differ; else the value that all have."""
    return value if world.payloads is None else world.payloads.figure(name, sky)


def figures_of_own(world: World, name: str, sky: Sky, satellite: Any, xp: Any) -> Any:
    """A figure of each user's satellite, float64 array (n,); 0 where all carry the same.

    Parameters
    ----------
    world : World
    name : str
        Of decibels.
    sky : Sky
    satellite : int64 array (n,)
        Indices into the sky.
    xp : module
    """
    if world.payloads is None or not len(sky):
        return 0.0
    return xp.asarray(world.payloads.figure(name, sky))[satellite]


def constellation_sinr(
    kernels: Kernels, links: ConstellationDownlink, mixed: MixedLinks | None
) -> tuple[Any, Any]:
    """Carrier and interference as of the kernel, over all payloads."""
    if mixed is None:
        return kernels.constellation_sinr(links)
    xp, users = kernels.xp, links.user_m.shape[1]
    carrier, interference = (xp.zeros(users, dtype=xp.float32) for _ in range(2))
    for number in range(len(mixed.each)):
        part = _links_to(mixed, number, xp)
        if part is None:
            continue
        own, others = kernels.constellation_sinr(part.links)
        carrier += own
        interference += others
    return carrier, interference


def constellation_uplink(
    kernels: Kernels, links: ConstellationDownlink, power: Any, mixed: MixedLinks | None
) -> Any:
    """What beams hear as of the kernel, over all payloads.

    Parameters
    ----------
    kernels : Kernels
    links : ConstellationDownlink
    power : float64 array (sums, users)
        In units of the noise of a beam of the scenario's satellite.
    mixed : MixedLinks or None
    """
    xp = kernels.xp
    if mixed is None:
        sent = ConstellationUplink(links=links, power=power.astype(xp.float32))
        return kernels.constellation_uplink(sent)
    heard = xp.zeros((len(power), len(links.beam_power)), dtype=xp.int64)
    for number, payload in enumerate(mixed.each):
        part = _links_to(mixed, number, xp)
        if part is None:
            continue
        ratio = 10.0 ** (0.1 * payload.g_over_t_db)
        sent = ConstellationUplink(links=part.links, power=(power * ratio).astype(xp.float32))
        heard[:, part.old] = kernels.constellation_uplink(sent)[:, part.new]
    return heard


@dataclass(frozen=True)
class _Part:
    links: ConstellationDownlink
    old: Any
    new: Any


def _links_to(mixed: MixedLinks, number: int, xp: Any) -> _Part | None:
    """Links to the satellites of one payload; ``None`` if there are none.

    The first satellite of each trial gets a dark beam of every colour, for those served by others.
    """
    links, colours, steering = mixed.links, mixed.links.colours, mixed.each[number].steering
    chosen = np.flatnonzero(mixed.payload == number)
    if not len(chosen):
        return None
    segment, serving = on_host(links.segment_start).astype(np.int64), on_host(links.serving)
    start = np.searchsorted(chosen, on_host(links.satellite_start))
    first_of_trial = np.where(np.diff(start) > 0, start[:-1], -1)
    count = np.diff(segment).reshape(-1, colours)[chosen]
    dark = np.zeros_like(count)
    dark[first_of_trial[first_of_trial >= 0]] = 1
    ends = np.cumsum((count + dark).ravel())
    begin = np.append(0, ends)[:-1]
    row, old = expand(segment[:-1].reshape(-1, colours)[chosen].ravel(), count.ravel())
    place = np.arange(len(old)) - (np.cumsum(count.ravel()) - count.ravel())[row]
    new = begin[row] + dark.ravel()[row] + place

    beams = int(segment[-1])
    moved = np.full(beams + 1, -1)
    moved[old] = new
    colour = np.repeat(np.arange(len(segment) - 1), np.diff(segment)) % colours
    trial = np.searchsorted(on_host(links.user_start), np.arange(len(serving)), side="right") - 1
    first = first_of_trial[trial]
    own_colour = np.append(colour, 0)[serving]
    stand_in = np.where(first >= 0, begin[np.maximum(first, 0) * colours + own_colour], -1)
    of_part = np.where(moved[serving] >= 0, moved[serving], stand_in)

    total, above = int(ends[-1]), xp.asarray(chosen)
    before, after = xp.asarray(old), xp.asarray(new)
    direction = xp.zeros((3, total), dtype=xp.float32)
    direction[2] = steering.reduced_aperture * steering.axial_weight
    direction[:, after] = links.beam[:, before]
    power = xp.zeros(total, dtype=xp.float32)
    power[after] = links.beam_power[before]
    part = replace(
        links,
        serving=xp.asarray(np.where(serving >= 0, of_part, -1).astype(np.int32)),
        satellite_m=xp.ascontiguousarray(links.satellite_m[:, above]),
        axes=xp.ascontiguousarray(links.axes[:, :, above]),
        satellite_start=xp.asarray(start.astype(np.int64)),
        satellite_power=links.satellite_power[above],
        beam=direction,
        beam_power=power,
        segment_start=xp.asarray(np.append(0, ends).astype(np.int32)),
        pattern=xp.asarray(steering.pattern),
        reduced_aperture=steering.reduced_aperture,
    )
    return _Part(part, before, after)
