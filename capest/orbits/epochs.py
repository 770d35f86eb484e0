"""At which moment of the window each trial looks at the constellation.

Pure functions of uniform numbers: the caller draws them, so that a trial's epoch depends on the
seed and on the trial's number alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_GOLDEN_STEP = 0x9E3779B97F4A7C15
"""2⁶⁴ · (√5 - 1)/2, to the nearest odd whole number."""


def random_epochs_s(uniform: Any, window_s: float) -> Any:
    """Independent epochs, uniform in the window.

    Parameters
    ----------
    uniform : float array (trials,)
        In (0, 1), one per trial.
    window_s : float

    Returns
    -------
    float array (trials,)
        From 0 to less than ``window_s``.
    """
    return uniform * window_s


def stratified_epochs_s(trial: Any, shift: Any, window_s: float, xp: Any = np) -> Any:
    """Epochs spread evenly over the window, however many trials there are.

    Trial k is at the fractional part of k·(√5 - 1)/2 + shift. Any run of consecutive trials, from
    any start, cuts the window into pieces of at most three lengths (Steinhaus; Sós, 1958), so every
    block of trials is stratified without knowing their number. The shift, uniform in (0, 1) and
    drawn once per seed, makes each epoch uniform, so that every mean over trials is unbiased
    (Cranley and Patterson, 1976). The golden ratio rather than a binary sequence (van der Corput):
    a constellation is nearly periodic, and for a period of 1/16 window, say, binary trials would
    meet the same configuration 16 times in a row.

    Trials are then not independent: intervals that take them for independent are too wide for
    quantities that vary smoothly over the window.

    Parameters
    ----------
    trial : int array (trials,)
        Numbers of the trials.
    shift : float or array (trials,)
        In (0, 1), the same for all trials of a seed.
    window_s : float
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (trials,)
        From 0 to less than ``window_s``.
    """
    # Whole numbers modulo 2⁶⁴: exact for every trial, and the same bits on every backend.
    turns = xp.asarray(trial).astype(xp.uint64) * xp.uint64(_GOLDEN_STEP)
    place = (turns >> xp.uint64(11)).astype(xp.float64) * 2.0**-53 + shift
    return xp.where(place >= 1.0, place - 1.0, place) * window_s
