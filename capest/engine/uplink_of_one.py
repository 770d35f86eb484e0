"""The uplinks of some trials to the beams of one satellite: who is heard where, and how loud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.backend.arguments import SatelliteDownlink
from capest.backend.protocol import Kernels
from capest.engine.links import Links
from capest.engine.services.settings import CallUplink
from capest.engine.uplink_power import hear
from capest.engine.users import Users
from capest.engine.world import World

_POWER_BITS = 24
"""A float32 holds whole numbers of as many bits."""

_TURN_BITS = 14
"""Of a user's share of time and subchannels, in each of two parts: 2⁻²⁹ is the most it is off."""

_USERS_AT_ONCE = 2**11
"""With shares of up to 8, 53 bits hold the sum of as many products of powers and shares, so that
a matrix product rounds nothing and comes to the same in any order."""

_SMALLEST_EXPONENT = -60

NEW_SHARES = (1.0, 0.75, 0.5, 0.5, 0.5, 0.4, 0.4, 0.3, 0.3, 0.3)
"""See `SendersToOne.new_shares`: a step is cheap, and with ever less of the last one chains do not
swing even where full beams would drown all calls (as in stochastic approximation, Robbins and
Monro, 1951)."""


@dataclass(frozen=True)
class SendersToOne:
    """Users of some trials as the beams of one satellite may hear them.

    Attributes
    ----------
    power : float32 array (beams, users)
        That each beam hears of each user of its colour's other beams while the user sends, in
        whole numbers of ``unit``.
    unit : float64 array (trials, beams)
        In units of the beam's noise in the user's bandwidth; a power of two.
    beam : int64 array (users,)
        Own beam among those of all trials.
    """

    power: Any
    unit: Any
    beam: Any

    @property
    def beams(self) -> int:
        """Beams of all trials."""
        return int(self.unit.size)

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
            Share of a beam's time and subchannels in which each user sends, from -8 to 8; a
            difference of two may be negative.

        Returns
        -------
        float64 array (sums, beams)
            In units of the noise, mean over time and subchannels.
        """
        xp, (trials, beams) = kernels.xp, self.unit.shape
        sums, users = len(sending), self.power.shape[1] // trials
        turns = sending * 2.0**_TURN_BITS
        coarse = xp.rint(turns)
        fine = xp.rint((turns - coarse) * 2.0**_TURN_BITS)
        both = xp.concatenate([coarse, fine]).reshape(2 * sums, trials, users)
        power = self.power.reshape(beams, trials, users)
        heard = xp.zeros((trials, beams, 2 * sums))
        for first in range(0, users, _USERS_AT_ONCE):
            some = slice(first, first + _USERS_AT_ONCE)
            of_some = power[:, :, some].astype(xp.float64).transpose(1, 0, 2)
            heard += of_some @ both[:, :, some].transpose(1, 2, 0)
        total = heard[:, :, :sums] + heard[:, :, sums:] * 2.0**-_TURN_BITS
        total *= self.unit[:, :, None] * 2.0**-_TURN_BITS
        return total.transpose(2, 0, 1).reshape(sums, trials * beams)


def senders_to_one(
    world: World,
    kernels: Kernels,
    uplink: CallUplink,
    users: Users,
    links: Links,
    trials: int,
    together: Any | None = None,
) -> SendersToOne:
    """Work out how loud every user is at every beam.

    Parameters
    ----------
    world : World
        Whose receive beams are known.
    kernels : Kernels
    uplink : CallUplink
    users, links
        Of the downlink.
    trials : int
    together : float array (trials, beams, beams) or None
        Over a frame, share of the lit slots of the first beam in which the second is lit too: in
        the others it hears nothing from there. ``None`` in a moment.
    """
    xp, layout, carrier = kernels.xp, world.beams.fixed_layout, world.radio.call_carrier
    if carrier is None:
        raise ValueError("the receive beams of this satellite are not known")
    heard = hear(world, uplink.budget, carrier, links, xp)
    beams = len(layout.colour)
    power = kernels.beam_powers(
        SatelliteDownlink(
            user=heard.user,
            gain=heard.gain.astype(xp.float32)[None],
            user_trial=users.trial,
            beam=heard.beam,
            beam_power=xp.ones(beams, dtype=xp.float32),
            segment_start=xp.asarray(layout.segment_start),
            lit=None,
            pattern=xp.asarray(carrier.pattern),
            colours=world.radio.colours,
        )
    )
    colour = xp.asarray(layout.colour[layout.order])
    power *= colour[:, None] == colour[links.serving]
    power[links.serving, xp.arange(len(links.serving))] = 0.0
    if together is not None:
        power *= together.astype(xp.float32)[users.trial, :, links.serving].T
    own_beam = users.trial.astype(xp.int64) * beams + links.serving
    return SendersToOne(power, _make_whole(power, trials, xp), own_beam)


def _make_whole(power: Any, trials: int, xp: Any) -> Any:
    """Round powers (beams, users) in place; return their units, float64 array (trials, beams)."""
    beams, users = power.shape
    unit = xp.ones((trials, beams))
    if users == 0:
        return unit
    of_trials = power.reshape(beams, trials, users // trials)
    # The bits of a float32 from the 23rd on are its exponent: the largest is below 2 to this one.
    exponent = (of_trials.max(axis=2).view(xp.int32) >> 23) - 126
    exponent = xp.maximum(exponent, _SMALLEST_EXPONENT) - _POWER_BITS
    of_trials *= xp.ldexp(xp.ones(exponent.shape, dtype=xp.float32), -exponent)[:, :, None]
    xp.rint(of_trials, out=of_trials)
    return xp.ldexp(unit, exponent.T)
