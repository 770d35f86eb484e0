"""What a satellite hears of each user alone, and what of that the user's own beam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.channel import Surroundings, path_loss_db
from capest.engine.links import peak_gain, reduced_directions
from capest.engine.radio import Carrier
from capest.engine.scene import Scene
from capest.physics.pattern_table import look_up
from capest.physics.uplink_budget import UplinkBudget


@dataclass(frozen=True)
class Downlink:
    """What the uplink needs of the downlink of some trials.

    Attributes
    ----------
    trials : int
    loss_db : float64 array (users,)
        Loss between isotropic antennas.
    carrier : float32 array (users,)
        Of the serving beam in units of the user's noise: power control goes by it.
    serving, user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order; users of dark ones are silent.
    lit_share : float
        Share of slots in which a beam is lit.
    """

    trials: int
    loss_db: Any
    carrier: Any
    serving: Any
    user_trial: Any
    lit: Any | None
    lit_share: float


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


def hear(
    scene: Scene,
    budget: UplinkBudget,
    carrier: Carrier,
    surroundings: Surroundings,
    downlink: Downlink,
    xp: Any,
) -> Heard:
    """Work out what the satellite hears.

    Parameters
    ----------
    scene : Scene
    budget, carrier
        Of the uplink.
    surroundings : Surroundings
    downlink : Downlink
    xp : module
        ``numpy`` or ``cupy``.
    """
    loss_db = downlink.loss_db
    if carrier.frequency_hz != scene.carrier.frequency_hz:
        loss_db = path_loss_db(scene, carrier, surroundings, xp)
    power_dbw = budget.power_dbw(_coupling_loss_db(scene, downlink, xp), xp)
    gain = peak_gain(budget.peak_snr_db(power_dbw, loss_db), xp)
    user, beam = reduced_directions(scene, carrier, surroundings.view, xp)
    own_gain = own_beam_gain(carrier, user[0], beam, downlink, xp)
    return Heard(power_dbw, gain, gain * own_gain, user, beam)


def own_beam_gain(carrier: Carrier, user: Any, beam: Any, downlink: Downlink, xp: Any) -> Any:
    """Gain of each user's own receive beam towards it, relative to the peak.

    Parameters
    ----------
    carrier : Carrier
    user, beam : float32 array (3, users), (3, beams)
        Reduced directions.
    downlink : Downlink
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (users,)
    """
    offset = user.astype(xp.float64) - beam[:, downlink.serving]
    return look_up(xp.asarray(carrier.pattern), (offset * offset).sum(axis=0), xp)


def _coupling_loss_db(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    snr_db = 10.0 * xp.log10(xp.maximum(downlink.carrier.astype(xp.float64), 1e-300))
    return scene.link.coupling_loss_at_0_snr_db - snr_db
