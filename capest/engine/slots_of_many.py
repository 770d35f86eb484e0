"""Links of users under many satellites in the slots of a frame, by the kernel of a moment.

A slot of a trial is a trial to the kernel: with the satellites of that trial, the beams that are
lit in the slot, and the users whose own beam is among them. Slots are taken a few at a time, so
that memory is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, ConstellationDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams
from capest.engine.links_of_many import AlikeTrials, constellation_links, mixed_links
from capest.engine.payloads import MixedLinks, constellation_sinr
from capest.engine.power import LoweredPower
from capest.engine.radio import Link
from capest.engine.sky import Sky
from capest.engine.slots import InSlots
from capest.engine.users import Users
from capest.engine.world import World
from capest.geo.spans import expand

_PAIRS_AT_ONCE = {"numpy": 2**16, "native": 2**16, "cupy": 2**21}
"""Of a user and a slot, that are computed together; at least one slot is."""


@dataclass(frozen=True)
class SlotLinksOfMany:
    """Links of the users of some trials, whichever beams are lit beside their own.

    Attributes
    ----------
    kernels : Kernels
    link : Link
    links : ConstellationDownlink
        With all beams lit.
    own : int64 array (trials, users)
        Each user's beam among those of all trials, -1 for none; on the host.
    start : int64 array (trials + 1,)
        First beam of each trial.
    satellite_start : int64 array (trials + 1,)
    segment_start : int32 array (satellites · colours + 1,)
        As of the links, on the host.
    mixed : MixedLinks or None
        The same links where payloads differ.
    """

    kernels: Kernels
    link: Link
    links: ConstellationDownlink
    own: np.ndarray
    start: np.ndarray
    satellite_start: np.ndarray
    segment_start: np.ndarray
    mixed: MixedLinks | None = None

    def rates_of(self, efficiency: Any) -> np.ndarray:
        """Rates on the host from efficiencies, Mbit/s, float64 array of the same shape."""
        return on_host(efficiency).astype(np.float64) * self.link.bandwidth_mhz

    def in_slots(self, lit: np.ndarray) -> InSlots:
        """Links of all pairs of a user and a slot in which its beam is lit.

        Parameters
        ----------
        lit : bool array (slots, beams)
        """
        xp, slots, (trials, users) = self.kernels.xp, len(lit), self.own.shape
        # Behind the last beam stands one for those who have none.
        shown = np.concatenate([lit, np.zeros((slots, 1), dtype=bool)], axis=1)
        is_lit = np.moveaxis(shown[:, self.own], 0, 1)
        place = np.flatnonzero(is_lit)
        row = place // users
        number = row // slots * users + place % users
        count = np.bincount(row, minlength=trials * slots)
        carrier, interference = (xp.empty(len(place), dtype=xp.float32) for _ in range(2))
        ends = np.append(0, np.cumsum(count))
        first, most = 0, _PAIRS_AT_ONCE[self.kernels.name]
        while first < trials * slots:
            end = max(first + 1, int(np.searchsorted(ends, ends[first] + most, side="right")) - 1)
            some = slice(ends[first], ends[end])
            if ends[end] > ends[first]:
                rows = np.arange(first, end)
                links = self._of_rows(rows // slots, lit[rows % slots], number[some], count[rows])
                carrier[some], interference[some] = constellation_sinr(self.kernels, *links)
            first = end
        own = self.own.ravel()[number] - self.start[row // slots]
        attached = AttachedLinks(
            carrier=carrier,
            interference=interference,
            serving=xp.asarray(own.astype(np.int32)),
            user_trial=xp.asarray(row.astype(np.int32)),
            lit=None,
            adaptation=self.link.adaptation,
            trials=trials * slots,
            beams=int(np.diff(self.start).max(initial=0)),
        )
        sinr = carrier / (interference + np.float32(1.0))
        efficiency = self.kernels.link_efficiency(sinr, self.link.adaptation)
        shape = (trials, slots, users)
        return InSlots(shape, xp.asarray(place), xp.asarray(number), attached, efficiency, None)

    def _of_rows(
        self, trial: np.ndarray, lit: np.ndarray, number: np.ndarray, count: np.ndarray
    ) -> tuple[ConstellationDownlink, MixedLinks | None]:
        """What the kernel takes of some slots, and whose payloads satellites carry.

        Parameters
        ----------
        trial : int64 array (rows,)
        lit : bool array (rows, beams)
            Of each row, with the beams of all trials.
        number : int64 array (pairs,)
            User of each pair, row by row.
        count : int64 array (rows,)
            Pairs of each row.
        """
        xp, links, colours = self.kernels.xp, self.links, self.links.colours
        satellites = np.diff(self.satellite_start)[trial]
        _, satellite = expand(self.satellite_start[:-1][trial], satellites)
        satellite_start = np.append(0, np.cumsum(satellites))
        width = np.diff(self.start)[trial]
        of_row, beam = expand(self.start[:-1][trial], width)
        kept = lit[of_row, beam]
        # Place of each beam among those that are lit, row after row.
        place = np.cumsum(kept) - 1
        before = np.cumsum(width) - width
        row = np.repeat(np.arange(len(trial)), count)
        own = self.own.ravel()[number] - self.start[trial[row]] + before[row]
        of_row, beam = of_row[kept], beam[kept]
        segment = np.repeat(np.arange(len(self.segment_start) - 1), np.diff(self.segment_start))
        moved = (satellite_start[:-1] - self.satellite_start[:-1][trial]) * colours
        lit_in = np.bincount(
            segment[beam] + moved[of_row], minlength=int(satellite_start[-1]) * colours
        )
        user, chosen, above = (xp.asarray(each) for each in (number, beam, satellite))
        of_slots = replace(
            links,
            user_m=xp.ascontiguousarray(links.user_m[:, user]),
            user_start=xp.asarray(np.append(0, np.cumsum(count))),
            gain=links.gain[user],
            environment=links.environment[user],
            sight=links.sight[user],
            shadow=links.shadow[user],
            entry=links.entry[user],
            serving=xp.asarray(place[own].astype(np.int32)),
            satellite_m=xp.ascontiguousarray(links.satellite_m[:, above]),
            axes=xp.ascontiguousarray(links.axes[:, :, above]),
            satellite_start=xp.asarray(satellite_start),
            satellite_power=links.satellite_power[above],
            beam=xp.ascontiguousarray(links.beam[:, chosen]),
            beam_power=links.beam_power[chosen],
            segment_start=xp.asarray(np.append(0, np.cumsum(lit_in)).astype(np.int32)),
            # Satellites of a slot come in the order of their trial: waves come from where they did.
            wave_key=None if links.wave_key is None else links.wave_key[user],
        )
        if self.mixed is None:
            return of_slots, None
        return of_slots, replace(self.mixed, links=of_slots, payload=self.mixed.payload[satellite])


def slot_links_of_many(
    world: World, kernels: Kernels, sky: Sky, users: Users, beams: Beams, power: LoweredPower
) -> SlotLinksOfMany:
    """Links in slots of the users of some trials, arguments as of `links_of_many`."""
    each = np.arange(sky.trials)
    alone = AlikeTrials(each, each)
    pairs = constellation_links(world, sky, users, beams, power, alone, None, kernels.xp)
    own = on_host(pairs.serving).astype(np.int64).reshape(sky.trials, users.per_trial)
    return SlotLinksOfMany(
        kernels,
        world.radio.link,
        pairs,
        own,
        beams.start,
        sky.start,
        beams.segment_start,
        mixed_links(world, sky, pairs, alone),
    )
