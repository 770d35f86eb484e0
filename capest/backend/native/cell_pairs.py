"""Caller of the compiled kernel over the users of cells and the satellites they hear."""

from __future__ import annotations

import numpy as np

from capest.backend.cell_pairs import CellUsers, PairLinks
from capest.backend.native.constellation import surroundings_of
from capest.backend.native.library import Library, array_of


def pair_links(library: Library, asked: CellUsers) -> PairLinks:
    """Links of every pair of a cell and a satellite; kernel ``pair_links``, its own file."""
    links, pairs = asked.links, asked.pairs
    users, satellites = links.user_m.shape[1], links.satellite_m.shape[1]
    cells, total = len(pairs.users), int(pairs.count.sum())
    payloads = len(asked.reduced_aperture)
    environments, entries, _ = links.sky.shape
    gain = np.empty(total, dtype=np.float32)
    direction = np.empty((3, total), dtype=np.float32)
    library.run(
        "pair_links",
        array_of("user_m", links.user_m, np.float64, (3, users)),
        array_of("gain", links.gain, np.float32, (users,)),
        *surroundings_of(links),
        array_of("satellite_m", links.satellite_m, np.float64, (3, satellites)),
        array_of("axes", links.axes, np.float64, (3, 3, satellites)),
        array_of("satellite_power", links.satellite_power, np.float32, (satellites,)),
        array_of("sky", links.sky, np.float32, (environments, entries, 6)),
        array_of("reduced_aperture", asked.reduced_aperture, np.float64, (payloads,)),
        array_of("payload", asked.payload, np.int64, (satellites,)),
        array_of("first", pairs.first, np.int64, (cells,)),
        array_of("users", pairs.users, np.int64, (cells,)),
        array_of("start", pairs.start, np.int64, (cells + 1,)),
        array_of("satellite", pairs.satellite, np.int32, (len(pairs.satellite),)),
        array_of("offset", pairs.offset, np.int64, (len(pairs.satellite),)),
        gain,
        direction,
        users,
        satellites,
        environments,
        entries,
        payloads,
        int(links.fading_gain),
        cells,
        total,
        float(links.axial_weight),
        float(links.element_exponent),
        float(links.lowest_sine),
    )
    return PairLinks(pairs=pairs, gain=gain, direction=direction)
