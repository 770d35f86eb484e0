"""Links of one satellite's users in the slots of a frame, by the kernels of a moment.

Users, channel, powers and link adaptation are those of a moment; a frame is a row of ``lit`` for
every slot of every trial, and a user is paired with the beams in those slots in which its own is
lit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.allocation.slots.evaluate import SLOTS_AND_USERS
from capest.backend.arguments import AttachedLinks, SatelliteDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.links import Links
from capest.engine.radio import Link
from capest.engine.users import Users
from capest.engine.world import Layout, World


@dataclass(frozen=True)
class InSlots:
    """Links of users in the slots in which their beam is lit, arrays (pairs,) of the backend.

    Pairs are sorted by trial, then slot, then user.

    Attributes
    ----------
    shape : (int, int, int)
        Trials, slots and users of a trial.
    place : int64 array
        Of each pair among all slots and users of all trials.
    user : int64 array
        Counted over all trials.
    attached : AttachedLinks
        Of pairs; a "trial" is a slot of a trial.
    efficiency : float32 array
    sums : int64 array (trials · slots, beams, 5) or None
        ``None`` under many satellites.
    """

    shape: tuple[int, int, int]
    place: Any
    user: Any
    attached: AttachedLinks
    efficiency: Any
    sums: Any

    def dense(self, values: Any, xp: Any) -> Any:
        """Values of all users in all slots, zero where a user's beam is dark.

        Parameters
        ----------
        values : array (pairs,)
        xp : module
            ``numpy`` or ``cupy``.

        Returns
        -------
        array (trials, slots, users)
        """
        trials, slots, users = self.shape
        found = xp.zeros(trials * slots * users, dtype=values.dtype)
        found[self.place] = values
        return found.reshape(self.shape)

    def in_turn(self, values: Any, xp: Any) -> Iterator[Any]:
        """Values as of `dense`, of some slots after the others: bounds the memory."""
        trials, slots, users = self.shape
        # By the users of a trial: what is summed over slots rounds the same for any trials.
        step = max(1, SLOTS_AND_USERS // max(users, 1))
        if step >= slots:
            yield self.dense(values, xp)
            return
        slot, trial = self.place // users % slots, self.place // (users * slots)
        for first in range(0, slots, step):
            count = min(step, slots - first)
            some = xp.flatnonzero((slot >= first) & (slot < first + count))
            place = (trial[some] * count + slot[some] - first) * users + self.place[some] % users
            found = xp.zeros(trials * count * users, dtype=values.dtype)
            found[place] = values[some]
            yield found.reshape(trials, count, users)

    def sum_over_slots(self, values: Any, xp: Any) -> Any:
        """Sum over all slots of a frame, float64 array (all users,)."""
        total = xp.zeros((self.shape[0], self.shape[2]))
        for dense in self.in_turn(values, xp):
            total += dense.sum(axis=1, dtype=xp.float64)
        return total.ravel()

    def mean_over_slots(self, values: Any, xp: Any) -> Any:
        """Mean over all slots of a frame, dark ones with zero, float32 array (all users,)."""
        return (self.sum_over_slots(values, xp) / self.shape[1]).astype(xp.float32)


@dataclass(frozen=True)
class SlotLinks:
    """Links of the users of some trials, whichever beams are lit beside their own.

    Attributes
    ----------
    kernels : Kernels
    layout : Layout
    link : Link
    links : SatelliteDownlink
        Of the users of all trials, trial by trial, with all beams lit.
    cell : int64 array (trials, users)
        Cell of each user's strongest beam, in the order of the layout; on the host.
    """

    kernels: Kernels
    layout: Layout
    link: Link
    links: SatelliteDownlink
    cell: np.ndarray

    def rates(self, lit: np.ndarray) -> np.ndarray:
        """Rate of every user in every slot while it has the whole time of its beam.

        Parameters
        ----------
        lit : bool array (trials, slots, cells)

        Returns
        -------
        float array (trials, slots, users)
            Mbit/s; 0 where the user's cell is dark or the user cannot be reached.
        """
        found = self.in_slots(lit)
        return self.rates_of(found.dense(found.efficiency, self.kernels.xp))

    def rates_of(self, efficiency: Any) -> np.ndarray:
        """Rates on the host from efficiencies, Mbit/s, float64 array of the same shape."""
        return on_host(efficiency).astype(np.float64) * self.link.bandwidth_mhz

    def powers(self) -> np.ndarray:
        """Power that every user receives from each cell's lit beam, over the noise.

        Returns
        -------
        float array (trials, users, cells)
            0 from beams on other frequencies.
        """
        trials, users = self.cell.shape
        of_beams = on_host(self.kernels.beam_powers(self.links))
        of_cells = of_beams[self.layout.place].reshape(-1, trials, users)
        power = of_cells.transpose(1, 2, 0).astype(np.float64)
        colour = self.layout.colour
        power *= colour[self.cell][..., None] == colour
        return power

    def of_trial(self, index: int) -> SlotLinks:
        """Those of one of the trials; keeps the axis of trials."""
        count = self.cell.shape[1]
        own = slice(index * count, (index + 1) * count)
        links = replace(
            self.links,
            user=self.links.user[:, :, own],
            gain=self.links.gain[:, own],
            user_trial=self.links.user_trial[own] - index,
        )
        return replace(self, links=links, cell=self.cell[index : index + 1])

    def in_slots(self, lit: np.ndarray) -> InSlots:
        """Links of all pairs of a user and a slot in which its cell is lit.

        Parameters
        ----------
        lit : bool array (trials, slots, cells)
        """
        xp = self.kernels.xp
        trials, slots, cells = lit.shape
        users = self.cell.shape[1]
        is_lit = np.take_along_axis(lit, self.cell[:, None, :], axis=-1)
        place = np.flatnonzero(is_lit)
        row = place // users
        number = xp.asarray(row // slots * users + place % users)
        of_beams = np.ascontiguousarray(lit[:, :, self.layout.order], dtype=np.uint8)
        links = replace(
            self.links,
            user=xp.ascontiguousarray(self.links.user[:, :, number]),
            gain=xp.ascontiguousarray(self.links.gain[:, number]),
            user_trial=xp.asarray(row.astype(np.int32)),
            lit=xp.asarray(of_beams.reshape(-1, cells)),
        )
        serving, carrier, interference = self.kernels.downlink_sinr(links)
        attached = AttachedLinks(
            carrier=carrier,
            interference=interference,
            serving=serving,
            user_trial=links.user_trial,
            lit=links.lit,
            adaptation=self.link.adaptation,
            trials=trials * slots,
            beams=cells,
        )
        efficiency, sums = self.kernels.beam_sums(attached)
        shape = (trials, slots, users)
        return InSlots(shape, xp.asarray(place), number, attached, efficiency, sums)


def slot_links(world: World, kernels: Kernels, users: Users, links: Links) -> SlotLinks:
    """Links in slots of users whose links in a moment are known.

    Parameters
    ----------
    world : World
        Of one satellite in whose cells users are placed.
    kernels : Kernels
    users : Users
    links : Links
    """
    layout = world.beams.fixed_layout
    if links.kernel_input is None:
        raise ValueError("slots are those of one satellite")
    cell = layout.order[on_host(links.serving)].reshape(-1, users.per_trial)
    all_lit = replace(links.kernel_input, lit=None)
    return SlotLinks(kernels, layout, world.radio.link, all_lit, cell)
