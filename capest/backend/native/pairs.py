"""Callers of the compiled kernels over pairs of a user and a beam of one satellite."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import SatelliteDownlink, SatelliteUplink
from capest.backend.native.library import Library, array_of


def downlink_sinr(
    library: Library, links: SatelliteDownlink
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Serving beam, carrier and interference; kernel ``downlink_sinr`` in ``sinr.cpp``."""
    satellites, users = links.gain.shape
    (beams,) = links.beam_power.shape
    entries, colours = len(links.pattern), links.colours
    if colours < 1:
        raise ValueError(f"colours = {colours}: there must be one at least")
    if beams == 0:
        raise ValueError("beam_power is empty: there is no beam to serve anybody")
    lit, given = links.lit, links.serving
    serving = np.empty(users, dtype=np.int32)
    carrier = np.empty(users, dtype=np.float32)
    interference = np.empty(users, dtype=np.float32)
    segments = satellites * colours + 1
    library.run(
        "downlink_sinr",
        array_of("user", links.user, np.float32, (satellites, 3, users)),
        array_of("gain", links.gain, np.float32, (satellites, users)),
        array_of("user_trial", links.user_trial, np.int32, (users,)),
        array_of("beam", links.beam, np.float32, (3, beams)),
        array_of("beam_power", links.beam_power, np.float32, (beams,)),
        array_of("segment_start", links.segment_start, np.int32, (segments,)),
        None if lit is None else array_of("lit", lit, np.uint8, (len(lit), beams)),
        array_of("pattern", links.pattern, np.float32, (entries, 2)),
        None if given is None else array_of("serving", given, np.int32, (users,)),
        serving,
        carrier,
        interference,
        entries,
        users,
        satellites,
        colours,
        beams,
    )
    return serving, carrier, interference


def beam_powers(library: Library, links: SatelliteDownlink) -> np.ndarray:
    """Power of each beam at each user; kernel ``beam_powers`` in ``powers.cpp``."""
    satellites, users = links.gain.shape
    (beams,) = links.beam_power.shape
    entries, colours = len(links.pattern), links.colours
    powers = np.empty((beams, users), dtype=np.float32)
    segments = satellites * colours + 1
    library.run(
        "beam_powers",
        array_of("user", links.user, np.float32, (satellites, 3, users)),
        array_of("gain", links.gain, np.float32, (satellites, users)),
        array_of("beam", links.beam, np.float32, (3, beams)),
        array_of("beam_power", links.beam_power, np.float32, (beams,)),
        array_of("segment_start", links.segment_start, np.int32, (segments,)),
        array_of("pattern", links.pattern, np.float32, (entries, 2)),
        powers,
        entries,
        users,
        satellites,
        colours,
        beams,
    )
    return powers


def uplink_sinr(library: Library, links: SatelliteUplink) -> tuple[np.ndarray, np.ndarray]:
    """Carrier and interference at every receive beam; kernel ``uplink_sinr`` in ``uplink.cpp``."""
    satellites, users = links.gain.shape
    drops, beams = links.scheduled.shape
    entries, colours = len(links.pattern), links.colours
    if colours < 1:
        raise ValueError(f"colours = {colours}: there must be one at least")
    carrier = np.empty((drops, beams), dtype=np.float32)
    interference = np.empty((drops, beams), dtype=np.float32)
    segments = satellites * colours + 1
    library.run(
        "uplink_sinr",
        array_of("user", links.user, np.float32, (satellites, 3, users)),
        array_of("gain", links.gain, np.float32, (satellites, users)),
        array_of("scheduled", links.scheduled, np.int32, (drops, beams)),
        array_of("beam", links.beam, np.float32, (3, beams)),
        array_of("beam_power", links.beam_power, np.float32, (beams,)),
        array_of("segment_start", links.segment_start, np.int32, (segments,)),
        array_of("pattern", links.pattern, np.float32, (entries, 2)),
        carrier,
        interference,
        entries,
        users,
        satellites,
        colours,
        drops,
        beams,
    )
    return carrier, interference
