"""Links between users and beams, as the kernels take them and as people read them."""

from __future__ import annotations

import math
from typing import Any

from capest.backend.arguments import SatelliteDownlink
from capest.engine.radio import Carrier
from capest.engine.scene import Scene
from capest.physics import geometry


def reduced_directions(
    scene: Scene, carrier: Carrier, view: geometry.View, xp: Any
) -> tuple[Any, Any]:
    """Users and boresights from the layout's centre, times wavenumber and aperture radius."""
    centre = xp.asarray(scene.centre_direction)[:, None]
    user = (view.direction - centre) * carrier.reduced_aperture
    beam = xp.asarray(scene.beams.direction) * carrier.reduced_aperture
    return user.astype(xp.float32)[None], beam.astype(xp.float32)


def downlink_links(
    scene: Scene, view: geometry.View, gain: Any, user_trial: Any, lit: Any, xp: Any
) -> SatelliteDownlink:
    """Links of a satellite's users, as the downlink's SINR kernel takes them.

    Parameters
    ----------
    scene : Scene
    view : View
        What the users of all trials see of the satellite.
    gain : float array (users,)
        Power received at the peak of a beam, in units of the user's noise.
    user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order.
    xp : module
        ``numpy`` or ``cupy``.
    """
    user, beam = reduced_directions(scene, scene.carrier, view, xp)
    return SatelliteDownlink(
        user=user,
        gain=gain.astype(xp.float32)[None],
        user_trial=user_trial,
        beam=beam,
        beam_power=xp.asarray(scene.beams.power),
        segment_start=xp.asarray(scene.beams.segment_start),
        lit=lit,
        pattern=xp.asarray(scene.carrier.pattern),
        colours=scene.scenario.colours,
    )


def peak_gain(snr_db: Any, xp: Any) -> Any:
    """Power in units of the noise from an SNR at the peak of a beam in dB, float64 array (n,)."""
    # NumPy raises 10 to a power eight times slower.
    return xp.exp(snr_db * (math.log(10.0) / 10.0))


def link_quantities(carrier: Any, interference: Any, xp: Any) -> dict[str, Any]:
    """SNR, SIR and SINR in dB from powers in units of the noise, float64 arrays (n,)."""
    snr_db = 10.0 * xp.log10(xp.maximum(carrier, 1e-300))
    return {
        "snr_db": snr_db,
        # No interference at all lands in the open bin at the top.
        "sir_db": snr_db - 10.0 * xp.log10(xp.maximum(interference, 1e-300)),
        "sinr_db": snr_db - 10.0 * xp.log10(interference + 1.0),
    }
