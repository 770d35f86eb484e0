"""The uplinks of some trials to the beams of many satellites: who is heard where, and how loud."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.protocol import HEARD_UNIT, Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.links_of_many import AlikeTrials, constellation_links, mixed_links
from capest.engine.payloads import MixedLinks, constellation_uplink, figures_of_own
from capest.engine.place_loss import own_loss_db
from capest.engine.power import LoweredPower
from capest.engine.services.settings import CallUplink
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World

NEW_SHARES = (1.0, 0.75, 0.75, 0.75, 0.75)
"""See `SendersToMany.new_shares`: a step is dear, as all pairs are computed anew."""


@dataclass(frozen=True)
class SendersToMany:
    """Users of some trials as the beams of many satellites may hear them.

    Attributes
    ----------
    links : ConstellationDownlink
        Loss and beams are those of the downlink.
    strength : float64 array (users,)
        Power that a user delivers at a beam's peak over 1 m of free space while it sends, in units
        of the beam's noise in the user's bandwidth.
    beam : int32 array (users,)
        Own beam among those of all trials; the first one for who has none.
    mixed : MixedLinks or None
        The same links where payloads differ.
    """

    links: ConstellationDownlink
    strength: Any
    beam: Any
    mixed: MixedLinks | None = None

    @property
    def beams(self) -> int:
        """Beams of all trials."""
        return len(self.links.beam_power)

    @property
    def new_shares(self) -> tuple[float, ...]:
        """For each step, share of the interference worked out last in that of the next step."""
        return NEW_SHARES

    def hear(self, kernels: Kernels, sending: Any) -> Any:
        """Sum what beams hear of the users of others.

        Parameters
        ----------
        kernels : Kernels
        sending : float64 array (sums, users)
            Share of a beam's time and places in which each user sends; a difference of two may be
            negative.

        Returns
        -------
        float64 array (sums, beams)
            In units of the noise, mean over time and places; whole numbers of ``HEARD_UNIT``.
        """
        power = sending * self.strength
        return constellation_uplink(kernels, self.links, power, self.mixed) * HEARD_UNIT


def senders_to_many(
    world: World,
    uplink: CallUplink,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    links: Links,
    xp: Any,
) -> SendersToMany:
    """Work out how loud users are.

    Parameters
    ----------
    world : World
    uplink : CallUplink
    sky, users, beams, power, links
        Of the downlink.
    xp : module
        ``numpy`` or ``cupy``.
    """
    each = np.arange(sky.trials)
    alone = AlikeTrials(each, each)
    pairs = constellation_links(world, sky, users, beams, power, alone, None, xp)
    # With what weather and ionosphere take of a user's links.
    one_metre_db = _decibels(pairs.gain.astype(xp.float64), xp)
    gain_db = figures_of_own(world, "gain_db", sky, links.satellite, xp)
    power_dbw = sent_dbw(world, uplink, links.unlimited, xp, gain_db)
    further_db = further_loss_db(world, users, links, xp)
    strength_db = _snr_db(world, uplink, power_dbw, one_metre_db) - further_db
    mixed = mixed_links(world, sky, pairs, alone)
    return SendersToMany(pairs, peak_gain(strength_db, xp), xp.maximum(pairs.serving, 0), mixed)


def further_loss_db(world: World, users: Users, links: Links, xp: Any) -> Any:
    """What weather and ionosphere take of the uplink's carrier more than of the downlink's, dB."""
    radio = world.radio
    up_db, down_db = (
        own_loss_db(world, loss, users, links.sin_elevation, xp)
        for loss in (radio.uplink_place_loss, radio.place_loss)
    )
    return up_db - down_db


def reversed_snr_db(
    world: World,
    uplink: CallUplink,
    unlimited: Any,
    xp: Any,
    further_loss_db: Any = 0.0,
    gain_db: Any = 0.0,
) -> Any:
    """SNR of users' uplinks from that of their downlinks, without interference.

    The way is the same, but for the free-space loss between the two carriers, and what weather
    and ionosphere take more; that the downlink's beam is as wide as the uplink's is assumed.

    Parameters
    ----------
    world : World
    uplink : CallUplink
    unlimited : float64 array (n,)
        Downlink carrier over noise, linear, as if the beam had its whole EIRP.
    xp : module
        ``numpy`` or ``cupy``.
    further_loss_db : float64 array (n,) or float
        See `further_loss_db`.
    gain_db : float64 array (n,) or float
        What the antenna of the own satellite has more than that of the radio.
    """
    down_db = _decibels(unlimited, xp)
    power_dbw = sent_dbw(world, uplink, unlimited, xp, gain_db)
    return _snr_db(world, uplink, power_dbw, down_db) - further_loss_db


def sent_dbw(world: World, uplink: CallUplink, unlimited: Any, xp: Any, gain_db: Any = 0.0) -> Any:
    """Transmit power of users in dBW, by the loss of their own downlinks; see `reversed_snr_db`."""
    loss_db = world.radio.link.coupling_loss_at_0_snr_db - _decibels(unlimited, xp) - gain_db
    return uplink.budget.power_dbw(loss_db, xp)


def _snr_db(world: World, uplink: CallUplink, power_dbw: Any, down_db: Any) -> Any:
    """SNR of uplinks of some power over ways whose downlink has some SNR."""
    further_db = 20.0 * math.log10(uplink.frequency_hz / world.radio.frequency_hz)
    loss_db = world.radio.link.snr_at_no_loss_db - down_db + further_db
    return uplink.budget.peak_snr_db(power_dbw, loss_db)


def _decibels(ratio: Any, xp: Any) -> Any:
    return 10.0 * xp.log10(xp.maximum(ratio, 1e-300))
