"""Which user of a beam transmits when."""

from __future__ import annotations

from typing import Any


def uplink_turns(
    serving_beam: Any, user_trial: Any, trials: int, beams: int, drops: int, xp: Any
) -> Any:
    """Let every beam's users transmit in turn, one at a time.

    Turns are spread evenly over the list of a beam's users, whether it has more of them than there
    are drops or fewer, since placements may list some kinds of users first. Users of different
    beams are drawn independently, so who meets whom is random.

    Parameters
    ----------
    serving_beam, user_trial : int32 array (users,)
    trials, beams, drops : int
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (trials · drops, beams)
        Index of the user, -1 where a beam has none; drops of a trial are consecutive.
    """
    bin_of_user = user_trial.astype(xp.int64) * beams + serving_beam
    order = xp.argsort(bin_of_user, kind="stable")
    count = xp.bincount(bin_of_user, minlength=trials * beams)
    start = xp.cumsum(count) - count
    drop, own = xp.arange(drops)[:, None], xp.maximum(count, 1)[None, :]
    if len(order) == 0:
        return xp.full((trials * drops, beams), -1, dtype=xp.int32)
    place = xp.minimum(start[None, :] + drop * own // drops, len(order) - 1)
    chosen = xp.where(count[None, :] > 0, order[place], -1)
    by_trial = chosen.reshape(drops, trials, beams).transpose(1, 0, 2)
    return xp.ascontiguousarray(by_trial.reshape(trials * drops, beams).astype(xp.int32))
