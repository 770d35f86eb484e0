"""Callers of the compiled kernels over pairs of a user and a beam of one satellite."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import SatelliteDownlink
from capest.backend.native.library import Library, array_of


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
