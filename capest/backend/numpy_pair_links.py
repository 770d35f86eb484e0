"""Links of the users of cells to satellites; NumPy twin of ``native/pair_links.cpp``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capest.backend.cell_pairs import CellUsers, PairLinks
from capest.backend.numpy_sky_links import SkyLinks, prepared_users

_LINKS_AT_ONCE = 2**18


def pair_links(asked: CellUsers) -> PairLinks:
    """Links of every pair of a cell and a satellite; see ``pair_links.cpp``."""
    links, pairs = asked.links, asked.pairs
    count = pairs.count
    total = int(count.sum())
    gain = np.empty(total, dtype=np.float32)
    direction = np.empty((3, total), dtype=np.float32)
    everybody = prepared_users(links)
    skies = [SkyLinks(replace(links, reduced_aperture=ka)) for ka in asked.reduced_aperture]
    first_of_pair = pairs.first[pairs.cell]
    payload_of = asked.payload[pairs.satellite]
    step = max(1, _LINKS_AT_ONCE // max(int(count.max(initial=1)), 1))
    for number, sky in enumerate(skies):
        own = np.flatnonzero(payload_of == number)
        for begin in range(0, len(own), step):
            some = own[begin : begin + step]
            owner = np.repeat(np.arange(len(some)), count[some])
            place = np.arange(len(owner)) - (np.cumsum(count[some]) - count[some])[owner]
            user = first_of_pair[some][owner] + place
            satellite = pairs.satellite[some][owner].astype(np.int64)
            toward = np.empty((3, len(user)), dtype=np.float32)
            heard = sky.heard_of_pairs(everybody.of(user), satellite, toward)
            at = pairs.offset[some][owner] + place
            gain[at] = heard * links.satellite_power[satellite] * links.gain[user]
            direction[:, at] = toward
    return PairLinks(pairs=pairs, gain=gain, direction=direction)
