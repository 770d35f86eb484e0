"""Which user of a beam transmits when."""

from __future__ import annotations

from typing import Any


def uplink_turns(number: Any, users: Any, trials: int, drops: int, xp: Any) -> Any:
    """Let every beam's users transmit in turn, one at a time.

    Turns are spread evenly over the list of a beam's users, whether it has more of them than there
    are drops or fewer, since placements may list some kinds of users first. Users of different
    beams are drawn independently, so who meets whom is random.

    Parameters
    ----------
    number : int64 array (n,)
        Trial · beams + serving beam of every user; -1 for those that take no turns.
    users : int64 array (trials · beams,)
        How often each number occurs.
    trials, drops : int
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (trials · drops, beams)
        Index of the user, -1 where a beam has none; drops of a trial are consecutive.
    """
    beams = len(users) // trials
    if len(number) == 0:
        return xp.full((trials * drops, beams), -1, dtype=xp.int32)
    # Who takes no turns comes last, behind the lists of all beams.
    order = xp.argsort(xp.where(number < 0, len(users), number), kind="stable")
    start = xp.cumsum(users) - users
    drop, own = xp.arange(drops)[:, None], xp.maximum(users, 1)[None, :]
    place = xp.minimum(start[None, :] + drop * own // drops, len(order) - 1)
    chosen = xp.where(users[None, :] > 0, order[place], -1)
    by_trial = chosen.reshape(drops, trials, beams).transpose(1, 0, 2)
    return xp.ascontiguousarray(by_trial.reshape(trials * drops, beams).astype(xp.int32))
