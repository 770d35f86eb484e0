"""Power of each user at the satellite, and at the user's own receive beam, without the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.links_of_one import reduced_directions, through_elements
from capest.engine.path_loss import path_loss_db
from capest.engine.radio import Carrier
from capest.engine.world import World
from capest.physics.pattern_table import look_up
from capest.physics.uplink_budget import UplinkBudget


@dataclass(frozen=True)
class Heard:
    """Users as the satellite hears them.

    Attributes
    ----------
    power_dbw : float64 array (users,)
        Transmitted.
    gain : float64 array (users,)
        Power received at the peak of a beam, in units of the beam's noise.
    own_snr : float64 array (users,)
        Power received by the user's own beam.
    user, beam : float32 array
        Reduced directions of users (1, 3, users) and beams (3, beams).
    """

    power_dbw: Any
    gain: Any
    own_snr: Any
    user: Any
    beam: Any


def hear(world: World, budget: UplinkBudget, carrier: Carrier, links: Links, xp: Any) -> Heard:
    """Work out what the satellite hears.

    Parameters
    ----------
    world : World
        With one satellite.
    budget, carrier
        Of the uplink.
    links : Links
        Of the downlink: power control goes by its carrier.
    xp : module
        ``numpy`` or ``cupy``.
    """
    ways, loss_db = links.of_one, links.loss_db
    if carrier.frequency_hz != world.radio.frequency_hz:
        loss_db = path_loss_db(carrier, ways, xp)
    power_dbw = budget.power_dbw(_coupling_loss_db(world, links, xp), xp)
    gain = peak_gain(budget.peak_snr_db(power_dbw, loss_db), xp)
    gain = through_elements(world.radio, ways.view, gain, xp)
    layout = world.beams.fixed_layout
    user, beam = reduced_directions(world.radio, layout, carrier, ways.view, xp)
    own_gain = own_beam_gain(carrier, user[0], beam, links.serving, xp)
    return Heard(power_dbw, gain, gain * own_gain, user, beam)


def own_beam_gain(carrier: Carrier, user: Any, beam: Any, serving: Any, xp: Any) -> Any:
    """Gain of each user's own receive beam towards it, relative to the peak.

    Parameters
    ----------
    carrier : Carrier
    user, beam : float32 array (3, users), (3, beams)
        Reduced directions.
    serving : int32 array (users,)
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (users,)
    """
    offset = user.astype(xp.float64) - beam[:, serving]
    return look_up(xp.asarray(carrier.pattern), (offset * offset).sum(axis=0), xp)


def _coupling_loss_db(world: World, links: Links, xp: Any) -> Any:
    # What limits take off a beam is no loss on the way.
    snr_db = 10.0 * xp.log10(xp.maximum(links.unlimited.astype(xp.float64), 1e-300))
    return world.radio.link.coupling_loss_at_0_snr_db - snr_db
