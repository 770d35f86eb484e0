"""Links of one satellite's users in the slots of a frame, by the kernels of a run.

Users, channel, powers and link adaptation are those of a run; a frame is a row of ``lit`` for every
slot of every trial, and a user is paired with the beams in those slots in which its own is lit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, SatelliteDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.link_powers import peak_gain
from capest.engine.links_of_one import satellite_links
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.radio import Link
from capest.engine.users import draw_users
from capest.engine.world import Layout, World
from capest.sampling.draws import Draws


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
        is_lit = np.take_along_axis(lit, self.cell[:, None, :], axis=-1)
        rates = np.zeros(is_lit.shape)
        rates[is_lit] = on_host(self._efficiency(lit, *np.nonzero(is_lit)))
        return rates * self.link.bandwidth_mhz

    def powers(self) -> np.ndarray:
        """Power that every user receives from each cell's lit beam, over the noise.

        Returns
        -------
        float array (trials, users, cells)
            0 from beams on other frequencies.
        """
        trials, users = self.cell.shape
        cells = len(self.layout.colour)
        shape = (trials, cells, users)
        alone = np.broadcast_to(np.eye(cells, dtype=bool), (trials, cells, cells))
        trial, cell, user = (one.ravel() for one in np.indices(shape))
        links = self._in_slots(alone, trial, cell, user)
        _, carrier, interference = self.kernels.downlink_sinr(links)
        own = cell == self.cell[trial, user]
        power = np.where(own, on_host(carrier), on_host(interference)).astype(np.float64)
        return np.ascontiguousarray(np.swapaxes(power.reshape(shape), 1, 2))

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

    def _in_slots(
        self, lit: np.ndarray, trial: np.ndarray, slot: np.ndarray, user: np.ndarray
    ) -> SatelliteDownlink:
        xp = self.kernels.xp
        rows = np.ascontiguousarray(lit[:, :, self.layout.order], dtype=np.uint8)
        number = xp.asarray(trial * self.cell.shape[1] + user)
        return replace(
            self.links,
            user=xp.ascontiguousarray(self.links.user[:, :, number]),
            gain=xp.ascontiguousarray(self.links.gain[:, number]),
            user_trial=xp.asarray((trial * lit.shape[1] + slot).astype(np.int32)),
            lit=xp.asarray(rows.reshape(-1, rows.shape[-1])),
        )

    def _efficiency(
        self, lit: np.ndarray, trial: np.ndarray, slot: np.ndarray, user: np.ndarray
    ) -> Any:
        """Spectral efficiency of users in slots, float32 array (rows,)."""
        links = self._in_slots(lit, trial, slot, user)
        serving, carrier, interference = self.kernels.downlink_sinr(links)
        efficiency, _ = self.kernels.beam_sums(
            AttachedLinks(
                carrier=carrier,
                interference=interference,
                serving=serving,
                user_trial=links.user_trial,
                lit=links.lit,
                adaptation=self.link.adaptation,
                trials=lit.shape[0] * lit.shape[1],
                beams=lit.shape[2],
            )
        )
        return efficiency


def draw_links(world: World, kernels: Kernels, draws: Draws) -> SlotLinks:
    """Draw the users of some trials, and what they receive of the satellite.

    Parameters
    ----------
    world : World
        Of one satellite in whose cells users are placed.
    kernels : Kernels
    draws : Draws
    """
    xp, radio, layout = kernels.xp, world.radio, world.beams.fixed_layout
    users = draw_users(world, draws)
    ways = sightlines(world.channel, radio.own_carrier, users.of_one, users.surroundings, xp)
    gain = peak_gain(radio.link.snr_at_no_loss_db - path_loss_db(radio.own_carrier, ways, xp), xp)
    links = satellite_links(radio, layout, users.of_one, gain, users.trial, None, xp)
    serving, _, _ = kernels.downlink_sinr(links)
    cell = layout.order[on_host(serving)].reshape(draws.trials, users.per_trial)
    return SlotLinks(kernels, layout, radio.link, links, cell)
